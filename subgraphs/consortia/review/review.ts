/** Reviews: given to reviewers, and scored by them. */
import { findPage } from '#kit/page.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { hasRole, signedIn, signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { callState, callSteps, type CallStep } from '../call/state.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { breach } from '../programme/breaches.ts';
import type { Criterion } from '../programme/rules.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { interestFaults } from './interest.ts';
import { reviewSteps, type ReviewStatus } from './state.ts';
import type { ReviewPage, ReviewRecord, Score } from './review.model.ts';

/** The viewer's own reviews, newest first. */
export function findReviewTasks(
  { viewer, reviews }: Context,
  listing: Listing & { status?: ReviewStatus | null | undefined },
): Promise<ReviewPage> {
  const { userId } = signedIn(viewer);
  const filter = { userId, ...(listing.status != null && { status: listing.status }) };
  return findPage(reviews, filter, [['_id', -1]], pageOf(listing));
}

/** The review, for its reviewer and the secretariat; null for others. */
export async function findReview(
  { viewer, reviews }: Context,
  id: string,
): Promise<ReviewRecord | null> {
  const review = await reviews.findById(id).lean<ReviewRecord>();
  const isOwn = review !== null && review.userId === viewer.userId;
  return isOwn || hasRole(viewer, 'SECRETARIAT') ? review : null;
}

/**
 * A call for a step of its review, read at `revision`; the step counts as a change of it, so that two of them meet.
 *
 * @throws {Refusal} NOT_FOUND (callId), WRONG_STATE (callId) before it is closed or once it is decided, STALE (revision)
 */
export async function callToReview(
  { calls, arrivedAt }: Context,
  { callId, revision }: { callId: string; revision: number },
  step: CallStep,
): Promise<CallRecord> {
  const path = ['callId'];
  const call = await calls.findById(callId).lean<CallRecord>();
  if (!call) throw refusal('NOT_FOUND', 'There is no such call.', path);
  stateAfter(callSteps, callState(call, arrivedAt), step, path);
  const { matchedCount } = await calls.updateOne(
    { _id: callId, revision },
    { $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The call was changed since it was read.', ['revision']);
  return { ...call, revision: revision + 1 };
}

/** Scores as a client gives them. */
export interface GivenScores {
  reviewId: string;
  revision: number;
  scores: readonly { criterion: string; points: number; comment?: string | null | undefined }[];
  comment?: string | null | undefined;
}

/**
 * Scores a project, again until its call is decided. The reviewer it was given to may.
 *
 * @throws {Refusal} NOT_FOUND (reviewId), WRONG_STATE (reviewId; rule CONFLICT for an interest in the project), STALE (revision), INVALID (scores, comment; rules
 * CRITERION, CRITERION_ONCE, CRITERION_MISSING, POINTS)
 */
export async function scoreProject(context: Context, given: GivenScores): Promise<ReviewRecord> {
  const { userId } = signedInAs(context.viewer, 'REVIEWER');
  const path = ['reviewId'];
  const review = await context.reviews.findById(given.reviewId).lean<ReviewRecord>();
  if (!review || review.userId !== userId)
    throw refusal('NOT_FOUND', 'You have no such review.', path);
  const status = stateAfter(reviewSteps, review.status, 'score', path);
  if (!review.open)
    throw refusal('WRONG_STATE', 'The call is decided.', path, {
      rule: 'CALL_OPEN_TO_SCORES',
      limit: 'CLOSED',
      found: 'DECIDED',
    });
  refuseAny(await interestFaults(context, review.projectId, path));
  const call = await context.calls.findById(review.callId).lean<CallRecord>();
  const faults = scoreFaults(call?.rules.rubric ?? [], given.scores);
  const limits = { ...reasonLength, least: 0 };
  const scores: Score[] = given.scores.map(({ criterion, points, comment }, index) => ({
    criterion,
    points,
    comment: readReason(comment, limits, ['scores', String(index), 'comment'], faults),
  }));
  const comment = readReason(given.comment, limits, ['comment'], faults);
  refuseAny(faults);
  const change = {
    status,
    scores,
    total: scores.reduce((sum, { points }) => sum + points, 0),
    comment,
    submittedAt: context.arrivedAt,
  };
  const { matchedCount } = await context.reviews.updateOne(
    { _id: review._id, revision: given.revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The review was changed since it was read.', ['revision']);
  return { ...review, ...change, revision: given.revision + 1 };
}

/** What is wrong with scores: every criterion once, within its points. */
export function scoreFaults(
  rubric: readonly Criterion[],
  scores: readonly { criterion: string; points: number }[],
): Problem[] {
  const given = scores.map(({ criterion }) => criterion);
  const known = rubric.map(({ code }) => code);
  const missing = known.filter((code) => !given.includes(code));
  const faults = missing.map((code) =>
    breach('CRITERION_MISSING', 'Every criterion is scored.', code, 'none', ['scores']),
  );
  scores.forEach(({ criterion, points }, index) => {
    const at = ['scores', String(index)];
    const most = rubric.find(({ code }) => code === criterion)?.points;
    if (most === undefined)
      faults.push(
        breach('CRITERION', 'The rubric has no such criterion.', known.join(', '), criterion, [
          ...at,
          'criterion',
        ]),
      );
    else if (!Number.isInteger(points) || points < 0 || points > most)
      faults.push(
        breach('POINTS', 'Points are from 0 to the most.', most, points, [...at, 'points']),
      );
    if (given.indexOf(criterion) < index)
      faults.push(
        breach('CRITERION_ONCE', 'Each criterion is scored once.', 1, 2, [...at, 'criterion']),
      );
  });
  return faults;
}
