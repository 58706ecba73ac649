/** A search for teams whose process is killed while it works. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { jest } from '@jest/globals';
import { brief, firmFact, startAlliance, type Alliance, type SeenProblem } from './alliance.ts';
import { user } from '../service.ts';

// A lease is over after half a minute.
jest.setTimeout(180_000);

const lead = user('lead-editor', { companies: { lead: 'EDITOR' } });
const technologies = Array.from({ length: 20 }, (_, index) => `t${index}`);

let alliance: Alliance;
let folder: string;
let projectId: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-killed-'));
  alliance = await startAlliance({ ASSEMBLIES_A_COMPANY: '1', ASSEMBLIES_A_USER: '1' });
  for (const technology of technologies) await alliance.tellTechnology(technology);
  await alliance.tellFirm('lead', { kinds: ['IAAS'], size: 'LARGE' }, { t0: 7 });
  await alliance.connection.collection<{ _id: string }>('firms').insertMany(
    Array.from({ length: 3_000 }, (_, index) => ({
      _id: `f${index}`,
      company: firmFact(`f${index}`),
      companyRevision: 1,
      capabilities: [0, 1, 2].map((each) => ({
        technologyId: `t${(index * 3 + each * (1 + (index % 9))) % technologies.length}`,
        level: 3 + ((index + each) % 7),
        declaredLevel: 3 + ((index + each) % 7),
        isVerified: false,
      })),
      mapRevision: 1,
      seals: 0,
    })),
  );
  const { project } = await alliance.change<{ project: { id: string } }>(
    lead,
    'draftProject',
    {
      leadCompanyId: 'lead',
      title: { en: 'Project' },
      summary: {},
      sector: 'healthcare',
      requirements: technologies
        .slice(0, 12)
        .map((technologyId) => ({ technologyId, leastLevel: 4, wishedProviders: 2 })),
    },
    'project { id }',
  );
  projectId = project.id;
});
afterAll(async () => {
  await alliance.stop();
  await rm(folder, { recursive: true });
});

const start = (idempotencyKey: string) =>
  alliance.change<{ assembly: { id: string; status: string } | null; problems: SeenProblem[] }>(
    lead,
    'startAssembly',
    { projectId, alternatives: 10, idempotencyKey },
    'assembly { id status }',
  );

interface Seen {
  status: string;
  endedAt: string | null;
  progress: { phase: string };
}

async function read(id: string): Promise<Seen> {
  const { assembly } = await alliance.data<{ assembly: Seen }>(
    lead,
    'query ($id: ID!) { assembly(id: $id) { status endedAt progress { phase } } }',
    { id },
  );
  return assembly;
}

/** Begins a search in another process and kills that; the search's id. */
async function killed(): Promise<string> {
  const script = fileURLToPath(new URL('./search-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, alliance.uri, folder, projectId], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  });
  const [line]: unknown[] = await once(child.stdout.setEncoding('utf8'), 'data');
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  return /"id":"([^"]+)"/u.exec(String(line))?.[1] ?? String(line);
}

describe('a search whose process is killed', () => {
  it('holds its place until its lease is over, then counts as interrupted, and another can begin', async () => {
    const id = await killed();
    expect(await read(id)).toMatchObject({ status: 'RUNNING', endedAt: null });
    expect(brief((await start('while-it-counts')).problems)).toMatchObject([
      ['LIMIT_REACHED', '', 'COMPANY_SEARCHES'],
    ]);
    let seen = await read(id);
    while (seen.status === 'RUNNING') {
      await setTimeout(500);
      seen = await read(id);
    }
    expect(seen).toMatchObject({ status: 'INTERRUPTED', progress: { phase: 'DONE' } });
    expect(seen.endedAt).not.toBeNull();
    // The same request is the same search; another one begins.
    const repeated = await start('before-the-end');
    expect(repeated.assembly).toEqual({ id, status: 'INTERRUPTED' });
    const next = await start('after-the-end');
    expect(next.problems).toEqual([]);
    expect(next.assembly?.status).toBe('RUNNING');
  });
});
