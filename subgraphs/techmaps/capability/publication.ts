/** Publishing capability maps: what they make of capabilities, of supply, and what others are told. */
import type { Model } from 'mongoose';

import { publishFacts, type FactRecord } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { CapabilityMapFact } from '#schema/facts.ts';

import { takesPart } from '../company/company.ts';
import { markPublished } from '../supply/due.ts';
import type { Counting } from '../supply/recount.ts';
import type { CapabilityRecord, Claim } from './capability.model.ts';
import type { CapabilityMapRecord } from './capability-map.model.ts';
import { evidenceKey } from './evidence.ts';
import type { EvidenceFileRecord } from './evidence-file.model.ts';

/** What publishing needs of a context, so that it also runs between requests. */
export interface Publishing extends Counting {
  capabilityMaps: Model<CapabilityMapRecord>;
  evidenceFiles: Model<EvidenceFileRecord>;
  facts: Model<FactRecord>;
}

/** A dated snapshot. */
export function snapshot(
  companyId: string,
  revision: number,
  entries: Claim[],
  publishedBy: string,
  source: string | null,
): CapabilityMapRecord {
  return {
    _id: newId(),
    companyId,
    revision,
    publishedAt: new Date(),
    publishedBy,
    source,
    newest: true,
    entries,
  };
}

/**
 * Makes each map its company's newest: the capabilities become what it says, others are told, and supply is counted
 * soon after.
 *
 * @param maps at most one a company, each with the revision after the newest
 * @throws {Refusal} STALE (revision) when another was published meanwhile
 */
export async function publishMaps(
  context: Publishing,
  maps: readonly CapabilityMapRecord[],
): Promise<void> {
  if (maps.length === 0) return;
  const companyIds = maps.map(({ companyId }) => companyId);
  const { capabilityMaps, capabilities, companies } = context;
  await capabilityMaps.updateMany(
    { companyId: { $in: companyIds }, newest: true },
    { $set: { newest: false } },
  );
  await capabilityMaps.insertMany(maps).catch((error: unknown) => {
    throw isDuplicateKey(error) ? staleMap() : error;
  });
  const before = await capabilities.find({ companyId: { $in: companyIds } }).lean();
  const firms = await companies.find({ _id: { $in: companyIds } }).lean();
  const taking = new Set(firms.filter(takesPart).map(({ _id }) => _id));
  await capabilities.bulkWrite(
    maps.flatMap((map) => changesTo(before, map, taking.has(map.companyId))),
  );
  await markPublished(context, companyIds);
  await tellMap(context, companyIds);
}

/** Tells others what these companies' newest maps say. */
export async function tellMap(
  { capabilityMaps, capabilities, facts }: Publishing,
  companyIds: readonly string[],
): Promise<void> {
  const ids = [...companyIds];
  const maps = await capabilityMaps
    .find({ companyId: { $in: ids }, newest: true }, { companyId: 1, publishedAt: 1 })
    .lean();
  const all = await capabilities.find({ companyId: { $in: ids } }).lean();
  const own = Map.groupBy(all, ({ companyId }) => companyId);
  await publishFacts(
    facts,
    maps.map(({ companyId, publishedAt }) => ({
      kind: 'capabilityMap',
      key: companyId,
      state: {
        capabilities: (own.get(companyId) ?? []).map(({ technologyId, level, verifiedLevel }) => ({
          technologyId,
          level,
          verifiedLevel,
        })),
        publishedAt,
      } satisfies CapabilityMapFact,
    })),
  );
}

/** The maps with their entries in the order of the technologies' codes. */
export async function inCodeOrder(
  { technologies }: Publishing,
  maps: readonly CapabilityMapRecord[],
): Promise<CapabilityMapRecord[]> {
  const ids = [
    ...new Set(maps.flatMap(({ entries }) => entries.map(({ technologyId }) => technologyId))),
  ];
  const found = await technologies.find({ _id: { $in: ids } }, { code: 1 }).lean();
  const codes = new Map(found.map(({ _id, code }) => [_id, code]));
  const codeOf = ({ technologyId }: Claim) => codes.get(technologyId) ?? '';
  return maps.map((map) => ({
    ...map,
    entries: map.entries.toSorted((a, b) => (codeOf(a) < codeOf(b) ? -1 : 1)),
  }));
}

/** Whether two claims in one technology say the same. */
export function sameClaim(a: Claim, b: Claim): boolean {
  return said(a) === said(b);
}

/** A map that was published since it was read. */
export function staleMap() {
  return refusal('STALE', 'Another map was published since you read it.', ['revision']);
}

type Change = Parameters<Publishing['capabilities']['bulkWrite']>[0][number];

function changesTo(
  before: readonly CapabilityRecord[],
  map: CapabilityMapRecord,
  active: boolean,
): Change[] {
  const own = new Map(
    before
      .filter(({ companyId }) => companyId === map.companyId)
      .map((each) => [each.technologyId, each]),
  );
  const written = map.entries.flatMap((claim): Change[] => {
    const known = own.get(claim.technologyId);
    own.delete(claim.technologyId);
    if (!known) return [{ insertOne: { document: newCapability(map.companyId, claim, active) } }];
    if (sameClaim(known, claim)) return [];
    const { level, capacity, evidence, since } = claim;
    const update = { $set: { level, capacity, evidence, since }, $inc: { revision: 1 } };
    return [{ updateOne: { filter: { _id: known._id }, update } }];
  });
  const dropped = [...own.values()].map(({ _id }) => ({ deleteOne: { filter: { _id } } }));
  return [...written, ...dropped];
}

function said({ level, capacity, evidence, since }: Claim): string {
  return JSON.stringify([level, capacity, since, evidence.map(evidenceKey)]);
}

/** A capability that nobody verified yet. */
export function newCapability(companyId: string, claim: Claim, active: boolean): CapabilityRecord {
  const { technologyId, level, capacity, evidence, since } = claim;
  return {
    _id: newId(),
    companyId,
    technologyId,
    level,
    capacity,
    evidence,
    since,
    verifiedLevel: null,
    verifiedAt: null,
    verifiedBy: null,
    active,
    revision: 1,
  };
}
