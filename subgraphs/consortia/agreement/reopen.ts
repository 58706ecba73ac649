/** Opening a sealed consortium again: only by the consent of every member. */
import { publishFacts } from '#kit/facts.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor } from '#kit/viewer.ts';
import type { ConsortiumRecord } from '../consortium/consortium.model.ts';
import { changeConsortium } from '../consortium/consortium.ts';
import { placeToChange, type Place } from '../consortium/membership.ts';
import { consortiumSteps } from '../consortium/state.ts';
import type { Context } from '../context.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { everybody } from '../project/audience.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { AgreementRecord } from './agreement.model.ts';
import { newestAgreement } from './agreement.ts';
import { changeAgreement } from './sign.ts';

/** A place in a sealed consortium with the agreement in force. */
interface SealedPlace extends Place {
  agreement: AgreementRecord;
  userId: string;
}

async function sealedPlace(context: Context, membershipId: string): Promise<SealedPlace> {
  const place = await placeToChange(context, membershipId);
  const { consortium, project, membership } = place;
  const { userId } = actingFor(context.viewer, membership.companyId, 'OWNER');
  const path = ['membershipId'];
  stateAfter(consortiumSteps, consortium.status, 'reopen', path);
  stateAfter(projectSteps, project.status, 'reopen', path);
  const agreement = await newestAgreement(context, consortium._id);
  if (!agreement?.memberIds.includes(membership.companyId))
    throw refusal('NOT_FOUND', 'This firm has no part in the agreement.', path);
  return { ...place, agreement, userId };
}

/**
 * Consents for a member to open its sealed consortium again. The last consent opens it: consortium and project are
 * forming again, the agreement has ended. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId) once the project is handed in or begun, TAKEN
 * (membershipId) when the firm consented already, INVALID (reason)
 */
export async function consentToReopening(
  context: Context,
  given: { membershipId: string; reason: string },
): Promise<ConsortiumRecord> {
  const place = await sealedPlace(context, given.membershipId);
  const { agreement, membership, consortium } = place;
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults) ?? '';
  if (agreement.reopening.some(({ companyId }) => companyId === membership.companyId))
    faults.push(problem('TAKEN', 'This firm consented already.', ['membershipId']));
  refuseAny(faults);
  const consent = {
    companyId: membership.companyId,
    userId: place.userId,
    consentedAt: context.arrivedAt,
    reason,
  };
  const reopening = [...agreement.reopening, consent];
  const isLast = agreement.memberIds.every((id) =>
    reopening.some(({ companyId }) => companyId === id),
  );
  await changeAgreement(context, agreement, {
    reopening,
    ...(isLast && { reopenedAt: context.arrivedAt }),
  });
  return isLast ? reopen(context, place) : consortium;
}

async function reopen(context: Context, { consortium, project }: Place): Promise<ConsortiumRecord> {
  const path = ['membershipId'];
  const reopened = await changeConsortium(context, consortium, consortium.revision, {
    status: stateAfter(consortiumSteps, consortium.status, 'reopen', path),
    memberIds: [],
    sealedAt: null,
  });
  await context.memberships.updateMany(
    { consortiumId: consortium._id },
    { $pull: { audience: everybody } },
  );
  await changeProject(context, project, project.revision, {
    status: stateAfter(projectSteps, project.status, 'reopen', path),
    sealedAt: null,
    audience: project.audience.filter((key) => key !== everybody),
  });
  // Whoever followed it as a public project is told that it is gone.
  await publishFacts(context.facts, [{ kind: 'project', key: project._id, state: null }]);
  return reopened;
}

/**
 * Takes a member's consent back while others are missing; theirs stand. Once the last one came there is nothing to take
 * back. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule CONSENT when the firm has not consented)
 */
export async function withdrawReopeningConsent(
  context: Context,
  given: { membershipId: string },
): Promise<ConsortiumRecord> {
  const { agreement, membership, consortium } = await sealedPlace(context, given.membershipId);
  const { companyId } = membership;
  const rest = agreement.reopening.filter((each) => each.companyId !== companyId);
  if (rest.length === agreement.reopening.length)
    throw refusal('WRONG_STATE', 'This firm has not consented.', ['membershipId'], {
      rule: 'CONSENT',
    });
  await changeAgreement(context, agreement, { reopening: rest });
  return consortium;
}
