/** Drafting, changing and publishing a technology map. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
});
afterAll(() => world.stop());

const placementFields =
  'placement { revision code technology { id } parent { code } path { code } position }';

/** Opens a map with the usual three nodes in its draft, and gives their ids. */
async function draftOf(code: string): Promise<{ mapId: string; ids: Record<string, string> }> {
  const { map } = await world.mutate(
    world.secretariat,
    'createTechMap',
    { code, name: { ko: '지도', en: code }, sector: 'finance' },
    'map { id code sector { code } } version { number status size }',
  );
  const ids: Record<string, string> = {};
  for (const [name, kind, parent] of [
    ['runtime', 'DOMAIN', null],
    ['runtime.storage', 'AREA', 'runtime'],
    ['runtime.storage.block', 'TECHNOLOGY', 'runtime.storage'],
  ] as const) {
    const { placement, problems } = await world.mutate(
      world.secretariat,
      'addTechnology',
      {
        mapId: map.id,
        code: `${code}.${name}`,
        name: { ko: `${name} 기술`, en: name },
        kind,
        parentId: parent === null ? null : ids[parent],
      },
      placementFields,
    );
    expect(problems).toEqual([]);
    ids[name] = placement.technology.id;
  }
  return { mapId: map.id, ids };
}

async function publish(mapId: string): Promise<Payload> {
  const map = await world.ask(
    world.secretariat,
    'query ($id: ID!) { techMap(id: $id) { draft { revision } } }',
    { id: mapId },
  );
  return world.mutate(
    world.secretariat,
    'publishTechMapVersion',
    { mapId, revision: map['draft'].revision },
    'version { number status size publishedAt } map { published { number } draft { number } }',
  );
}

