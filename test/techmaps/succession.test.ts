/** A new version of a map: what it says differently, what becomes of technologies, and how capabilities follow. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;
let ids: Record<string, string>;
let mapId: string;

const nodes = [
  'suc DOMAIN',
  'suc.old AREA',
  'suc.one AREA',
  'suc.two AREA',
  'suc.wide AREA',
  'suc.dead AREA',
  'suc.kept AREA',
];

beforeAll(async () => {
  world = await startTechmaps();
  ({ ids, id: mapId } = await world.map('suc', nodes));
  await world.firms('hanbit', 'saebyeok', 'mirinae');
});
afterAll(() => world.stop());

async function publish(
  companyId: string,
  revision: number,
  levels: Record<string, number>,
): Promise<Payload> {
  const capabilities = Object.entries(levels).map(([technologyCode, level]) => ({
    technologyCode,
    level,
  }));
  return world.mutate(world.editor(companyId), 'publishCapabilities', {
    companyId,
    revision,
    capabilities,
  });
}

async function company(viewer: Viewer, id: string, fields: string): Promise<Payload> {
  const [found] = (await world.ask(
    viewer,
    `query ($id: ID!) { _entities(representations: [{ __typename: "Company", id: $id }]) { ... on Company { ${fields} } } }`,
    { id },
  )) as Payload[];
  return found ?? {};
}

async function levelsOf(id: string): Promise<Record<string, number>> {
  const { capabilities } = await company(
    someone,
    id,
    'capabilities { edges { node { level technology { code } } } }',
  );
  return Object.fromEntries(
    capabilities.edges.map(({ node }: Payload) => [node.technology.code, node.level]),
  );
}

/** The revision of the draft as it is now. */
async function draftRevision(): Promise<number> {
  const { draft } = await world.ask(
    world.secretariat,
    `{ techMap(id: "${mapId}") { draft { revision } } }`,
  );
  return draft.revision;
}

async function succeed(code: string, kind: string, successors: string[]): Promise<Payload> {
  return world.mutate(
    world.secretariat,
    'setSuccession',
    {
      technologyId: ids[code],
      revision: await draftRevision(),
      kind,
      successorIds: successors.map((each) => ids[each]),
    },
    'succession { technology { code } kind successors { code } }',
  );
}

it('carries a whole map over: renamed, merged, split and retired', async () => {
  await publish('hanbit', 0, { 'suc.old': 7, 'suc.one': 4, 'suc.kept': 2 });
  await publish('saebyeok', 0, { 'suc.one': 3, 'suc.two': 6, 'suc.wide': 5, 'suc.dead': 9 });
  await publish('mirinae', 0, { 'suc.kept': 9 });
  const connection = await connect(world.uri, 'oca_consortia');
  const project = {
    title: { ko: '과제', en: null },
    status: 'RUNNING',
    sector: 'finance',
    memberIds: [],
    requirements: [{ technologyId: ids['suc.wide'], level: 6, providers: 2, mandatory: true }],
  };
  await publishFacts(factsOf(connection), [{ kind: 'project', key: 'p1', state: project }]);
  await connection.close();
  await world.service.caughtUp();
  const { capabilities } = await company(
    someone,
    'hanbit',
    `capabilities(technologyId: "${ids['suc.old']}") { edges { node { id } } }`,
  );
  const capabilityId = capabilities.edges[0].node.id as string;
  await world.mutate(world.reviewer, 'verifyCapability', { capabilityId, revision: 1, level: 6 });

  const before = await world.ask(someone, `{ techMap(id: "${mapId}") { revision } }`);
  await world.mutate(world.secretariat, 'draftTechMapVersion', {
    mapId,
    revision: before['revision'],
  });
  for (const code of ['suc.old', 'suc.one', 'suc.two', 'suc.wide', 'suc.dead']) {
    const removed = await world.mutate(world.secretariat, 'removeTechnology', {
      technologyId: ids[code],
      revision: 1,
    });
    expect(removed['problems']).toEqual([]);
  }
  for (const code of ['suc.new', 'suc.both', 'suc.left', 'suc.right']) {
    const { placement } = await world.mutate(
      world.secretariat,
      'addTechnology',
      { mapId, code, name: { en: code }, kind: 'AREA', parentId: ids['suc'] },
      'placement { technology { id } }',
    );
    ids[code] = placement.technology.id;
  }

  expect((await succeed('suc.kept', 'RETIRED', []))['problems']).toMatchObject([
    { code: 'WRONG_STATE', path: ['technologyId'] },
  ]);
  expect((await succeed('suc.wide', 'SPLIT', ['suc.left']))['problems']).toMatchObject([
    { code: 'INVALID', rule: 'SUCCESSORS_FIT_KIND', limit: '2-20', found: '1' },
  ]);
  expect((await succeed('suc.one', 'MERGED', ['suc.two']))['problems']).toMatchObject([
    { code: 'NOT_FOUND', path: ['successorIds', '0'] },
  ]);
  expect(await succeed('suc.old', 'RENAMED', ['suc.new'])).toEqual({
    succession: {
      technology: { code: 'suc.old' },
      kind: 'RENAMED',
      successors: [{ code: 'suc.new' }],
    },
    problems: [],
  });
  await succeed('suc.one', 'MERGED', ['suc.both']);
  await succeed('suc.two', 'MERGED', ['suc.both']);
  await succeed('suc.wide', 'SPLIT', ['suc.left', 'suc.right']);
  const late = await world.mutate(world.secretariat, 'setSuccession', {
    technologyId: ids['suc.dead'],
    revision: 1,
    kind: 'RETIRED',
  });
  expect(late['problems']).toMatchObject([{ code: 'STALE' }]);

  const published = await world.mutate(
    world.secretariat,
    'publishTechMapVersion',
    { mapId, revision: await draftRevision() },
    'version { number successions { technology { code } kind } }',
  );
  expect(published['problems']).toEqual([]);
  expect(published['version'].successions).toHaveLength(5);
  await world.service.caughtUp();

  expect(await levelsOf('hanbit')).toEqual({ 'suc.new': 7, 'suc.both': 4, 'suc.kept': 2 });
  expect(await levelsOf('saebyeok')).toEqual({ 'suc.both': 6, 'suc.wide': 5, 'suc.dead': 9 });
  expect(await levelsOf('mirinae')).toEqual({ 'suc.kept': 9 });
  const [same] = (await world.ask(
    someone,
    `{ _entities(representations: [{ __typename: "Capability", id: "${capabilityId}" }]) { ... on Capability { technology { code } verifiedLevel } } }`,
  )) as Payload[];
  expect(same).toEqual({ technology: { code: 'suc.new' }, verifiedLevel: 6 });
  const { capabilityMap, capabilityMaps } = await company(
    someone,
    'hanbit',
    'capabilityMap { revision entries { technology { code } } } capabilityMaps { totalCount }',
  );
  expect(capabilityMap).toEqual({
    revision: 2,
    entries: [
      { technology: { code: 'suc.both' } },
      { technology: { code: 'suc.kept' } },
      { technology: { code: 'suc.new' } },
    ],
  });
  expect(capabilityMaps.totalCount).toBe(2);
  const supply = (await world.ask(
    someone,
    '{ supply(technologyCodes: ["suc.both", "suc.wide", "suc"]) { firms } }',
  )) as unknown;
  expect(supply).toEqual([{ firms: 2 }, { firms: 0 }, { firms: 3 }]);
});

