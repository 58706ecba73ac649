/** A company's next capability map, kept among its members until it is published. */
import { seoulDay } from '#kit/instant.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor, isIn } from '#kit/viewer.ts';

import type { CompanyReference } from '../company/company.ts';
import type { Context } from '../context.ts';
import { countFaults } from '../technology/content.ts';
import {
  findClaimables,
  mapFaults,
  mapGroundFaults,
  type NewCapabilityMap,
} from './capability-map.ts';
import { claimed, tidyClaim } from './claim.ts';
import type { DraftRecord } from './draft.model.ts';

/** The company's draft; null when there is none, or the viewer is no member of the company. */
export async function findDraft(
  { viewer, loaders }: Context,
  companyId: string,
): Promise<DraftRecord | null> {
  return isIn(viewer, companyId, 'VIEWER') ? loaders.draft.load(companyId) : null;
}

/**
 * Keeps the company's next map. It may still break rules, see `draftFaults`, but names technologies that exist. For its
 * editors and owners.
 *
 * @throws {Refusal} NOT_FOUND (capabilities/…), INVALID (a level or an evidence beyond any limit), LIMIT_REACHED, STALE
 */
export async function draftCapabilities(
  context: Context,
  { companyId, revision, capabilities: given }: NewCapabilityMap,
): Promise<DraftRecord> {
  const { userId } = actingFor(context.viewer, companyId, 'EDITOR');
  refuseAny(countFaults(given.length, context.config.capabilityLimit, ['capabilities']));
  const known = await findClaimables(context, given);
  const today = seoulDay(new Date());
  refuseAny(
    [
      ...mapFaults(given, known, today),
      ...(await mapGroundFaults(context, companyId, given, today)),
    ].filter(cannotBeKept),
  );
  const entries = given.map((claim) => tidyClaim(claim, claimed(claim, known)?._id ?? ''));
  const draft = { revision: revision + 1, savedAt: new Date(), savedBy: userId, entries };
  await store(context, companyId, revision, draft);
  return { _id: companyId, ...draft };
}

/**
 * Throws the company's draft away. For its editors and owners.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function discardDraft(
  { viewer, drafts }: Context,
  { companyId, revision }: { companyId: string; revision: number },
): Promise<CompanyReference> {
  actingFor(viewer, companyId, 'EDITOR');
  const { deletedCount } = await drafts.deleteOne({ _id: companyId, revision });
  if (deletedCount === 0) throw stale();
  return { id: companyId };
}

/** What would be refused if the draft were published now. */
export async function draftFaults(
  context: Context,
  { _id, entries }: DraftRecord,
): Promise<Problem[]> {
  const known = await findClaimables(context, entries);
  const today = seoulDay(new Date());
  return [
    ...mapFaults(entries, known, today),
    ...(await mapGroundFaults(context, _id, entries, today)),
  ];
}

async function store(
  { drafts }: Context,
  companyId: string,
  revision: number,
  draft: Omit<DraftRecord, '_id'>,
): Promise<void> {
  if (revision === 0) {
    await drafts.create([{ _id: companyId, ...draft }]).catch((error: unknown) => {
      throw isDuplicateKey(error) ? stale() : error;
    });
    return;
  }
  const { matchedCount } = await drafts.updateOne({ _id: companyId, revision }, { $set: draft });
  if (matchedCount === 0) throw stale();
}

/**
 * A draft may name a retired technology, a domain, one technology twice, or a certificate that is about to be given;
 * anything else is mended at once.
 */
function cannotBeKept({ rule }: Problem): boolean {
  const mendable = [
    'TECHNOLOGY_IS_CURRENT',
    'CAPABILITY_NAMES_NO_DOMAIN',
    'TECHNOLOGY_ONCE',
    'CERTIFICATE_IS_HELD',
  ];
  return !mendable.includes(rule ?? '');
}

function stale() {
  return refusal('STALE', 'The draft was changed since you read it.', ['revision']);
}
