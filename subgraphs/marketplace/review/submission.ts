/** Submissions of services: handed in, found complete or not, completed, taken back. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn, signedInAs } from '#kit/viewer.ts';
import { actingAsProvider, providerProblems } from '../company/company.ts';
import type { Context } from '../context.ts';
import { catalogueProblems } from '../service/service-details.ts';
import { findProvider, readService } from '../service/service.ts';
import {
  exemptionsOf,
  levelProblems,
  levelsOf,
  nextAfter,
  noteOf,
  noteProblems,
  stepProblems,
  type ServiceLevelsInput,
} from './review-rules.ts';
import type { ReviewRecord } from './review.model.ts';
import { readReview, step, type ReadReview } from './review.ts';
import { readTerms } from './terms.ts';

type Maybe<Value> = Value | null | undefined;

/** Which service is submitted, and what it promises. */
export interface SubmitServiceInput {
  serviceId: string;
  levels: ServiceLevelsInput;
  note?: Maybe<string>;
}

/** Whether a submission is complete. */
export interface CheckInput extends ReadReview {
  complete: boolean;
  note?: Maybe<string>;
}

/** What completes a submission. */
export interface CompleteInput extends ReadReview {
  levels?: Maybe<ServiceLevelsInput>;
  note?: Maybe<string>;
}

/**
 * Submits a service.
 *
 * @throws {Refusal} NOT_FOUND (serviceId), WRONG_STATE (serviceId), INVALID (levels, note, what the service lacks), TAKEN (serviceId)
 */
export async function submitService(
  context: Context,
  input: SubmitServiceInput,
): Promise<ReviewRecord> {
  const { userId } = signedIn(context.viewer);
  const now = new Date();
  const service = await readService(context, { id: input.serviceId }, ['serviceId']);
  actingAsProvider(context.viewer, service.providerId);
  const provider = await findProvider(context, service.providerId);
  const levels = levelsOf(input.levels);
  const note = noteOf(input.note);
  refuseAny([
    ...submittableProblems(service),
    ...providerProblems(provider, now, ['serviceId']),
    ...catalogueProblems(service, ['serviceId']),
    ...levelProblems(levels),
    ...noteProblems(note),
  ]);
  const { _id: _, revision: __, ...terms } = await readTerms(context);
  const review: ReviewRecord = {
    _id: newId(),
    serviceId: service._id,
    providerId: service.providerId ?? '',
    status: 'SUBMITTED',
    open: true,
    levels,
    exemptions: null,
    steps: [{ status: 'SUBMITTED', at: now, userId, note }],
    opinions: [],
    terms,
    submittedAt: now,
    endedAt: null,
    revision: 1,
  };
  try {
    await context.reviews.create([review]);
  } catch (error) {
    if (isDuplicateKey(error))
      throw refusal('TAKEN', 'A review of this service is under way.', ['serviceId']);
    throw error;
  }
  return review;
}

/**
 * Finds whether a submission is complete, and from which parts it is exempt.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (note)
 */
export async function checkServiceReview(
  context: Context,
  input: CheckInput,
): Promise<ReviewRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const now = new Date();
  const review = await readReview(context, input);
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['SUBMITTED']),
    ...noteProblems(note, input.complete ? null : 'Say what is missing.'),
  ]);
  if (!input.complete) return step(context, review, 'RETURNED', { note, now });
  const service = await context.services.findById(review.serviceId).lean();
  if (!service) throw new Error(`Service ${review.serviceId} is under review and not there.`);
  const provider = await findProvider(context, review.providerId);
  const selected = await context.services.exists({
    providerId: review.providerId,
    selectedAt: { $type: 'date' },
  });
  const exemptions = exemptionsOf(service, provider, selected !== null, now);
  const to = nextAfter('SUBMITTED', exemptions);
  return step(context, { ...review, exemptions }, to, { note, now });
}

/**
 * Completes a submission that was returned.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id), INVALID (levels, note)
 */
export async function completeServiceReview(
  context: Context,
  input: CompleteInput,
): Promise<ReviewRecord> {
  signedIn(context.viewer);
  const review = await readReview(context, input);
  actingAsProvider(context.viewer, review.providerId);
  const levels = input.levels ? levelsOf(input.levels) : review.levels;
  const note = noteOf(input.note);
  refuseAny([
    ...stepProblems(review, ['RETURNED']),
    ...levelProblems(levels),
    ...noteProblems(note),
  ]);
  return step(context, { ...review, levels }, 'SUBMITTED', { note, now: new Date() });
}

/**
 * Takes a submission back.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), WRONG_STATE (id)
 */
export async function withdrawServiceReview(
  context: Context,
  input: ReadReview,
): Promise<ReviewRecord> {
  signedIn(context.viewer);
  const review = await readReview(context, input);
  actingAsProvider(context.viewer, review.providerId);
  refuseAny(stepProblems(review, ['SUBMITTED', 'RETURNED', 'ELIGIBILITY', 'CAPABILITY']));
  return step(context, review, 'WITHDRAWN', { note: null, now: new Date() });
}

function submittableProblems({
  status,
  selectedAt,
}: {
  status: string;
  selectedAt: Date | null;
}): Problem[] {
  const path = ['serviceId'];
  if (selectedAt !== null)
    return [problem('WRONG_STATE', 'This service is selected.', path, { found: 'SELECTED' })];
  return status === 'WITHDRAWN'
    ? [problem('WRONG_STATE', 'This service is WITHDRAWN.', path, { found: status })]
    : [];
}
