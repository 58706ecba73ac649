import type { FindAccess } from '#kit/access.ts';
import { publishFacts } from '#kit/facts.ts';
import type { CompanyRole } from '#kit/viewer.ts';
import type { AccessFact } from '#schema/facts.ts';
import type { Context } from '../context.ts';

/** The companies a user may act for, with the role in each: what goes into an access token. */
export async function findClaims(
  { members }: Pick<Context, 'members'>,
  userId: string,
): Promise<{ companyId: string; role: CompanyRole }[]> {
  const found = await members.find({ userId, state: 'ACTIVE' }).sort({ companyId: 1 }).lean();
  return found.map(({ companyId, role }) => ({ companyId, role }));
}

/**
 * Tells what is left to people whose membership ended or became smaller, or who lost a role, so that tokens issued until
 * now no longer speak for the rest. Called after the change, in its transaction.
 */
export async function tellAccess(
  context: Pick<Context, 'members' | 'departures' | 'users' | 'facts'>,
  userIds: readonly (string | null)[],
): Promise<void> {
  for (const userId of new Set(userIds))
    if (userId !== null) await tellOf(context, userId, new Date());
}

/** Tells of a membership that began: what tokens say stays true. Called after the change, in its transaction. */
export async function tellPlace(
  context: Pick<Context, 'members' | 'departures' | 'users' | 'facts'>,
  userId: string,
): Promise<void> {
  const told = await ownAccess(context)(userId);
  await tellOf(context, userId, told?.since ?? new Date(0));
}

async function tellOf(
  context: Pick<Context, 'members' | 'departures' | 'users' | 'facts'>,
  key: string,
  since: Date,
): Promise<void> {
  const companies = await findClaims(context, key);
  const user = await context.users.findById(key, { roles: 1 }).lean();
  const departures = await context.departures.find({ userId: key }).sort({ _id: 1 }).lean();
  const left = departures.map(({ companyId, at }) => ({ companyId, at }));
  const state = { since, companies, roles: user?.roles ?? [], left } satisfies AccessFact;
  await publishFacts(context.facts, [{ kind: 'access', key, state }]);
}

/** Keeps that somebody left a company now. */
export async function keepDeparture(
  { departures }: Pick<Context, 'departures'>,
  userId: string,
  companyId: string,
): Promise<void> {
  await departures.updateOne(
    { _id: `${userId}:${companyId}` },
    { $set: { userId, companyId, at: new Date() } },
    { upsert: true },
  );
}

/** What this subgraph itself told of a person's access. */
export function ownAccess({ facts }: Pick<Context, 'facts'>): FindAccess {
  return async (userId) => {
    const fact = await facts.findById(`access:${userId}`).lean();
    return fact?.state ?? null;
  };
}
