/** Capability maps before and after they are published: drafts, history, comparison. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { connect } from '#kit/mongo.ts';
import type { Viewer } from '#kit/viewer.ts';
import { someone, user } from '../service.ts';
import { startTechmaps, type Payload, type TechmapsWorld } from './techmaps.ts';

let world: TechmapsWorld;

beforeAll(async () => {
  world = await startTechmaps();
  await world.map('hist', ['hist DOMAIN', 'hist.a AREA', 'hist.b AREA', 'hist.c AREA']);
  await world.firms('hanbit', 'saebyeok');
});
afterAll(() => world.stop());

function claims(levels: Record<string, number>): object[] {
  return Object.entries(levels).map(([technologyCode, level]) => ({ technologyCode, level }));
}

async function publish(companyId: string, revision: number, levels: Record<string, number>) {
  const input = { companyId, revision, capabilities: claims(levels) };
  const { problems } = await world.mutate(world.editor(companyId), 'publishCapabilities', input);
  expect(problems).toEqual([]);
}

async function company(viewer: Viewer, id: string, fields: string): Promise<Payload> {
  const [found] = (await world.ask(
    viewer,
    `query ($id: ID!) { _entities(representations: [{ __typename: "Company", id: $id }]) { ... on Company { ${fields} } } }`,
    { id },
  )) as Payload[];
  return found ?? {};
}

const draftFields =
  'capabilityDraft { revision entries { technology { code } level capacity } faults { rule path } }';

function keep(viewer: Viewer, revision: number, capabilities: object[]): Promise<Payload> {
  const input = { companyId: 'hanbit', revision, capabilities };
  return world.mutate(viewer, 'draftCapabilities', input, draftFields);
}

describe('a draft', () => {
  it('is seen by members of the company alone, and changes nothing that others see', async () => {
    const kept = await keep(world.editor('hanbit'), 0, [
      { technologyCode: 'hist.a', level: 4, capacity: 3 },
      { technologyCode: 'hist', level: 2 },
    ]);
    expect(kept).toEqual({
      problems: [],
      capabilityDraft: {
        revision: 1,
        entries: [
          { technology: { code: 'hist.a' }, level: 4, capacity: 3 },
          { technology: { code: 'hist' }, level: 2, capacity: null },
        ],
        faults: [
          { rule: 'CAPABILITY_NAMES_NO_DOMAIN', path: ['capabilities', '1', 'technologyId'] },
        ],
      },
    });
    const member = user('member', { companies: { hanbit: 'VIEWER' } });
    expect(await company(member, 'hanbit', draftFields)).toMatchObject({
      capabilityDraft: { revision: 1 },
    });
    for (const viewer of [
      world.editor('saebyeok'),
      world.secretariat,
      world.operator,
      world.reviewer,
    ])
      expect(await company(viewer, 'hanbit', draftFields)).toEqual({ capabilityDraft: null });
    expect(
      await company(member, 'hanbit', 'capabilityMap { revision } capabilities { totalCount }'),
    ).toEqual({
      capabilityMap: null,
      capabilities: { totalCount: 0 },
    });
  });

  it('is changed by editors and owners, each knowing what the other did', async () => {
    const late = await keep(world.editor('hanbit'), 0, []);
    expect(late).toMatchObject({
      capabilityDraft: null,
      problems: [{ code: 'STALE', path: ['revision'] }],
    });
    const next = await keep(world.editor('hanbit'), 1, claims({ 'hist.b': 6 }));
    expect(next).toMatchObject({ capabilityDraft: { revision: 2, faults: [] }, problems: [] });
    const operation =
      'mutation { draftCapabilities(input: { companyId: "hanbit", revision: 2, capabilities: [] }) { problems { code } } }';
    expect(await world.codes(someone, operation)).toEqual(['UNAUTHENTICATED']);
    const member = user('member', { companies: { hanbit: 'VIEWER' } });
    for (const viewer of [member, world.editor('saebyeok'), world.secretariat])
      expect(await world.codes(viewer, operation)).toEqual(['FORBIDDEN']);
  });

  it('does not keep what cannot be mended later', async () => {
    const { problems } = await keep(world.editor('hanbit'), 2, [
      { technologyCode: 'hist.nothing', level: 4 },
      { technologyCode: 'hist.a', level: 12, capacity: 1_000 },
    ]);
    expect(problems.map(({ path }: Payload) => path.join('.'))).toEqual([
      'capabilities.0.technologyCode',
      'capabilities.1.level',
      'capabilities.1.capacity',
    ]);
  });

  it('is done with once the map is published, or thrown away', async () => {
    await publish('hanbit', 0, { 'hist.b': 6 });
    expect(await company(world.editor('hanbit'), 'hanbit', draftFields)).toEqual({
      capabilityDraft: null,
    });
    await keep(world.editor('hanbit'), 0, claims({ 'hist.c': 1 }));
    const discard = (viewer: Viewer, revision: number) =>
      world.mutate(
        viewer,
        'discardCapabilityDraft',
        { companyId: 'hanbit', revision },
        'company { id }',
      );
    expect((await discard(world.editor('hanbit'), 7))['problems']).toMatchObject([
      { code: 'STALE' },
    ]);
    expect(await discard(world.editor('hanbit'), 1)).toEqual({
      company: { id: 'hanbit' },
      problems: [],
    });
    expect(
      await world.codes(
        world.editor('saebyeok'),
        'mutation { discardCapabilityDraft(input: { companyId: "hanbit", revision: 1 }) { problems { code } } }',
      ),
    ).toEqual(['FORBIDDEN']);
  });
});

describe('history', () => {
  beforeAll(async () => {
    await publish('saebyeok', 0, { 'hist.a': 3 });
    await publish('saebyeok', 1, { 'hist.a': 5, 'hist.b': 5 });
    await publish('saebyeok', 2, { 'hist.b': 5, 'hist.c': 9 });
    // The first two were in force last year.
    const connection = await connect(world.uri, 'oca_techmaps');
    for (const [revision, at] of [
      [1, '2025-03-01T00:00:00.000Z'],
      // 2 June in Seoul.
      [2, '2025-06-01T15:30:00.000Z'],
    ] as const)
      await connection
        .collection('capabilitymaps')
        .updateOne({ companyId: 'saebyeok', revision }, { $set: { publishedAt: new Date(at) } });
    await connection.close();
  });

  it('keeps every published map, newest first', async () => {
    const { capabilityMaps } = await company(
      someone,
      'saebyeok',
      'capabilityMaps(first: 2) { totalCount pageInfo { hasNextPage } edges { node { revision size } } }',
    );
    expect(capabilityMaps).toEqual({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { revision: 3, size: 2 } }, { node: { revision: 2, size: 2 } }],
    });
    const plans = await world.plans(() =>
      company(someone, 'saebyeok', 'capabilityMaps { totalCount edges { cursor } }'),
    );
    expect(plans.map(({ index }) => index)).not.toContain(null);
  });

  it.each([
    ['revision: 2', 2],
    ['on: "2025-02-28"', null],
    ['on: "2025-03-01"', 1],
    ['on: "2025-06-01"', 1],
    ['on: "2025-06-02"', 2],
    ['on: "2999-01-01"', 3],
    ['revision: 9', null],
  ])('finds the map with %s', async (which, revision) => {
    const { capabilityMap } = await company(
      someone,
      'saebyeok',
      `capabilityMap(${which}) { revision }`,
    );
    expect(capabilityMap?.revision ?? null).toBe(revision);
  });

  it('compares a firm with itself at another time, and with another firm', async () => {
    const compare = (from: string, to: string) =>
      world.ask(
        someone,
        `{ capabilityComparison(from: { ${from} }, to: { ${to} }) { same differences { technology { code } fromLevel toLevel } } }`,
      );
    expect(await compare('companyId: "saebyeok", revision: 1', 'companyId: "saebyeok"')).toEqual({
      same: 0,
      differences: [
        { technology: { code: 'hist.a' }, fromLevel: 3, toLevel: null },
        { technology: { code: 'hist.b' }, fromLevel: null, toLevel: 5 },
        { technology: { code: 'hist.c' }, fromLevel: null, toLevel: 9 },
      ],
    });
    expect(await compare('companyId: "hanbit"', 'companyId: "saebyeok", on: "2025-12-31"')).toEqual(
      {
        same: 0,
        differences: [
          { technology: { code: 'hist.a' }, fromLevel: null, toLevel: 5 },
          { technology: { code: 'hist.b' }, fromLevel: 6, toLevel: 5 },
        ],
      },
    );
    expect(await compare('companyId: "nobody"', 'companyId: "saebyeok"')).toBeNull();
    expect(
      await world.codes(
        someone,
        '{ capabilityComparison(from: { companyId: "hanbit", revision: 1, on: "2025-01-01" }, to: { companyId: "saebyeok" }) { same } }',
      ),
    ).toEqual(['BAD_USER_INPUT']);
  });
});
