/** Shares: basis points of a whole, and what they are in won. */
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { splitWon, wholeInBasisPoints } from '#kit/won.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { shareBreaches } from '../programme/breaches.ts';
import { stateAfter } from '#kit/steps.ts';
import type { ConsortiumRecord } from './consortium.model.ts';
import { changeConsortium, consortiumToLead } from './consortium.ts';
import type { MembershipRecord } from './membership.model.ts';
import { readTeam } from './seal.ts';
import { consortiumSteps, isStanding } from './state.ts';

/** Whether a membership is invited or accepted and has a share: all but advisers. */
export function isSharing({ status, role }: Pick<MembershipRecord, 'status' | 'role'>): boolean {
  return isStanding(status) && role !== 'ADVISOR';
}

/** Sum of the shares of all who are invited or have accepted, basis points. */
export function shareTotal(
  memberships: readonly Pick<MembershipRecord, 'status' | 'role' | 'share'>[],
): number {
  return memberships.filter(isSharing).reduce((sum, { share }) => sum + (share ?? 0), 0);
}

/**
 * What each share of a budget is in won, by membership id: together exactly the budget. Nothing while there is no
 * budget, or the shares are not complete.
 */
export function shareAmounts(
  memberships: readonly Pick<MembershipRecord, '_id' | 'status' | 'role' | 'share'>[],
  budget: number | null,
): Map<string, number> {
  const sharing = memberships.filter(isSharing);
  const isComplete = shareTotal(sharing) === wholeInBasisPoints;
  if (budget === null || !isComplete || sharing.some(({ share }) => share === null))
    return new Map();
  const amounts = splitWon(
    budget,
    sharing.map(({ share }) => share ?? 0),
  );
  return new Map(sharing.map(({ _id }, index) => [_id, amounts[index] ?? 0]));
}

/**
 * Shares of those who are there after somebody joins with a share, by membership id: they make room in proportion to
 * theirs. Nothing while the shares do not sum to the whole.
 *
 * @param share of the newcomer, basis points
 */
export function sharesWith(
  memberships: readonly MembershipRecord[],
  share: number,
): Map<string, number> {
  const sharing = memberships.filter((each) => isSharing(each) && (each.share ?? 0) > 0);
  if (share === 0 || shareTotal(memberships) !== wholeInBasisPoints) return new Map();
  const parts = splitWon(
    wholeInBasisPoints - share,
    sharing.map((each) => each.share ?? 0),
  );
  return new Map(sharing.map(({ _id }, index) => [_id, parts[index] ?? 0]));
}

/**
 * Shares after a member left, by membership id: the leaver's is added to the others' in proportion to theirs, so that
 * they sum to what they summed to before. Nothing when the leaver had none, or nobody else has one.
 *
 * @see the ministry's rules on joint contracts: the share of one who leaves goes to the rest in proportion
 */
export function sharesWithout(
  memberships: readonly MembershipRecord[],
  leaverId: string,
): Map<string, number> {
  const leaver = memberships.find(({ _id }) => _id === leaverId);
  const rest = memberships.filter(
    (each) => each._id !== leaverId && isSharing(each) && (each.share ?? 0) > 0,
  );
  if (!leaver || !isSharing(leaver) || !leaver.share || rest.length === 0) return new Map();
  const whole = leaver.share + rest.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const parts = splitWon(
    whole,
    rest.map(({ share }) => share ?? 0),
  );
  return new Map(rest.map(({ _id }, index) => [_id, parts[index] ?? 0]));
}

/**
 * Sets the shares of everybody who is invited or has accepted, advisers apart. An owner or editor of the lead's firm
 * may.
 *
 * @throws {Refusal} NOT_FOUND (consortiumId, shares/…/membershipId), WRONG_STATE (consortiumId), STALE (revision),
 * INVALID (shares; rules SHARES_SUM, SHARE_SET, SHARE_LEAST, SME_SHARE)
 */
export async function setShares(
  context: Context,
  given: {
    consortiumId: string;
    revision: number;
    shares: readonly { membershipId: string; share: number }[];
  },
): Promise<ConsortiumRecord> {
  const { consortium, project } = await consortiumToLead(context, given.consortiumId);
  stateAfter(consortiumSteps, consortium.status, 'change', ['consortiumId']);
  const { call, memberships, firms } = await readTeam(context, consortium, project);
  const sharing = memberships.filter(isSharing);
  refuseAny([
    ...placeFaults(given.shares, sharing),
    ...shareBreaches(call?.rules ?? null, membersWith(given.shares, sharing, firms)),
  ]);
  const changed = await changeConsortium(context, consortium, given.revision, {});
  await moveShares(
    context,
    new Map(given.shares.map(({ membershipId, share }) => [membershipId, share])),
  );
  return changed;
}

/** Stores shares that moved. */
export async function moveShares(
  { memberships }: Pick<Context, 'memberships'>,
  shares: ReadonlyMap<string, number>,
): Promise<void> {
  if (shares.size === 0) return;
  await memberships.bulkWrite(
    [...shares].map(([_id, share]) => ({
      updateOne: { filter: { _id }, update: { $set: { share }, $inc: { revision: 1 } } },
    })),
  );
}

/** Which given shares belong to nobody, or come twice. */
function placeFaults(
  shares: readonly { membershipId: string }[],
  sharing: readonly MembershipRecord[],
): Problem[] {
  return shares.flatMap(({ membershipId }, index) => {
    const path = ['shares', String(index), 'membershipId'];
    if (!sharing.some(({ _id }) => _id === membershipId))
      return [problem('NOT_FOUND', 'No member with a share has this id.', path)];
    const isSecond = shares.findIndex((each) => each.membershipId === membershipId) < index;
    return isSecond ? [breach('NAMED_ONCE', 'Each member is named once.', 1, 2, path)] : [];
  });
}

/** Members in the order of the given shares, then those without one. */
function membersWith(
  shares: readonly { membershipId: string; share: number }[],
  sharing: readonly MembershipRecord[],
  firms: ReadonlyMap<string, FirmRecord>,
) {
  const rest = sharing.filter(({ _id }) => !shares.some((each) => each.membershipId === _id));
  const places = [
    ...shares.map(({ membershipId, share }) => ({ id: membershipId, share })),
    ...rest.map(({ _id }) => ({ id: _id, share: null })),
  ];
  return places.map(({ id, share }) => {
    const membership = sharing.find(({ _id }) => _id === id);
    const company = firms.get(membership?.companyId ?? '')?.company;
    return {
      role: membership?.role ?? ('PARTNER' as const),
      kinds: company?.kinds ?? [],
      size: company?.size ?? ('LARGE' as const),
      share,
    };
  });
}
