/** The end of a project's money: what is demanded back, and closing the books. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { breach } from '../programme/breaches.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { memberIdsOf } from '../submission/submission.ts';
import type { Account } from './books.ts';
import { enterMovement, readAccounts, refuseSettled } from './money.ts';
import { holdProject, impartial, lookingAfter, projectIn } from './oversight.ts';
import type { RecoveryRecord } from './recovery.model.ts';
import { recoverySteps } from './state.ts';

/**
 * Demands public money back from a member, that it has spent already or holds. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, companyId), WRONG_STATE (projectId; rules SETTLED, CONFLICT), INVALID (amount with rule
 * RECOVERABLE, reason, dueOn)
 */
export async function demandRecovery(
  context: Context,
  given: { projectId: string; companyId: string; amount: number; reason: string; dueOn: string },
): Promise<RecoveryRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const path = ['projectId'];
  const project = await holdProject(context, await projectIn(context, given.projectId, path));
  const { userId } = await impartial(context, project, path);
  stateAfter(projectSteps, project.status, 'recover', path);
  refuseSettled(project);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  if (given.dueOn < seoulDay(context.arrivedAt))
    faults.push(problem('INVALID', 'This day is over.', ['dueOn']));
  const accounts = await readAccounts(context, project);
  const demanded = await recoveriesIn(context, project._id);
  faults.push(...recoveryFaults(given, accounts, demanded));
  refuseAny(faults);
  const { companyId, amount, dueOn } = given;
  const record: RecoveryRecord = {
    _id: newId(),
    projectId: project._id,
    companyId,
    amount,
    reason: reason ?? '',
    dueOn,
    status: 'DEMANDED',
    demandedBy: userId,
    demandedAt: context.arrivedAt,
    closedAt: null,
    note: null,
    revision: 1,
  };
  await context.recoveries.create([record]);
  return record;
}

/** What is wrong with a demand: no member, or more than the member still has of public money. */
export function recoveryFaults(
  { companyId, amount }: { companyId: string; amount: number },
  accounts: readonly Account[],
  demanded: readonly RecoveryRecord[],
): Problem[] {
  const held = accounts.find((each) => each.companyId === companyId);
  if (!held) return [problem('NOT_FOUND', 'The consortium has no such member.', ['companyId'])];
  const waiting = demanded
    .filter((each) => each.companyId === companyId && each.status === 'DEMANDED')
    .reduce((sum, each) => sum + each.amount, 0);
  const limit = held.paid - held.returned - held.recovered - waiting;
  if (amount >= 1 && amount <= limit) return [];
  return [
    breach(
      'RECOVERABLE',
      'A demand is for public money that the member still has.',
      limit,
      amount,
      ['amount'],
    ),
  ];
}

/**
 * Closes a demand: paid, which enters the books, or waived with a reason. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (recoveryId), WRONG_STATE (recoveryId; rules STATE, CONFLICT), STALE (revision), INVALID (note; amount with rule
 * RETURNED)
 */
export async function closeRecovery(
  context: Context,
  given: {
    recoveryId: string;
    revision: number;
    isPaid: boolean;
    note?: string | null | undefined;
  },
): Promise<RecoveryRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const path = ['recoveryId'];
  const recovery = await context.recoveries.findById(given.recoveryId).lean<RecoveryRecord>();
  if (!recovery) throw refusal('NOT_FOUND', 'There is no such demand.', path);
  const project = await projectIn(context, recovery.projectId, path);
  const { userId } = await impartial(context, project, path);
  const step = given.isPaid ? 'pay' : 'waive';
  const status = stateAfter(recoverySteps, recovery.status, step, path);
  const faults: Problem[] = [];
  const least = given.isPaid ? 0 : reasonLength.least;
  const note = readReason(given.note, { ...reasonLength, least }, ['note'], faults);
  refuseAny(faults);
  const { companyId, amount } = recovery;
  if (given.isPaid)
    await enterMovement(context, project, { kind: 'RECOVER', companyId, amount }, note, userId);
  else await holdProject(context, project);
  const change = { status, note, closedAt: context.arrivedAt };
  const { matchedCount } = await context.recoveries.updateOne(
    { _id: recovery._id, revision: given.revision },
    { $set: change, $inc: { revision: 1 } },
  );
  if (matchedCount === 0)
    throw refusal('STALE', 'The demand was closed since it was read.', ['revision']);
  return { ...recovery, ...change, revision: given.revision + 1 };
}

/**
 * Closes the books of a project that is over: every won is spent or returned, and every demand is closed. The
 * secretariat may, or an owner of the lead's firm in a project that no call awarded.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rules SETTLED, CONFLICT), STALE (revision), INVALID (projectId;
 * rules SETTLED, RECOVERED)
 */
export async function settleProject(
  context: Context,
  given: { projectId: string; revision: number },
): Promise<ProjectRecord> {
  const path = ['projectId'];
  const project = await holdProject(context, await projectIn(context, given.projectId, path));
  await lookingAfter(context, project, path);
  const status = stateAfter(projectSteps, project.status, 'settle', path);
  refuseSettled(project);
  const accounts = await readAccounts(context, project);
  const demanded = await recoveriesIn(context, project._id);
  refuseAny(settlementFaults(accounts, demanded));
  const memberIds = await memberIdsOf(context, project);
  const change = { status, settledAt: context.arrivedAt };
  return changeProject(context, project, given.revision, change, memberIds);
}

/** What keeps books from being closed. */
export function settlementFaults(
  accounts: readonly Pick<Account, 'companyId' | 'left'>[],
  demanded: readonly Pick<RecoveryRecord, '_id' | 'status' | 'amount'>[],
): Problem[] {
  const path = ['projectId'];
  return [
    ...accounts
      .filter(({ left }) => left !== 0)
      .map(({ companyId, left }) =>
        breach('SETTLED', `Firm ${companyId} has money left: spend or return it.`, 0, left, path),
      ),
    ...demanded
      .filter(({ status }) => status === 'DEMANDED')
      .map(({ _id, amount }) =>
        breach('RECOVERED', `Demand ${_id} is neither paid nor waived.`, 0, amount, path),
      ),
  ];
}

function recoveriesIn({ recoveries }: Context, projectId: string): Promise<RecoveryRecord[]> {
  return recoveries.find({ projectId }).sort({ _id: 1 }).lean<RecoveryRecord[]>();
}

/** What is demanded back in a project, for those who take part and the secretariat; empty for others. */
export function findRecoveries({ viewer, loaders }: Context, project: ProjectRecord) {
  return isParticipant(viewer, project) ? loaders.recoveriesIn.load(project._id) : [];
}