describe('a draft', () => {
  it('is seen by nobody until it is published, and then by all', async () => {
    const { mapId } = await draftOf('seen');
    const technologyQuery =
      '{ technology(code: "seen.runtime.storage.block") { current path { code } } }';
    expect(await world.ask(someone, technologyQuery)).toBeNull();
    expect(
      await world.ask(someone, '{ techMap(code: "seen") { published { number } roots { code } } }'),
    ).toEqual({
      published: null,
      roots: [],
    });
    expect(await world.codes(someone, '{ techMap(code: "seen") { draft { number } } }')).toEqual([
      'UNAUTHENTICATED',
    ]);

    const { version, map, problems } = await publish(mapId);
    expect(problems).toEqual([]);
    expect(version).toMatchObject({ number: 1, status: 'PUBLISHED', size: 3 });
    expect(map).toEqual({ published: { number: 1 }, draft: null });
    expect(await world.ask(someone, technologyQuery)).toEqual({
      current: true,
      path: [{ code: 'seen.runtime' }, { code: 'seen.runtime.storage' }],
    });
    expect(
      await world.ask(
        someone,
        '{ techMap(code: "seen") { roots { code children { code children { code } } } } }',
      ),
    ).toEqual({
      roots: [
        {
          code: 'seen.runtime',
          children: [
            { code: 'seen.runtime.storage', children: [{ code: 'seen.runtime.storage.block' }] },
          ],
        },
      ],
    });
  });

  it('tells every fault of a new technology at once, each with its path', async () => {
    const { mapId } = await draftOf('faults');
    const { placement, problems } = await world.mutate(
      world.secretariat,
      'addTechnology',
      {
        mapId,
        code: 'Not A Code',
        name: { ko: ' ' },
        kind: 'AREA',
        position: -1,
        links: [{ url: 'ftp://example.org' }],
        requires: ['nothing'],
      },
      placementFields,
    );
    expect(placement).toBeNull();
    expect(problems.map(({ path, code }: Payload) => [path.join('.'), code])).toEqual([
      ['code', 'INVALID'],
      ['name', 'INVALID'],
      ['links.0.url', 'INVALID'],
      ['position', 'INVALID'],
      ['parentId', 'INVALID'],
      ['requires.0', 'NOT_FOUND'],
    ]);
  });

  it('refuses a move below itself, and moves a whole branch otherwise', async () => {
    const { mapId, ids } = await draftOf('moves');
    const cycle = await world.mutate(world.secretariat, 'moveTechnology', {
      technologyId: ids['runtime.storage'],
      revision: 1,
      parentId: ids['runtime.storage.block'],
    });
    expect(cycle['problems']).toEqual([
      expect.objectContaining({
        code: 'INVALID',
        rule: 'TREE_HAS_NO_CYCLE',
        path: ['parentId'],
      }),
    ]);
    const { placement: data } = await world.mutate(
      world.secretariat,
      'addTechnology',
      { mapId, code: 'moves.data', name: { en: 'Data' }, kind: 'DOMAIN' },
      placementFields,
    );
    const { placement } = await world.mutate(
      world.secretariat,
      'moveTechnology',
      {
        technologyId: ids['runtime.storage'],
        revision: 1,
        parentId: data.technology.id,
        position: 7,
      },
      placementFields,
    );
    expect(placement).toMatchObject({
      revision: 2,
      position: 7,
      path: [{ code: 'moves.data' }],
    });
    const map = await world.ask(
      world.secretariat,
      `{ techMap(code: "moves") { draft { placement(technologyId: "${ids['runtime.storage.block']}") { path { id } } } } }`,
    );
    expect(map['draft'].placement.path).toEqual([
      { id: data.technology.id },
      { id: ids['runtime.storage'] },
    ]);
  });

  it('refuses a change to what was changed meanwhile', async () => {
    const { ids } = await draftOf('stale');
    const change = { technologyId: ids['runtime'], revision: 1, core: true };
    const first = await world.mutate(
      world.secretariat,
      'updateTechnology',
      change,
      'placement { core revision }',
    );
    expect(first).toMatchObject({ placement: { core: true, revision: 2 }, problems: [] });
    const second = await world.mutate(
      world.secretariat,
      'updateTechnology',
      change,
      'placement { core }',
    );
    expect(second).toMatchObject({
      placement: null,
      problems: [{ code: 'STALE', path: ['revision'] }],
    });
  });

  it('frees the code of a technology that no version ever had', async () => {
    const { mapId, ids } = await draftOf('removal');
    const whole = { technologyId: ids['runtime.storage'], revision: 1 };
    const refused = await world.mutate(world.secretariat, 'removeTechnology', whole, 'removedIds');
    expect(refused['problems']).toMatchObject([
      { code: 'WRONG_STATE', rule: 'BRANCH_IS_EMPTY', found: '1' },
    ]);
    const removed = await world.mutate(
      world.secretariat,
      'removeTechnology',
      { ...whole, branch: true },
      'removedIds version { size }',
    );
    expect(removed).toMatchObject({
      removedIds: [ids['runtime.storage'], ids['runtime.storage.block']],
      version: { size: 1 },
      problems: [],
    });
    const again = await world.mutate(
      world.secretariat,
      'addTechnology',
      {
        mapId,
        code: 'removal.runtime.storage',
        name: { en: 'Again' },
        kind: 'AREA',
        parentId: ids['runtime'],
      },
      placementFields,
    );
    expect(again['problems']).toEqual([]);
  });

  it('is not changed while it is in review', async () => {
    const { mapId, ids } = await draftOf('review');
    const map = await world.ask(
      world.secretariat,
      '{ techMap(code: "review") { draft { revision } } }',
    );
    const { revision } = map['draft'] as { revision: number };
    const handed = await world.mutate(
      world.secretariat,
      'reviewTechMapVersion',
      { mapId, revision, step: 'HAND_IN' },
      'version { status revision }',
    );
    expect(handed).toMatchObject({ version: { status: 'REVIEW' }, problems: [] });
    const change = await world.mutate(world.secretariat, 'updateTechnology', {
      technologyId: ids['runtime'],
      revision: 1,
      core: true,
    });
    expect(change['problems']).toMatchObject([{ code: 'WRONG_STATE' }]);
    const twice = await world.mutate(world.secretariat, 'reviewTechMapVersion', {
      mapId,
      revision: revision + 1,
      step: 'HAND_IN',
    });
    expect(twice['problems']).toMatchObject([
      { code: 'WRONG_STATE', path: ['step'], found: 'REVIEW' },
    ]);
    expect(await publish(mapId)).toMatchObject({ version: { status: 'PUBLISHED' }, problems: [] });
  });
});

