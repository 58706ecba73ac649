/** Capability maps: what a company says it can do, published as dated snapshots. */
import { seoulDay } from '#kit/instant.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';

import { companyFaults } from '../company/company.ts';
import type { Context } from '../context.ts';
import { markDecided } from '../succession/decision.ts';
import { countFaults } from '../technology/content.ts';
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
import { findGrounds, groundFaults } from './ground.ts';
import { publishMaps, snapshot, staleMap } from './publication.ts';

/** A company's map to publish. */
export interface NewCapabilityMap {
  companyId: string;
  /** Of the published map as it was read; 0 when there is none. */
  revision: number;
  /** Of the draft that is published; null when it was made without one. */
  draftRevision?: number | null | undefined;
  capabilities: readonly ClaimInput[];
}

/**
 * Replaces what the company says it can do by a new dated snapshot; its draft is done with. For its editors and owners.
 *
 * @throws {Refusal} INVALID, NOT_FOUND, WRONG_STATE, LIMIT_REACHED (capabilities), NOT_FOUND or WRONG_STATE
 *   (companyId), STALE (revision, draftRevision)
 */
export async function publishCapabilities(
  context: Context,
  { companyId, revision, draftRevision, capabilities: given }: NewCapabilityMap,
): Promise<CapabilityMapRecord> {
  const { userId } = actingFor(context.viewer, companyId, 'EDITOR');
  refuseAny(countFaults(given.length, context.config.capabilityLimit, ['capabilities']));
  const known = await findClaimables(context, given);
  const today = seoulDay(new Date());
  refuseAny([
    ...(await companyFaults(context, companyId)),
    ...mapFaults(given, known, today),
    ...(await mapGroundFaults(context, companyId, given, today)),
  ]);
  const before = await context.capabilityMaps.findOne({ companyId, newest: true }).lean();
  if ((before?.revision ?? 0) !== revision) throw staleMap();
  const claims = given
    .map((claim) => ({ claim, technology: claimed(claim, known) }))
    .toSorted((a, b) => ((a.technology?.code ?? '') < (b.technology?.code ?? '') ? -1 : 1))
    .map(({ claim, technology }) => tidyClaim(claim, technology?._id ?? ''));
  const next = snapshot(companyId, revision + 1, claims, userId, null);
  await publishMaps(context, [next]);
  await endDraft(context, companyId, draftRevision ?? null);
  await markDecided(context.items, companyId);
  return next;
}

/** The draft is done with; one that was changed since it was read holds somebody else's work. */
async function endDraft(
  { drafts }: Context,
  companyId: string,
  revision: number | null,
): Promise<void> {
  const read = revision === null ? {} : { revision };
  const { deletedCount } = await drafts.deleteOne({ _id: companyId, ...read });
  if (revision !== null && deletedCount === 0)
    throw refusal('STALE', 'The draft was changed since you read it.', ['draftRevision']);
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

/** Everything that a map's evidence names and the company does not have, at paths that begin with `capabilities`. */
export async function mapGroundFaults(
  context: Context,
  companyId: string,
  given: readonly ClaimInput[],
  today: string,
): Promise<Problem[]> {
  const grounds = await findGrounds(context, companyId, given, today);
  return given.flatMap((claim, index) =>
    groundFaults(claim, grounds, ['capabilities', String(index)]),
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
