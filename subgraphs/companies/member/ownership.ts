/** Who leads a company: the order of its members, and that it keeps an owner. Pure. */
import { companyRoles, type CompanyRole } from '#kit/viewer.ts';
import type { MemberRecord, MemberState } from './member.model.ts';

/** Members in the order they are shown: owners first, then editors, the invited last; by e-mail within each. */
export function inRank(members: readonly MemberRecord[]): MemberRecord[] {
  return members.toSorted((a, b) => rank(a) - rank(b) || a.email.localeCompare(b.email));
}

function rank({ role, state }: MemberRecord): number {
  return companyRoles.indexOf(role) + (state === 'ACTIVE' ? 0 : companyRoles.length);
}

/** Whether a role says less than another. */
export function isLower(role: CompanyRole, than: CompanyRole): boolean {
  return companyRoles.indexOf(role) > companyRoles.indexOf(than);
}

/** Whether a company keeps an owner when the member gets another role, or leaves (null). */
export function keepsOwner(
  members: readonly MemberRecord[],
  memberId: string,
  role: CompanyRole | null,
): boolean {
  const after = members.map((each) => (each._id === memberId ? { ...each, role } : each));
  // A company that has none, such as an imported one, has none to lose.
  return !members.some(isOwner) || after.some(isOwner);
}

function isOwner({ state, role }: { state: MemberState; role: CompanyRole | null }): boolean {
  return state === 'ACTIVE' && role === 'OWNER';
}
