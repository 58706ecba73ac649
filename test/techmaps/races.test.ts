/** What happens when two do something at the same time: one of them, and never half of both. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { someone } from '../service.ts';
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

it('a draft that one editor goes on with while another publishes it is not lost', async () => {
  await world.map('kept', ['kept DOMAIN', 'kept.a AREA']);
  await world.firms('drafting');
  const companyId = 'drafting';
  const capabilities = [{ technologyCode: 'kept.a', level: 3 }];
  const save = (revision: number) =>
    world.mutate(world.editor(companyId), 'draftCapabilities', { companyId, revision, capabilities }); // prettier-ignore
  const publish = (draftRevision: number) =>
    world.mutate(world.editor(companyId), 'publishCapabilities', { companyId, revision: 0, draftRevision, capabilities }); // prettier-ignore
  await save(0);
  const both = await Promise.all([save(1), publish(1)]);
  expect(codesOf(both)).toEqual(['DONE', 'STALE']);
  const isSaved = both[0].problems.length === 0;
  expect(codesOf([await publish(2)])).toEqual([isSaved ? 'DONE' : 'STALE']);
});

it('a verification that meets a new map is kept, or told to be stale', async () => {
  await world.map('met', ['met DOMAIN', 'met.a AREA', 'met.b AREA']);
  await world.firms('verified');
  const publish = (revision: number, capabilities: object[]) =>
    world.mutate(world.editor('verified'), 'publishCapabilities', { companyId: 'verified', revision, capabilities }); // prettier-ignore
  const read = async () =>
    world.ask(
      someone,
      '{ capabilities(filter: { companyIds: ["verified"] }) { edges { node { id revision level verifiedLevel technology { code } } } } }',
    );
  const first = ['met.a', 'met.b'].map((technologyCode) => ({ technologyCode, level: 5 }));
  await publish(0, first);
  await world.service.caughtUp();
  const { edges } = await read();
  const verify = ({ node: { id, revision } }: Payload) =>
    world.mutate(world.reviewer, 'verifyCapability', { capabilityId: id, revision, level: 4 });
  const [, ...verified] = await Promise.all([
    publish(1, [{ technologyCode: 'met.a', level: 7 }]),
    ...edges.map(verify),
  ]);
  const after = await read();
  expect(after.edges.map(({ node }: Payload) => [node.technology.code, node.level])).toEqual([['met.a', 7]]); // prettier-ignore
  const own = edges.findIndex(({ node }: Payload) => node.technology.code === 'met.a');
  const isDone = verified[own]?.['problems'].length === 0;
  expect(after.edges[0].node.verifiedLevel).toBe(isDone ? 4 : null);
  expect(verified.flatMap((each) => each['problems'].map(({ code }: Payload) => code)).every((code) => ['STALE', 'NOT_FOUND'].includes(String(code)))).toBe(true); // prettier-ignore
});

it('rows that come in while a version is published are in what is current then, or are refused', async () => {
  const { id, ids } = await world.map('moving', ['moving DOMAIN', 'moving.old', 'moving.new']);
  const firms = Array.from({ length: 30 }, (_, index) => `moving-${index}`);
  await world.firms(...firms);
  const { revision } = await world.ask(someone, '{ techMap(code: "moving") { revision } }');
  await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId: id, revision });
  await world.mutate(world.secretariat, 'removeTechnology', { technologyId: ids['moving.old'], revision: 1 }); // prettier-ignore
  const readDraft = () => world.ask(world.secretariat, '{ techMap(code: "moving") { draft { revision } } }'); // prettier-ignore
  const set = await world.mutate(world.secretariat, 'setSuccession', {
    technologyId: ids['moving.old'],
    revision: (await readDraft())['draft'].revision,
    kind: 'RENAMED',
    successorIds: [ids['moving.new']],
  });
  expect(set['problems']).toEqual([]);
  const { draft } = await readDraft();
  const rows = firms.map((companyId) => ({ companyId, technologyCode: 'moving.old', level: 6 }));
  const [imported, published] = await Promise.all([
    world.mutate(world.operator, 'importCapabilities', { source: 'race', rows }, 'created'),
    world.mutate(world.secretariat, 'publishTechMapVersion', { mapId: id, revision: draft.revision }), // prettier-ignore
  ]);
  expect(published['problems']).toEqual([]);
  await world.service.caughtUp();
  const codes = imported['problems'].map(({ code }: Payload) => code);
  expect(new Set(codes)).toEqual(new Set(codes.length > 0 ? ['WRONG_STATE'] : []));
  const { supply } = await world.ask(someone, '{ technology(code: "moving.new") { supply { firms } } }'); // prettier-ignore
  expect(supply.firms).toBe(imported['created']);
});
