/** Technologies from another source, laid into a map's draft. */
import { intakeProblems, type IntakeReport } from '#kit/intake.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import { newTechnology } from '../technology/technology.ts';
import type { TechMapRecord } from '../tech-map/tech-map.model.ts';
import { openDraft, touchDraft } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { planImport, type Plan, type Standing, type TechnologyRow } from './import-plan.ts';
import { placementId, type PlacementRecord } from './placement.model.ts';

/** Technologies to import. */
export interface TechnologyImport {
  mapCode: string;
  source: string;
  dryRun?: boolean | null | undefined;
  rows: readonly TechnologyRow[];
}

/**
 * Adds rows to a map's draft, or changes what it says, opening a draft when there is none. Repeating it changes
 * nothing. For operators and the secretariat.
 *
 * @throws {Refusal} NOT_FOUND (mapCode), INVALID (source), LIMIT_REACHED (rows), WRONG_STATE when the draft is in review
 */
export async function importTechnologies(
  context: Context,
  { mapCode, source, dryRun, rows }: TechnologyImport,
): Promise<IntakeReport & { version: VersionRecord | null }> {
  const { userId } = signedInAs(context.viewer, 'OPERATOR', 'SECRETARIAT');
  refuseAny(intakeProblems(source, rows.length));
  const map = await context.maps.findOne({ code: mapCode }).lean();
  if (!map) throw refusal('NOT_FOUND', 'There is no map with this code.', ['mapCode']);
  const plan = planImport(rows, await standing(context, map, source, rows));
  const { created, changed, unchanged, problems } = plan;
  const report = { created: created.length, updated: changed.length, unchanged, problems };
  const open = map.draftId === null ? null : await context.versions.findById(map.draftId).lean();
  if (dryRun === true || created.length + changed.length === 0) return { ...report, version: open };
  const draft = open ?? (await openDraft(context, map, userId));
  await carryOut(context, map, source, plan, draft._id);
  return { ...report, version: await touchDraft(context, draft, created.length) };
}

/** What the rows meet: the technologies they name, what the draft says of them, and the branches they may move. */
async function standing(
  { technologies, placements }: Context,
  map: TechMapRecord,
  source: string,
  rows: readonly TechnologyRow[],
): Promise<Standing> {
  const externalIds = rows.map(({ externalId, code }) => externalId ?? code);
  const codes = [
    ...new Set(
      rows.flatMap(({ code, parentCode }) => (parentCode == null ? [code] : [code, parentCode])),
    ),
  ];
  const byCode = await technologies.find({ code: { $in: codes } }).lean();
  const byOrigin = await technologies
    .find({ mapId: map._id, 'origin.source': source, 'origin.externalId': { $in: externalIds } })
    .lean();
  const versionId = map.draftId ?? map.publishedId;
  const ids = [...byCode, ...byOrigin].map(({ _id }) => _id);
  const named: PlacementRecord[] =
    versionId === null
      ? []
      : await placements.find({ _id: { $in: ids.map((id) => placementId(versionId, id)) } }).lean();
  const moved = movedIds(rows, named);
  const below: PlacementRecord[] =
    versionId === null || moved.length === 0
      ? []
      : await placements.find({ versionId, ancestorIds: { $in: moved } }).lean();
  const children = await childCounts(placements, versionId, ids);
  return { mapId: map._id, byCode, byOrigin, placements: [...named, ...below], children };
}

async function childCounts(
  placements: Context['placements'],
  versionId: string | null,
  ids: readonly string[],
): Promise<Map<string | null, number>> {
  const counts = await placements.aggregate<{ _id: string | null; count: number }>([
    { $match: { versionId, parentId: { $in: [null, ...ids] } } },
    { $group: { _id: '$parentId', count: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}

/** Those whose parent or kind a row changes: what stands below them matters then. */
function movedIds(rows: readonly TechnologyRow[], named: readonly PlacementRecord[]): string[] {
  const byCode = new Map(named.map((placement) => [placement.code, placement]));
  return rows.flatMap(({ code, parentCode, kind }) => {
    const placement = byCode.get(code);
    const parentId = parentCode == null ? null : byCode.get(parentCode)?.technologyId;
    const moves = placement && (placement.parentId !== parentId || placement.kind !== kind);
    return moves ? [placement.technologyId] : [];
  });
}

async function carryOut(
  { technologies, placements }: Context,
  map: TechMapRecord,
  source: string,
  { fresh, created, changed, shifted }: Plan,
  versionId: string,
): Promise<void> {
  await technologies.insertMany(
    fresh.map(({ technologyId, externalId, placed }) =>
      newTechnology(technologyId, map._id, placed, { source, externalId }),
    ),
  );
  await placements.insertMany(
    created.map(({ technologyId, placed }) => ({
      ...placed,
      _id: placementId(versionId, technologyId),
      versionId,
      technologyId,
      revision: 1,
    })),
  );
  await placements.bulkWrite([
    ...changed.map(({ technologyId, placed }) => ({
      updateOne: {
        filter: { _id: placementId(versionId, technologyId) },
        update: { $set: placed, $inc: { revision: 1 } },
      },
    })),
    ...shifted.map(({ technologyId, placed: { ancestorIds } }) => ({
      updateOne: {
        filter: { _id: placementId(versionId, technologyId) },
        update: { $set: { ancestorIds } },
      },
    })),
  ]);
}
