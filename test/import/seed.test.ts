/** The seed on a platform of its own: whole after a start that was cut short, and never beside data of others. */
import { fixture } from '../../infra/import/fixture.ts';
import { formats } from '../../infra/import/format.ts';
import { ask, type Graph } from '../../infra/import/graph.ts';
import { importFile } from '../../infra/import/import-file.ts';
import type { Platform } from '../../infra/platform.ts';
import { seed } from '../../infra/seed/seed.ts';
import { startTestPlatform } from '../platform.ts';

let platform: Platform;

beforeEach(async () => {
  platform = await startTestPlatform();
}, 60_000);

afterEach(() => platform.stop());

/** The platform, whose process ends at the first mutation of this name. */
function cutAt(field: string): Graph {
  return {
    caughtUp: () => platform.caughtUp(),
    execute: (request, viewer) => {
      if (request.query.includes(field)) throw new Error('cut');
      return platform.execute(request, viewer);
    },
  };
}

interface Standing {
  companies: { totalCount: number };
  programmes: { totalCount: number };
  projects: { edges: { node: { status: string } }[] };
}

function standing(): Promise<Standing> {
  return ask<Standing>(
    platform,
    '{ companies { totalCount } programmes { totalCount } projects { edges { node { status } } } }',
  );
}

describe('seed', () => {
  it('goes on where it was cut short, and leaves nothing twice', async () => {
    await expect(seed(cutAt('sealConsortium'), {})).rejects.toThrow('cut');
    expect(await seed(platform, {})).toMatchObject({ companies: 43, projects: 3 });
    const { companies, programmes, projects } = await standing();
    expect([companies.totalCount, programmes.totalCount]).toEqual([43, 8]);
    const states = projects.edges.map(({ node }) => node.status).toSorted();
    expect(states).toEqual(['DRAFT', 'FORMING', 'SEALED']);
  }, 180_000);

  it('brings nothing in beside data of others', async () => {
    const format = formats.find(({ name }) => name === 'fedramp');
    if (!format) throw new RangeError('There is no such format.');
    const options = { zone: null, region: null, now: 0, source: 'others', dryRun: false };
    await importFile(platform, format, await fixture('marketplace.json'), options);
    expect(await seed(platform, {})).toBeNull();
    expect((await standing()).companies.totalCount).toBe(1);
  }, 60_000);
});