describe('the report', () => {
  const itemFields =
    'company { id } project { id } technology { code } kind successors { code } level outcome';

  it('tells what became of each capability and requirement, and what a person has to decide', async () => {
    const report = await world.ask(
      world.secretariat,
      `{ techMap(id: "${mapId}") { published { transition { pending counts { outcome items } items(outcome: TO_DECIDE) { totalCount edges { node { ${itemFields} } } } } } } }`,
    );
    const { pending, counts, items } = report['published'].transition;
    expect(pending).toBe(false);
    expect(counts).toEqual([
      { outcome: 'CARRIED', items: 3 },
      { outcome: 'JOINED', items: 1 },
      { outcome: 'TO_DECIDE', items: 2 },
      { outcome: 'ENDED', items: 1 },
    ]);
    const split = {
      technology: { code: 'suc.wide' },
      kind: 'SPLIT',
      successors: [{ code: 'suc.left' }, { code: 'suc.right' }],
      outcome: 'TO_DECIDE',
    };
    expect(items.totalCount).toBe(2);
    expect(items.edges.map(({ node }: Payload) => node)).toEqual(
      expect.arrayContaining([
        { ...split, company: { id: 'saebyeok' }, project: null, level: 5 },
        { ...split, company: null, project: { id: 'p1' }, level: 6 },
      ]),
    );
    const hidden = `{ techMap(id: "${mapId}") { published { transition { pending } } } }`;
    expect(await world.codes(someone, hidden)).toEqual(['UNAUTHENTICATED']);
    expect(await world.codes(world.editor('saebyeok'), hidden)).toEqual(['FORBIDDEN']);
  });

  it('is seen by the members of a company as far as it concerns them, and done with once they publish', async () => {
    const own =
      'transitionItems(outcome: TO_DECIDE) { totalCount edges { node { technology { code } } } }';
    expect(await company(world.editor('saebyeok'), 'saebyeok', own)).toEqual({
      transitionItems: { totalCount: 1, edges: [{ node: { technology: { code: 'suc.wide' } } }] },
    });
    expect(await company(world.editor('hanbit'), 'saebyeok', own)).toEqual({
      transitionItems: null,
    });
    const still = await publish('saebyeok', 2, { 'suc.wide': 5 });
    expect(still['problems']).toMatchObject([
      { code: 'WRONG_STATE', rule: 'TECHNOLOGY_IS_CURRENT' },
    ]);
    expect((await publish('saebyeok', 2, { 'suc.both': 6, 'suc.left': 5 }))['problems']).toEqual(
      [],
    );
    expect(await company(world.editor('saebyeok'), 'saebyeok', own)).toMatchObject({
      transitionItems: { totalCount: 0 },
    });
    const plans = await world.plans(() =>
      company(
        world.editor('saebyeok'),
        'saebyeok',
        'transitionItems { totalCount edges { cursor } }',
      ),
    );
    expect(plans.map(({ index }) => index)).not.toContain(null);
  });

  it('is told with the technology, here and to others', async () => {
    expect(
      await world.ask(
        someone,
        '{ technology(code: "suc.old") { current succession { kind successors { code } } } }',
      ),
    ).toEqual({
      current: false,
      succession: { kind: 'RENAMED', successors: [{ code: 'suc.new' }] },
    });
    expect(
      await world.ask(
        someone,
        '{ technology(code: "suc.dead") { succession { kind successors { code } } } }',
      ),
    ).toEqual({
      succession: { kind: 'RETIRED', successors: [] },
    });
    expect(
      await world.ask(someone, '{ technology(code: "suc.kept") { succession { kind } } }'),
    ).toEqual({ succession: null });
    const connection = await connect(world.uri, 'oca_techmaps');
    const fact = await factsOf(connection).findById(`technology:${ids['suc.wide']}`).lean();
    await connection.close();
    expect(fact?.state).toMatchObject({
      current: false,
      succession: { kind: 'SPLIT', successorIds: [ids['suc.left'], ids['suc.right']] },
    });
  });
});

