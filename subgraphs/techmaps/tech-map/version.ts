/** Versions of a map: opening a draft, review, and what protects a published one. */
import { newId } from '#kit/id.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { refusal } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import { placementId } from '../placement/placement.model.ts';
import type { TechMapRecord } from './tech-map.model.ts';
import type { VersionPage, VersionRecord, VersionStatus } from './version.model.ts';

const copyBatch = 1_000;

/** One page of the map's published versions, newest first. */
export async function findVersions(
  { versions }: Context,
  mapId: string,
  page: PageRequest,
): Promise<VersionPage> {
  return findPage(versions, { mapId, status: 'PUBLISHED' }, [['number', -1], ['_id', 1]], page); // prettier-ignore
}

/** The published version with this number; null when there is none. */
export async function findVersion(
  { versions }: Context,
  mapId: string,
  number: number,
): Promise<VersionRecord | null> {
  return versions.findOne({ mapId, number, status: 'PUBLISHED' }).lean();
}

/** An empty draft. */
export function newDraft(mapId: string, number: number, createdBy: string): VersionRecord {
  return {
    _id: newId(),
    mapId,
    number,
    status: 'DRAFT',
    revision: 1,
    size: 0,
    createdAt: new Date(),
    createdBy,
    publishedAt: null,
    publishedBy: null,
  };
}

/**
 * Opens a draft of the map's next version, a copy of its newest published one. For the secretariat and operators.
 *
 * @throws {Refusal} NOT_FOUND (mapId), STALE (revision), WRONG_STATE when there is a draft already
 */
export async function draftVersion(
  context: Context,
  { mapId, revision }: { mapId: string; revision: number },
): Promise<VersionRecord> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT', 'OPERATOR');
  const map = await context.maps.findById(mapId).lean();
  if (!map) throw refusal('NOT_FOUND', 'There is no such map.', ['mapId']);
  if (map.revision !== revision) throw staleMap();
  if (map.draftId !== null)
    throw refusal('WRONG_STATE', 'The map has a draft already.', ['mapId'], {
      rule: 'ONE_DRAFT_A_MAP',
    });
  return openDraft(context, map, userId);
}

/** Opens the next draft of a map that has none: a copy of what is published. */
export async function openDraft(
  context: Context,
  map: TechMapRecord,
  userId: string,
): Promise<VersionRecord> {
  const { maps, versions } = context;
  const draft = newDraft(map._id, map.lastNumber + 1, userId);
  const { modifiedCount } = await maps.updateOne(
    { _id: map._id, revision: map.revision, draftId: null },
    { $set: { draftId: draft._id, lastNumber: draft.number }, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw staleMap();
  if (map.publishedId !== null)
    draft.size = await copyPlacements(context, map.publishedId, draft._id);
  await versions.create([draft]);
  return draft;
}

/**
 * Notes that the draft's tree changes, so that whoever publishes it at the same time meets this change.
 *
 * @param growth by how many technologies it grows
 * @throws {Refusal} WRONG_STATE when it is no draft any more, LIMIT_REACHED when it grows beyond what a map may hold
 */
export async function touchDraft(
  { versions, config }: Context,
  draft: VersionRecord,
  growth: number,
): Promise<VersionRecord> {
  const size = draft.size + growth;
  if (growth > 0 && size > config.mapLimit)
    throw refusal('LIMIT_REACHED', `A map has at most ${config.mapLimit} technologies.`, [], {
      rule: 'MAP_SIZE',
      limit: String(config.mapLimit),
      found: String(size),
    });
  const { modifiedCount } = await versions.updateOne(
    { _id: draft._id, status: 'DRAFT' },
    { $inc: { revision: 1, size: growth } },
  );
  if (modifiedCount === 0)
    throw refusal('WRONG_STATE', 'The version is in review; hand it back to change it.', []);
  return { ...draft, size, revision: draft.revision + 1 };
}

/**
 * The map's draft, touched.
 *
 * @throws {Refusal} NOT_FOUND (mapId), WRONG_STATE, LIMIT_REACHED
 */
export async function touchDraftOf(
  context: Context,
  mapId: string,
  growth: number,
): Promise<VersionRecord> {
  return touchDraft(context, await openVersion(context, mapId), growth);
}

/**
 * The version of a map that is being drafted or reviewed.
 *
 * @throws {Refusal} NOT_FOUND (mapId), WRONG_STATE when there is none
 */
export async function openVersion(
  { maps, versions }: Context,
  mapId: string,
): Promise<VersionRecord> {
  const map = await maps.findById(mapId).lean();
  if (!map) throw refusal('NOT_FOUND', 'There is no such map.', ['mapId']);
  const version = map.draftId === null ? null : await versions.findById(map.draftId).lean();
  if (!version) throw refusal('WRONG_STATE', 'The map has no draft; open one first.', ['mapId']);
  return version;
}

/** Where a version goes between drafting and publication. */
export type ReviewStep = 'HAND_IN' | 'HAND_BACK';

const steps: Record<ReviewStep, { from: VersionStatus; to: VersionStatus }> = {
  HAND_IN: { from: 'DRAFT', to: 'REVIEW' },
  HAND_BACK: { from: 'REVIEW', to: 'DRAFT' },
};

/**
 * Hands a draft in for review, or back. For the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (mapId), STALE (revision), WRONG_STATE (step)
 */
export async function reviewVersion(
  context: Context,
  { mapId, revision, step }: { mapId: string; revision: number; step: ReviewStep },
): Promise<VersionRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const version = await openVersion(context, mapId);
  const { from, to } = steps[step];
  if (version.status !== from)
    throw refusal('WRONG_STATE', 'The version is not where this step begins.', ['step'], {
      limit: from,
      found: version.status,
    });
  return advance(context, version, revision, { status: to });
}

/**
 * Changes a version's own fields, when it is still as it was read.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function advance(
  { versions }: Context,
  version: VersionRecord,
  revision: number,
  change: Partial<VersionRecord>,
): Promise<VersionRecord> {
  const { modifiedCount } = await versions.updateOne(
    { _id: version._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw staleVersion();
  return { ...version, ...change, revision: revision + 1 };
}

/** A version that was changed since it was read. */
export function staleVersion() {
  return refusal('STALE', 'The version was changed since you read it.', ['revision']);
}

/** A map that was changed since it was read. */
export function staleMap() {
  return refusal('STALE', 'The map was changed since you read it.', ['revision']);
}

async function copyPlacements(
  { placements }: Context,
  fromId: string,
  toId: string,
): Promise<number> {
  const originals = await placements.find({ versionId: fromId }).lean();
  for (let start = 0; start < originals.length; start += copyBatch)
    await placements.insertMany(
      originals.slice(start, start + copyBatch).map((original) => ({
        ...original,
        _id: placementId(toId, original.technologyId),
        versionId: toId,
        revision: 1,
      })),
    );
  return originals.length;
}
