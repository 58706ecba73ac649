/** What versions of a map say of technologies: reading it, and changing it in the draft. */
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import {
  changedContent,
  contentFaults,
  countFaults,
  type ContentInput,
} from '../technology/content.ts';
import { touchDraftOf } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import {
  placementId,
  type Placed,
  type PlacementPage,
  type PlacementRecord,
} from './placement.model.ts';
import { relationFaults, requirementFaults, tidyRelations } from './relation.ts';
import { breadthLimit, broaderBelow, placeFaults } from './tree.ts';

/** What a version says of one technology; null when it does not have it. */
export async function findPlacement(
  { placements }: Context,
  versionId: string,
  technologyId: string,
): Promise<PlacementRecord | null> {
  return placements.findById(placementId(versionId, technologyId)).lean();
}

/** One page of what a version says, in the order of codes. */
export async function findPlacements(
  { placements }: Context,
  versionId: string,
  { parentId, ...page }: PageRequest & { parentId?: string | null | undefined },
): Promise<PlacementPage> {
  const filter = { versionId, ...(parentId != null && { parentId }) };
  return findPage(placements, filter, [['code', 1], ['_id', 1]], page); // prettier-ignore
}

/** A change to what the draft says; what is not given stays. */
export interface TechnologyChange extends ContentInput {
  technologyId: string;
  revision: number;
  requires?: readonly string[] | null | undefined;
  alternatives?: readonly string[] | null | undefined;
}

/**
 * Changes what the draft says of a technology. For the secretariat.
 *
 * @throws {Refusal} INVALID, NOT_FOUND, STALE (revision), LIMIT_REACHED, WRONG_STATE
 */
export async function updateTechnology(
  context: Context,
  change: TechnologyChange,
): Promise<PlacementRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { draft, placement } = await inDraft(context, change.technologyId);
  const content = changedContent(placement, change);
  const relations = tidyRelations(change, placement);
  refuseAny([
    ...contentFaults(content, []),
    ...(await kindChangeFaults(context, placement, content.kind)),
    ...(await relationFaults(context, draft, relations, placement.technologyId)),
    ...(change.requires == null
      ? []
      : await requirementFaults(context, draft, relations.requires, placement.technologyId)),
  ]);
  return storePlacement(context, placement, change.revision, { ...content, ...relations });
}

/** Everything that stands below a placement in its version. */
export async function branchBelow(
  { placements }: Context,
  { versionId, technologyId }: PlacementRecord,
): Promise<PlacementRecord[]> {
  return placements.find({ versionId, ancestorIds: technologyId }).lean();
}

/**
 * The draft that has the technology, touched, and what it says.
 *
 * @throws {Refusal} NOT_FOUND (technologyId), WRONG_STATE
 */
export async function inDraft(
  context: Context,
  technologyId: string,
): Promise<{ draft: VersionRecord; placement: PlacementRecord }> {
  const technology = await context.technologies.findById(technologyId).lean();
  if (!technology) throw refusal('NOT_FOUND', 'There is no such technology.', ['technologyId']);
  const draft = await touchDraftOf(context, technology.mapId, 0);
  const placement = await findPlacement(context, draft._id, technologyId);
  if (!placement) throw refusal('NOT_FOUND', 'The draft does not have it.', ['technologyId']);
  return { draft, placement };
}

/**
 * Changes what the draft says of a technology, when it is still as it was read.
 *
 * @throws {Refusal} STALE (revision)
 */
export async function storePlacement(
  { placements }: Context,
  placement: PlacementRecord,
  revision: number,
  change: Partial<Placed>,
): Promise<PlacementRecord> {
  const { modifiedCount } = await placements.updateOne(
    { _id: placement._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw staleTechnology();
  return { ...placement, ...change, revision: revision + 1 };
}

/** No more than 1,000 stand directly below one. */
export async function breadthFaults(
  { placements }: Context,
  { _id: versionId }: VersionRecord,
  parentId: string | null,
): Promise<Problem[]> {
  const siblings = await placements.countDocuments({ versionId, parentId });
  return countFaults(siblings + 1, breadthLimit, ['parentId']);
}

async function kindChangeFaults(
  context: Context,
  placement: PlacementRecord,
  kind: Placed['kind'],
): Promise<Problem[]> {
  if (kind === placement.kind) return [];
  const { versionId, technologyId, parentId } = placement;
  const parent = parentId === null ? null : await findPlacement(context, versionId, parentId);
  return [
    ...placeFaults({ technologyId, kind }, parent, 0, ['kind']),
    ...broaderBelow(kind, technologyId, await branchBelow(context, placement), ['kind']),
  ];
}

/** A technology that the draft does not have. */
export function unknownFault(field: string): Problem {
  return problem('NOT_FOUND', 'The draft has no such technology.', [field]);
}

/** A technology that was changed in the draft since it was read. */
export function staleTechnology() {
  return refusal('STALE', 'The technology was changed since you read it.', ['revision']);
}
