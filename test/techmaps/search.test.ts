/** Finding technologies, and that every list is served by an index. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { factsOf } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;
let ids: Record<string, string>;
let mapId: string;

const rows = [
  { code: 'oca.data', kind: 'DOMAIN', name: { ko: '데이터', en: 'Data' } },
  {
    code: 'oca.data.store',
    parentCode: 'oca.data',
    kind: 'AREA',
    name: { ko: '저장소', en: 'Storage' },
  },
  {
    code: 'oca.data.store.object',
    parentCode: 'oca.data.store',
    kind: 'TECHNOLOGY',
    name: { ko: '객체 저장소', en: 'Object Storage' },
    aliases: ['S3', 'Blob-Store'],
    core: true,
  },
  {
    code: 'oca.data.store.block',
    parentCode: 'oca.data.store',
    kind: 'TECHNOLOGY',
    name: { ko: '블록 저장소', en: 'Block storage' },
  },
];

beforeAll(async () => {
  world = await startTechmaps();
  const { map } = await world.mutate(
    world.operator,
    'createTechMap',
    { code: 'oca', name: { en: 'OCA' } },
    'map { id }',
  );
  mapId = map.id;
  const { version } = await world.mutate(
    world.operator,
    'importTechnologies',
    { mapCode: 'oca', source: 'test', rows },
    'version { revision }',
  );
  await world.mutate(world.secretariat, 'publishTechMapVersion', {
    mapId,
    revision: version.revision,
  });
  await world.map('other', ['other DOMAIN', 'other.storage AREA']);
  const found = await world.ask(
    someone,
    '{ technologies(first: 100) { edges { node { id code } } } }',
  );
  ids = Object.fromEntries(found['edges'].map(({ node }: Payload) => [node.code, node.id]));
});
afterAll(() => world.stop());

async function codes(filter: object): Promise<string[]> {
  const { edges } = await world.ask(
    someone,
    'query ($filter: TechnologyFilter) { technologies(filter: $filter) { edges { node { code } } } }',
    { filter },
  );
  return edges.map(({ node }: Payload) => node.code);
}

describe('finding technologies', () => {
  it.each([
    [
      'part of an English name, whatever its case and spaces',
      'BJECTsto',
      ['oca.data.store.object'],
    ],
    ['part of a Korean name', '체저장', ['oca.data.store.object']],
    ['a single Korean character', '블', ['oca.data.store.block']],
    ['an alias', 's3', ['oca.data.store.object']],
    ['an alias with punctuation', 'blob store', ['oca.data.store.object']],
    ['part of a code', 'oca.data.store.b', ['oca.data.store.block']],
    ['the same characters in another order', 'storageobject', []],
    ['nothing but punctuation', ' .* ', []],
  ])('finds by %s', async (_, text, expected) => {
    expect(await codes({ text })).toEqual(expected);
  });

  it('names one by its id or its code, and refuses both at once and neither', async () => {
    const id = ids['oca.data'];
    expect(await world.ask(someone, `{ technology(id: "${id}") { code } }`)).toEqual({
      code: 'oca.data',
    });
    for (const named of ['', `(id: "${id}", code: "oca.data")`, '(id: null)'])
      expect(await world.codes(someone, `{ technology${named} { code } }`)).toEqual([
        'BAD_USER_INPUT',
      ]);
  });

  it('narrows by map, place, kind and priority, all together', async () => {
    expect(await codes({ text: 'storage', mapId })).toEqual([
      'oca.data.store',
      'oca.data.store.block',
      'oca.data.store.object',
    ]);
    expect(await codes({ parentId: ids['oca.data'] })).toEqual(['oca.data.store']);
    expect(await codes({ withinId: ids['oca.data'], kind: 'TECHNOLOGY' })).toEqual([
      'oca.data.store.block',
      'oca.data.store.object',
    ]);
    expect(await codes({ core: true })).toEqual(['oca.data.store.object']);
    expect(await codes({ core: false, kind: 'TECHNOLOGY' })).toEqual(['oca.data.store.block']);
  });

  it('finds what a map no longer has when asked to', async () => {
    const old = await world.map('old', ['old DOMAIN', 'old.gone AREA']);
    const { revision } = await world.ask(someone, '{ techMap(code: "old") { revision } }');
    await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId: old.id, revision });
    const { version } = await world.mutate(
      world.secretariat,
      'removeTechnology',
      { technologyId: old.ids['old.gone'], revision: 1 },
      'version { revision }',
    );
    const published = await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: old.id,
      revision: version.revision,
    });
    expect(published['problems']).toEqual([]);
    expect(await codes({ mapId: old.id })).toEqual(['old']);
    expect(await codes({ mapId: old.id, retired: true })).toEqual(['old', 'old.gone']);
  });

  it('defines the nine levels in both languages', async () => {
    const levels = (await world.ask(
      someone,
      '{ readinessLevels { level name { ko en } description { ko en } } }',
    )) as Payload[];
    expect(levels.map(({ level }) => level)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(levels.flatMap(({ name }) => [name.ko, name.en])).size).toBe(18);
  });
});

describe('what others are told', () => {
  it('is each published technology, and each published capability map', async () => {
    await world.firms('told');
    await world.mutate(world.editor('told'), 'publishCapabilities', {
      companyId: 'told',
      revision: 0,
      capabilities: [{ technologyCode: 'oca.data.store.block', level: 5 }],
    });
    const connection = await connect(world.uri, 'oca_techmaps');
    const facts = factsOf(connection);
    const technology = await facts.findById(`technology:${ids['oca.data.store']}`).lean();
    const map = await facts.findById('capabilityMap:told').lean();
    await connection.close();
    expect(technology?.state).toEqual({
      code: 'oca.data.store',
      name: { ko: '저장소', en: 'Storage' },
      kind: 'AREA',
      parentId: ids['oca.data'],
      mapId,
      current: true,
      succession: null,
    });
    expect(map?.state).toEqual({
      capabilities: [{ technologyId: ids['oca.data.store.block'], level: 5, verifiedLevel: null }],
      publishedAt: expect.any(Date),
    });
  });
});

describe('every list', () => {
  it.each([
    ['techMaps', '{ techMaps { edges { cursor } } }'],
    ['techMaps by sector', '{ techMaps(filter: { sector: "finance" }) { edges { cursor } } }'],
    ['versions', '{ techMap(code: "oca") { versions { totalCount edges { cursor } } } }'],
    [
      'placements',
      '{ techMap(code: "oca") { published { placements { totalCount edges { cursor } } } } }',
    ],
    ['technologies', '{ technologies { totalCount edges { cursor } } }'],
    [
      'technologies with retired',
      '{ technologies(filter: { retired: true }) { edges { cursor } } }',
    ],
    [
      'technologies by text',
      '{ technologies(filter: { text: "stor" }) { totalCount edges { cursor } } }',
    ],
    [
      'technologies by map',
      '{ technologies(filter: { mapId: "m" }) { totalCount edges { cursor } } }',
    ],
    ['technologies by parent', '{ technologies(filter: { parentId: "p" }) { edges { cursor } } }'],
    ['technologies within', '{ technologies(filter: { withinId: "w" }) { edges { cursor } } }'],
    ['roots and children', '{ techMap(code: "oca") { roots { children { code } } } }'],
    ['capabilities', '{ capabilities { totalCount edges { cursor } } }'],
    [
      'capabilities by technology',
      '{ capabilities(filter: { technologyId: "t", leastLevel: 3 }) { totalCount edges { cursor } } }',
    ],
    [
      'capabilities by company',
      '{ capabilities(filter: { companyIds: ["a", "b"] }) { totalCount edges { cursor } } }',
    ],
    ['supply', '{ supply(technologyCodes: ["oca.data"]) { firms } }'],
    [
      'a company’s capabilities',
      '{ _entities(representations: [{ __typename: "Company", id: "c" }]) { ... on Company { capabilities { totalCount edges { cursor } } capabilityMap { size } } } }',
    ],
  ])('of %s is read by an index', async (_, query) => {
    const plans = await world.plans(() => world.ask(someone, query));
    expect(plans).not.toEqual([]);
    expect(plans.filter(({ index }) => index === null)).toEqual([]);
  });
});
