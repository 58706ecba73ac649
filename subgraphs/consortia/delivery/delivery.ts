/** Carrying a project out: beginning, stage gates, the end. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { actingFor, signedIn, signedInAs } from '#kit/viewer.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import { breach } from '../programme/breaches.ts';
import type { StageRule } from '../programme/rules.ts';
import { awaitMilestones, milestonesIn } from '../milestone/milestone.ts';
import { isOnTime, unaccepted } from '../milestone/schedule.ts';
import { meanRating, pilotsIn } from '../pilot/pilot.ts';
import { maySee } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject } from '../project/project.ts';
import { projectSteps, type ProjectStep } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import { appealFaults } from '../review/window.ts';
import { memberIdsOf } from '../submission/submission.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import type { Account } from './books.ts';
import { readAccounts } from './money.ts';
import { matchedBreaches } from './movement.ts';
import { impartial } from './oversight.ts';

/** Which project, and the revision it was read at. */
export interface GivenStep {
  projectId: string;
  revision: number;
}

interface Course {
  project: ProjectRecord;
  status: ProjectRecord['status'];
  stages: StageRule[];
  memberIds: string[];
}

/**
 * A project for a step that is the secretariat's, or the lead's firm's in a project that no call awarded.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rules STATE, CONFLICT)
 */
async function courseOf(context: Context, given: GivenStep, step: ProjectStep): Promise<Course> {
  const { viewer, projects, calls } = context;
  signedIn(viewer);
  const path = ['projectId'];
  const project = await projects.findById(given.projectId).lean<ProjectRecord>();
  if (!project || !maySee(viewer, project))
    throw refusal('NOT_FOUND', 'There is no such project.', path);
  const { callId, leadCompanyId } = project;
  const isLeads = callId === null && (step === 'start' || step === 'complete');
  if (isLeads) actingFor(viewer, leadCompanyId, 'EDITOR');
  else await impartial(context, project, path);
  const status = stateAfter(projectSteps, project.status, step, path);
  const call = callId === null ? null : await calls.findById(callId).lean<CallRecord>();
  const stages = call?.rules.stages ?? [];
  return { project, status, stages, memberIds: await memberIdsOf(context, project) };
}

/**
 * Begins an awarded project, or a sealed free one.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rule APPEALS_OVER while the decision may be appealed
 * against), STALE (revision)
 */
export async function startProject(context: Context, given: GivenStep): Promise<ProjectRecord> {
  const { project, status, stages, memberIds } = await courseOf(context, given, 'start');
  if (project.callId !== null && project.status !== 'AWARDED')
    throw refusal('WRONG_STATE', 'A project under a call is awarded first.', ['projectId'], {
      rule: 'STATE',
      limit: 'AWARDED',
      found: project.status,
    });
  refuseAny(await appealFaults(context, project.callId, ['projectId']));
  const change = { status, startedAt: context.arrivedAt, stage: stages[0]?.code ?? null };
  await awaitMilestones(context, project._id, true);
  return changeProject(context, project, given.revision, change, memberIds);
}

/**
 * Lets a running project pass from its stage to the next. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId; rule NEXT_STAGE in the last one), STALE (revision),
 * INVALID (note)
 */
export async function approveGate(
  context: Context,
  given: GivenStep & { note?: string | null | undefined },
): Promise<ProjectRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { project, stages, memberIds } = await courseOf(context, given, 'gate');
  const place = stages.findIndex(({ code }) => code === project.stage);
  const next = place === -1 ? undefined : stages[place + 1];
  const faults: Problem[] = [];
  const note = readReason(given.note, { ...reasonLength, least: 0 }, ['note'], faults);
  if (!next || project.stage === null)
    faults.push(
      problem('WRONG_STATE', 'There is no stage after this one.', ['projectId'], {
        rule: 'NEXT_STAGE',
        limit: stages.map(({ code }) => code).join(', '),
        found: project.stage ?? 'none',
      }),
    );
  faults.push(...unaccepted(await milestonesIn(context, project._id), project.stage));
  refuseAny(faults);
  const gate = { from: project.stage ?? '', to: next?.code ?? '', at: context.arrivedAt, note };
  return changeProject(
    context,
    project,
    given.revision,
    { stage: gate.to, gates: [...project.gates, gate] },
    memberIds,
  );
}

/**
 * Ends a running project as finished: in its last stage, with every won spent or returned, and under a call with the money
 * brought that its members promised.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId), STALE (revision), INVALID (projectId; rules
 * LAST_STAGE, SETTLED, MATCHED, MILESTONES_ACCEPTED)
 */
export async function completeProject(context: Context, given: GivenStep): Promise<ProjectRecord> {
  const { project, status, stages, memberIds } = await courseOf(context, given, 'complete');
  const accounts = await readAccounts(context, project);
  const milestones = await milestonesIn(context, project._id);
  refuseAny([
    ...completionBreaches(project.stage, stages, accounts),
    ...(project.callId === null ? [] : matchedBreaches(accounts, project)),
    ...unaccepted(milestones, null),
  ]);
  const finished = {
    onTime: isOnTime(milestones, context.arrivedAt),
    pilotRating: meanRating(await pilotsIn(context, project._id)),
  };
  const ended = { status, endedAt: context.arrivedAt, finished };
  const changed = await changeProject(context, project, given.revision, ended, memberIds);
  await release(context, project);
  return changed;
}

/** What keeps a project from being finished. */
export function completionBreaches(
  stage: string | null,
  stages: readonly StageRule[],
  accounts: readonly Pick<Account, 'companyId' | 'left'>[],
): Problem[] {
  const last = stages.at(-1)?.code ?? null;
  const faults: Problem[] = [];
  if (stage !== last)
    faults.push(
      breach('LAST_STAGE', 'The project is not in its last stage.', last ?? '', stage ?? '', [
        'projectId',
      ]),
    );
  for (const { companyId, left } of accounts)
    if (left !== 0)
      faults.push(
        breach('SETTLED', `Firm ${companyId} has money left: spend or return it.`, 0, left, [
          'projectId',
        ]),
      );
  return faults;
}

/**
 * Ends an awarded or running project before it is finished. The secretariat may.
 *
 * @throws {Refusal} NOT_FOUND (projectId), WRONG_STATE (projectId), STALE (revision), INVALID (reason)
 */
export async function terminateProject(
  context: Context,
  given: GivenStep & { reason: string },
): Promise<ProjectRecord> {
  signedInAs(context.viewer, 'SECRETARIAT');
  const { project, status, memberIds } = await courseOf(context, given, 'terminate');
  const faults: Problem[] = [];
  const endReason = readReason(given.reason, reasonLength, ['reason'], faults);
  refuseAny(faults);
  const ended = { status, endedAt: context.arrivedAt, endReason };
  const changed = await changeProject(context, project, given.revision, ended, memberIds);
  await release(context, project);
  return changed;
}

/** A project that is over takes up nobody's capacity. */
async function release(context: Context, { _id }: ProjectRecord): Promise<void> {
  await context.memberships.updateMany({ projectId: _id }, { $unset: { running: 1 } });
  await awaitMilestones(context, _id, false);
}
