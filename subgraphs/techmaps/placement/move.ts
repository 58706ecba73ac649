/** Moving technologies with their branches in a map's draft. */
import { refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import { changedContent, contentFaults } from '../technology/content.ts';
import {
  branchBelow,
  breadthFaults,
  findPlacement,
  inDraft,
  storePlacement,
  unknownFault,
} from './placement.ts';
import type { PlacementRecord } from './placement.model.ts';
import { heightOf, pathBelow, placeFaults, rebased } from './tree.ts';

/** A move in the draft. */
export interface TechnologyMove {
  technologyId: string;
  revision: number;
  parentId?: string | null | undefined;
  position?: number | null | undefined;
}

/**
 * Moves a technology with its branch. For the secretariat.
 *
 * @throws {Refusal} INVALID (parentId: `TREE_HAS_NO_CYCLE`, `KIND_FITS_PLACE`), LIMIT_REACHED, NOT_FOUND, STALE, WRONG_STATE
 */
export async function moveTechnology(
  context: Context,
  { technologyId, revision, parentId = null, position }: TechnologyMove,
): Promise<PlacementRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { draft, placement } = await inDraft(context, technologyId);
  const parent = parentId === null ? null : await findPlacement(context, draft._id, parentId);
  const below = await branchBelow(context, placement);
  const content = changedContent(placement, { position: position ?? null });
  refuseAny([
    ...(parentId !== null && !parent
      ? [unknownFault('parentId')]
      : placeFaults(placement, parent, heightOf(placement, below), ['parentId'])),
    ...(parentId === placement.parentId ? [] : await breadthFaults(context, draft, parentId)),
    ...contentFaults(content, []),
  ]);
  const ancestorIds = pathBelow(parent);
  const moved = await storePlacement(context, placement, revision, {
    parentId,
    ancestorIds,
    position: content.position,
  });
  if (below.length > 0)
    await context.placements.bulkWrite(
      below.map((each) => ({
        updateOne: {
          filter: { _id: each._id },
          update: { $set: { ancestorIds: rebased(each.ancestorIds, technologyId, ancestorIds) } },
        },
      })),
    );
  return moved;
}
