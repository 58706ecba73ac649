/** Capabilities: finding them, and what experts found of them. */
import { badInput, findPage, maxPageSize, type PageRequest } from '#kit/page.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';

import { mayRead } from '../company/company.ts';
import type { Context } from '../context.ts';
import { queriedLevel } from '../supply/supply.ts';
import type { CapabilityPage, CapabilityRecord } from './capability.model.ts';
import { countCapabilities } from './number.ts';
import { tellMap } from './publication.ts';
import { levelFaults } from './readiness-level.ts';

const order = [
  ['level', -1],
  ['_id', 1],
] as const;

/** Which capabilities; all that is given must hold. */
export interface CapabilityFilter {
  technologyId?: string | null | undefined;
  technologyCode?: string | null | undefined;
  leastLevel?: number | null | undefined;
  companyIds?: readonly string[] | null | undefined;
}

/**
 * One page of the capabilities of firms that take part now, the highest level first.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9, more than 100 companies, a technology by both id and code
 */
export async function findCapabilities(
  context: Context,
  filter: CapabilityFilter,
  page: PageRequest,
): Promise<CapabilityPage> {
  if (filter.companyIds && filter.companyIds.length > maxPageSize)
    throw badInput(`At most ${maxPageSize} companies are named.`);
  const technologyId = await technologyNamed(context, filter);
  const query = {
    active: true,
    // Every capability has a technology: null finds none.
    ...(technologyId !== undefined && { technologyId }),
    ...levelQuery(filter.leastLevel),
    ...(filter.companyIds && { companyId: { $in: [...filter.companyIds] } }),
  };
  const hint = filter.companyIds ? undefined : indexOf(technologyId);
  const found = await findPage(context.capabilities, query, order, page, hint);
  if (filter.companyIds) return found;
  const counted = {
    leastLevel: filter.leastLevel ?? 1,
    ...(technologyId !== undefined && { technologyId }),
  };
  return { ...found, count: () => countCapabilities(context, counted) };
}

/** The database may take the order of ids for the quicker way, and then reads everything behind a cursor. */
function indexOf(technologyId: string | null | undefined): string {
  return technologyId === undefined
    ? 'active_1_level_-1__id_1'
    : 'active_1_technologyId_1_level_-1__id_1';
}

/** A capability by its id; null when there is none, or its company's map is not the viewer's to read. */
export async function findCapability(
  { loaders, viewer }: Context,
  id: string,
): Promise<CapabilityRecord | null> {
  const found = await loaders.capability.load(id);
  if (!found) return null;
  const company = await loaders.company.load(found.companyId);
  return mayRead(viewer, found.companyId, company) ? found : null;
}

/**
 * One page of what a company can do, the highest level first; empty for those who may not read it.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a level outside 1 to 9
 */
export async function findCompanyCapabilities(
  { capabilities, loaders, viewer }: Context,
  companyId: string,
  {
    technologyId,
    leastLevel,
    ...page
  }: PageRequest & {
    technologyId?: string | null | undefined;
    leastLevel?: number | null | undefined;
  },
): Promise<CapabilityPage> {
  const shown = mayRead(viewer, companyId, await loaders.company.load(companyId));
  const filter = {
    // Every capability has a company: null finds none.
    companyId: shown ? companyId : null,
    ...(technologyId != null && { technologyId }),
    ...levelQuery(leastLevel),
  };
  return findPage(capabilities, filter, order, page);
}

/**
 * Records the level at which an expert found a capability to be, or takes that back. For reviewers, but not of a
 * company that they belong to, and for the secretariat.
 *
 * @throws {Refusal} INVALID (level), NOT_FOUND (capabilityId), STALE (revision), WRONG_STATE (`EXPERT_IS_INDEPENDENT`)
 */
export async function verifyCapability(
  context: Context,
  {
    capabilityId,
    revision,
    level,
  }: { capabilityId: string; revision: number; level?: number | null | undefined },
): Promise<CapabilityRecord> {
  const { userId, companies } = signedInAs(context.viewer, 'REVIEWER', 'SECRETARIAT');
  refuseAny(level == null ? [] : levelFaults(level, ['level']));
  const found = await context.capabilities.findById(capabilityId).lean();
  if (!found) throw refusal('NOT_FOUND', 'There is no such capability.', ['capabilityId']);
  if (companies.some(({ companyId }) => companyId === found.companyId))
    throw refusal(
      'WRONG_STATE',
      'Nobody verifies what their own company can do.',
      ['capabilityId'],
      {
        rule: 'EXPERT_IS_INDEPENDENT',
      },
    );
  const change =
    level == null
      ? { verifiedLevel: null, verifiedAt: null, verifiedBy: null }
      : { verifiedLevel: level, verifiedAt: new Date(), verifiedBy: userId };
  const { modifiedCount } = await context.capabilities.updateOne(
    { _id: capabilityId, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (modifiedCount === 0)
    throw refusal('STALE', 'The capability was changed since you read it.', ['revision']);
  await tellMap(context, [found.companyId]);
  return { ...found, ...change, revision: revision + 1 };
}

function levelQuery(least: number | null | undefined): { level?: { $gte: number } } {
  return least == null ? {} : { level: { $gte: queriedLevel(least) } };
}

/** Id of the technology that a filter names; null for a code that nothing has, undefined when it names none. */
async function technologyNamed(
  { loaders }: Context,
  { technologyId, technologyCode }: CapabilityFilter,
): Promise<string | null | undefined> {
  if (technologyCode == null) return technologyId ?? undefined;
  if (technologyId != null) throw badInput('Name the technology by its id or by its code.');
  return (await loaders.technologyByCode.load(technologyCode))?._id ?? null;
}
