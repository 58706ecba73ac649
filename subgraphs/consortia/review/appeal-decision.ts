/** Deciding appeals: by somebody else than before, and what follows for the ranking. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import { callState, callSteps } from '../call/state.ts';
import type { Context } from '../context.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { breach } from '../programme/breaches.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import type { AppealRecord } from './appeal.model.ts';
import { changeAppeal, rankIn } from './appeal.ts';
import { giveReviewers } from './assigning.ts';
import { awardedIn, contendersOf, limitsOf, settle, type DecidingStep } from './decision.ts';
import { exposedToDecide } from './exposed.ts';
import { holdFirms } from './fitness.ts';
import { ownInterest } from './interest.ts';
import { rankProjects } from './ranking.ts';
import type { ReviewRecord } from './review.model.ts';
import { appealSteps, isCounting, type AppealStep } from './state.ts';

/** What is decided: nothing changes; without some reviews; with new ones. */
export type AppealOutcome = 'REJECT' | 'RERANK' | 'RESCORE';

const stepOf: Record<AppealOutcome, AppealStep> = {
  REJECT: 'reject',
  RERANK: 'rerank',
  RESCORE: 'rescore',
};

/** A decision as a client gives it. */
export interface GivenAppealDecision {
  appealId: string;
  revision: number;
  outcome: AppealOutcome;
  reason: string;
  /** Reviews that count no more, for `RERANK`. */
  setAside: readonly string[];
}

/** An appeal with everything that its decision looks at. */
interface Matter {
  appeal: AppealRecord;
  call: CallRecord;
  project: ProjectRecord;
  /** Reviews of the project, those that were set aside too. */
  reviews: ReviewRecord[];
}

async function readMatter(context: Context, appealId: string): Promise<Matter> {
  const appeal = await context.appeals.findById(appealId).lean<AppealRecord>();
  const call = appeal && (await context.calls.findById(appeal.callId).lean<CallRecord>());
  const project =
    appeal && (await context.projects.findById(appeal.projectId).lean<ProjectRecord>());
  if (!appeal || !call || !project)
    throw refusal('NOT_FOUND', 'There is no such appeal.', ['appealId']);
  const reviews = await context.reviews
    .find({ projectId: project._id })
    .sort({ _id: 1 })
    .lean<ReviewRecord[]>();
  return { appeal, call, project, reviews };
}

/** Why somebody may not decide an appeal: a hand in what it is against. */
export function judgeFaults(
  userId: string,
  { appeal, call, reviews }: Pick<Matter, 'appeal' | 'call' | 'reviews'>,
): Problem[] {
  const path = ['appealId'];
  const involved = [call.decidedBy, appeal.filedBy, ...reviews.map((review) => review.userId)];
  if (!involved.includes(userId)) return [];
  return [
    problem('WRONG_STATE', 'Somebody else decides: not who decided, scored or appealed.', path, {
      rule: 'OTHER_PERSON',
      limit: 'somebody else',
      found: userId,
    }),
  ];
}

/** What is wrong with the reviews to be set aside: some but not all of those that count, when the ranking is made anew. */
export function setAsideFaults(
  outcome: AppealOutcome,
  ids: readonly string[],
  counting: readonly Pick<ReviewRecord, '_id'>[],
): Problem[] {
  const faults = ids.flatMap((id, index) =>
    counting.some(({ _id }) => _id === id)
      ? []
      : [problem('NOT_FOUND', 'The project has no such review.', ['setAside', String(index)])],
  );
  const count = new Set(ids).size;
  const [least, most] = outcome === 'RERANK' ? [1, counting.length - 1] : [0, 0];
  if (count < least || count > most)
    faults.push(
      breach('SET_ASIDE', 'So many reviews cannot be set aside.', `${least} to ${most}`, count, [
        'setAside',
      ]),
    );
  return faults;
}

/**
 * Decides an appeal. Somebody of the secretariat may who neither decided the call nor scored the project.
 *
 * @throws {Refusal} NOT_FOUND (appealId, setAside/…), WRONG_STATE (appealId; rules STATE, OTHER_PERSON, CONFLICT), STALE
 * (revision), INVALID (reason, setAside; rule SET_ASIDE), LIMIT_REACHED (appealId; rule REVIEWERS)
 */
