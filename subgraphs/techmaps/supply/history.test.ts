/** Kept counts after random histories: what firms publish, standing, mergers and the tree change, and the counts stay true. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection } from 'mongoose';

import { connect } from '#kit/mongo.ts';
import type { CompanyFact } from '#schema/facts.ts';
import { startTechmaps, type TechmapsWorld } from '../../../test/techmaps/techmaps.ts';
import { tellFirms } from '../../../test/told.ts';
import { takesPart } from '../company/company.ts';
import { modelsOf } from '../context.ts';
import { footprintOf, groupsOf } from './footprint.ts';
import { renewCounts } from './recount.ts';
import type { BreakdownRecord, FirmCount, LevelCounts, SupplyRecord } from './supply.model.ts';

const firms = ['h-one', 'h-two', 'h-three'];
const leaves = ['his.a.x', 'his.a.y', 'his.b.z'];
const statuses: CompanyFact['status'][] = ['APPROVED', 'SUSPENDED', 'CLOSED'];
const sectors = ['finance', 'public'];

let world: TechmapsWorld;
let connection: Connection;
let mapId: string;
let ids: Record<string, string>;

beforeAll(async () => {
  world = await startTechmaps();
  connection = await connect(world.uri, 'oca_techmaps');
  ({ id: mapId, ids } = await world.map('his', [
    'his DOMAIN',
    'his.a AREA',
    'his.b AREA',
    ...leaves,
  ]));
});
afterAll(async () => {
  await connection.close();
  await world.stop();
});

type Step = (world: TechmapsWorld) => Promise<void>;

/** Publishes what a firm can do, whatever its map is now; refused while the firm does not take part. */
function publish(companyId: string, levels: readonly number[]): Step {
  return async () => {
    const newest = await modelsOf(connection).capabilityMaps.findOne({ companyId, newest: true }).lean(); // prettier-ignore
    await world.mutate(world.editor(companyId), 'publishCapabilities', {
      companyId,
      revision: newest?.revision ?? 0,
      capabilities: leaves.flatMap((technologyCode, index) => {
        const level = levels[index] ?? 0;
        return level === 0 ? [] : [{ technologyCode, level }];
      }),
    });
  };
}

function stand(
  companyId: string,
  status: CompanyFact['status'],
  own: readonly string[],
  region: string,
): Step {
  return () => tellFirms(world.uri, { [companyId]: { status, sectors: [...own], region } });
}

function merge(goingId: string, stayingId: string): Step {
  return async () => {
    const [going, staying] = [await firm(goingId), await firm(stayingId)];
    if (goingId === stayingId || going?.status !== 'APPROVED' || staying?.status !== 'APPROVED')
      return;
    await tellFirms(world.uri, { [goingId]: { status: 'MERGED', mergedIntoId: stayingId } });
  };
}

async function firm(id: string) {
  return modelsOf(connection).companies.findById(id).lean();
}

/** Moves a technology in the tree and publishes that; whoever comes second to a draft is refused. */
function moveLeaf(code: string, parent: string): Step {
  return async () => {
    const models = modelsOf(connection);
    const map = await models.maps.findById(mapId).lean();
    if (map?.draftId == null)
      await world.mutate(world.secretariat, 'draftTechMapVersion', { mapId, revision: map?.revision }); // prettier-ignore
    const draftId = (await models.maps.findById(mapId).lean())?.draftId ?? '';
    const technologyId = ids[code] ?? '';
    const placement = await models.placements.findOne({ versionId: draftId, technologyId }).lean();
    await world.mutate(world.secretariat, 'moveTechnology', { technologyId, revision: placement?.revision, parentId: ids[parent] }); // prettier-ignore
    const draft = await models.versions.findById(draftId).lean();
    await world.mutate(world.secretariat, 'publishTechMapVersion', { mapId, revision: draft?.revision }); // prettier-ignore
  };
}

/** Nothing that counts: what a follower is told again, and marks that were kept through a stop. */
function again(): Step {
  return async () => {
    await modelsOf(connection).footprints.updateMany({}, { $set: { due: true } });
  };
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...firms),
        fc.array(fc.nat({ max: 9 }), { minLength: 3, maxLength: 3 }),
      )
      .map(([id, levels]) => publish(id, levels)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...firms),
        fc.constantFrom(...statuses),
        fc.subarray(sectors),
        fc.constantFrom('KR-11', 'KR-26'),
      )
      .map(([id, status, own, region]) => stand(id, status, own, region)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...firms), fc.constantFrom(...firms))
      .map(([going, staying]) => merge(going, staying)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...leaves), fc.constantFrom('his.a', 'his.b'))
      .map(([code, parent]) => moveLeaf(code, parent)),
  },
  { weight: 1, arbitrary: fc.constant(again()) },
);

/** Firms, levels and who is alone, counted from what firms can do; without what is nothing. */
async function counted(): Promise<Record<string, string[]>> {
  const models = modelsOf(connection);
  const nodes = await models.technologies.find({ current: true }).lean();
  const paths = new Map(nodes.map(({ _id, ancestorIds }) => [_id, ancestorIds]));
  const all = await models.capabilities.find().lean();
  const facts: [string, string][] = [];
  for (const company of await models.companies.find().lean()) {
    if (!takesPart(company)) continue;
    const own = all.filter(({ companyId }) => companyId === company._id);
    const groups = ['', ...groupsOf(company.sectors ?? [], company.region)];
    for (const { technologyId, level } of footprintOf(own, (id) => paths.get(id)))
      for (const group of groups) facts.push([technologyId, `${group}@${level}`]);
    for (const { technologyId, level } of own)
      if (paths.has(technologyId)) facts.push([technologyId, `declared@${level}`]);
  }
  return sorted(facts);
}

