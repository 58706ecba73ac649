/** Giving reviewers to projects. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { problem, refusal, refuseAny } from '#kit/refusal.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import { readNow } from '../pool/succession.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { affiliationsOf, heirsAmong } from './affiliation.ts';
import { assignReviews } from './assignment.ts';
import { expertise, hasConflict } from './conflict.ts';
import { partiesOf, runningTeams } from './interest.ts';
import { callToReview } from './review.ts';
import type { ReviewRecord } from './review.model.ts';
import type { ReviewerRecord } from './reviewer.model.ts';
import { isCounting } from './state.ts';

const perProjectLimit = 9;

/** What came of giving reviewers to a call's projects. */
export interface AssignedReviews {
  call: CallRecord;
  reviews: ReviewRecord[];
}

/**
 * Gives every submitted project of a closed call its reviewers. Those who have a project keep it. The secretariat may.
 *
 * @throws {Refusal} as `callToReview`; INVALID (perProject); LIMIT_REACHED for every project that cannot be given enough
 * (rule REVIEWERS), or where there is too much to weigh (rules REVIEW_PAIRS, REVIEW_SECONDS)
 */
export async function assignReviewers(
  context: Context,
  given: { callId: string; revision: number; perProject: number },
): Promise<AssignedReviews> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { perProject } = given;
  if (!Number.isInteger(perProject) || perProject < 1 || perProject > perProjectLimit)
    throw refusal('INVALID', `A project has 1 to ${perProjectLimit} reviewers.`, ['perProject'], {
      rule: 'REVIEWERS_RANGE',
      limit: `1-${perProjectLimit}`,
      found: String(perProject),
    });
  const call = await callToReview(context, given, 'assign');
  const projects = await context.projects
    .find({ callId: call._id, status: 'SUBMITTED' })
    .sort({ _id: 1 })
    .lean<ProjectRecord[]>();
  const reviews = await giveReviewers(context, call, projects, perProject, ['callId']);
  return { call, reviews };
}

/**
 * Gives projects of a call as many reviewers as they lack; reviews that were set aside or given back do not count, and
 * whoever had one does not have the project again.
 *
 * @throws {Refusal} LIMIT_REACHED at `path` for every project that cannot be given enough (rule REVIEWERS), or where there is
 * too much to weigh (rules REVIEW_PAIRS, REVIEW_SECONDS)
 */
export async function giveReviewers(
  context: Context,
  call: CallRecord,
  projects: readonly ProjectRecord[],
  perProject: number,
  path: string[],
): Promise<ReviewRecord[]> {
  const { teams, interests, affiliations, reviewers, loads, before, nowOf } = await readField(
    context,
    call,
    projects,
  );
  const has = (projectId: string) => before.filter((review) => review.projectId === projectId);
  const counting = (projectId: string) => has(projectId).filter(isCounting);
  const byId = new Map(reviewers.map((reviewer) => [reviewer._id, reviewer]));
  const projectById = new Map(projects.map((project) => [project._id, project]));
  const assigned = await assignReviews(
    projects.map(({ _id }) => ({
      projectId: _id,
      missing: Math.max(0, perProject - counting(_id).length),
    })),
    reviewers.map(({ _id, mostReviews }) => ({
      reviewerId: _id,
      load: loads.get(_id) ?? 0,
      most: mostReviews,
    })),
    (projectId, reviewerId) => {
      const [project, reviewer] = [projectById.get(projectId), byId.get(reviewerId)];
      if (!project || !reviewer) return null;
      const parties = partiesOf(project, teams.get(project.consortiumId ?? '') ?? []);
      if (hasConflict(affiliations.get(reviewer.userId) ?? [], parties, interests)) return null;
      if (has(projectId).some((review) => review.reviewerId === reviewerId)) return null;
      return expertise(reviewer.technologyIds, project.requirements, nowOf);
    },
    path,
  );
  const counted = (id: string) =>
    counting(id).length + assigned.filter(({ projectId }) => projectId === id).length;
  refuseAny(
    projects
      .filter(({ _id }) => counted(_id) < perProject)
      .map(({ _id, title }) =>
        problem('LIMIT_REACHED', `Too few reviewers may review ${title.en ?? title.ko}.`, path, {
          rule: 'REVIEWERS',
          limit: String(perProject),
          found: String(counted(_id)),
        }),
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
  return reviews;
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
async function readField(
  context: Context,
  { _id: callId }: CallRecord,
  projects: readonly ProjectRecord[],
) {
  const sealed = await context.consortia
    .find({ status: 'SEALED' })
    .select({ memberIds: 1 })
    .lean<{ _id: string; memberIds: string[] }[]>();
  const reviewers = await context.reviewers
    .find({ isActive: true })
    .sort({ _id: 1 })
    .lean<ReviewerRecord[]>();
  const loads = await context.reviews.aggregate<{ _id: string; load: number }>([
    { $match: { open: true } },
    { $group: { _id: '$reviewerId', load: { $sum: 1 } } },
  ]);
  const teams = new Map(sealed.map(({ _id, memberIds }) => [_id, memberIds]));
  const running = await runningTeams(context);
  const parties = projects.map((each) => partiesOf(each, teams.get(each.consortiumId ?? '') ?? []));
  const userIds = reviewers.map(({ userId }) => userId);
  const affiliations = await affiliationsOf(context, userIds);
  const heirOf = await heirsAmong(context, affiliations.values(), ...parties, ...running);
  return {
    teams,
    affiliations,
    interests: { running, day: seoulDay(context.arrivedAt), heirOf },
    reviewers,
    loads: new Map(loads.map(({ _id, load }) => [_id, load])),
    before: await context.reviews.find({ callId }).lean<ReviewRecord[]>(),
    nowOf: await readNow(context.technologies, [
      ...reviewers.flatMap(({ technologyIds }) => technologyIds),
      ...projects.flatMap(({ requirements }) => requirements.map((each) => each.technologyId)),
    ]),
  };
}
