/** What becomes of a sealed consortium only by the consent of every member: opening it again, taking its project back. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor } from '#kit/viewer.ts';
import { placeToChange, type Place } from '../consortium/membership.ts';
import { consortiumSteps, type ConsortiumStep } from '../consortium/state.ts';
import type { Context } from '../context.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { projectSteps, type ProjectStep } from '../project/state.ts';
import type { AgreementRecord, ConsentRecord } from './agreement.model.ts';
import { newestAgreement } from './agreement.ts';
import { changeAgreement } from './sign.ts';
import { agreementStatus } from './standing.ts';
import { agreementSteps } from './state.ts';

/** What all members consent to: where the consents are kept, and what the last one does. */
export interface Purpose {
  kept: 'reopening' | 'withdrawal';
  ofConsortium: ConsortiumStep;
  ofProject: ProjectStep;
}

/** What all members consent to before their sealed consortium is opened again. */
export const toReopen: Purpose = {
  kept: 'reopening',
  ofConsortium: 'reopen',
  ofProject: 'reopen',
};

/** What all members consent to before the project of their sealed consortium is taken back. */
export const toWithdraw: Purpose = {
  kept: 'withdrawal',
  ofConsortium: 'end',
  ofProject: 'abandon',
};

/** A place in a sealed consortium with the agreement in force, and the owner who acts for it. */
interface SealedPlace extends Place {
  agreement: AgreementRecord;
  userId: string;
}

async function sealedPlace(
  context: Context,
  membershipId: string,
  { ofConsortium, ofProject }: Purpose,
): Promise<SealedPlace> {
  const place = await placeToChange(context, membershipId);
  const { consortium, project, membership } = place;
  const { userId } = actingFor(context.viewer, membership.companyId, 'OWNER');
  const path = ['membershipId'];
  stateAfter(consortiumSteps, consortium.status, ofConsortium, path);
  stateAfter(projectSteps, project.status, ofProject, path);
  const agreement = await newestAgreement(context, consortium._id);
  if (!agreement?.memberIds.includes(membership.companyId))
    throw refusal('NOT_FOUND', 'This firm has no part in the agreement.', path);
  const ties = { consortium, project, newestId: agreement._id };
  stateAfter(agreementSteps, agreementStatus(agreement, ties), 'consent', path);
  return { ...place, agreement, userId };
}

/** A consent that was stored: where, all that there are now, and whether it was the last that was missing. */
export interface Consented extends Place {
  consents: readonly ConsentRecord[];
  isLast: boolean;
}

/**
 * Stores a member's consent; with the last one, when that came. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId) unless the consortium is sealed and its project
 * neither handed in nor begun, TAKEN (membershipId) when the firm consented already, INVALID (reason)
 */
export async function giveConsent(
  context: Context,
  given: { membershipId: string; reason: string },
  purpose: Purpose,
): Promise<Consented> {
  const place = await sealedPlace(context, given.membershipId, purpose);
  const { agreement, membership } = place;
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults) ?? '';
  const before = consentsIn(agreement, purpose);
  if (before.some(({ companyId }) => companyId === membership.companyId))
    faults.push(
      problem('TAKEN', 'This firm consented already.', ['membershipId'], {
        rule: 'CONSENT_ONCE',
        limit: '1',
        found: '2',
      }),
    );
  refuseAny(faults);
  const { companyId } = membership;
  const consents = [
    ...before,
    { companyId, userId: place.userId, consentedAt: context.arrivedAt, reason },
  ];
  const isLast = agreement.memberIds.every((id) => consents.some((each) => each.companyId === id));
  const isOpened = isLast && purpose.kept === 'reopening';
  await changeAgreement(context, agreement, {
    [purpose.kept]: consents,
    ...(isOpened && { reopenedAt: context.arrivedAt }),
  });
  return { ...place, consents, isLast };
}

/**
 * Takes a member's consent back while others are missing; theirs stand. Once the last one came there is nothing to take
 * back. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule CONSENT when the firm has not consented)
 */
export async function takeConsentBack(
  context: Context,
  given: { membershipId: string },
  purpose: Purpose,
): Promise<Place> {
  const place = await sealedPlace(context, given.membershipId, purpose);
  const { agreement, membership } = place;
  const before = consentsIn(agreement, purpose);
  const rest = before.filter(({ companyId }) => companyId !== membership.companyId);
  if (rest.length === before.length)
    throw refusal('WRONG_STATE', 'This firm has not consented.', ['membershipId'], {
      rule: 'CONSENT',
      limit: '1',
      found: '0',
    });
  await changeAgreement(context, agreement, { [purpose.kept]: rest });
  return place;
}

/** Consents so far; an agreement that was sealed before there was such a consent has none. */
export function consentsIn(
  agreement: Pick<AgreementRecord, 'reopening' | 'withdrawal'>,
  { kept }: Pick<Purpose, 'kept'>,
): readonly ConsentRecord[] {
  return agreement[kept] ?? [];
}
