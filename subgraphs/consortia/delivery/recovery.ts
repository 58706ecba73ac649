/** Public money that is demanded back: what arrives, what is given up, what bounces. */
import { newId } from '#kit/id.ts';
import { seoulDay } from '#kit/instant.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { stateAfter } from '#kit/steps.ts';
import { signedInAs } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { changeRevised } from '../form/revised.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectSteps } from '../project/state.ts';
import { dueOf, recoveryFaults, repaymentFaults } from './dues.ts';
import { enterMovement, readAccounts, refuseSettled } from './money.ts';
import { holdProject, impartial, projectIn } from './oversight.ts';
import type { RecoveryRecord, RepaymentRecord } from './recovery.model.ts';
import { openBooks } from './settlement.ts';
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
    faults.push(
      breach('DAY_AHEAD', 'This day is over.', seoulDay(context.arrivedAt), given.dueOn, ['dueOn']),
    );
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
    repayments: [],
    waived: 0,
    demandedBy: userId,
    demandedAt: context.arrivedAt,
    closedAt: null,
    note: null,
    revision: 1,
  };
  await context.recoveries.create([record]);
  return record;
}

/** What became of a demand, as a client gives it. */
export interface GivenClose {
  recoveryId: string;
  revision: number;
  isPaid: boolean;
  /** What arrived; all that is due where left out. */
  amount?: number | null | undefined;
  note?: string | null | undefined;
}

/**
 * Records what arrived for a demand, which enters the books and closes it once nothing is due; or gives up what is due,
 * with a reason. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (recoveryId), WRONG_STATE (recoveryId; rules STATE, CONFLICT), STALE (revision), INVALID (note; amount with rules
 * RECOVERY_DUE, RETURNED)
 */
export async function closeRecovery(context: Context, given: GivenClose): Promise<RecoveryRecord> {
  const { recovery, project, userId } = await recoveryToChange(context, given.recoveryId);
  return given.isPaid
    ? takeRepayment(context, recovery, project, given, userId)
    : waive(context, recovery, project, given);
}

async function takeRepayment(
  context: Context,
  recovery: RecoveryRecord,
  project: ProjectRecord,
  given: GivenClose,
  userId: string,
): Promise<RecoveryRecord> {
  const due = dueOf(recovery);
  const amount = given.amount ?? due;
  const step = amount < due ? 'payPart' : 'pay';
  const status = stateAfter(recoverySteps, recovery.status, step, ['recoveryId']);
  const faults = repaymentFaults(amount, due);
  const note = readReason(given.note, { ...reasonLength, least: 0 }, ['note'], faults);
  refuseAny(faults);
  const { companyId } = recovery;
  const { entry } = await enterMovement(
    context,
    project,
    { kind: 'RECOVER', companyId, amount },
    note,
    userId,
  );
  const repayment: RepaymentRecord = {
    number: entry.number,
    amount,
    paidAt: context.arrivedAt,
    note,
    bouncedAt: null,
    takenBackBy: null,
    reason: null,
  };
  return changeRevised(context.recoveries, 'demand', recovery, given.revision, {
    status,
    repayments: [...(recovery.repayments ?? []), repayment],
    ...(status === 'PAID' && { closedAt: context.arrivedAt, note }),
  });
}

async function waive(
  context: Context,
  recovery: RecoveryRecord,
  project: ProjectRecord,
  given: GivenClose,
): Promise<RecoveryRecord> {
  const status = stateAfter(recoverySteps, recovery.status, 'waive', ['recoveryId']);
  const faults: Problem[] = [];
  if (given.amount != null)
    faults.push(
      breach(
        'WAIVED_WHOLE',
        'All that is due is given up, or nothing.',
        dueOf(recovery),
        given.amount,
        ['amount'],
      ),
    );
  const note = readReason(given.note, reasonLength, ['note'], faults);
  refuseAny(faults);
  await holdProject(context, project);
  const waived = (recovery.waived ?? 0) + dueOf(recovery);
  const change = { status, waived, note, closedAt: context.arrivedAt };
  return changeRevised(context.recoveries, 'demand', recovery, given.revision, change);
}

/**
 * Takes a repayment back that did not arrive after all, or that the bank returned: another entry in the books reverses
 * its own, what it paid is due again, and books that were closed are open. Nothing of it is lost. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (recoveryId, number), WRONG_STATE (recoveryId; rules STATE, CONFLICT; number with rule
 * BOUNCED once it was taken back), STALE (revision), INVALID (reason)
 */
export async function bounceRepayment(
  context: Context,
  given: { recoveryId: string; revision: number; number: number; reason: string },
): Promise<RecoveryRecord> {
  const { recovery, project, userId } = await recoveryToChange(context, given.recoveryId);
  const status = stateAfter(recoverySteps, recovery.status, 'bounce', ['recoveryId']);
  const repayments = recovery.repayments ?? [];
  const found = repayments.find(({ number }) => number === given.number);
  if (!found) throw refusal('NOT_FOUND', 'The demand has no such repayment.', ['number']);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  if (found.bouncedAt)
    faults.push(
      problem('WRONG_STATE', 'This repayment was taken back before.', ['number'], {
        rule: 'BOUNCED',
        limit: 'a repayment that arrived',
        found: found.bouncedAt.toISOString(),
      }),
    );
  refuseAny(faults);
  const opened = await openBooks(context, project, reason ?? '', userId);
  const { entry } = await enterMovement(
    context,
    opened,
    { kind: 'BOUNCE', reverses: found.number },
    reason,
    userId,
  );
  const bounced = {
    ...found,
    bouncedAt: context.arrivedAt,
    takenBackBy: entry.number,
    reason,
  };
  return changeRevised(context.recoveries, 'demand', recovery, given.revision, {
    status,
    repayments: repayments.map((each) => (each === found ? bounced : each)),
    closedAt: null,
  });
}

async function recoveryToChange(context: Context, id: string) {
  signedInAs(context.viewer, 'SECRETARIAT');
  const path = ['recoveryId'];
  const recovery = await context.recoveries.findById(id).lean<RecoveryRecord>();
  if (!recovery) throw refusal('NOT_FOUND', 'There is no such demand.', path);
  const project = await projectIn(context, recovery.projectId, path);
  const { userId } = await impartial(context, project, path);
  return { recovery, project, userId };
}

/** A project's demands of money back as stored now. */
export function recoveriesIn(
  { recoveries }: Pick<Context, 'recoveries'>,
  projectId: string,
): Promise<RecoveryRecord[]> {
  return recoveries.find({ projectId }).sort({ _id: 1 }).lean<RecoveryRecord[]>();
}

/** What is demanded back in a project, for those who take part and the secretariat; empty for others. */
export function findRecoveries({ viewer, loaders }: Context, project: ProjectRecord) {
  return isParticipant(viewer, project) ? loaders.recoveriesIn.load(project._id) : [];
}
