/** Talks about the terms of an invitation. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { stateAfter } from '#kit/steps.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { deadlineFaults, firmFaults, placeFaults, roleFaults } from './invite.ts';
import type { MembershipRecord } from './membership.model.ts';
import { changeMembership, placeToChange, refuseLate, type GivenAnswer } from './membership.ts';
import { readShare } from './proposed.ts';
import { membershipSteps } from './state.ts';

/** Other terms as a client gives them. */
export type GivenCounter = GivenAnswer & {
  requirementIds?: string[] | null | undefined;
  share?: number | null | undefined;
  /** Won, in place of `share`. */
  shareAmount?: number | null | undefined;
  note?: string | null | undefined;
};

/**
 * Answers an invitation with other terms. An owner or editor of the invited firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId, requirementIds), WRONG_STATE (membershipId), EXPIRED (membershipId), STALE
 * (revision), INVALID (requirementIds, share, note)
 */
export async function counterInvitation(
  context: Context,
  given: GivenCounter,
): Promise<MembershipRecord> {
  const place = await placeToChange(context, given.membershipId);
  const { membership, project } = place;
  actingFor(context.viewer, membership.companyId, 'EDITOR');
  const path = ['membershipId'];
  const now = context.arrivedAt;
  const status = stateAfter(membershipSteps, membership.status, 'counter', path);
  refuseLate(membership, now, path);
  const requirementIds = given.requirementIds ?? membership.requirementIds;
  const faults: Problem[] = [];
  const share = readShare(given, project.budget, faults);
  faults.push(
    ...placeFaults(requirementIds, project.requirements),
    ...roleFaults({ role: membership.role, requirementIds, share }),
  );
  const note = readReason(given.note, { ...reasonLength, least: 0 }, ['note'], faults);
  refuseAny(faults);
  return changeMembership(context, place, given.revision, {
    status,
    counter: { requirementIds, share, note, madeAt: now },
  });
}

/**
 * Answers other terms: with a yes the firm is in on them, with a no the invitation stands again. An owner or editor of
 * the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule MEMBER_FIT), STALE (revision), INVALID
 * (deadline)
 */
export async function answerCounter(
  context: Context,
  given: GivenAnswer & { accept: boolean; deadline?: Date | null | undefined },
): Promise<MembershipRecord> {
  const place = await placeToChange(context, given.membershipId);
  const { membership, project } = place;
  actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  const path = ['membershipId'];
  const { counter } = membership;
  const step = given.accept ? 'grant' : 'refuse';
  const status = stateAfter(membershipSteps, membership.status, step, path);
  const now = new Date();
  if (!counter)
    throw refusal('WRONG_STATE', 'No other terms were asked for.', path, {
      rule: 'COUNTERED',
      limit: '1',
      found: '0',
    });
  if (!given.accept) {
    refuseAny(deadlineFaults(given.deadline ?? null, now));
    return changeMembership(context, place, given.revision, {
      status,
      counter: null,
      deadline: given.deadline ?? null,
    });
  }
  const firm = await context.firms.findById(membership.companyId).lean<FirmRecord>();
  refuseAny(firmFaults(firm, membership.companyId, now, path));
  const isThere = (id: string) => project.requirements.some((each) => each.id === id);
  if (!counter.requirementIds.every(isThere))
    refuseAny([problem('STALE', 'The requirements changed since.', path)]);
  return changeMembership(context, place, given.revision, {
    status,
    running: true,
    answeredAt: now,
    counter: null,
    requirementIds: counter.requirementIds,
    share: counter.share ?? membership.share,
  });
}
