/** Capability maps over time: finding an earlier one, and comparing two. */
import { badInput, findPage, type Page, type PageRequest } from '#kit/page.ts';

import { mayRead } from '../company/company.ts';
import type { Context } from '../context.ts';
import type { CapabilityMapRecord } from './capability-map.model.ts';
import { differencesBetween, type Differences } from './difference.ts';

/** A page of capability maps. */
export type CapabilityMapPage = Page<CapabilityMapRecord>;

/** Names a published map: the newest, or one by its revision or by a day. */
export interface MapReference {
  companyId: string;
  revision?: number | null | undefined;
  /** Calendar day in Asia/Seoul. */
  on?: string | null | undefined;
}

/** One page of a company's published maps, newest first; empty for those who may not read them. */
export async function findMaps(
  { capabilityMaps, loaders, viewer }: Context,
  companyId: string,
  page: PageRequest,
): Promise<CapabilityMapPage> {
  const shown = mayRead(viewer, companyId, await loaders.company.load(companyId));
  // Every map has a company: null finds none.
  const filter = { companyId: shown ? companyId : null };
  return findPage(capabilityMaps, filter, [['revision', -1], ['_id', 1]], page); // prettier-ignore
}

/**
 * The published map that is named; null when there is none, or it is not the viewer's to read.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when it is named by both revision and day
 */
export async function findMap(
  { capabilityMaps, loaders, viewer }: Context,
  { companyId, revision, on }: MapReference,
): Promise<CapabilityMapRecord | null> {
  if (revision != null && on != null) throw badInput('Name the map by its revision or by a day.');
  if (!mayRead(viewer, companyId, await loaders.company.load(companyId))) return null;
  if (revision != null) return capabilityMaps.findOne({ companyId, revision }).lean();
  if (on == null) return loaders.capabilityMap.load(companyId);
  return capabilityMaps
    .findOne({ companyId, publishedAt: { $lt: endOfDay(on) } })
    .sort({ revision: -1 })
    .lean();
}

/** Two maps and what they say differently. */
export interface Comparison extends Differences {
  from: CapabilityMapRecord;
  to: CapabilityMapRecord;
}

/**
 * Compares two published maps, in the order of technologies' codes; null when one of them is not there.
 *
 * @throws {GraphQLError} BAD_USER_INPUT when one is named by both revision and day
 */
export async function compareMaps(
  context: Context,
  from: MapReference,
  to: MapReference,
): Promise<Comparison | null> {
  const one = await findMap(context, from);
  const other = await findMap(context, to);
  if (!one || !other) return null;
  const { differences, same } = differencesBetween(one.entries, other.entries);
  const ids = differences.map(({ technologyId }) => technologyId);
  const found = await context.technologies.find({ _id: { $in: ids } }, { code: 1 }).lean();
  const codes = new Map(found.map(({ _id, code }) => [_id, code]));
  const codeOf = (id: string) => codes.get(id) ?? '';
  return {
    from: one,
    to: other,
    differences: differences.toSorted((a, b) =>
      codeOf(a.technologyId) < codeOf(b.technologyId) ? -1 : 1,
    ),
    same,
  };
}

function endOfDay(day: string): Date {
  return new Date(new Date(`${day}T00:00:00+09:00`).getTime() + 24 * 60 * 60 * 1_000);
}