function changes(version: number, request: string): Promise<Payload> {
  return world.ask(
    someone,
    `{ techMap(id: "${mapId}") { version(number: ${version}) { changes(${request}) { totalCount pageInfo { hasNextPage endCursor } edges { node { kind technology { code } before { code } after { code } fields } } } } } }`,
  );
}

describe('what a version says differently', () => {
  it('is told in the order of codes, page by page, by kind', async () => {
    const second = (await changes(2, 'first: 3'))['version'].changes;
    expect(second.totalCount).toBe(9);
    expect(second.edges.map(({ node }: Payload) => [node.kind, node.technology.code])).toEqual([
      ['ADDED', 'suc.both'],
      ['REMOVED', 'suc.dead'],
      ['ADDED', 'suc.left'],
    ]);
    const next = (await changes(2, `first: 100, after: "${second.pageInfo.endCursor}"`))['version']
      .changes;
    expect(next).toMatchObject({ pageInfo: { hasNextPage: false } });
    expect(next.edges).toHaveLength(6);
    const removed = (await changes(2, 'since: 1, kind: REMOVED'))['version'].changes;
    expect(removed.edges.map(({ node }: Payload) => [node.before.code, node.after])).toEqual(
      ['dead', 'old', 'one', 'two', 'wide'].map((code) => [`suc.${code}`, null]),
    );
    expect((await changes(1, 'first: 1'))['version'].changes.totalCount).toBe(nodes.length);
  });

  it('is told of a draft to those who may see it, with the fields that differ', async () => {
    const { revision: read } = await world.ask(someone, `{ techMap(id: "${mapId}") { revision } }`);
    await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId, revision: read });
    await world.mutate(world.secretariat, 'updateTechnology', {
      technologyId: ids['suc.kept'],
      revision: 1,
      core: true,
      name: { en: 'Kept' },
    });
    const { draft } = await world.ask(
      world.reviewer,
      `{ techMap(id: "${mapId}") { draft { changes { edges { node { kind fields before { name { en } } after { name { en } } } } } } } }`,
    );
    expect(draft.changes.edges.map(({ node }: Payload) => node)).toEqual([
      {
        kind: 'CHANGED',
        fields: ['core', 'name'],
        before: { name: { en: 'suc.kept' } },
        after: { name: { en: 'Kept' } },
      },
    ]);
  });

  it('is not told against a version that is no earlier one', async () => {
    for (const since of [2, 7, 0])
      expect(
        await world.codes(
          someone,
          `{ techMap(id: "${mapId}") { version(number: 2) { changes(since: ${since}) { totalCount } } } }`,
        ),
      ).toEqual(['BAD_USER_INPUT']);
  });

  it('is refused to be published when a successor was taken out again', async () => {
    await world.mutate(world.secretariat, 'removeTechnology', {
      technologyId: ids['suc.new'],
      revision: 1,
    });
    await succeed('suc.new', 'RENAMED', ['suc.left']);
    await world.mutate(world.secretariat, 'removeTechnology', {
      technologyId: ids['suc.left'],
      revision: 1,
    });
    const { problems } = await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId,
      revision: await draftRevision(),
    });
    expect(problems).toMatchObject([
      { code: 'WRONG_STATE', rule: 'SUCCESSORS_ARE_THERE', found: ids['suc.left'] },
    ]);
  });
});
