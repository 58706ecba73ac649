/** The end of a project's money: closing its books, and opening them again when a repayment bounced. */
import { refuseAny } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import type { Context } from '../context.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord, SettlementRecord } from '../project/project.model.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { memberIdsOf } from '../submission/submission.ts';
import { settlementFaults } from './dues.ts';
import { readAccounts, refuseSettled } from './money.ts';
import { holdProject, lookingAfter, projectIn } from './oversight.ts';
import type { RecoveryRecord } from './recovery.model.ts';

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
  const { userId } = await lookingAfter(context, project, path);
  const status = stateAfter(projectSteps, project.status, 'settle', path);
  refuseSettled(project);
  const accounts = await readAccounts(context, project);
  const demanded = await context.recoveries
    .find({ projectId: project._id })
    .sort({ _id: 1 })
    .lean<RecoveryRecord[]>();
  refuseAny(settlementFaults(accounts, demanded));
  const memberIds = await memberIdsOf(context, project);
  const settledAt = context.arrivedAt;
  const settlement: SettlementRecord = {
    settledAt,
    settledBy: userId,
    openedAt: null,
    openedBy: null,
    reason: null,
  };
  const settlements = [...(project.settlements ?? []), settlement];
  const change = { status, settledAt, settlements };
  return changeProject(context, project, given.revision, change, memberIds);
}

/**
 * Opens the books of a project again for an entry that they lack, where they were closed; that they were is kept.
 *
 * @throws {Refusal} WRONG_STATE (recoveryId) when the project never had money to demand back
 */
export async function openBooks(
  context: Context,
  found: ProjectRecord,
  reason: string,
  userId: string,
): Promise<ProjectRecord> {
  const project = await holdProject(context, found);
  const status = stateAfter(projectSteps, project.status, 'recover', ['recoveryId']);
  if (!project.settledAt) return project;
  const before = project.settlements ?? [];
  const opened = { openedAt: context.arrivedAt, openedBy: userId, reason };
  const settlements = before.map((each, index) =>
    index === before.length - 1 ? { ...each, ...opened } : each,
  );
  const memberIds = await memberIdsOf(context, project);
  const change = { status, settledAt: null, settlements };
  return changeProject(context, project, project.revision, change, memberIds);
}

/** When a project's books were closed, and opened again; for those who take part and the secretariat. */
export function findSettlements(
  { viewer }: Pick<Context, 'viewer'>,
  project: ProjectRecord,
): readonly SettlementRecord[] {
  return isParticipant(viewer, project) ? (project.settlements ?? []) : [];
}
