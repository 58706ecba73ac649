/** Taking the project of a sealed consortium back: only by the consent of every member. */
import { endProject } from '../consortium/withdraw.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { giveConsent, takeConsentBack, toWithdraw } from './consent.ts';

/**
 * Consents for a member to take the project of its sealed consortium back. The last consent does it, for good; the
 * reason that is kept is that of the first. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId) once the project is handed in or begun, TAKEN
 * (membershipId) when the firm consented already, INVALID (reason)
 */
export async function consentToWithdrawal(
  context: Context,
  given: { membershipId: string; reason: string },
): Promise<ProjectRecord> {
  const { project, consents, isLast } = await giveConsent(context, given, toWithdraw);
  if (!isLast) return project;
  const reason = consents[0]?.reason ?? '';
  return endProject(context, project, project.revision, 'abandon', reason, ['membershipId']);
}

/**
 * Takes a member's consent to a withdrawal back while others are missing; theirs stand. An owner of the firm may.
 *
 * @throws {Refusal} NOT_FOUND (membershipId), WRONG_STATE (membershipId; rule CONSENT when the firm has not consented)
 */
export async function revokeWithdrawalConsent(
  context: Context,
  given: { membershipId: string },
): Promise<ProjectRecord> {
  const { project } = await takeConsentBack(context, given, toWithdraw);
  return project;
}
