/** Taking technologies out of a map's draft. */
import { refusal } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import { touchDraft } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { placementId } from './placement.model.ts';
import { branchBelow, inDraft, staleTechnology } from './placement.ts';

/**
 * Takes a technology out of the draft, with everything below it when `branch` says so. One that no version ever had
 * is gone, and its code is free again. For the secretariat.
 *
 * @returns ids of the technologies that the draft no longer has
 * @throws {Refusal} NOT_FOUND, STALE (revision), WRONG_STATE (`BRANCH_IS_EMPTY`)
 */
export async function removeTechnology(
  context: Context,
  {
    technologyId,
    revision,
    branch,
  }: { technologyId: string; revision: number; branch?: boolean | null | undefined },
): Promise<{ removedIds: string[]; version: VersionRecord }> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { draft, placement } = await inDraft(context, technologyId);
  if (placement.revision !== revision) throw staleTechnology();
  const below = await branchBelow(context, placement);
  if (below.length > 0 && branch !== true)
    throw refusal(
      'WRONG_STATE',
      'Others stand below it; move them first, or say that they go with it.',
      ['technologyId'],
      {
        rule: 'BRANCH_IS_EMPTY',
        found: String(below.length),
      },
    );
  const removedIds = [technologyId, ...below.map((each) => each.technologyId)];
  const { placements, technologies } = context;
  await placements.deleteMany({ _id: { $in: removedIds.map((id) => placementId(draft._id, id)) } });
  for (const relation of ['requires', 'alternatives'] as const)
    await placements.updateMany(
      { versionId: draft._id, [relation]: { $in: removedIds } },
      { $pull: { [relation]: { $in: removedIds } } },
    );
  await technologies.deleteMany({ _id: { $in: removedIds }, published: false });
  const version = await touchDraft(context, draft, -removedIds.length);
  return { removedIds, version };
}
