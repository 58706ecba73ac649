/** Where a person belongs now, by the database: an access token may be a quarter of an hour old. */
import { companyRoles, forbid, signedIn, type CompanyRole, type SignedIn } from '#kit/viewer.ts';
import { refusal } from '#kit/refusal.ts';
import { foldedInto, standingFor } from '../company/folding.ts';
import type { Context } from '../context.ts';
import { findClaims } from './claims.ts';

/** The viewer's role in each company of theirs, by company. */
export type Places = ReadonlyMap<string, CompanyRole>;

/** The viewer's places as of now; none for a visitor. */
export async function placesNow({
  viewer,
  members,
}: Pick<Context, 'viewer' | 'members'>): Promise<Places> {
  if (viewer.userId === null) return new Map();
  const claims = await findClaims({ members }, viewer.userId);
  return new Map(claims.map(({ companyId, role }) => [companyId, role]));
}

/** Whether somebody has a place in a company with at least the role `least`. */
export function isPlaced(places: Places, companyId: string, least: CompanyRole): boolean {
  const role = places.get(companyId);
  return role !== undefined && companyRoles.indexOf(role) <= companyRoles.indexOf(least);
}

/**
 * The viewer, who must act for the company now with at least the role `least`.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function actingNow(
  context: Pick<Context, 'viewer' | 'members'>,
  companyId: string,
  least: CompanyRole,
): Promise<SignedIn> {
  const user = signedIn(context.viewer);
  if (!isPlaced(await placesNow(context), companyId, least))
    forbid(`Only ${least} of the company may do this.`);
  return user;
}

/** Whether the viewer belongs to a firm now, or to one that it became part of or that became part of it. */
export async function isOwnFirm(
  context: Pick<Context, 'viewer' | 'members' | 'companies'>,
  companyId: string,
): Promise<boolean> {
  const places = await placesNow(context);
  if (places.size === 0) return false;
  const standing = await standingFor(context, [companyId]);
  const family = await foldedInto(context, standing.get(companyId) ?? companyId);
  return family.some((id) => places.has(id));
}

/**
 * Nobody decides on their own firm for the secretariat.
 *
 * @throws {Refusal} WRONG_STATE (path; rule CONFLICT)
 */
export async function refuseOwnFirm(
  context: Pick<Context, 'viewer' | 'members' | 'companies'>,
  companyId: string,
  path = 'id',
): Promise<void> {
  if (await isOwnFirm(context, companyId))
    throw refusal('WRONG_STATE', 'You belong to this firm; somebody else decides on it.', [path], {
      rule: 'CONFLICT',
      found: companyId,
    });
}
