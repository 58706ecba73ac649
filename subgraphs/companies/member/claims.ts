import type { CompanyRole } from '#kit/viewer.ts';
import type { Context } from '../context.ts';

/** The companies a user may act for, with the role in each: what goes into an access token. */
export async function findClaims(
  { members }: Pick<Context, 'members'>,
  userId: string,
): Promise<{ companyId: string; role: CompanyRole }[]> {
  const found = await members.find({ userId, state: 'ACTIVE' }).sort({ companyId: 1 }).lean();
  return found.map(({ companyId, role }) => ({ companyId, role }));
}
