/** What becomes of technologies that a version leaves out. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import { placementId, type PlacementRecord } from '../placement/placement.model.ts';
import { staleVersion, touchDraftOf } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import type { SuccessionKind, SuccessionRecord } from './succession.model.ts';

/** How many technologies may take the place of one. */
export const successorLimit = 20;

/** What is said of a technology, as a client gives it. */
export interface GivenSuccession {
  technologyId: string;
  revision: number;
  kind: SuccessionKind;
  successorIds?: readonly string[] | null | undefined;
}

/** What became of a technology; null while it is current, or before it was published. */
export async function findSuccession(
  { loaders }: Context,
  { _id, retiredById }: TechnologyRecord,
): Promise<SuccessionRecord | null> {
  return retiredById === null ? null : loaders.succession.load(placementId(retiredById, _id));
}

/** What becomes of the technologies that a version leaves out. */
export async function findSuccessions(
  { successions }: Context,
  versionId: string,
): Promise<SuccessionRecord[]> {
  return successions.find({ versionId }).sort({ _id: 1 }).lean();
}

/**
 * Says what becomes of a technology that the draft no longer has. For the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (technologyId, successorIds/…), INVALID (successorIds), STALE (revision), WRONG_STATE
 *   (technologyId while the draft has it)
 */
export async function setSuccession(
  context: Context,
  { technologyId, revision, kind, successorIds }: GivenSuccession,
): Promise<{ succession: SuccessionRecord; version: VersionRecord }> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const technology = await context.technologies.findById(technologyId).lean();
  if (!technology) throw refusal('NOT_FOUND', 'There is no such technology.', ['technologyId']);
  const version = await touchDraftOf(context, technology.mapId, 0);
  if (version.revision !== revision + 1) throw staleVersion();
  const ids = [...new Set(successorIds)];
  const there = await inVersion(context, version._id, [technologyId, ...ids]);
  refuseAny([
    ...(there.has(technologyId)
      ? [problem('WRONG_STATE', 'The draft still has it; take it out first.', ['technologyId'])]
      : []),
    ...(technology.current
      ? []
      : [
          problem('WRONG_STATE', 'The newest published version does not have it.', [
            'technologyId',
          ]),
        ]),
    ...countFaults(kind, ids.length),
    ...ids.flatMap((id, index) =>
      there.has(id)
        ? []
        : [
            problem('NOT_FOUND', 'The draft has no such technology.', [
              'successorIds',
              String(index),
            ]),
          ],
    ),
  ]);
  const said = { versionId: version._id, technologyId, kind, successorIds: ids };
  const _id = placementId(version._id, technologyId);
  await context.successions.updateOne({ _id }, { $set: said }, { upsert: true });
  return { succession: { _id, ...said }, version };
}

/**
 * What becomes of each technology that the version leaves out: what was said, otherwise retired. What was said of
 * technologies that came back is forgotten.
 *
 * @throws {Refusal} WRONG_STATE (`SUCCESSORS_ARE_THERE`) when a successor was taken out again
 */
export async function settleSuccessions(
  context: Context,
  versionId: string,
  removed: readonly PlacementRecord[],
): Promise<SuccessionRecord[]> {
  const { successions } = context;
  const said = new Map(
    (await successions.find({ versionId }).lean()).map((each) => [each.technologyId, each]),
  );
  const settled = removed.map(
    ({ technologyId }): SuccessionRecord =>
      said.get(technologyId) ?? {
        _id: placementId(versionId, technologyId),
        versionId,
        technologyId,
        kind: 'RETIRED',
        successorIds: [],
      },
  );
  const named = settled.flatMap(({ successorIds }) => successorIds);
  const there = await inVersion(context, versionId, named);
  const gone = named.filter((id) => !there.has(id));
  if (gone.length > 0)
    throw refusal(
      'WRONG_STATE',
      'A technology that takes the place of another is no longer in the draft.',
      [],
      {
        rule: 'SUCCESSORS_ARE_THERE',
        found: gone.join(' '),
      },
    );
  await successions.deleteMany({ versionId });
  await successions.insertMany(settled);
  return settled;
}

async function inVersion(
  { placements }: Context,
  versionId: string,
  technologyIds: readonly string[],
): Promise<Set<string>> {
  const ids = technologyIds.map((id) => placementId(versionId, id));
  const found = await placements.find({ _id: { $in: ids } }, { technologyId: 1 }).lean();
  return new Set(found.map(({ technologyId }) => technologyId));
}

const counts: Record<SuccessionKind, [least: number, most: number]> = {
  RENAMED: [1, 1],
  MERGED: [1, 1],
  SPLIT: [2, successorLimit],
  RETIRED: [0, 0],
};

/** One takes the place of a renamed or merged technology, 2 to 20 that of a split one, none that of a retired one. */
export function countFaults(kind: SuccessionKind, successors: number): Problem[] {
  const [least, most] = counts[kind];
  if (successors >= least && successors <= most) return [];
  const limit = least === most ? String(least) : `${least}-${most}`;
  return [
    problem('INVALID', 'This is not how many technologies take its place.', ['successorIds'], {
      rule: 'SUCCESSORS_FIT_KIND',
      limit,
      found: String(successors),
    }),
  ];
}
