/** Appeals against a call's decision: filed, taken back, seen. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { hasRole, signedIn } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import { readReason } from '../form/wording.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import type { AppealRecord } from './appeal.model.ts';
import { appealSteps } from './state.ts';
import { appealsUntil } from './window.ts';

/** Characters of the grounds. */
const groundsLength = { least: 10, most: 4_000 };

/**
 * Appeals against the decision not to choose a project, once. An owner or editor of the lead's firm may. What arrived
 * within the days of appeal is in.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rule STATE), EXPIRED (projectId; rule
 * APPEALS_CLOSE), TAKEN (projectId), INVALID (grounds)
 */
export async function fileAppeal(
  context: Context,
  given: { projectId: string; grounds: string },
): Promise<AppealRecord> {
  const { userId } = signedIn(context.viewer);
  const path = ['projectId'];
  const project = await projectToLead(context, given.projectId, path);
  const call =
    project.callId === null
      ? null
      : await context.calls.findById(project.callId).lean<CallRecord>();
  const faults = filingFaults(project, call, context.arrivedAt);
  const grounds = readReason(given.grounds, groundsLength, ['grounds'], faults);
  refuseAny(faults);
  const appeal: AppealRecord = {
    _id: newId(),
    callId: project.callId ?? '',
    projectId: project._id,
    grounds: grounds ?? '',
    filedBy: userId,
    filedAt: context.arrivedAt,
    status: 'FILED',
    reason: null,
    decidedBy: null,
    decidedAt: null,
    settledAt: null,
    rankBefore: rankIn(call, project._id),
    rankAfter: null,
    revision: 1,
  };
  await context.appeals.create([appeal]).catch((error: unknown) => {
    throw isDuplicateKey(error)
      ? refusal('TAKEN', 'The project has had its appeal.', path, {
          rule: 'APPEAL_ONCE',
          limit: '1',
          found: '2',
        })
      : error;
  });
  return appeal;
}

/** A project's place in a call's ranking; null where it has none. */
export function rankIn(call: Pick<CallRecord, 'ranking'> | null, projectId: string): number | null {
  return call?.ranking?.find((each) => each.projectId === projectId)?.rank ?? null;
}

function filingFaults(project: ProjectRecord, call: CallRecord | null, now: Date): Problem[] {
  const path = ['projectId'];
  if (project.status !== 'REJECTED')
    return [
      problem('WRONG_STATE', 'An appeal is against a project not being chosen.', path, {
        rule: 'STATE',
        limit: 'REJECTED',
        found: project.status,
      }),
    ];
  const until = call && appealsUntil(call);
  if (until !== null && now < until) return [];
  return [
    problem('EXPIRED', 'The days of appeal are over.', path, {
      rule: 'APPEALS_CLOSE',
      limit: until?.toISOString() ?? 'none',
      found: now.toISOString(),
    }),
  ];
}

/**
 * Takes an appeal back that nobody has decided. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rule APPEAL when there is none), STALE (revision)
 */
export async function withdrawAppeal(
  context: Context,
  given: { projectId: string; revision: number },
): Promise<AppealRecord> {
  const path = ['projectId'];
  const project = await projectToLead(context, given.projectId, path);
  const appeal = await context.appeals.findOne({ projectId: project._id }).lean<AppealRecord>();
  if (!appeal)
    throw refusal('WRONG_STATE', 'The project has no appeal.', path, {
      rule: 'APPEAL',
      limit: '1',
      found: '0',
    });
  const status = stateAfter(appealSteps, appeal.status, 'withdraw', path);
  return changeAppeal(context, appeal, given.revision, { status });
}

/** Stores a change of an appeal read at `revision`. @throws {Refusal} STALE (revision) */
export async function changeAppeal(
  { appeals }: Pick<Context, 'appeals'>,
  appeal: AppealRecord,
  revision: number,
  change: Partial<AppealRecord>,
): Promise<AppealRecord> {
  const { matchedCount } = await appeals.updateOne(
    { _id: appeal._id, revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The appeal was changed since it was read.', ['revision']);
  return { ...appeal, ...change, revision: revision + 1 };
}

/** A call's appeals in the order they came: decided ones for everybody, others for their lead's firm and the secretariat. */
export async function findAppeals(
  context: Context,
  { _id }: Pick<CallRecord, '_id'>,
): Promise<AppealRecord[]> {
  const all = await context.loaders.appealsIn.load(_id);
  const seen = await Promise.all(all.map((appeal) => maySeeAppeal(context, appeal)));
  return all.filter((_, index) => seen[index]);
}

/** A project's appeal; null where there is none, or the viewer may not see it. */
export async function findAppeal(
  context: Context,
  { _id, callId }: Pick<ProjectRecord, '_id' | 'callId'>,
): Promise<AppealRecord | null> {
  const all = callId === null ? [] : await findAppeals(context, { _id: callId });
  return all.find(({ projectId }) => projectId === _id) ?? null;
}

async function isPartyTo({ viewer, loaders }: Context, { projectId }: AppealRecord) {
  if (hasRole(viewer, 'SECRETARIAT')) return true;
  const project = await loaders.project.load(projectId);
  return project !== null && isInside(viewer, project.leadCompanyId);
}

async function maySeeAppeal(context: Context, appeal: AppealRecord): Promise<boolean> {
  return appeal.status === 'UPHELD' || appeal.status === 'REJECTED' || isPartyTo(context, appeal);
}

/** What is brought forward, for the lead's firm and the secretariat; null for others. */
export async function groundsShown(context: Context, appeal: AppealRecord): Promise<string | null> {
  return (await isPartyTo(context, appeal)) ? appeal.grounds : null;
}