/** The same from the kept counts. */
async function kept(): Promise<Record<string, string[]>> {
  const models = modelsOf(connection);
  const facts: [string, string][] = [];
  for (const supply of await models.supplies.find().lean())
    facts.push(...told(supply._id, '', supply), ...listed(supply._id, 'declared', supply.declared));
  for (const { _id, sectors: bySector, regions } of await models.breakdowns.find().lean())
    for (const [kind, groups] of Object.entries({ sectors: bySector, regions }))
      for (const [name, count] of Object.entries(groups ?? {}))
        facts.push(...told(_id, `${kind}.${name}`, count));
  return sorted(facts);
}

function told(id: string, group: string, { firms: all, levels }: FirmCount): [string, string][] {
  const facts = listed(id, group, levels);
  expect(facts).toHaveLength(all);
  return facts;
}

function listed(id: string, group: string, levels: LevelCounts): [string, string][] {
  return Object.entries(levels).flatMap(([level, many]) =>
    Array.from({ length: many }, (): [string, string] => [id, `${group}@${level}`]),
  );
}

function sorted(facts: readonly [string, string][]): Record<string, string[]> {
  const groups = Map.groupBy(facts, ([id]) => id);
  return Object.fromEntries(
    [...groups]
      .map(([id, own]): [string, string[]] => [id, own.map(([, fact]) => fact).toSorted()])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Who is alone from which level up, by the counts beside it. */
function alone({ levels }: SupplyRecord): number[] {
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((least) => {
    const able = Object.entries(levels).filter(([level]) => Number(level) >= least);
    return able.reduce((sum, [, many]) => sum + many, 0) === 1;
  });
}

it('whatever happens, in turn or at once, the kept counts are what counting anew gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 }),
      async (history) => {
        // prettier-ignore
        for (const id of firms) await tellFirms(world.uri, { [id]: {} });
        await world.service.caughtUp();
        for (const atOnce of history) {
          await Promise.all(atOnce.map((each) => each(world)));
          await world.service.caughtUp();
        }
        expect(await kept()).toEqual(await counted());
        for (const supply of await modelsOf(connection).supplies.find().lean())
          expect(supply.soleAt).toEqual(alone(supply));
      },
    ),
    { numRuns: 12 },
  );
});

/** How many there are by the kept counts, and by counting: in a technology and in all, from a level up. */
async function numbers(code: string, leastLevel: number): Promise<[number, number][]> {
  const { capabilities } = modelsOf(connection);
  const filters = [{ technologyCode: code, leastLevel }, { leastLevel }];
  return Promise.all(
    filters.map(async (filter, index): Promise<[number, number]> => {
      const answer = await world.ask(
        world.secretariat,
        'query ($filter: CapabilityFilter) { capabilities(filter: $filter) { totalCount } }',
        { filter },
      );
      const within = index === 0 ? { technologyId: ids[code] ?? '' } : {};
      const where = { ...within, active: true, level: { $gte: leastLevel } };
      return [Number(answer.totalCount), await capabilities.countDocuments(where)];
    }),
  );
}

/** Every such pair of numbers. */
async function every(): Promise<[number, number][]> {
  const all: [number, number][] = [];
  for (const code of leaves)
    for (const least of [1, 4, 9]) all.push(...(await numbers(code, least)));
  return all;
}

it('capabilities are numbered by the kept counts, and those not counted yet apart', async () => {
  const models = modelsOf(connection);
  await tellFirms(world.uri, Object.fromEntries(firms.map((id) => [id, {}])));
  for (const [index, id] of firms.entries()) await publish(id, [3 + index, 0, 9])(world);
  await world.service.caughtUp();
  const before = await every();
  expect(before.map(([first]) => first)).toEqual(before.map(([, second]) => second));
  expect(Math.max(...before.map(([first]) => first))).toBeGreaterThan(1);
  // A firm that published, and is still to be counted: nothing has woken the counting.
  const one = { companyId: firms[0] ?? '' };
  await models.footprints.updateOne({ _id: one.companyId }, { $set: { due: true } });
  await models.capabilities.updateMany(one, { $set: { level: 1 } });
  const after = await every();
  expect(after.map(([first]) => first)).toEqual(after.map(([, second]) => second));
  expect(after).not.toEqual(before);
  await world.service.caughtUp();
  expect(await every()).toEqual(after);
});

it('counts that were kept in an older form are counted anew', async () => {
  const models = modelsOf(connection);
  await tellFirms(world.uri, Object.fromEntries(firms.map((id) => [id, {}])));
  await world.service.caughtUp();
  await publish('h-one', [3, 0, 5])(world);
  await world.service.caughtUp();
  const before = await kept();
  expect(Object.keys(before)).not.toEqual([]);
  await models.supplies.updateMany({}, { $unset: { declared: 1 } }, { strict: false });
  await renewCounts(models);
  expect(await kept()).toEqual({});
  await world.service.caughtUp();
  expect(await kept()).toEqual(before);
  const untouched: BreakdownRecord[] = await models.breakdowns.find().lean();
  await renewCounts(models);
  expect(await models.breakdowns.find().lean()).toEqual(untouched);
});