export async function decideAppeal(
  context: Context,
  given: GivenAppealDecision,
): Promise<AppealRecord> {
  const viewer = signedInAs(context.viewer, 'SECRETARIAT');
  const matter = await readMatter(context, given.appealId);
  const { appeal, call, project, reviews } = matter;
  const path = ['appealId'];
  const status = stateAfter(appealSteps, appeal.status, stepOf[given.outcome], path);
  const counting = reviews.filter(isCounting);
  const faults = [
    ...judgeFaults(viewer.userId, matter),
    ...(await ownInterest(context, [project], path)),
    ...setAsideFaults(given.outcome, given.setAside, counting),
  ];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  refuseAny(faults);
  const decided = await changeAppeal(context, appeal, given.revision, {
    status,
    reason,
    decidedBy: viewer.userId,
    decidedAt: context.arrivedAt,
  });
  if (given.outcome === 'REJECT') return decided;
  const ids = given.outcome === 'RERANK' ? given.setAside : counting.map(({ _id }) => _id);
  await context.reviews.updateMany(
    { _id: { $in: [...ids] } },
    { $set: { setAsideBy: appeal._id }, $inc: { revision: 1 } },
  );
  if (given.outcome === 'RERANK') return rankAgain(context, decided, call);
  await giveReviewers(context, call, [project], counting.length, path);
  return decided;
}

/**
 * Settles an appeal whose project was scored anew: ranks the call again. Somebody of the secretariat may, as for
 * `decideAppeal`.
 *
 * @throws {Refusal} NOT_FOUND (appealId), WRONG_STATE (appealId; rules STATE, OTHER_PERSON, CONFLICT), STALE (revision),
 * INVALID (appealId; rule REVIEWS_IN)
 */
export async function settleAppeal(
  context: Context,
  given: { appealId: string; revision: number },
): Promise<AppealRecord> {
  const viewer = signedInAs(context.viewer, 'SECRETARIAT');
  const matter = await readMatter(context, given.appealId);
  const { appeal, call, project, reviews } = matter;
  const path = ['appealId'];
  const status = stateAfter(appealSteps, appeal.status, 'settle', path);
  const counting = reviews.filter(isCounting);
  const isIn = counting.filter((review) => review.status === 'SUBMITTED').length;
  refuseAny([
    ...judgeFaults(viewer.userId, matter),
    ...(await ownInterest(context, [project], path)),
    ...(isIn === counting.length
      ? []
      : [breach('REVIEWS_IN', 'The reviews are not all in.', counting.length, isIn, path)]),
  ]);
  await context.reviews.updateMany(
    { projectId: project._id, open: true },
    { $unset: { open: 1 }, $inc: { revision: 1 } },
  );
  const settled = await changeAppeal(context, appeal, given.revision, { status });
  return rankAgain(context, settled, call);
}

/** Where a ranking that was made again takes a project; null where it stays. */
export function stepAfter(status: ProjectStatus, isAwarded: boolean): DecidingStep | null {
  if (status === 'REJECTED' && isAwarded) return 'readmit';
  return status === 'AWARDED' && !isAwarded ? 'displace' : null;
}

/** Ranks a call again and publishes it. Every ranking writes its call, so that two appeals meet there. */
async function rankAgain(
  context: Context,
  appeal: AppealRecord,
  call: CallRecord,
): Promise<AppealRecord> {
  stateAfter(callSteps, callState(call, context.arrivedAt), 'rerank', ['appealId']);
  const { contenders, submitted } = await contendersOf(context, call);
  const begun = submitted.filter(({ status }) => status !== 'AWARDED' && status !== 'REJECTED');
  const kept = new Set(begun.map(({ _id }) => _id));
  const exposed = await exposedToDecide(context, call, submitted);
  const ranking = rankProjects(contenders, call.rules.rubric, limitsOf(call), kept, exposed);
  await context.calls.updateOne(
    { _id: call._id },
    { $set: { ranking, rankedAgainAt: context.arrivedAt }, $inc: { revision: 1 } },
  );
  const awarded = awardedIn(ranking, submitted);
  await holdFirms(context, awarded);
  for (const project of submitted) {
    const step = stepAfter(project.status, awarded.includes(project));
    if (step) await settle(context, project, step, ['appealId']);
  }
  return changeAppeal(context, appeal, appeal.revision, {
    settledAt: context.arrivedAt,
    rankAfter: rankIn({ ranking }, appeal.projectId),
  });
}
