/** Technology maps: finding, opening and renaming them. */
import type { Connection } from 'mongoose';

import { newId } from '#kit/id.ts';
import { unknownCodes, unknownProblem } from '#kit/known.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage, type PageRequest } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import type { Context } from '../context.ts';
import {
  givenText,
  nameFaults,
  textFaults,
  textOrNull,
  type GivenText,
} from '../technology/content.ts';
import type { TechMapPage, TechMapRecord } from './tech-map.model.ts';
import { newDraft, staleMap } from './version.ts';
import type { VersionRecord } from './version.model.ts';

const codeForm = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Limits, in characters. */
export const techMapLimits = { code: 40, name: 120, description: 2_000, sector: 60 } as const;

/** The map with this id or this code; null when there is none. */
export async function findTechMap(
  { maps, loaders }: Context,
  { id, code }: { id?: string | null | undefined; code?: string | null | undefined },
): Promise<TechMapRecord | null> {
  if (id != null) return loaders.map.load(id);
  return code == null ? null : maps.findOne({ code }).lean();
}

/** One page of the maps, in the order of codes. */
export async function findTechMaps(
  { maps }: Context,
  sector: string | null,
  page: PageRequest,
): Promise<TechMapPage> {
  return findPage(maps, sector === null ? {} : { sector }, [['code', 1], ['_id', 1]], page); // prettier-ignore
}

/** A map to open. */
export interface NewTechMap {
  code: string;
  name: GivenText;
  description?: GivenText | null | undefined;
  sector?: string | null | undefined;
}

/**
 * Opens a map with an empty draft of its first version. For the secretariat and operators.
 *
 * @throws {Refusal} INVALID, TAKEN (code)
 */
export async function createTechMap(
  { viewer, connection, maps, versions }: Context,
  given: NewTechMap,
): Promise<{ map: TechMapRecord; version: VersionRecord }> {
  const { userId } = signedInAs(viewer, 'SECRETARIAT', 'OPERATOR');
  const _id = newId();
  const version = newDraft(_id, 1, userId);
  const map: TechMapRecord = {
    _id,
    code: given.code,
    name: givenText(given.name),
    description: textOrNull(given.description ?? null),
    sector: given.sector ?? null,
    revision: 1,
    lastNumber: version.number,
    draftId: version._id,
    publishedId: null,
    createdAt: version.createdAt,
  };
  refuseAny([
    ...codeFaults(map.code),
    ...mapFaults(map),
    ...(await sectorFaults(connection, given.sector)),
  ]);
  await maps.create([map]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'Another map has this code.', ['code'], { found: map.code })
      : error;
  });
  await versions.create([version]);
  return { map, version };
}

/** A change to a map; what is not given stays, null takes a description or a sector away. */
export interface TechMapChange {
  mapId: string;
  revision: number;
  name?: GivenText | null | undefined;
  description?: GivenText | null | undefined;
  sector?: string | null | undefined;
}

/**
 * Changes a map's own fields. For the secretariat.
 *
 * @throws {Refusal} INVALID, NOT_FOUND (mapId), STALE (revision)
 */
export async function updateTechMap(
  { viewer, connection, maps }: Context,
  { mapId, revision, name, description, sector }: TechMapChange,
): Promise<TechMapRecord> {
  signedInAs(viewer, 'SECRETARIAT');
  const map = await maps.findById(mapId).lean();
  if (!map) throw refusal('NOT_FOUND', 'There is no such map.', ['mapId']);
  const change = {
    name: name == null ? map.name : givenText(name),
    description: description === undefined ? map.description : textOrNull(description),
    sector: sector === undefined ? map.sector : sector,
  };
  refuseAny([...mapFaults(change), ...(await sectorFaults(connection, sector))]);
  const { modifiedCount } = await maps.updateOne(
    { _id: mapId, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0) throw staleMap();
  return { ...map, ...change, revision: revision + 1 };
}

async function sectorFaults(
  connection: Connection,
  sector: string | null | undefined,
): Promise<Problem[]> {
  const unknown = await unknownCodes(connection, 'sector', sector == null ? [] : [sector]);
  return [...unknown].map((code) => unknownProblem('sector', code, ['sector']));
}

function codeFaults(code: string): Problem[] {
  if (codeForm.test(code) && code.length >= 2 && code.length <= techMapLimits.code) return [];
  return [
    problem('INVALID', 'A map code is 2 to 40 lower-case letters, digits and hyphens.', ['code'], {
      rule: 'CODE_HAS_FORM',
    }),
  ];
}

function mapFaults({
  name,
  description,
  sector,
}: Pick<TechMapRecord, 'name' | 'description' | 'sector'>): Problem[] {
  const sectorFits =
    sector === null || (codeForm.test(sector) && sector.length <= techMapLimits.sector);
  return [
    ...nameFaults(name, techMapLimits.name, ['name']),
    ...(description ? textFaults(description, techMapLimits.description, ['description']) : []),
    ...(sectorFits ? [] : [problem('INVALID', 'This is no sector code.', ['sector'])]),
  ];
}
