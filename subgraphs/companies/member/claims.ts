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
  context: TellingAccess,
  userIds: readonly (string | null)[],
): Promise<void> {
  for (const userId of new Set(userIds))
    if (userId !== null) await tellOf(context, userId, { since: new Date() });
}

/** Tells that every session of a person ended: tokens issued until now speak for nobody. Called in its transaction. */
export function tellOver(context: TellingAccess, userId: string): Promise<void> {
  const now = new Date();
  return tellOf(context, userId, { since: now, over: now });
}

/** When a token for a person is issued, in milliseconds since the epoch: now, and after what ended every session before. */
export async function issueTime(
  context: Pick<Context, 'facts'>,
  userId: string,
  now: number,
): Promise<number> {
  const told = await ownAccess(context)(userId);
  // Of two replicas one clock may be behind, and one millisecond may hold both.
  return Math.max(now, (told?.over?.getTime() ?? 0) + 1);
}

type TellingAccess = Pick<Context, 'members' | 'departures' | 'users' | 'facts'>;

/** Tells of a membership that began: what tokens say stays true. Called after the change, in its transaction. */
export async function tellPlace(context: TellingAccess, userId: string): Promise<void> {
  const told = await ownAccess(context)(userId);
  await tellOf(context, userId, { since: told?.since ?? new Date(0) });
}

async function tellOf(
  context: TellingAccess,
  key: string,
  times: Pick<AccessFact, 'since' | 'over'>,
): Promise<void> {
  const { over } = (await ownAccess(context)(key)) ?? {};
  const companies = await findClaims(context, key);
  const user = await context.users.findById(key, { roles: 1 }).lean();
  const departures = await context.departures.find({ userId: key }).sort({ _id: 1 }).lean();
  const left = departures.map(({ companyId, at }) => ({ companyId, at }));
  const state = {
    ...(over && { over }),
    ...times,
    companies,
    roles: user?.roles ?? [],
    left,
  } satisfies AccessFact;
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
