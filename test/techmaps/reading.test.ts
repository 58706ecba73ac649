/** Reading the map: who supplies what where, what projects need, where firms are missing, what goes together. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { factsOf, publishFacts } from '#kit/facts.ts';
import { connect } from '#kit/mongo.ts';
import type { ProjectFact } from '#schema/facts.ts';
import { someone } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';
import { tellFirms } from '../told.ts';

let world: TechmapsWorld;
let ids: Record<string, string>;
let mapId: string;

const firms = {
  hanbit: { sectors: ['finance', 'public'], region: 'KR-11' },
  saebyeok: { sectors: ['finance'], region: 'KR-26' },
  mirinae: { sectors: ['healthcare'], region: null },
  loner: { sectors: [], region: 'FR' },
};

beforeAll(async () => {
  world = await startTechmaps();
  ({ ids, id: mapId } = await world.map('read', [
    'read DOMAIN',
    'read.a AREA',
    'read.a.x',
    'read.a.y',
    'read.b AREA',
    'read.b.z',
    'read.c AREA',
  ]));
  await tellFirms(world.uri, firms);
  await world.service.caughtUp();
  await publish('hanbit', { 'read.a.x': 7, 'read.a.y': 3 });
  await publish('saebyeok', { 'read.a.x': 5, 'read.a.y': 5 });
  await publish('mirinae', { 'read.a.x': 9, 'read.b.z': 4 });
});
afterAll(() => world.stop());

async function publish(companyId: string, levels: Record<string, number>, revision = 0) {
  const capabilities = Object.entries(levels).map(([technologyCode, level]) => ({
    technologyCode,
    level,
  }));
  const input = { companyId, revision, capabilities };
  const { problems } = await world.mutate(world.editor(companyId), 'publishCapabilities', input);
  expect(problems).toEqual([]);
  await world.service.caughtUp();
}

async function tellProjects(projects: Record<string, Partial<ProjectFact> | null>): Promise<void> {
  const connection = await connect(world.uri, 'oca_consortia');
  const base = {
    title: { ko: '과제', en: null },
    status: 'SEALED',
    sector: 'finance',
    memberIds: [],
  };
  await publishFacts(
    factsOf(connection),
    Object.entries(projects).map(([key, project]) => ({
      kind: 'project',
      key,
      state: project && { ...base, ...project },
    })),
  );
  await connection.close();
  await world.service.caughtUp();
}

function needs(code: string, level: number, providers: number) {
  return { technologyId: ids[code] ?? '', level, providers, mandatory: true };
}

const gapFields = 'technology { code } shortfall missing need { projects places }';

async function gaps(filter: object = {}): Promise<Payload[]> {
  const { edges } = await world.ask(
    someone,
    `query ($filter: TechnologyGapFilter) { technologyGaps(filter: $filter) { edges { node { ${gapFields} } } } }`,
    { filter },
  );
  return edges.map(({ node }: Payload) => node);
}

function grid(by: string, leastLevel: number): Promise<Payload> {
  return world.ask(
    someone,
    `{ supplyGrid(parentId: "${ids['read']}", by: ${by}, leastLevel: ${leastLevel}) { columns rows { technology { code } firms cells } } }`,
  );
}

async function sole(leastLevel: number): Promise<unknown[]> {
  const { edges, totalCount } = await world.ask(
    someone,
    `{ soleSuppliers(filter: { mapId: "${mapId}", leastLevel: ${leastLevel} }) { totalCount edges { node { technology { code } company { id } level } } } }`,
  );
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node }: Payload) => [node.technology.code, node.company.id, node.level]);
}

describe('supply broken down', () => {
  it('tells firms by sector and by region', async () => {
    const { supply } = await world.ask(
      someone,
      '{ technology(code: "read.a.x") { supply { firms sectors { sector { code } firms } regions { region firms levels { level firms } } } } }',
    );
    expect(supply.firms).toBe(3);
    expect(supply.sectors).toEqual([
      { sector: { code: 'finance' }, firms: 2 },
      { sector: { code: 'healthcare' }, firms: 1 },
      { sector: { code: 'public' }, firms: 1 },
    ]);
    expect(supply.regions.map(({ region, firms: count }: Payload) => [region, count])).toEqual([
      ['KR-11', 1],
      ['KR-26', 1],
    ]);
    expect(supply.regions[0].levels[6]).toEqual({ level: 7, firms: 1 });
  });

  it('is a grid of children by sector or region, from a level up', async () => {
    expect(await grid('SECTOR', 1)).toEqual({
      columns: ['finance', 'healthcare', 'public'],
      rows: [
        { technology: { code: 'read.a' }, firms: 3, cells: [2, 1, 1] },
        { technology: { code: 'read.b' }, firms: 1, cells: [0, 1, 0] },
        { technology: { code: 'read.c' }, firms: 0, cells: [0, 0, 0] },
      ],
    });
    expect(await grid('REGION', 6)).toEqual({
      columns: ['KR-11'],
      rows: [
        { technology: { code: 'read.a' }, firms: 2, cells: [1] },
        { technology: { code: 'read.b' }, firms: 0, cells: [0] },
        { technology: { code: 'read.c' }, firms: 0, cells: [0] },
      ],
    });
  });

  it('follows a firm that moves or changes its sector', async () => {
    await publish('loner', { 'read.c': 2 });
    await tellFirms(world.uri, { loner: { sectors: ['public'], region: 'KR-11' } });
    await world.service.caughtUp();
    const { supply } = await world.ask(
      someone,
      '{ technology(code: "read.c") { supply { firms sectors { sector { code } firms } regions { region firms } } } }',
    );
    expect(supply).toEqual({
      firms: 1,
      sectors: [{ sector: { code: 'public' }, firms: 1 }],
      regions: [{ region: 'KR-11', firms: 1 }],
    });
  });
});

describe('the gap', () => {
  it('is ranked: what nobody can meet first, then where most firms are missing', async () => {
    await tellProjects({
      p1: { requirements: [needs('read.b.z', 6, 2), needs('read.a.x', 5, 2)] },
      p2: { sector: 'public', requirements: [needs('read.a.x', 5, 2), needs('read.a.y', 5, 1)] },
      over: { status: 'COMPLETED', requirements: [needs('read.b.z', 9, 9)] },
    });
    expect(await gaps()).toEqual([
      {
        technology: { code: 'read.b.z' },
        shortfall: 2,
        missing: 2,
        need: { projects: 1, places: 2 },
      },
      {
        technology: { code: 'read.a.x' },
        shortfall: 0,
        missing: 1,
        need: { projects: 2, places: 4 },
      },
      {
        technology: { code: 'read.a.y' },
        shortfall: 0,
        missing: 0,
        need: { projects: 1, places: 1 },
      },
    ]);
  });

  it('narrows to a branch, and to a sector: its projects against its firms', async () => {
    expect(
      (await gaps({ withinId: ids['read.b'] })).map(({ technology }) => technology.code),
    ).toEqual(['read.b.z']);
    expect(await gaps({ mapId: 'another' })).toEqual([]);
    expect(await gaps({ sector: 'public' })).toEqual([
      {
        technology: { code: 'read.a.x' },
        shortfall: 1,
        missing: 1,
        need: { projects: 1, places: 2 },
      },
      {
        technology: { code: 'read.a.y' },
        shortfall: 1,
        missing: 1,
        need: { projects: 1, places: 1 },
      },
    ]);
  });

  it('is paged in its own order', async () => {
    const query = `query ($after: String) { technologyGaps(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { technology { code } } } } }`;
    const first = await world.ask(someone, query);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const second = await world.ask(someone, query, { after: first['pageInfo'].endCursor });
    expect(second).toMatchObject({
      pageInfo: { hasNextPage: false },
      edges: [{ node: { technology: { code: 'read.a.y' } } }],
    });
    expect(await world.codes(someone, query, { after: 'nonsense' })).toEqual(['BAD_USER_INPUT']);
  });

  it('is told for one technology and for a tree map', async () => {
    const one = await world.ask(
      someone,
      `{ technology(code: "read.a.x") { need { levels { level places } } gap { ${gapFields} supply { firms } } } }`,
    );
    expect(one['need'].levels.filter(({ places }: Payload) => places > 0)).toEqual([
      { level: 5, places: 4 },
    ]);
    expect(one['gap']).toMatchObject({ missing: 1, supply: { firms: 3 } });
    const figures = (depth: number) =>
      world.ask(
        someone,
        `{ techMap(id: "${mapId}") { figures(depth: ${depth}) { technology { code } supply { firms } need { places } } } }`,
      );
    const two = await figures(2);
    expect(
      two['figures'].map(({ technology, supply }: Payload) => [technology.code, supply.firms]),
    ).toEqual([
      ['read', 4],
      ['read.a', 3],
      ['read.b', 1],
      ['read.c', 1],
    ]);
    const three = await figures(3);
    expect(three['figures']).toHaveLength(7);
    expect(
      await world.codes(someone, `{ techMap(id: "${mapId}") { figures(depth: 0) { missing } } }`),
    ).toEqual(['BAD_USER_INPUT']);
  });

  it('closes when a project changes what it needs, ends, or is gone', async () => {
    await tellProjects({
      p1: { requirements: [needs('read.a.y', 9, 1)] },
      p2: { status: 'TERMINATED' },
    });
    expect(await gaps()).toEqual([
      {
        technology: { code: 'read.a.y' },
        shortfall: 1,
        missing: 1,
        need: { projects: 1, places: 1 },
      },
    ]);
    await tellProjects({ p1: null });
    expect(await gaps()).toEqual([]);
  });
});

describe('what goes together', () => {
  it('tells technologies with one supplier alone, and who it is', async () => {
    expect(await sole(1)).toEqual([
      ['read.b', 'mirinae', 4],
      ['read.b.z', 'mirinae', 4],
      ['read.c', 'loner', 2],
    ]);
    expect(await sole(5)).toEqual([['read.a.y', 'saebyeok', 5]]);
    expect(await sole(9)).toEqual([
      ['read.a', 'mirinae', 9],
      ['read.a.x', 'mirinae', 9],
    ]);
  });

  it('tells what the firms in a technology also have', async () => {
    const { related } = await world.ask(
      someone,
      '{ technology(code: "read.a.x") { related(first: 5) { technology { code } firms overlap } } }',
    );
    expect(related).toEqual([
      { technology: { code: 'read.a.y' }, firms: 2, overlap: 6667 },
      { technology: { code: 'read.b.z' }, firms: 1, overlap: 3333 },
    ]);
  });

  it('tells firms that are alike, the most alike first', async () => {
    const [company] = (await world.ask(
      someone,
      '{ _entities(representations: [{ __typename: "Company", id: "hanbit" }]) { ... on Company { similar { company { id } likeness shared } } } }',
    )) as Payload[];
    expect(
      company?.['similar'].map(({ company: { id }, shared }: Payload) => [id, shared]),
    ).toEqual([
      ['saebyeok', 2],
      ['mirinae', 1],
    ]);
    const nobody =
      '{ _entities(representations: [{ __typename: "Company", id: "nobody" }]) { ... on Company { similar { likeness } } } }';
    expect(await world.ask(someone, nobody)).toEqual([{ similar: [] }]);
    expect(
      await world.codes(
        someone,
        '{ technology(code: "read.a.x") { related(first: 21) { overlap } } }',
      ),
    ).toEqual(['BAD_USER_INPUT']);
  });

  it('is read by indexes', async () => {
    await tellProjects({ p3: { requirements: [needs('read.a.x', 5, 1)] } });
    const queries = [
      '{ technologyGaps { edges { node { missing } } } }',
      `{ soleSuppliers(filter: { mapId: "${mapId}" }) { edges { node { level } } } }`,
      `{ techMap(id: "${mapId}") { figures { missing } } }`,
      '{ technology(code: "read.a.x") { gap { missing } related { overlap } } }',
      '{ _entities(representations: [{ __typename: "Company", id: "hanbit" }]) { ... on Company { similar { likeness } } } }',
    ];
    for (const query of queries) {
      const plans = await world.plans(() => world.ask(someone, query));
      expect(plans).not.toEqual([]);
      expect(plans.filter(({ index }) => index === null)).toEqual([]);
    }
  });
});
