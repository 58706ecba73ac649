/** Changing a map's draft: adding, changing, moving and removing technologies. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import {
  changedContent,
  codeFaults,
  contentFaults,
  countFaults,
  newContent,
  type ContentInput,
  type GivenText,
} from '../technology/content.ts';
import { newTechnology } from '../technology/technology.ts';
import { touchDraftOf } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import {
  placementId,
  type Placed,
  type PlacementPage,
  type PlacementRecord,
} from './placement.model.ts';
import { relationFaults, tidyRelations } from './relation.ts';
import { breadthLimit, broaderBelow, heightOf, pathBelow, placeFaults, rebased } from './tree.ts';

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

/** A technology to add, as a client gives it. */
export interface NewTechnology extends ContentInput {
  mapId: string;
  code: string;
  name: GivenText;
  kind: Placed['kind'];
  parentId?: string | null | undefined;
  requires?: readonly string[] | null | undefined;
  alternatives?: readonly string[] | null | undefined;
}

/**
 * Adds a technology to the map's draft. For the secretariat.
 *
 * @throws {Refusal} INVALID, NOT_FOUND (mapId, parentId, relations), TAKEN (code), LIMIT_REACHED, WRONG_STATE
 */
export async function addTechnology(
  context: Context,
  given: NewTechnology,
): Promise<PlacementRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const draft = await touchDraftOf(context, given.mapId, 1);
  const content = newContent(given);
  const relations = tidyRelations(given, { requires: [], alternatives: [] });
  const parent =
    given.parentId == null ? null : await findPlacement(context, draft._id, given.parentId);
  refuseAny([
    ...codeFaults(given.code, ['code']),
    ...contentFaults(content, []),
    ...(given.parentId != null && !parent
      ? [unknown('parentId')]
      : placeFaults({ technologyId: null, ...content }, parent, 0, ['parentId'])),
    ...(await breadthFaults(context, draft, given.parentId ?? null)),
    ...(await relationFaults(context, draft, relations, null)),
  ]);
  const placed = {
    ...content,
    ...relations,
    code: given.code,
    parentId: given.parentId ?? null,
    ancestorIds: pathBelow(parent),
  };
  return createPlacement(context, draft, await identify(context, draft, placed), placed);
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
  ]);
  return store(context, placement, change.revision, { ...content, ...relations });
}

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
      ? [unknown('parentId')]
      : placeFaults(placement, parent, heightOf(placement, below), ['parentId'])),
    ...(parentId === placement.parentId ? [] : await breadthFaults(context, draft, parentId)),
    ...contentFaults(content, []),
  ]);
  const ancestorIds = pathBelow(parent);
  const moved = await store(context, placement, revision, {
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

/** Everything that stands below a placement in its version. */
export async function branchBelow(
  { placements }: Context,
  { versionId, technologyId }: PlacementRecord,
): Promise<PlacementRecord[]> {
  return placements.find({ versionId, ancestorIds: technologyId }).lean();
}

/**
 * The technology that the code names: a new one, seen in drafts alone until it is published, or one that an earlier
 * version had, which then comes back as itself.
 *
 * @throws {Refusal} TAKEN when the draft or another map has the code
 */
async function identify(
  context: Context,
  { _id: versionId, mapId }: VersionRecord,
  placed: Placed,
): Promise<string> {
  const { technologies } = context;
  const taken = () =>
    refusal('TAKEN', 'Another technology has this code.', ['code'], { found: placed.code });
  const known = await technologies.findOne({ code: placed.code }).lean();
  if (!known) {
    const technology = newTechnology(newId(), mapId, placed, null);
    await technologies.create([technology]).catch((error: unknown) => {
      throw isDuplicateKey(error) ? taken() : error;
    });
    return technology._id;
  }
  if (known.mapId !== mapId || (await findPlacement(context, versionId, known._id))) throw taken();
  return known._id;
}

async function createPlacement(
  { placements }: Context,
  { _id: versionId }: VersionRecord,
  technologyId: string,
  placed: Placed,
): Promise<PlacementRecord> {
  const placement = {
    ...placed,
    _id: placementId(versionId, technologyId),
    versionId,
    technologyId,
    revision: 1,
  };
  await placements.create([placement]);
  return placement;
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

async function store(
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

async function breadthFaults(
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

function unknown(field: string): Problem {
  return problem('NOT_FOUND', 'The draft has no such technology.', [field]);
}

/** A technology that was changed in the draft since it was read. */
export function staleTechnology() {
  return refusal('STALE', 'The technology was changed since you read it.', ['revision']);
}
