/** Giving a review back unscored, so that somebody else has it: a call does not wait for ever for who cannot score. */
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { hasRole, signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { giveReviewers } from './assigning.ts';
import { ownInterest } from './interest.ts';
import type { ReviewRecord } from './review.model.ts';
import { isCounting, reviewSteps } from './state.ts';

/**
 * Gives a review back that was not scored. Its reviewer may, and somebody of the secretariat without an interest in the
 * project. Where an appeal has the project scored anew, another reviewer gets it at once; before the decision
 * `assignReviewers` gives it.
 *
 * @throws {Refusal} NOT_FOUND (reviewId), WRONG_STATE (reviewId; rules STATE, CONFLICT), STALE (revision), INVALID
 * (reason), LIMIT_REACHED (reviewId; rule REVIEWERS)
 */
export async function releaseReview(
  context: Context,
  given: { reviewId: string; revision: number; reason: string },
): Promise<ReviewRecord> {
  const { userId } = signedInAs(context.viewer, 'REVIEWER', 'SECRETARIAT');
  const path = ['reviewId'];
  const review = await context.reviews.findById(given.reviewId).lean<ReviewRecord>();
  const isOwn = review?.userId === userId;
  if (!review || !(isOwn || hasRole(context.viewer, 'SECRETARIAT')))
    throw refusal('NOT_FOUND', 'You have no such review.', path);
  const status = stateAfter(reviewSteps, review.status, 'release', path);
  const { call, project } = await matterOf(context, review);
  const faults: Problem[] = isOwn ? [] : await ownInterest(context, [project], path);
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  refuseAny(faults);
  const before = await context.reviews.find({ projectId: project._id }).lean<ReviewRecord[]>();
  const released = { by: userId, at: context.arrivedAt, reason: reason ?? '' };
  const { matchedCount } = await context.reviews.updateOne(
    { _id: review._id, revision: given.revision },
    { $set: { status, released }, $unset: { open: 1 }, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The review was changed since it was read.', ['revision']);
  if (call.decidedAt)
    await giveReviewers(context, call, [project], before.filter(isCounting).length, path);
  const { open: _, ...rest } = review;
  return { ...rest, status, released, revision: given.revision + 1 };
}

async function matterOf(
  { calls, projects }: Context,
  review: ReviewRecord,
): Promise<{ call: CallRecord; project: ProjectRecord }> {
  // Written, so that giving one back and deciding the call meet.
  const call = await calls
    .findOneAndUpdate(
      { _id: review.callId },
      { $inc: { released: 1 } },
      { returnDocument: 'after' },
    )
    .lean<CallRecord>();
  const project = await projects.findById(review.projectId).lean<ProjectRecord>();
  if (!call || !project) throw new Error(`Review ${review._id} is of no call or project.`);
  return { call, project };
}