describe('a new version', () => {
  it('keeps technologies the same, retires those it leaves out, and never touches the version before', async () => {
    const { mapId, ids } = await draftOf('versions');
    await publish(mapId);
    const open = await world.ask(someone, '{ techMap(code: "versions") { revision } }');
    const draft = await world.mutate(
      world.secretariat,
      'draftTechMapVersion',
      { mapId, revision: open['revision'] },
      'version { number status size }',
    );
    expect(draft).toMatchObject({ version: { number: 2, status: 'DRAFT', size: 3 }, problems: [] });
    await world.mutate(world.secretariat, 'updateTechnology', {
      technologyId: ids['runtime.storage'],
      revision: 1,
      name: { ko: '저장소', en: 'Cloud storage' },
    });
    await world.mutate(world.secretariat, 'removeTechnology', {
      technologyId: ids['runtime.storage.block'],
      revision: 1,
    });
    expect(await publish(mapId)).toMatchObject({ version: { number: 2, size: 2 }, problems: [] });

    const map = await world.ask(
      someone,
      `{ techMap(code: "versions") { versions { totalCount edges { node { number size } } }
         version(number: 1) { placements { edges { node { code name { en } } } } } } }`,
    );
    expect(map['versions']).toEqual({
      totalCount: 2,
      edges: [{ node: { number: 2, size: 2 } }, { node: { number: 1, size: 3 } }],
    });
    expect(map['version'].placements.edges.map(({ node }: Payload) => node.name.en)).toEqual([
      'runtime',
      'runtime.storage',
      'runtime.storage.block',
    ]);
    const storage = await world.ask(
      someone,
      '{ technology(code: "versions.runtime.storage") { id name { en } children { code } } }',
    );
    expect(storage).toEqual({
      id: ids['runtime.storage'],
      name: { en: 'Cloud storage' },
      children: [],
    });
    const retired = await world.ask(
      someone,
      '{ technology(code: "versions.runtime.storage.block") { id current } }',
    );
    expect(retired).toEqual({ id: ids['runtime.storage.block'], current: false });
  });

  it('brings a retired technology back as itself', async () => {
    const { id, ids } = await world.map('back', ['back DOMAIN', 'back.a AREA', 'back.b AREA']);
    const redraft = async () => {
      const { revision } = await world.ask(someone, '{ techMap(code: "back") { revision } }');
      await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId: id, revision });
    };
    await redraft();
    await world.mutate(world.secretariat, 'removeTechnology', {
      technologyId: ids['back.a'],
      revision: 1,
    });
    await publish(id);
    await redraft();
    const { placement } = await world.mutate(
      world.secretariat,
      'addTechnology',
      { mapId: id, code: 'back.a', name: { en: 'A' }, kind: 'AREA', parentId: ids['back'] },
      placementFields,
    );
    expect(placement.technology.id).toBe(ids['back.a']);
    await publish(id);
    expect(await world.ask(someone, '{ technology(code: "back.a") { id current } }')).toEqual({
      id: ids['back.a'],
      current: true,
    });
  });

  it('refuses a second draft, an empty version, and publishing what was changed meanwhile', async () => {
    const { map } = await world.mutate(
      world.operator,
      'createTechMap',
      { code: 'empty', name: { en: 'Empty' } },
      'map { id revision }',
    );
    const second = await world.mutate(world.secretariat, 'draftTechMapVersion', {
      mapId: map.id,
      revision: map.revision,
    });
    expect(second['problems']).toMatchObject([{ code: 'WRONG_STATE', rule: 'ONE_DRAFT_A_MAP' }]);
    const empty = await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: map.id,
      revision: 1,
    });
    expect(empty['problems']).toMatchObject([{ rule: 'VERSION_HAS_TECHNOLOGIES' }]);
    await world.mutate(world.secretariat, 'addTechnology', {
      mapId: map.id,
      code: 'empty.no-more',
      name: { en: 'No more' },
      kind: 'DOMAIN',
    });
    const stale = await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: map.id,
      revision: 1,
    });
    expect(stale['problems']).toMatchObject([{ code: 'STALE', path: ['revision'] }]);
  });
});

describe('a map', () => {
  it('has a code of its own, and is renamed by whoever read it last', async () => {
    const create = { code: 'named', name: { ko: '이름' } };
    const { map } = await world.mutate(
      world.secretariat,
      'createTechMap',
      create,
      'map { id revision }',
    );
    const again = await world.mutate(world.secretariat, 'createTechMap', create);
    expect(again['problems']).toMatchObject([{ code: 'TAKEN', path: ['code'] }]);
    const change = { mapId: map.id, revision: map.revision, name: { ko: '새 이름' }, sector: null };
    const renamed = await world.mutate(
      world.secretariat,
      'updateTechMap',
      change,
      'map { name { ko } sector { code } }',
    );
    expect(renamed).toMatchObject({ map: { name: { ko: '새 이름' }, sector: null }, problems: [] });
    const late = await world.mutate(world.secretariat, 'updateTechMap', change);
    expect(late['problems']).toMatchObject([{ code: 'STALE', path: ['revision'] }]);
  });

  it('answers a repeat under the same key once', async () => {
    const input = { code: 'repeat', name: { en: 'Repeat' }, idempotencyKey: 'repeat-0001' };
    const first = await world.mutate(world.secretariat, 'createTechMap', input, 'map { id }');
    const second = await world.mutate(world.secretariat, 'createTechMap', input, 'map { id }');
    expect(second).toEqual(first);
    expect(second['problems']).toEqual([]);
  });
});
