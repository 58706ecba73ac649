/** Deciding a call: ranking, awards, and how the reviewers scored. */
import { publishFacts } from '#kit/facts.ts';
import { refuseAny } from '#kit/refusal.ts';
import { hasRole, signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { pointedAt, type Context } from '../context.ts';
import { breach } from '../programme/breaches.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectFact } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import { memberIdsOf } from '../submission/submission.ts';
import type { SubmissionRecord } from '../submission/submission.model.ts';
import type { AwardLimits } from './award.ts';
import { exposedToDecide, readExposed } from './exposed.ts';
import { calibrate, usualOutlierShare } from './calibration.ts';
import { rankProjects, type Contender, type Ranked } from './ranking.ts';
import type { ReviewRecord } from './review.model.ts';
import { isCounting } from './state.ts';
import { holdFirms, unfitIn } from './fitness.ts';
import { ownInterest } from './interest.ts';
import { callToReview } from './review.ts';

/** What a ranking is made of. */
export interface Field {
  contenders: Contender[];
  given: ReviewRecord[];
  submitted: ProjectRecord[];
}

/** A call's submitted projects, or those that were ranked, with what they are ranked by. */
export async function contendersOf(context: Context, call: CallRecord): Promise<Field> {
  const { projects, reviews, submissions, arrivedAt } = context;
  const ranked = call.ranking?.map(({ projectId }) => projectId);
  const submitted = await projects
    .find({ callId: call._id, ...(ranked ? { _id: { $in: ranked } } : { status: 'SUBMITTED' }) })
    .sort({ _id: 1 })
    .lean<ProjectRecord[]>();
  const all = await reviews.find({ callId: call._id }).sort({ _id: 1 }).lean<ReviewRecord[]>();
  const given = all.filter(isCounting);
  const receipts = await submissions
    .find({ callId: call._id, takenBackAt: null })
    .lean<SubmissionRecord[]>();
  const unfit = await unfitIn(context, submitted, arrivedAt);
  const contenders = submitted.map(({ _id, sector, budget, bonuses }) => ({
    projectId: _id,
    sector,
    unfit: unfit.get(_id) ?? [],
    number: receipts.find(({ projectId }) => projectId === _id)?.number ?? 0,
    budget,
    bonus: call.rules.bonuses
      .filter(({ code }) => bonuses.includes(code))
      .reduce((sum, { points }) => sum + points, 0),
    reviews: given.flatMap(({ projectId, total, scores }) =>
      projectId === _id && total !== null ? [{ total, scores }] : [],
    ),
  }));
  return { contenders, given, submitted };
}

/** What a call has for its awards. */
export function limitsOf({
  slots,
  budget,
  rules,
}: Pick<CallRecord, 'slots' | 'budget' | 'rules'>): AwardLimits {
  return { slots, budget, sectorCap: rules.sectorCap ?? null };
}

/** A call's ranking: as decided for everybody, before as the reviews stand for the secretariat. */
export async function findRanking(context: Context, call: CallRecord): Promise<Ranked[]> {
  if (call.ranking) return call.ranking;
  if (!hasRole(context.viewer, 'SECRETARIAT')) return [];
  const { contenders, submitted } = await contendersOf(context, call);
  const exposed = await readExposed(context, call, submitted);
  return rankProjects(contenders, call.rules.rubric, limitsOf(call), new Set(), exposed);
}

/** A call's reviews, for the secretariat; empty for others. */
export function findReviewsOf(
  { viewer, loaders }: Context,
  call: CallRecord,
): Promise<ReviewRecord[]> {
  return hasRole(viewer, 'SECRETARIAT') ? loaders.reviewsIn.load(call._id) : Promise.resolve([]);
}

/** How each reviewer of a call scores, for the secretariat; empty for others. */
export async function findCalibration(context: Context, call: CallRecord) {
  const reviews = await findReviewsOf(context, call);
  const given = reviews.flatMap(({ _id, reviewerId, projectId, total }) =>
    total === null ? [] : [{ reviewId: _id, reviewerId, projectId, total }],
  );
  const { rubric, outlierShare: share = usualOutlierShare } = call.rules;
  const points = rubric.reduce((sum, criterion) => sum + criterion.points, 0);
  return Promise.all(
    calibrate(given, { points, share }).map(async ({ reviewerId, outliers, ...figures }) => {
      const outlierFindings = outliers.flatMap(({ reviewId, breaches }) => {
        const review = reviews.find(({ _id }) => _id === reviewId);
        return review ? [{ review, breaches }] : [];
      });
      return {
        ...figures,
        reviewer: await pointedAt(context.loaders.reviewer, reviewerId),
        outliers: outlierFindings.map(({ review }) => review),
        outlierFindings,
      };
    }),
  );
}

/**
 * Decides a closed call once every review is in: awards by rank within slots, budget and caps on one firm's part, publishes the ranking. The
 * secretariat may.
 *
 * @throws {Refusal} as `callToReview`; WRONG_STATE (callId; rule CONFLICT) for who has a firm in one of the projects, or left one lately; INVALID (callId; rule REVIEWS_IN) for every project whose reviews are not all in,
 * or that has none
 */
export async function decideCall(
  context: Context,
  given: { callId: string; revision: number },
): Promise<CallRecord> {
  const { userId } = signedInAs(context.viewer, 'SECRETARIAT');
  const call = await callToReview(context, given, 'decide');
  const { contenders, given: reviews, submitted } = await contendersOf(context, call);
  refuseAny(await ownInterest(context, submitted, ['callId']));
  refuseAny(
    submitted.flatMap(({ _id, title }) => {
      const own = reviews.filter(({ projectId }) => projectId === _id);
      const isIn = own.filter(({ status }) => status === 'SUBMITTED').length;
      if (own.length > 0 && isIn === own.length) return [];
      const message = `The reviews of ${title.en ?? title.ko} are not all in.`;
      return [breach('REVIEWS_IN', message, Math.max(1, own.length), isIn, ['callId'])];
    }),
  );
  const exposed = await exposedToDecide(context, call, submitted);
  const ranking = rankProjects(contenders, call.rules.rubric, limitsOf(call), new Set(), exposed);
  const awarded = awardedIn(ranking, submitted);
  await holdFirms(context, awarded);
  const decision = { ranking, decidedAt: context.arrivedAt, decidedBy: userId };
  await context.calls.updateOne({ _id: call._id }, { $set: decision });
  await context.reviews.updateMany(
    { callId: call._id },
    { $unset: { open: 1 }, $inc: { revision: 1 } },
  );
  for (const project of submitted)
    await settle(context, project, awarded.includes(project) ? 'award' : 'reject', ['callId']);
  return { ...call, ...decision };
}

/** Projects that a ranking awards. */
export function awardedIn(
  ranking: readonly Ranked[],
  submitted: readonly ProjectRecord[],
): ProjectRecord[] {
  const ids = new Set(ranking.filter(({ isAwarded }) => isAwarded).map((each) => each.projectId));
  return submitted.filter(({ _id }) => ids.has(_id));
}

/** Steps that a decision takes a project by. */
export type DecidingStep = 'award' | 'reject' | 'readmit' | 'displace';

/** Takes a project where a decision puts it, tells it, and takes up its members' capacity or lets go of it. */
export async function settle(
  context: Context,
  project: ProjectRecord,
  step: DecidingStep,
  path: string[],
): Promise<void> {
  const { projects, memberships, facts } = context;
  const status = stateAfter(projectSteps, project.status, step, path);
  await projects.updateOne({ _id: project._id }, { $set: { status }, $inc: { revision: 1 } });
  // A project that is not chosen takes up nobody's capacity any more.
  if (status === 'REJECTED')
    await memberships.updateMany({ projectId: project._id }, { $unset: { running: 1 } });
  if (step === 'readmit')
    await memberships.updateMany(
      { projectId: project._id, standing: true },
      { $set: { running: true } },
    );
  const memberIds = await memberIdsOf(context, project);
  const state = projectFact({ ...project, status }, memberIds);
  await publishFacts(facts, [{ kind: 'project', key: project._id, state }]);
}
