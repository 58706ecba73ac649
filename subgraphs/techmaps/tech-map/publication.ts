/** Publishing a version: what the map says from then on. */
import { publishFacts } from '#kit/facts.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import type { PlacementRecord } from '../placement/placement.model.ts';
import { versionRequirementFaults } from '../placement/relation.ts';
import { settleSuccessions } from '../succession/succession.ts';
import type { SuccessionRecord } from '../succession/succession.model.ts';
import { markDue } from '../supply/due.ts';
import { stated, technologyFact } from '../technology/technology.ts';
import type { TechnologyRecord } from '../technology/technology.model.ts';
import { compareVersions, type Comparison } from './comparison.ts';
import type { TechMapRecord } from './tech-map.model.ts';
import { advance, openVersion } from './version.ts';
import type { VersionRecord } from './version.model.ts';

/**
 * Publishes the map's draft: its technologies say what the version says, those it no longer has are retired, and
 * others are told. For the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (mapId), INVALID (`REQUIRES_HAS_NO_CYCLE`), STALE (revision), WRONG_STATE
 *   (`VERSION_HAS_TECHNOLOGIES`, `SUCCESSORS_ARE_THERE`)
 */
export async function publishVersion(
  context: Context,
  { mapId, revision }: { mapId: string; revision: number },
): Promise<{ version: VersionRecord; map: TechMapRecord }> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const draft = await openVersion(context, mapId);
  if (draft.size === 0)
    throw refusal('WRONG_STATE', 'The draft has no technologies.', ['mapId'], {
      rule: 'VERSION_HAS_TECHNOLOGIES',
    });
  refuseAny(await versionRequirementFaults(context, draft));
  const version = await advance(context, draft, revision, {
    status: 'PUBLISHED',
    publishedAt: new Date(),
    publishedBy: userId,
  });
  const map = await context.maps
    .findOneAndUpdate(
      { _id: mapId },
      { $set: { draftId: null, publishedId: version._id }, $inc: { revision: 1 } },
      { returnDocument: 'before' },
    )
    .lean();
  if (!map) throw refusal('NOT_FOUND', 'There is no such map.', ['mapId']);
  const changes = await difference(context, map.publishedId, version._id);
  const successions = await settleSuccessions(context, version._id, changes.removed);
  await state(context, changes, successions);
  if (successions.length > 0)
    await context.transitions.create([
      {
        _id: version._id,
        pending: true,
        after: '',
        by: userId,
        source: `${map.code} version ${version.number}`,
        startedAt: version.publishedAt ?? new Date(),
      },
    ]);
  return {
    version,
    map: { ...map, draftId: null, publishedId: version._id, revision: map.revision + 1 },
  };
}

async function difference(
  { placements }: Context,
  beforeId: string | null,
  afterId: string,
): Promise<Comparison<PlacementRecord>> {
  const before = beforeId === null ? [] : await placements.find({ versionId: beforeId }).lean();
  const after = await placements.find({ versionId: afterId }).lean();
  return compareVersions(before, after);
}

/** Brings the technologies themselves to what the version says, and tells others. */
async function state(
  context: Context,
  { added, changed, removed }: Comparison<PlacementRecord>,
  successions: readonly SuccessionRecord[],
): Promise<void> {
  const said = [...added, ...changed.map(({ after }) => after)];
  const removedIds = removed.map(({ technologyId }) => technologyId);
  const { technologies } = context;
  await technologies.bulkWrite(
    said.map((placement) => ({
      updateOne: {
        filter: { _id: placement.technologyId },
        update: {
          $set: { ...stated(placement), published: true, current: true, retiredById: null },
        },
      },
    })),
  );
  const retiredById = successions[0]?.versionId ?? null;
  await technologies.updateMany(
    { _id: { $in: removedIds } },
    { $set: { current: false, retiredById } },
  );
  await tell(
    context,
    [...said.map(({ technologyId }) => technologyId), ...removedIds],
    successions,
  );
  const moved = changed.filter(({ fields }) => fields.includes('ancestorIds'));
  // A technology that comes back counts again: firms may still have it in their maps.
  await markDue(context, [
    ...added.map(({ technologyId }) => technologyId),
    ...moved.map(({ after }) => after.technologyId),
    ...removedIds,
  ]);
}

async function tell(
  { technologies, facts }: Context,
  ids: readonly string[],
  successions: readonly SuccessionRecord[],
): Promise<void> {
  const now = await technologies.find({ _id: { $in: [...ids] } }).lean<TechnologyRecord[]>();
  const became = new Map(
    successions.map(({ technologyId, kind, successorIds }) => [
      technologyId,
      { kind, successorIds },
    ]),
  );
  await publishFacts(
    facts,
    now.map((each) => ({
      kind: 'technology',
      key: each._id,
      state: technologyFact(each, became.get(each._id) ?? null),
    })),
  );
}
