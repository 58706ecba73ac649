/** Keeps the counts of supply true: each firm's part is taken away and added anew when anything about it changes. */
import type { Connection, Model } from 'mongoose';

import { transaction } from '#kit/mongo.ts';

import type { CapabilityRecord } from '../capability/capability.model.ts';
import { takesPart } from '../company/company.ts';
import type { CompanyRecord } from '../company/company.model.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import {
  addDelta,
  footprintOf,
  groupsOf,
  noFootprint,
  sameFootprint,
  type Delta,
  type Footprint,
} from './footprint.ts';
import type { FootprintRecord, SupplyRecord } from './supply.model.ts';

const batch = 100;

/** What counting needs of a context, so that it also runs between requests. */
export interface Counting {
  connection: Connection;
  technologies: Model<TechnologyRecord>;
  capabilities: Model<CapabilityRecord>;
  companies: Model<CompanyRecord>;
  supplies: Model<SupplyRecord>;
  footprints: Model<FootprintRecord>;
}

/** Notes that firms are to be counted anew because something about these technologies changed. */
export async function markDue(
  { footprints, capabilities }: Counting,
  technologyIds: readonly string[],
): Promise<void> {
  const ids = [...technologyIds];
  await footprints.updateMany({ 'counted.technologyId': { $in: ids } }, { $set: { due: true } });
  const companyIds = await capabilities.distinct('companyId', {
    active: { $in: [true, false] },
    technologyId: { $in: ids },
  });
  await markFirmsDue({ footprints }, companyIds);
}

/** Notes that these firms are to be counted anew; firms that never published anything are left alone. */
export async function markFirmsDue(
  { footprints }: Pick<Counting, 'footprints'>,
  companyIds: readonly string[],
): Promise<void> {
  await footprints.updateMany({ _id: { $in: [...companyIds] } }, { $set: { due: true } });
}

/** Notes that these firms published: each is to be counted anew, or for the first time. */
export async function markPublished(
  { footprints }: Pick<Counting, 'footprints'>,
  companyIds: readonly string[],
): Promise<void> {
  await footprints.bulkWrite(
    companyIds.map((id) => ({
      updateOne: {
        filter: { _id: id },
        update: {
          $set: { due: true },
          $setOnInsert: { counted: [], groups: [] },
          $inc: { revision: 1 },
        },
        upsert: true,
      },
    })),
  );
}

/**
 * Counts every firm that is due, some at a time, each time in a transaction of its own.
 *
 * @param settle does what must be done with what these firms published before it counts, in the same transaction
 */
export async function recountDue(
  counting: Counting,
  settle: (companyIds: readonly string[]) => Promise<void>,
): Promise<void> {
  for (;;) {
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

/** Changes the counts by a delta. */
export async function applyDelta(
  { supplies }: Pick<Counting, 'supplies'>,
  delta: Delta,
): Promise<void> {
  await supplies.bulkWrite(
    [...delta].map(([technologyId, counts]) => ({
      updateOne: {
        filter: { _id: technologyId },
        // A firm that only changes its groups changes no whole: the record still needs one.
        update: { $inc: { firms: 0, ...Object.fromEntries(counts) } },
        upsert: true,
      },
    })),
  );
}

function copy({ counted, groups }: Footprint) {
  return { counted: [...counted], groups: [...groups] };
}
