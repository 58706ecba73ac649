/** Which firms people belong to or left lately: what they declared, and what the platform knows. */
import { accessOf, type AccessRecord } from '#kit/access.ts';
import { seoulDay } from '#kit/instant.ts';
import type { Context } from '../context.ts';
import { readHeirs, type HeirOf } from '../pool/merged.ts';
import type { Affiliation, ReviewerRecord } from './reviewer.model.ts';

/**
 * Firms of users, by user id: declared for the pool of reviewers, told by the service that owns memberships, and those
 * that the viewer's own token names.
 */
export async function affiliationsOf(
  { connection, reviewers, viewer }: Pick<Context, 'connection' | 'reviewers' | 'viewer'>,
  userIds: readonly string[],
): Promise<Map<string, Affiliation[]>> {
  const those = { $in: [...new Set(userIds)] };
  const declared = await reviewers.find({ userId: those }).lean<ReviewerRecord[]>();
  const told = await accessOf(connection).find({ _id: those }).lean<AccessRecord[]>();
  const found = new Map(userIds.map((id): [string, Affiliation[]] => [id, []]));
  for (const { userId, affiliations } of declared) found.get(userId)?.push(...affiliations);
  for (const access of told) found.get(access._id)?.push(...placesIn(access));
  if (viewer.userId !== null)
    found
      .get(viewer.userId)
      ?.push(...viewer.companies.map(({ companyId }) => ({ companyId, until: null })));
  return found;
}

/** Places in firms as told, those that ended by their last day in Seoul. */
export function placesIn({
  companies = [],
  left = [],
}: Pick<AccessRecord, 'companies' | 'left'>): Affiliation[] {
  return [
    ...companies.map(({ companyId }) => ({ companyId, until: null })),
    ...left.map(({ companyId, at }) => ({ companyId, until: seoulDay(at) })),
  ];
}

/** Firms as they are now, of everything that an interest is found by. */
export function heirsAmong(
  { firms }: Pick<Context, 'firms'>,
  affiliations: Iterable<readonly Affiliation[]>,
  ...teams: (readonly string[])[]
): Promise<HeirOf> {
  const own = [...affiliations].flat().map(({ companyId }) => companyId);
  return readHeirs(firms, [...own, ...teams.flat()]);
}
