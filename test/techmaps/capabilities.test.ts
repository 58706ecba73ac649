/** Publishing what firms can do, verifying it, and counting supply. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { someone, user } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';
import { tellFirms } from '../told.ts';

let world: TechmapsWorld;
let ids: Record<string, string>;

beforeAll(async () => {
  world = await startTechmaps({ TECHMAPS_CAPABILITY_LIMIT: '4' });
  ({ ids } = await world.map('cap', [
    'cap DOMAIN',
    'cap.runtime AREA',
    'cap.runtime.container',
    'cap.runtime.sandbox',
    'cap.storage AREA',
    'cap.storage.block',
  ]));
  await world.firms('hanbit', 'saebyeok', 'mirinae');
});
afterAll(() => world.stop());

const mapFields =
  'capabilityMap { revision size publishedAt entries { technology { code } level since evidence { kind title url note } } } company { id }';

function publish(companyId: string, revision: number, capabilities: object[]): Promise<Payload> {
  return world.mutate(
    world.editor(companyId),
    'publishCapabilities',
    { companyId, revision, capabilities },
    mapFields,
  );
}

async function supplyOf(code: string): Promise<{ firms: number; levels: Record<number, number> }> {
  await world.service.caughtUp();
  const [supply] = (await world.ask(
    someone,
    'query ($code: String!) { supply(technologyCodes: [$code]) { firms levels { level firms } } }',
    { code },
  )) as Payload[];
  const levels = (supply?.['levels'] ?? []) as { level: number; firms: number }[];
  const there = levels.filter(({ firms }) => firms > 0).map(({ level, firms }) => [level, firms]);
  return { firms: supply?.['firms'], levels: Object.fromEntries(there) };
}

describe('a capability map', () => {
  it('is published as a dated snapshot, with the earlier ones kept', async () => {
    await world.firms('dated');
    const first = await publish('dated', 0, [
      { technologyCode: 'cap.storage.block', level: 3 },
      {
        technologyId: ids['cap.runtime.container'],
        level: 7,
        since: '2024-03-01',
        evidence: [{ kind: 'LINK', title: ' Docs ', url: 'https://example.org/docs' }],
      },
    ]);
    expect(first).toEqual({
      problems: [],
      company: { id: 'dated' },
      capabilityMap: {
        revision: 1,
        size: 2,
        publishedAt: expect.any(String),
        entries: [
          {
            technology: { code: 'cap.runtime.container' },
            level: 7,
            since: '2024-03-01',
            evidence: [
              { kind: 'LINK', title: 'Docs', url: 'https://example.org/docs', note: null },
            ],
          },
          { technology: { code: 'cap.storage.block' }, level: 3, since: null, evidence: [] },
        ],
      },
    });
    const second = await publish('dated', 1, [
      { technologyCode: 'cap.runtime.container', level: 8 },
    ]);
    expect(second).toMatchObject({ capabilityMap: { revision: 2, size: 1 }, problems: [] });
    const late = await publish('dated', 1, []);
    expect(late['problems']).toMatchObject([{ code: 'STALE', path: ['revision'] }]);
  });

  it('is refused with every fault at once, and then nothing changes', async () => {
    const { problems } = await publish('hanbit', 0, [
      { technologyCode: 'cap.runtime.container', level: 10 },
      { technologyCode: 'cap.nothing', level: 0, since: '2999-01-01' },
      { technologyCode: 'cap', level: 5, evidence: [{ kind: 'LINK' }] },
      { technologyId: ids['cap.runtime.container'], level: 5 },
    ]);
    expect(problems.map(({ code, rule, path }: Payload) => [path.join('.'), code, rule])).toEqual([
      ['capabilities.0.level', 'INVALID', 'LEVEL_IS_TRL'],
      ['capabilities.1.technologyCode', 'NOT_FOUND', 'TECHNOLOGY_IS_KNOWN'],
      ['capabilities.1.level', 'INVALID', 'LEVEL_IS_TRL'],
      ['capabilities.1.since', 'INVALID', null],
      ['capabilities.2.technologyCode', 'INVALID', 'CAPABILITY_NAMES_NO_DOMAIN'],
      ['capabilities.2.evidence.0.url', 'INVALID', null],
      ['capabilities.3.technologyId', 'INVALID', 'TECHNOLOGY_ONCE'],
    ]);
    const limit = await publish(
      'hanbit',
      0,
      Array.from({ length: 5 }, () => ({ technologyCode: 'cap', level: 1 })),
    );
    expect(limit['problems']).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['capabilities'], limit: '4' },
    ]);
    const nothing = await world.ask(
      someone,
      '{ capabilities(filter: { companyIds: ["hanbit"] }) { totalCount } }',
    );
    expect(nothing).toEqual({ totalCount: 0 });
  });

  it('is refused for a company that is unknown or does not take part', async () => {
    const unknown = await publish('nobody', 0, []);
    expect(unknown['problems']).toMatchObject([{ code: 'NOT_FOUND', path: ['companyId'] }]);
    await tellFirms(world.uri, { shut: { status: 'SUSPENDED' }, waiting: { status: 'PENDING' } });
    await world.service.caughtUp();
    const shut = await publish('shut', 0, []);
    expect(shut['problems']).toMatchObject([
      { code: 'WRONG_STATE', rule: 'COMPANY_TAKES_PART', found: 'SUSPENDED' },
    ]);
    const waiting = await publish('waiting', 0, [{ technologyCode: 'cap.runtime', level: 2 }]);
    expect(waiting['problems']).toEqual([]);
  });

  it('is published by editors and owners of the company alone', async () => {
    await world.firms('guarded');
    const operation = `mutation { publishCapabilities(input: { companyId: "guarded", revision: 0, capabilities: [] }) { problems { code } } }`;
    expect(await world.codes(someone, operation)).toEqual(['UNAUTHENTICATED']);
    for (const viewer of [
      user('viewer', { companies: { guarded: 'VIEWER' } }),
      world.editor('hanbit'),
      world.secretariat,
      world.operator,
    ])
      expect(await world.codes(viewer, operation)).toEqual(['FORBIDDEN']);
    const owner = user('owner', { companies: { guarded: 'OWNER' } });
    expect(await world.ask(owner, operation)).toEqual({ problems: [] });
  });
});

describe('verification', () => {
  it('stands beside what the company declares, and stays when the map is published again', async () => {
    await world.firms('proven');
    await publish('proven', 0, [{ technologyCode: 'cap.runtime.sandbox', level: 9 }]);
    const list =
      '{ capabilities(filter: { companyIds: ["proven"] }) { edges { node { id level verifiedLevel verifiedAt revision } } } }';
    const { edges } = await world.ask(someone, list);
    const [{ node }] = edges;
    expect(node).toMatchObject({ level: 9, verifiedLevel: null, verifiedAt: null, revision: 1 });
    const input = { capabilityId: node.id, revision: 1, level: 6 };
    const verified = await world.mutate(
      world.reviewer,
      'verifyCapability',
      input,
      'capability { verifiedLevel verifiedAt revision }',
    );
    expect(verified).toMatchObject({
      capability: { verifiedLevel: 6, verifiedAt: expect.any(String), revision: 2 },
      problems: [],
    });
    const late = await world.mutate(world.reviewer, 'verifyCapability', input);
    expect(late['problems']).toMatchObject([{ code: 'STALE' }]);
    const beyond = await world.mutate(world.reviewer, 'verifyCapability', { ...input, level: 10 });
    expect(beyond['problems']).toMatchObject([
      { code: 'INVALID', rule: 'LEVEL_IS_TRL', path: ['level'] },
    ]);
    await publish('proven', 1, [{ technologyCode: 'cap.runtime.sandbox', level: 8 }]);
    const after = await world.ask(someone, list);
    expect(after['edges'][0].node).toMatchObject({ id: node.id, level: 8, verifiedLevel: 6 });
    const back = await world.mutate(
      world.secretariat,
      'verifyCapability',
      { capabilityId: node.id, revision: after['edges'][0].node.revision, level: null },
      'capability { verifiedLevel verifiedAt }',
    );
    expect(back).toMatchObject({ capability: { verifiedLevel: null, verifiedAt: null } });
  });

  it('is not done by somebody of the same company', async () => {
    await world.firms('own');
    await publish('own', 0, [{ technologyCode: 'cap.runtime.sandbox', level: 9 }]);
    const { edges } = await world.ask(
      someone,
      '{ capabilities(filter: { companyIds: ["own"] }) { edges { node { id } } } }',
    );
    const insider = user('insider', { roles: ['REVIEWER'], companies: { own: 'VIEWER' } });
    const { problems } = await world.mutate(insider, 'verifyCapability', {
      capabilityId: edges[0].node.id,
      revision: 1,
      level: 9,
    });
    expect(problems).toMatchObject([{ code: 'WRONG_STATE', rule: 'EXPERT_IS_INDEPENDENT' }]);
  });
});

describe('supply', () => {
  it('counts each firm once at its highest level, and again when its map or its standing changes', async () => {
    const own = await world.map('sup', [
      'sup DOMAIN',
      'sup.a AREA',
      'sup.a.x',
      'sup.a.y',
      'sup.b AREA',
    ]);
    await publish('hanbit', 0, [
      { technologyCode: 'sup.a.x', level: 4 },
      { technologyCode: 'sup.a.y', level: 7 },
    ]);
    await publish('saebyeok', 0, [{ technologyCode: 'sup.a.x', level: 9 }]);
    expect(await supplyOf('sup.a.x')).toEqual({ firms: 2, levels: { 4: 1, 9: 1 } });
    expect(await supplyOf('sup.a')).toEqual({ firms: 2, levels: { 7: 1, 9: 1 } });
    expect(await supplyOf('sup')).toEqual({ firms: 2, levels: { 7: 1, 9: 1 } });
    expect(await supplyOf('sup.b')).toEqual({ firms: 0, levels: {} });
    const least = await world.ask(
      someone,
      '{ technology(code: "sup.a") { supply { firmsAtLeast(level: 8) technology { code } } } }',
    );
    expect(least['supply']).toEqual({ firmsAtLeast: 1, technology: { code: 'sup.a' } });

    await publish('hanbit', 1, [{ technologyCode: 'sup.b', level: 2 }]);
    expect(await supplyOf('sup.a')).toEqual({ firms: 1, levels: { 9: 1 } });
    expect(await supplyOf('sup.b')).toEqual({ firms: 1, levels: { 2: 1 } });

    await tellFirms(world.uri, { saebyeok: { status: 'SUSPENDED' } });
    await world.service.caughtUp();
    expect(await supplyOf('sup')).toEqual({ firms: 1, levels: { 2: 1 } });
    const shown = await world.ask(
      someone,
      '{ capabilities(filter: { technologyCode: "sup.a.x" }) { totalCount } }',
    );
    expect(shown).toEqual({ totalCount: 0 });
    await tellFirms(world.uri, { saebyeok: { status: 'APPROVED' } });
    await world.service.caughtUp();
    expect(await supplyOf('sup')).toEqual({ firms: 2, levels: { 2: 1, 9: 1 } });

    // A new version moves x below b: the firm counts there from then on, and no longer in a.
    const { revision } = await world.ask(someone, '{ techMap(code: "sup") { revision } }');
    await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId: own.id, revision });
    const moved = await world.mutate(
      world.secretariat,
      'moveTechnology',
      { technologyId: own.ids['sup.a.x'], revision: 1, parentId: own.ids['sup.b'] },
      'placement { revision }',
    );
    expect(moved['problems']).toEqual([]);
    const { draft } = await world.ask(
      world.secretariat,
      '{ techMap(code: "sup") { draft { revision } } }',
    );
    await world.mutate(world.secretariat, 'publishTechMapVersion', {
      mapId: own.id,
      revision: draft.revision,
    });
    await world.service.caughtUp();
    expect(await supplyOf('sup.a')).toEqual({ firms: 0, levels: {} });
    expect(await supplyOf('sup.b')).toEqual({ firms: 2, levels: { 2: 1, 9: 1 } });
  });

  it('refuses a level that is none', async () => {
    const wrong = '{ supply(technologyCodes: ["cap"]) { firmsAtLeast(level: 0) } }';
    expect(await world.codes(someone, wrong)).toEqual(['BAD_USER_INPUT']);
    const list = '{ capabilities(filter: { leastLevel: 10 }) { totalCount } }';
    expect(await world.codes(someone, list)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a merger', () => {
  it('hands what the firm that is gone could do to the one that stays, however many mergers lie between', async () => {
    await world.map('mer', ['mer DOMAIN', 'mer.a AREA', 'mer.b AREA', 'mer.c AREA']);
    await world.firms('stays', 'goes', 'went');
    await publish('stays', 0, [{ technologyCode: 'mer.a', level: 3 }]);
    await publish('goes', 0, [
      { technologyCode: 'mer.a', level: 6 },
      { technologyCode: 'mer.b', level: 8 },
    ]);
    await publish('went', 0, [{ technologyCode: 'mer.c', level: 2 }]);
    const { edges } = await world.ask(
      someone,
      '{ capabilities(filter: { companyIds: ["goes"], leastLevel: 8 }) { edges { node { id } } } }',
    );
    await world.mutate(world.reviewer, 'verifyCapability', {
      capabilityId: edges[0].node.id,
      revision: 1,
      level: 7,
    });
    await tellFirms(world.uri, {
      went: { status: 'MERGED', mergedIntoId: 'goes' },
      goes: { status: 'MERGED', mergedIntoId: 'stays' },
    });
    await world.service.caughtUp();
    const stays = await held('stays');
    expect(stays.capabilities.edges.map(said)).toEqual([
      ['mer.b', 8, 7],
      ['mer.a', 6, null],
      ['mer.c', 2, null],
    ]);
    expect(stays.capabilities.edges[0].node.id).toBe(edges[0].node.id);
    for (const id of ['goes', 'went'])
      expect(await held(id)).toMatchObject({
        capabilityMap: { size: 0 },
        capabilities: { edges: [] },
      });
    expect(await supplyOf('mer')).toEqual({ firms: 1, levels: { 8: 1 } });
    // Told again, nothing more happens.
    await tellFirms(world.uri, { goes: { status: 'MERGED', mergedIntoId: 'stays' } });
    await world.service.caughtUp();
    expect(await held('stays')).toEqual(stays);
  });
});

async function held(id: string): Promise<Payload> {
  const [company] = (await world.ask(
    someone,
    `{ _entities(representations: [{ __typename: "Company", id: "${id}" }]) { ... on Company { capabilityMap { revision size } capabilities { edges { node { id level verifiedLevel technology { code } } } } } } }`,
  )) as Payload[];
  return company ?? {};
}

function said({ node }: Payload): unknown[] {
  return [node.technology.code, node.level, node.verifiedLevel];
}

describe('finding capabilities', () => {
  it('pages through them from the highest level down, at least at a level', async () => {
    await world.map('find', ['find DOMAIN', 'find.x AREA']);
    for (const [index, level] of [3, 9, 5, 7].entries()) {
      await world.firms(`find-${index}`);
      await publish(`find-${index}`, 0, [{ technologyCode: 'find.x', level }]);
    }
    const query = `query ($after: String) {
      capabilities(filter: { technologyCode: "find.x", leastLevel: 4 }, first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { level company { id } } }
      } }`;
    const first = await world.ask(someone, query);
    expect(first).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { level: 9, company: { id: 'find-1' } } }, { node: { level: 7 } }],
    });
    const second = await world.ask(someone, query, { after: first['pageInfo'].endCursor });
    expect(second).toMatchObject({
      pageInfo: { hasNextPage: false },
      edges: [{ node: { level: 5 } }],
    });
    const unknown =
      '{ capabilities(filter: { technologyCode: "find.y" }) { totalCount edges { cursor } } }';
    expect(await world.ask(someone, unknown)).toEqual({ totalCount: 0, edges: [] });
  });

  it('is joined to companies and technologies by their keys', async () => {
    await world.firms('joined');
    await publish('joined', 0, [{ technologyCode: 'cap.storage.block', level: 6 }]);
    const { edges } = await world.ask(
      someone,
      '{ capabilities(filter: { companyIds: ["joined"] }) { edges { node { id } } } }',
    );
    const entities = (await world.ask(
      someone,
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
         ... on Company { id capabilities(leastLevel: 6) { totalCount edges { node { level technology { code } } } } capabilityMap { revision size } }
         ... on Technology { code name { en } having: capabilities { edges { node { company { id } } } } }
         ... on Capability { level }
       } }`,
      {
        representations: [
          { __typename: 'Company', id: 'joined' },
          { __typename: 'Technology', code: 'cap.storage.block' },
          { __typename: 'Technology', id: ids['cap.storage.block'] },
          { __typename: 'Capability', id: edges[0].node.id },
          { __typename: 'Company', id: 'mirinae' },
        ],
      },
    )) as unknown;
    const technology = {
      code: 'cap.storage.block',
      name: { en: 'cap.storage.block' },
      having: { edges: [{ node: { company: { id: 'joined' } } }] },
    };
    expect(entities).toMatchObject([
      {
        id: 'joined',
        capabilities: {
          totalCount: 1,
          edges: [{ node: { level: 6, technology: { code: 'cap.storage.block' } } }],
        },
        capabilityMap: { revision: 1, size: 1 },
      },
      { code: technology.code },
      { code: technology.code },
      { level: 6 },
      { id: 'mirinae', capabilityMap: null, capabilities: { totalCount: 0 } },
    ]);
  });
});
