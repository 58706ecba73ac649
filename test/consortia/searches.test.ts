/** Searches for teams that are followed, ended and limited, among thousands of firms. */
import { parse, subscribe, type ExecutionResult } from 'graphql';

import { executable } from '#kit/subgraph.ts';
import type { Viewer } from '#kit/viewer.ts';
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import {
  brief,
  editorOf,
  firmFact,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { someone, user } from '../service.ts';

const firmsCount = 10_000;
const technologies = Array.from({ length: 30 }, (_, index) => `t${index}`);
const lead = editorOf('lead');

let alliance: Alliance;
let projectId: string;
beforeAll(async () => {
  alliance = await startAlliance({
    ASSEMBLIES_AT_ONCE: '1',
    ASSEMBLIES_A_COMPANY: '3',
    ASSEMBLIES_A_USER: '20',
  });
  for (const technology of technologies) await alliance.tellTechnology(technology);
  await alliance.tellFirm('lead', { kinds: ['IAAS'], size: 'LARGE' }, { t0: 7 });
  await alliance.connection.collection<{ _id: string }>('firms').insertMany(
    Array.from({ length: firmsCount }, (_, index) => ({
      _id: `f${index}`,
      company: firmFact(`f${index}`, {
        size: index % 3 === 0 ? 'MIDSIZE' : 'SME',
        region: index % 2 === 0 ? 'KR-11' : 'KR-26',
        capacity: 1 + (index % 3),
      }),
      companyRevision: 1,
      capabilities: [0, 1, 2].map((each) => {
        const level = 3 + ((index * 7 + each * 5) % 7);
        return {
          technologyId: `t${(index * 3 + each * (1 + (index % 9))) % technologies.length}`,
          level,
          declaredLevel: level,
          isVerified: index % 4 === 0,
        };
      }),
      mapRevision: 1,
      seals: 0,
    })),
  );
  const { project } = await alliance.change<{ project: { id: string } }>(
    lead,
    'draftProject',
    {
      leadCompanyId: 'lead',
      title: { en: 'A large project' },
      summary: {},
      sector: 'healthcare',
      requirements: technologies.slice(0, 7).map((technologyId, index) => ({
        technologyId,
        leastLevel: 5,
        wishedProviders: 2,
        estimatedPrice: 1_000_000 + index,
      })),
    },
    'project { id }',
  );
  projectId = project.id;
});
afterAll(() => alliance.stop());

interface Seen {
  id: string;
  status: string;
  problems: SeenProblem[];
  proposals: { points: number; members: { company: { id: string } }[] }[];
  statistics: { stoppedBy: string; instanceHash: string; candidates: number } | null;
}

const fields = `assembly {
  id status problems { code rule path limit found }
  proposals { points members { company { id } } }
  statistics { stoppedBy instanceHash candidates }
}`;

function start(more: object = {}, viewer = lead) {
  return alliance.change<{ assembly: Seen | null }>(
    viewer,
    'startAssembly',
    { projectId, alternatives: 0, ...more },
    fields,
  );
}

interface State {
  cursor: string;
  status: string;
  phase: string;
  points: number | null;
  bound: number | null;
  gap: number | null;
  elapsedSeconds: number;
  assembly: Seen;
}

/** Follows a search; null where that is refused. */
async function follow(viewer: Viewer, assemblyId: string, after: string | null = null) {
  const feed = await subscribe({
    schema: executable(consortia),
    document: parse(`subscription ($assemblyId: ID!, $after: String) {
      assemblyProgress(assemblyId: $assemblyId, after: $after) {
        cursor status phase points bound gap elapsedSeconds ${fields}
      }
    }`),
    variableValues: { assemblyId, after },
    contextValue: await alliance.createContext(viewer),
  });
  return 'next' in feed ? feed : refused(feed);
}

function refused({ errors }: ExecutionResult): unknown[] {
  return (errors ?? []).map(({ extensions, message }) => extensions['code'] ?? message);
}

/** Every state until the search has ended. */
async function statesOf(assemblyId: string, viewer = lead, after: string | null = null) {
  const feed = await follow(viewer, assemblyId, after);
  if (Array.isArray(feed)) throw new Error('This feed is refused.');
  const states: State[] = [];
  for await (const { data } of feed)
    states.push(structuredClone(data?.['assemblyProgress']) as State);
  return states;
}

/** A search to its end. */
async function answered(): Promise<Seen | undefined> {
  const { assembly } = await start();
  return (await statesOf(assembly?.id ?? '')).at(-1)?.assembly;
}

async function cancel(assemblyId: string | undefined, viewer = lead) {
  return alliance.change<{ assembly: Seen | null }>(
    viewer,
    'cancelAssembly',
    { assemblyId },
    fields,
  );
}

describe('following a search', () => {
  it('answers at once, then tells teams that get better and a bound that rises, the end last', async () => {
    const { assembly, problems } = await start();
    expect(problems).toEqual([]);
    expect(assembly).toMatchObject({ status: 'RUNNING', proposals: [], statistics: null });
    const states = await statesOf(assembly?.id ?? '');
    expect(states.length).toBeGreaterThan(2);
    expect(states.slice(0, -1).every(({ status }) => status === 'RUNNING')).toBe(true);
    const last = states.at(-1);
    expect(last).toMatchObject({ phase: 'DONE', assembly: { problems: [] } });
    expect(['OPTIMAL', 'WITHIN_GAP']).toContain(last?.status);
    expect(last?.assembly.statistics?.candidates).toBeGreaterThan(1_000);
    const cursors = states.map(({ cursor }) => Number(cursor));
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
    expect(new Set(cursors).size).toBe(cursors.length);
    const points = states.flatMap((state) => state.points ?? []);
    expect(points.length).toBeGreaterThan(0);
    expect(points).toEqual(points.toSorted((a, b) => b - a));
    const bounds = states.flatMap(({ bound }) => bound ?? []);
    expect(bounds.length).toBeGreaterThan(0);
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    for (const { bound, points: best } of states)
      expect(bound === null || best === null || bound <= best).toBe(true);
  });

  it('goes on behind a cursor, and tells nothing when there is nothing newer', async () => {
    const { assembly } = await start();
    const states = await statesOf(assembly?.id ?? '');
    const [first] = states;
    const rest = await statesOf(assembly?.id ?? '', secretary, first?.cursor);
    expect(rest).toEqual(states.slice(-1));
    expect(await statesOf(assembly?.id ?? '', lead, states.at(-1)?.cursor)).toEqual([]);
  });

  it('is open to the firm that leads and the secretariat alone', async () => {
    const { assembly } = await start();
    const id = assembly?.id ?? '';
    expect(await follow(someone, id)).toEqual(['UNAUTHENTICATED']);
    for (const stranger of [editorOf('f1'), user('nobody'), user('r', { roles: ['REVIEWER'] })]) {
      expect(await follow(stranger, id)).toEqual(['BAD_USER_INPUT']);
      expect(brief((await cancel(id, stranger)).problems)).toEqual([
        ['NOT_FOUND', 'assemblyId', null],
      ]);
    }
    expect(await follow(lead, id, 'x')).toEqual(['BAD_USER_INPUT']);
    await cancel(id, secretary);
    expect((await statesOf(id, secretary)).at(-1)?.phase).toBe('DONE');
  });

  it('lets go of a follower that leaves while it waits', async () => {
    const { assembly } = await start();
    const feed = await follow(lead, assembly?.id ?? '');
    if (Array.isArray(feed)) throw new Error('This feed is refused.');
    await feed.next();
    const waiting = feed.next();
    await feed.return(undefined);
    expect((await waiting).done).toBeDefined();
    await cancel(assembly?.id);
    await statesOf(assembly?.id ?? '');
  });
});

describe('ending a search', () => {
  it('ends one that works and keeps what it found, and one that waits', async () => {
    const [works, waits] = [await start(), await start()];
    expect(brief((await cancel(waits.assembly?.id)).problems)).toEqual([]);
    const ended = (await statesOf(waits.assembly?.id ?? '')).at(-1);
    expect(ended).toMatchObject({ status: 'CANCELLED', assembly: { proposals: [] } });
    await cancel(works.assembly?.id, secretary);
    const last = (await statesOf(works.assembly?.id ?? '')).at(-1);
    // It may have been quicker than the request to end it.
    expect(['CANCELLED', 'OPTIMAL', 'WITHIN_GAP']).toContain(last?.status);
    expect(brief((await cancel(works.assembly?.id)).problems)).toEqual([
      ['WRONG_STATE', 'assemblyId', 'STATE'],
    ]);
  });

  it('may be asked for by an editor of the lead, not by a viewer', async () => {
    const { assembly } = await start();
    const viewer = user('v', { companies: { lead: 'VIEWER' } });
    const { errors } = await alliance.ask(
      viewer,
      'mutation ($input: CancelAssemblyInput!) { cancelAssembly(input: $input) { problems { code } } }',
      { input: { assemblyId: assembly?.id } },
    );
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect((await cancel(assembly?.id)).problems).toEqual([]);
    expect((await statesOf(assembly?.id ?? '', viewer)).at(-1)?.phase).toBe('DONE');
  });
});

interface UnderWeights {
  aim: string;
  change: number;
  weights: Record<string, number>;
  team: {
    points: number;
    gap: number;
    members: { id: string }[];
    join: { id: string }[];
    leave: { id: string }[];
  } | null;
}

/** The best teams under other weights, as a search keeps them. */
async function solvedAgain(assemblyId: string): Promise<UnderWeights[]> {
  const { assembly } = await alliance.data<{ assembly: { solvedAgain: UnderWeights[] } }>(
    lead,
    `query ($id: ID!) {
      assembly(id: $id) {
        solvedAgain {
          aim change weights { coverage track cost size cohesion }
          team { points gap members { id } join { id } leave { id } }
        }
      }
    }`,
    { id: assemblyId },
  );
  return assembly.solvedAgain;
}

const idsOf = (companies: readonly { id: string }[] | undefined) =>
  (companies ?? []).map(({ id }) => id);

describe('solving again under other weights', () => {
  it('looks for the best team of all firms under each weight 20 % lower and higher', async () => {
    const { assembly } = await start({ solveAgainAt: 2_000 });
    const id = assembly?.id ?? '';
    const states = await statesOf(id);
    expect(states.map(({ phase }) => phase)).toContain('WEIGHTS');
    expect(states.filter(({ phase }) => phase === 'DONE')).toEqual(states.slice(-1));
    const times = states.map(({ elapsedSeconds }) => elapsedSeconds);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [first] = states.at(-1)?.assembly.proposals ?? [];
    const before = idsOf(first?.members.map(({ company }) => company));
    const teams = await solvedAgain(id);
    expect(teams.map(({ aim, change }) => `${aim} ${change}`)).toEqual(
      ['COVERAGE', 'TRACK', 'COST', 'SIZE', 'COHESION'].flatMap((aim) => [
        `${aim} -2000`,
        `${aim} 2000`,
      ]),
    );
    for (const { weights, team } of teams) {
      const sum = Object.values(weights).reduce((all, weight) => all + weight, 0);
      expect(sum).toBeCloseTo(1_000, 6);
      const leaving = idsOf(team?.leave);
      const stays = before.filter((member) => !leaving.includes(member));
      expect(idsOf(team?.members).toSorted()).toEqual([...stays, ...idsOf(team?.join)].toSorted());
    }
  });

  it('keeps the teams of a search that is ended while it solves again', async () => {
    const { assembly } = await start({ solveAgainAt: 2_000 });
    const id = assembly?.id ?? '';
    const feed = await follow(lead, id);
    if (Array.isArray(feed)) throw new Error('This feed is refused.');
    const phases: string[] = [];
    let last: State | null = null;
    for await (const { data } of feed) {
      last = structuredClone(data?.['assemblyProgress']) as State;
      phases.push(last.phase);
      if (last.phase === 'WEIGHTS' && phases.filter((phase) => phase === 'WEIGHTS').length === 1)
        await cancel(id);
    }
    expect(phases).toContain('WEIGHTS');
    expect(['OPTIMAL', 'WITHIN_GAP']).toContain(last?.status);
    expect(last?.assembly.proposals).toHaveLength(1);
    expect((await solvedAgain(id)).length).toBeLessThan(10);
  });

  it('is not done unless it is asked for, and for no change beyond one half', async () => {
    const { assembly } = await start();
    await statesOf(assembly?.id ?? '');
    expect(await solvedAgain(assembly?.id ?? '')).toEqual([]);
    for (const solveAgainAt of [0, 5_001])
      expect(brief((await start({ solveAgainAt })).problems)).toEqual([
        ['INVALID', 'solveAgainAt', 'WEIGHT_CHANGE'],
      ]);
  });
});

describe('starting searches', () => {
  it('answers a repeat with the same search, at the same time and later', async () => {
    const key = { idempotencyKey: `search-of-${projectId}` };
    const both = await Promise.all([start(key), start(key), start(key)]);
    const ids = new Set(both.map(({ assembly }) => assembly?.id));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    const { assembly: waited } = await alliance.change<{ assembly: Seen }>(
      lead,
      'assemble',
      { projectId, alternatives: 0, ...key },
      fields,
    );
    expect(waited.id).toBe(id);
    expect(waited.proposals).toHaveLength(1);
    expect((await start(key)).assembly).toEqual(waited);
    const { problems } = await start({ ...key, alternatives: 1 });
    expect(brief(problems)).toEqual([['TAKEN', 'idempotencyKey', 'KEY_ONCE']]);
  });

  it('gives the same answer to the same question', async () => {
    const [first, second] = [await answered(), await answered()];
    expect(second?.statistics?.instanceHash).toBe(first?.statistics?.instanceHash);
    expect(second?.proposals).toEqual(first?.proposals);
  });

  it('refuses more at once than a firm and a user may have, however many ask together', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => start()));
    const begun = all.filter(({ assembly }) => assembly !== null);
    expect(begun).toHaveLength(3);
    const refusals = all.flatMap(({ problems }) => problems);
    expect(refusals).toHaveLength(5);
    for (const { code, rule, limit } of refusals)
      expect({ code, rule, limit }).toEqual({
        code: 'LIMIT_REACHED',
        rule: 'COMPANY_SEARCHES',
        limit: '3',
      });
    const colleague = user('colleague', { companies: { lead: 'OWNER' } });
    expect((await start({}, colleague)).problems).toMatchObject([{ rule: 'COMPANY_SEARCHES' }]);
    for (const { assembly } of begun) await cancel(assembly?.id);
    for (const { assembly } of begun) await statesOf(assembly?.id ?? '');
    const next = await start({}, colleague);
    expect(next.problems).toEqual([]);
    await cancel(next.assembly?.id, colleague);
    await statesOf(next.assembly?.id ?? '');
  });
});
