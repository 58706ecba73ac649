/** Opening a sealed consortium again: only by the consent of every member. */
import { publishFacts } from '#kit/facts.ts';
import { stateAfter } from '#kit/steps.ts';
import type { ConsortiumRecord } from '../consortium/consortium.model.ts';
import { changeConsortium } from '../consortium/consortium.ts';
import type { Place } from '../consortium/membership.ts';
import { consortiumSteps } from '../consortium/state.ts';
import type { Context } from '../context.ts';
import { everybody } from '../project/audience.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { giveConsent, takeConsentBack, toReopen } from './consent.ts';

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
  const place = await giveConsent(context, given, toReopen);
  return place.isLast ? reopen(context, place) : place.consortium;
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
  const { consortium } = await takeConsentBack(context, given, toReopen);
  return consortium;
}
