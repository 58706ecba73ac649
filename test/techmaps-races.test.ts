/** What happens when two do something at the same time: one of them, and never half of both. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { someone } from './service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
});
afterAll(() => world.stop());

function codesOf(payloads: readonly Payload[]): string[] {
  const codes = payloads.map(({ problems }) => String(problems[0]?.code ?? 'DONE'));
  return codes.toSorted((a, b) => a.localeCompare(b));
}

it('two moves below each other make no cycle', async () => {
  const { id, ids } = await world.map('race', ['race DOMAIN', 'race.a AREA', 'race.b AREA']);
  const { revision } = await world.ask(someone, '{ techMap(code: "race") { revision } }');
  await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId: id, revision });
  const move = (what: string, below: string) =>
    world.mutate(world.secretariat, 'moveTechnology', {
      technologyId: ids[what],
      revision: 1,
      parentId: ids[below],
    });
  const moved = await Promise.all([move('race.a', 'race.b'), move('race.b', 'race.a')]);
  expect(codesOf(moved)).toEqual(['DONE', 'INVALID']);
  const { draft } = await world.ask(
    world.secretariat,
    '{ techMap(code: "race") { draft { placements { edges { node { code path { code } } } } } } }',
  );
  const depths = draft.placements.edges.map(({ node }: Payload) => node.path.length);
  expect(depths.toSorted()).toEqual([0, 1, 2]);
});

it('one change and a publication at once leave no change behind in silence', async () => {
  const { id, ids } = await world.map('late', ['late DOMAIN', 'late.a AREA']);
  const { revision } = await world.ask(someone, '{ techMap(code: "late") { revision } }');
  const { version } = await world.mutate(
    world.secretariat,
    'draftTechMapVersion',
    { mapId: id, revision },
    'version { revision }',
  );
  const [changed, published] = await Promise.all([
    world.mutate(world.secretariat, 'updateTechnology', {
      technologyId: ids['late.a'],
      revision: 1,
      core: true,
    }),
    world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: id,
      revision: version.revision,
    }),
  ]);
  // Whoever comes second is told: the draft is gone, or is no longer the one that was read.
  expect(codesOf([changed])[0] === 'DONE' ? codesOf([published]) : codesOf([changed])).toEqual([
    codesOf([changed])[0] === 'DONE' ? 'STALE' : 'WRONG_STATE',
  ]);
  const { core } = await world.ask(someone, '{ technology(code: "late.a") { core } }');
  expect(core).toBe(false);
});

it('two maps published from the same reading become one, and supply counts it once', async () => {
  await world.map('twice', ['twice DOMAIN', 'twice.a AREA']);
  await world.firms('hanbit');
  const publish = (level: number) =>
    world.mutate(world.editor('hanbit'), 'publishCapabilities', {
      companyId: 'hanbit',
      revision: 0,
      capabilities: [{ technologyCode: 'twice.a', level }],
    });
  const published = await Promise.all([publish(3), publish(7), publish(5)]);
  expect(codesOf(published)).toEqual(['DONE', 'STALE', 'STALE']);
  await world.service.caughtUp();
  const { supply } = await world.ask(
    someone,
    '{ technology(code: "twice.a") { supply { firms levels { firms } } } }',
  );
  expect(supply.firms).toBe(1);
  expect(supply.levels.reduce((sum: number, { firms }: Payload) => sum + firms, 0)).toBe(1);
});

it('many firms that publish at once are all counted', async () => {
  await world.map('many', ['many DOMAIN', 'many.a AREA', 'many.a.x']);
  const firms = Array.from({ length: 12 }, (_, index) => `firm-${index}`);
  await world.firms(...firms);
  const published = await Promise.all(
    firms.map((companyId, index) =>
      world.mutate(world.editor(companyId), 'publishCapabilities', {
        companyId,
        revision: 0,
        capabilities: [{ technologyCode: 'many.a.x', level: 1 + (index % 9) }],
      }),
    ),
  );
  expect(new Set(codesOf(published))).toEqual(new Set(['DONE']));
  await world.service.caughtUp();
  for (const code of ['many', 'many.a', 'many.a.x']) {
    const { supply } = await world.ask(
      someone,
      `{ technology(code: "${code}") { supply { firms firmsAtLeast(level: 1) } } }`,
    );
    expect(supply).toEqual({ firms: 12, firmsAtLeast: 12 });
  }
});

it('one key used by two requests at once does the thing once', async () => {
  const input = { code: 'once', name: { en: 'Once' }, idempotencyKey: 'once-and-again' };
  const made = await Promise.all(
    [1, 2, 3].map(() => world.mutate(world.secretariat, 'createTechMap', input, 'map { id }')),
  );
  expect(new Set(made.map(({ map }) => map?.id)).size).toBe(1);
  expect(codesOf(made)).toEqual(['DONE', 'DONE', 'DONE']);
});
