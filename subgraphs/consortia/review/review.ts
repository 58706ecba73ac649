/** Reviews: given to reviewers, and scored by them. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { hasRole, signedIn, signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { callStatus } from '../call/call.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { breach } from '../programme/breaches.ts';
import type { Criterion } from '../programme/rules.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { assignReviews } from './assignment.ts';
import { expertise, hasConflict } from './conflict.ts';
import type { ReviewPage, ReviewRecord, ReviewStatus, Score } from './review.model.ts';
import type { ReviewerRecord } from './reviewer.model.ts';

const perProjectLimit = 9;

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
): Promise<CallRecord> {
  const path = ['callId'];
  const call = await calls.findById(callId).lean<CallRecord>();
  if (!call) throw refusal('NOT_FOUND', 'There is no such call.', path);
  const status = call.decidedAt ? 'DECIDED' : callStatus(call, arrivedAt);
  if (status !== 'CLOSED')
    throw refusal('WRONG_STATE', `This is not possible in state ${status}.`, path, {
      rule: 'STATE',
      limit: 'CLOSED',
      found: status,
    });
  const { matchedCount } = await calls.updateOne(
    { _id: callId, revision },
    { $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The call was changed since it was read.', ['revision']);
  return { ...call, revision: revision + 1 };
}

/** What came of giving reviewers to a call's projects. */
export interface AssignedReviews {
  call: CallRecord;
  reviews: ReviewRecord[];
}

/**
 * Gives every submitted project of a closed call its reviewers. Those who have a project keep it. The secretariat may.
 *
 * @throws {Refusal} as `callToReview`; INVALID (perProject); LIMIT_REACHED for every project that cannot be given enough
 * (rule REVIEWERS)
 */
export async function assignReviewers(
  context: Context,
  given: { callId: string; revision: number; perProject: number },
): Promise<AssignedReviews> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { perProject } = given;
  if (!Number.isInteger(perProject) || perProject < 1 || perProject > perProjectLimit)
    throw refusal('INVALID', `A project has 1 to ${perProjectLimit} reviewers.`, ['perProject']);
  const call = await callToReview(context, given);
  const { projects, teams, running, reviewers, loads, before } = await readField(context, call);
  const day = seoulDay(context.arrivedAt);
  const has = (projectId: string) => before.filter((review) => review.projectId === projectId);
  const byId = new Map(reviewers.map((reviewer) => [reviewer._id, reviewer]));
  const projectById = new Map(projects.map((project) => [project._id, project]));
  const assigned = assignReviews(
    projects.map(({ _id }) => ({
      projectId: _id,
      missing: Math.max(0, perProject - has(_id).length),
    })),
    reviewers.map(({ _id, mostReviews }) => ({
      reviewerId: _id,
      load: loads.get(_id) ?? 0,
      most: mostReviews,
    })),
    (projectId, reviewerId) => {
      const [project, reviewer] = [projectById.get(projectId), byId.get(reviewerId)];
      const team = teams.get(project?.consortiumId ?? '') ?? [];
      if (!project || !reviewer || hasConflict(reviewer.affiliations, team, running, day))
        return null;
      if (has(projectId).some((review) => review.reviewerId === reviewerId)) return null;
      return expertise(reviewer.technologyIds, project.requirements);
    },
  );
  const counted = (id: string) =>
    has(id).length + assigned.filter(({ projectId }) => projectId === id).length;
  refuseAny(
    projects
      .filter(({ _id }) => counted(_id) < perProject)
      .map(({ _id, title }) =>
        problem(
          'LIMIT_REACHED',
          `Too few reviewers may review ${title.en ?? title.ko}.`,
          ['callId'],
          {
            rule: 'REVIEWERS',
            limit: String(perProject),
            found: String(counted(_id)),
          },
        ),
      ),
  );
  const reviews = assigned.map(({ projectId, reviewerId }) =>
    newReview(
      call._id,
      projectId,
      reviewerId,
      byId.get(reviewerId)?.userId ?? '',
      context.arrivedAt,
    ),
  );
  if (reviews.length > 0) await context.reviews.create(reviews, { ordered: true });
  return { call, reviews };
}

function newReview(
  callId: string,
  projectId: string,
  reviewerId: string,
  userId: string,
  assignedAt: Date,
): ReviewRecord {
  return {
    _id: newId(),
    callId,
    projectId,
    reviewerId,
    userId,
    status: 'ASSIGNED',
    scores: [],
    total: null,
    comment: null,
    assignedAt,
    submittedAt: null,
    open: true,
    revision: 1,
  };
}

/** Everything that an assignment looks at. */
async function readField(context: Context, { _id: callId }: CallRecord) {
  const projects = await context.projects
    .find({ callId, status: 'SUBMITTED' })
    .sort({ _id: 1 })
    .lean<ProjectRecord[]>();
  const sealed = await context.consortia
    .find({ status: 'SEALED' })
    .select({ memberIds: 1 })
    .lean<{ _id: string; memberIds: string[] }[]>();
  const teams = new Map(sealed.map(({ _id, memberIds }) => [_id, memberIds]));
  const inWork = await context.projects
    .find({ status: 'RUNNING' })
    .select({ consortiumId: 1 })
    .lean<{ consortiumId: string | null }[]>();
  const reviewers = await context.reviewers
    .find({ isActive: true })
    .sort({ _id: 1 })
    .lean<ReviewerRecord[]>();
  const loads = await context.reviews.aggregate<{ _id: string; load: number }>([
    { $match: { open: true } },
    { $group: { _id: '$reviewerId', load: { $sum: 1 } } },
  ]);
  const before = await context.reviews.find({ callId }).lean<ReviewRecord[]>();
  return {
    projects,
    teams,
    running: inWork.flatMap(({ consortiumId }) => {
      const team = teams.get(consortiumId ?? '');
      return team ? [team] : [];
    }),
    reviewers,
    loads: new Map(loads.map(({ _id, load }) => [_id, load])),
    before,
  };
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
 * @throws {Refusal} NOT_FOUND (reviewId), WRONG_STATE (reviewId), STALE (revision), INVALID (scores, comment; rules
 * CRITERION, CRITERION_ONCE, CRITERION_MISSING, POINTS)
 */
export async function scoreProject(context: Context, given: GivenScores): Promise<ReviewRecord> {
  const { userId } = signedInAs(context.viewer, 'REVIEWER');
  const path = ['reviewId'];
  const review = await context.reviews.findById(given.reviewId).lean<ReviewRecord>();
  if (!review || review.userId !== userId)
    throw refusal('NOT_FOUND', 'You have no such review.', path);
  if (!review.open) throw refusal('WRONG_STATE', 'The call is decided.', path);
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
    status: 'SUBMITTED' as const,
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
