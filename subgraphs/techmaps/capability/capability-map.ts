/** Capability maps: what a company says it can do, published as dated snapshots. */
import type { Model } from 'mongoose';

import { publishFacts, type FactRecord } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';
import type { CapabilityMapFact } from '#schema/facts.ts';

import { mayPublish } from '../company/company.ts';
import type { Context } from '../context.ts';
import { markDecided } from '../succession/decision.ts';
import { recount, type Counting } from '../supply/recount.ts';
import { countFaults } from '../technology/content.ts';
import type { CapabilityRecord, Claim } from './capability.model.ts';
import type { CapabilityMapRecord } from './capability-map.model.ts';
import {
  claimFaults,
  claimables,
  claimed,
  repeatFaults,
  tidyClaim,
  type ClaimInput,
  type Claimables,
} from './claim.ts';

/** What publishing needs of a context, so that it also runs between requests. */
export interface Publishing extends Counting {
  capabilityMaps: Model<CapabilityMapRecord>;
  facts: Model<FactRecord>;
}

/** A company's map to publish. */
export interface NewCapabilityMap {
  companyId: string;
  /** Of the published map as it was read; 0 when there is none. */
  revision: number;
  capabilities: readonly ClaimInput[];
}

/**
 * Replaces what the company says it can do by a new dated snapshot; its draft is done with. For its editors and owners.
 *
 * @throws {Refusal} INVALID, NOT_FOUND, WRONG_STATE, LIMIT_REACHED (capabilities), NOT_FOUND or WRONG_STATE
 *   (companyId), STALE (revision)
 */
export async function publishCapabilities(
  context: Context,
  { companyId, revision, capabilities: given }: NewCapabilityMap,
): Promise<CapabilityMapRecord> {
  const { userId } = actingFor(context.viewer, companyId, 'EDITOR');
  refuseAny(countFaults(given.length, context.config.capabilityLimit, ['capabilities']));
  const known = await findClaimables(context, given);
  refuseAny([
    ...(await companyFaults(context, companyId)),
    ...mapFaults(given, known, seoulDay(new Date())),
  ]);
  const before = await context.capabilityMaps.findOne({ companyId, newest: true }).lean();
  if ((before?.revision ?? 0) !== revision) throw stale();
  const claims = given
    .map((claim) => ({ claim, technology: claimed(claim, known) }))
    .toSorted((a, b) => ((a.technology?.code ?? '') < (b.technology?.code ?? '') ? -1 : 1))
    .map(({ claim, technology }) => tidyClaim(claim, technology?._id ?? ''));
  const next = snapshot(companyId, revision + 1, claims, userId, null);
  await publishMaps(context, [next]);
  await context.drafts.deleteOne({ _id: companyId });
  await markDecided(context.items, companyId);
  return next;
}

/** Every rule that a whole map breaks, at paths that begin with `capabilities`. */
export function mapFaults(
  given: readonly ClaimInput[],
  known: Claimables,
  today: string,
): Problem[] {
  return [
    ...given.flatMap((claim, index) =>
      claimFaults(claim, known, today, ['capabilities', String(index)]),
    ),
    ...repeatFaults(given, known, ['capabilities']),
  ];
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
 * Makes each map its company's newest: the capabilities become what it says, supply is counted, others are told.
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
  const { capabilityMaps, capabilities } = context;
  await capabilityMaps.updateMany(
    { companyId: { $in: companyIds }, newest: true },
    { $set: { newest: false } },
  );
  await capabilityMaps.insertMany(maps).catch((error: unknown) => {
    throw isDuplicateKey(error) ? stale() : error;
  });
  const before = await capabilities.find({ companyId: { $in: companyIds } }).lean();
  await capabilities.bulkWrite(maps.flatMap((map) => changesTo(before, map)));
  await recount(context, companyIds);
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

/** The technologies that claims name. */
export async function findClaimables(
  { technologies }: Context,
  claims: readonly ClaimInput[],
): Promise<Claimables> {
  const ids = claims.flatMap(({ technologyId }) => (technologyId == null ? [] : [technologyId]));
  const codes = claims.flatMap(({ technologyCode }) =>
    technologyCode == null ? [] : [technologyCode],
  );
  const fields = { code: 1, kind: 1, current: 1, published: 1 } as const;
  const byId = await technologies.find({ _id: { $in: ids } }, fields).lean();
  const byCode = await technologies.find({ code: { $in: codes } }, fields).lean();
  return claimables([...byId, ...byCode]);
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

type Change = Parameters<Context['capabilities']['bulkWrite']>[0][number];

async function companyFaults({ companies }: Context, companyId: string) {
  const company = await companies.findById(companyId).lean();
  if (mayPublish(company)) return [];
  const path = ['companyId'];
  if (!company || company.gone)
    return refusal('NOT_FOUND', 'There is no such company.', path).problems;
  return refusal('WRONG_STATE', 'The company does not take part now.', path, {
    rule: 'COMPANY_TAKES_PART',
    found: company.status ?? null,
  }).problems;
}

function changesTo(before: readonly CapabilityRecord[], map: CapabilityMapRecord): Change[] {
  const own = new Map(
    before
      .filter(({ companyId }) => companyId === map.companyId)
      .map((each) => [each.technologyId, each]),
  );
  const written = map.entries.flatMap((claim): Change[] => {
    const known = own.get(claim.technologyId);
    own.delete(claim.technologyId);
    if (!known) return [{ insertOne: { document: newCapability(map.companyId, claim) } }];
    if (sameClaim(known, claim)) return [];
    const { level, capacity, evidence, since } = claim;
    const update = { $set: { level, capacity, evidence, since }, $inc: { revision: 1 } };
    return [{ updateOne: { filter: { _id: known._id }, update } }];
  });
  const dropped = [...own.values()].map(({ _id }) => ({ deleteOne: { filter: { _id } } }));
  return [...written, ...dropped];
}

/** Whether two claims in one technology say the same. */
export function sameClaim(a: Claim, b: Claim): boolean {
  return said(a) === said(b);
}

function said({ level, capacity, evidence, since }: Claim): string {
  const shown = evidence.map(({ kind, title, url, note }) => [kind, title, url, note]);
  return JSON.stringify([level, capacity, since, shown]);
}

function newCapability(companyId: string, claim: Claim): CapabilityRecord {
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
    active: true,
    revision: 1,
  };
}

function stale() {
  return refusal('STALE', 'Another map was published since you read it.', ['revision']);
}
