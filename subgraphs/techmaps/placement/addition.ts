/** Adding technologies to a map's draft. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import {
  codeFaults,
  contentFaults,
  newContent,
  type ContentInput,
  type GivenText,
} from '../technology/content.ts';
import { newTechnology } from '../technology/technology.ts';
import { touchDraftOf } from '../tech-map/version.ts';
import type { VersionRecord } from '../tech-map/version.model.ts';
import { breadthFaults, findPlacement, unknownFault } from './placement.ts';
import { placementId, type Placed, type PlacementRecord } from './placement.model.ts';
import { relationFaults, tidyRelations } from './relation.ts';
import { pathBelow, placeFaults } from './tree.ts';

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
      ? [unknownFault('parentId')]
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
