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
  context: Pick<Context, 'members' | 'users' | 'facts'>,
  userIds: readonly (string | null)[],
): Promise<void> {
  for (const key of new Set(userIds)) {
    if (key === null) continue;
    const companies = await findClaims(context, key);
    const user = await context.users.findById(key, { roles: 1 }).lean();
    const state = { since: new Date(), companies, roles: user?.roles ?? [] } satisfies AccessFact;
    await publishFacts(context.facts, [{ kind: 'access', key, state }]);
  }
}

/** What this subgraph itself told of a person's access. */
export function ownAccess({ facts }: Pick<Context, 'facts'>): FindAccess {
  return async (userId) => {
    const fact = await facts.findById(`access:${userId}`).lean();
    return fact?.state ?? null;
  };
}
