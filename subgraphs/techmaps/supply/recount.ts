/** Keeps the counts of supply true: each firm's part is taken away and added anew when anything about it changes. */
import type { Connection, Model } from 'mongoose';

import { transaction } from '#kit/mongo.ts';

import type { CapabilityRecord } from '../capability/capability.model.ts';
import { takesPart } from '../company/company.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { GoingOn } from '../succession/aftermath.ts';
import type { IndexedTechnology } from '../technology/technology.model.ts';
import {
  addDelta,
  footprintOf,
  groupsOf,
  noFootprint,
  sameFootprint,
  type Delta,
  type Footprint,
} from './footprint.ts';
import { soleLevels } from './supply.ts';
import {
  noSupply,
  type BreakdownRecord,
  type FootprintRecord,
  type SupplyRecord,
} from './supply.model.ts';

const batch = 100;

/** What counting needs of a context, so that it also runs between requests. */
export interface Counting {
  connection: Connection;
  technologies: Model<IndexedTechnology>;
  capabilities: Model<CapabilityRecord>;
  companies: Model<CompanyRecord>;
  supplies: Model<SupplyRecord>;
  breakdowns: Model<BreakdownRecord>;
  footprints: Model<FootprintRecord>;
}

/**
 * Counts every firm that is due, some at a time, each time in a transaction of its own.
 *
 * @param settle does what must be done with what these firms published before it counts, in the same transaction
 */
export async function recountDue(
  counting: Counting,
  isGoingOn: GoingOn,
  settle: (companyIds: readonly string[]) => Promise<void>,
): Promise<void> {
  while (isGoingOn()) {
    const done = await transaction(counting.connection, async () => {
      const due = await counting.footprints.find({ due: true }, { _id: 1 }).limit(batch).lean();
      const ids = due.map(({ _id }) => _id);
      await settle(ids);
      await recount(counting, ids);
      return due.length < batch;
    });
    if (done) return;
  }
}

/** Counts these firms anew, in one transaction with nothing else: firms that publish at once meet in no count. */
async function recount(counting: Counting, companyIds: readonly string[]): Promise<void> {
  if (companyIds.length === 0) return;
  const ids = [...companyIds];
  const { footprints } = counting;
  const active = await markActive(counting, ids);
  const after = await footprintsNow(counting, active);
  const before = new Map(
    (await footprints.find({ _id: { $in: ids } }).lean()).map((each) => [each._id, each]),
  );
  const delta: Delta = new Map();
  for (const id of ids)
    addDelta(delta, before.get(id) ?? noFootprint, after.get(id) ?? noFootprint);
  const changed = ids.filter((id) => {
    const print = before.get(id);
    return !print || print.due || !sameFootprint(print, after.get(id) ?? noFootprint);
  });
  await footprints.bulkWrite(
    changed.map((id) => ({
      updateOne: {
        filter: { _id: id },
        update: {
          $set: { ...copy(after.get(id) ?? noFootprint), due: false },
          $inc: { revision: 1 },
        },
        upsert: true,
      },
    })),
  );
  await applyDelta(counting, delta);
}

/** Marks the firms' capabilities by whether the firms take part now; gives the groups of those that do. */
async function markActive(
  { companies, capabilities }: Counting,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const known = await companies
    .find({ _id: { $in: [...ids] } }, { gone: 1, status: 1, sectors: 1, region: 1 })
    .lean();
  const active = new Map(
    known
      .filter(takesPart)
      .map(({ _id, sectors, region }) => [_id, groupsOf(sectors ?? [], region)]),
  );
  for (const now of [true, false]) {
    const firms = ids.filter((id) => active.has(id) === now);
    if (firms.length > 0)
      await capabilities.updateMany(
        { companyId: { $in: firms }, active: !now },
        { $set: { active: now } },
      );
  }
  return active;
}

async function footprintsNow(
  { capabilities, technologies }: Counting,
  groups: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, Footprint>> {
  const claims = await capabilities
    .find({ companyId: { $in: [...groups.keys()] } }, { companyId: 1, technologyId: 1, level: 1 })
    .lean();
  const ids = [...new Set(claims.map(({ technologyId }) => technologyId))];
  const nodes = await technologies
    .find({ _id: { $in: ids }, current: true }, { ancestorIds: 1 })
    .lean();
  const paths = new Map(nodes.map(({ _id, ancestorIds }) => [_id, ancestorIds]));
  return new Map(
    [...Map.groupBy(claims, ({ companyId }) => companyId)].map(([companyId, own]) => [
      companyId,
      { counted: footprintOf(own, (id) => paths.get(id)), groups: groups.get(companyId) ?? [] },
    ]),
  );
}

/** Changes the counts by a delta; inside a transaction, as it reads what it changes. */
export async function applyDelta(
  { supplies, breakdowns }: Pick<Counting, 'supplies' | 'breakdowns'>,
  delta: Delta,
): Promise<void> {
  const parts = [...delta].map(([id, counts]) => {
    const [whole, broken] = partsOf(counts);
    return { id, whole, broken };
  });
  const wholes = parts.filter(({ whole }) => whole.length > 0);
  const known = await supplies.find({ _id: { $in: wholes.map(({ id }) => id) } }).lean();
  const before = new Map(known.map((each) => [each._id, each]));
  await supplies.bulkWrite(
    wholes.map(({ id, whole }) => {
      const { _id, ...count } = supplyAfter(before.get(id) ?? noSupply(id), whole);
      return { updateOne: { filter: { _id }, update: { $set: count }, upsert: true } };
    }),
  );
  await breakdowns.bulkWrite(
    parts
      .filter(({ broken }) => broken.length > 0)
      .map(({ id, broken }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $inc: Object.fromEntries(broken) },
          upsert: true,
        },
      })),
  );
}

/** The changes of the whole, and those of what it is broken down to. */
function partsOf(counts: ReadonlyMap<string, number>): [[string, number][], [string, number][]] {
  const all = [...counts];
  return [all.filter(isWhole), all.filter((each) => !isWhole(each))];
}

function isWhole([path]: [string, number]): boolean {
  return path === 'firms' || path.startsWith('levels.') || path.startsWith('declared.');
}

function supplyAfter(before: SupplyRecord, changes: readonly [string, number][]): SupplyRecord {
  const counts = { levels: { ...before.levels }, declared: { ...before.declared } };
  let { firms } = before;
  for (const [path, change] of changes) {
    const [name, level] = path.split('.');
    const own = counts[name === 'declared' ? 'declared' : 'levels'];
    if (level === undefined) firms += change;
    else own[level] = (own[level] ?? 0) + change;
  }
  return { _id: before._id, firms, ...counts, soleAt: soleLevels(counts) };
}

/**
 * Counts everything anew where counts were kept in an older form, which knew no `soleAt` or `declared`: nothing is counted any more
 * and every firm is due. Runs before anything else counts; a stop in between leaves it to be done again.
 */
export async function renewCounts({
  supplies,
  breakdowns,
  footprints,
}: Pick<Counting, 'supplies' | 'breakdowns' | 'footprints'>): Promise<void> {
  const isOlder = { $or: [{ soleAt: { $exists: false } }, { declared: { $exists: false } }] };
  if (!(await supplies.exists(isOlder))) return;
  await footprints.updateMany({}, { $set: { counted: [], groups: [], due: true } });
  await breakdowns.deleteMany({});
  await supplies.deleteMany({});
}

function copy({ counted, groups }: Footprint) {
  return { counted: [...counted], groups: [...groups] };
}
