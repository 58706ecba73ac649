/** Changes of a running project's plan: proposed by its lead, decided by those who look after it. */
import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { tidy } from '#kit/text.ts';
import { actingFor } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { ItemPlan } from '../delivery/books.ts';
import { planFaultsIn } from '../delivery/money.ts';
import { holdProject, lookingAfter, projectIn } from '../delivery/oversight.ts';
import { readVerdict } from '../delivery/verdict.ts';
import { changeRevised } from '../form/revised.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import { keepSchedule, scheduleIn } from '../milestone/milestone.ts';
import type { GivenMilestone } from '../milestone/schedule.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject, projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { memberIdsOf } from '../submission/submission.ts';
import type { PlanChangeRecord } from './plan-change.model.ts';
import { planChangeSteps } from './state.ts';

/** A change as a client gives it; what is left out stays. */
export interface GivenPlanChange {
  projectId: string;
  reason: string;
  items?: readonly ItemPlan[] | null | undefined;
  milestones?: readonly GivenMilestone[] | null | undefined;
}

/**
 * Proposes a change of a running project's plan. An owner or editor of the lead's firm may; one change waits at a time.
 *
 * @throws {Refusal} NOT_FOUND (projectId, items/…/companyId, milestones/…/id), WRONG_STATE (projectId), TAKEN
 * (projectId), INVALID (reason, items, milestones; rules as `planBudget` and `setMilestones`)
 */
export async function proposePlanChange(
  context: Context,
  given: GivenPlanChange,
): Promise<PlanChangeRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const { userId } = actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  stateAfter(projectSteps, project.status, 'work', ['projectId']);
  const faults: Problem[] = [];
  const reason = readReason(given.reason, reasonLength, ['reason'], faults);
  if (!given.items && !given.milestones)
    faults.push(
      problem('INVALID', 'Give a plan, a schedule or both.', ['items'], {
        rule: 'CHANGE_LEAST',
        limit: '1',
        found: '0',
      }),
    );
  const items = given.items?.map((each) => ({ ...each, item: tidy(each.item) })) ?? null;
  if (items) faults.push(...(await planFaultsIn(context, project, items)));
  const milestones =
    given.milestones == null ? null : await scheduleIn(context, project, given.milestones, faults);
  refuseAny(faults);
  // A change that meets the end of its project comes before it, or is too late.
  await holdProject(context, project);
  const record: PlanChangeRecord = {
    _id: newId(),
    projectId: project._id,
    reason: reason ?? '',
    items,
    milestones,
    status: 'PROPOSED',
    open: true,
    proposedBy: userId,
    proposedAt: context.arrivedAt,
    decidedAt: null,
    verdict: null,
    revision: 1,
  };
  await context.planChanges.create([record]).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
    throw refusal('TAKEN', 'Another change waits for its decision.', ['projectId'], {
      rule: 'CHANGE_ONE',
      limit: '1',
      found: '2',
    });
  });
  return record;
}

/** A change and its project, for one who takes part. */
async function changeIn(context: Context, id: string) {
  const path = ['changeId'];
  const change = await context.planChanges.findById(id).lean<PlanChangeRecord>();
  if (!change) throw refusal('NOT_FOUND', 'There is no such change.', path);
  return { change, project: await projectIn(context, change.projectId, path) };
}

/**
 * Approves a change, which takes effect at once, or rejects it with a reason. The secretariat may, or an owner of the
 * lead's firm in a project that no call awarded. What was spent or delivered since it was proposed is looked at again.
 *
 * @throws {Refusal} NOT_FOUND (changeId), WRONG_STATE (changeId; rules STATE, CONFLICT), STALE (revision), INVALID (verdict, items,
 * milestones)
 */
export async function decidePlanChange(
  context: Context,
  given: {
    changeId: string;
    revision: number;
    approve: boolean;
    verdict?: string | null | undefined;
  },
): Promise<PlanChangeRecord> {
  const { change, project } = await changeIn(context, given.changeId);
  const path = ['changeId'];
  await lookingAfter(context, project, path);
  stateAfter(projectSteps, project.status, 'work', path);
  const verdict = {
    isYes: given.approve,
    steps: ['approve', 'reject'],
    verdict: given.verdict,
  } as const;
  const decision = readVerdict(planChangeSteps, change.status, verdict, path, context.arrivedAt);
  if (given.approve) await carryOut(context, change, project);
  return closeChange(context, change, given.revision, decision);
}

/** Puts a change into effect, when it still fits. */
async function carryOut(
  context: Context,
  { items, milestones }: PlanChangeRecord,
  before: ProjectRecord,
): Promise<void> {
  const project = await holdProject(context, before);
  const faults: Problem[] = [];
  if (items) faults.push(...(await planFaultsIn(context, project, items)));
  const planned = milestones && (await scheduleIn(context, project, milestones, faults));
  refuseAny(faults);
  const memberIds = await memberIdsOf(context, project);
  const plan = items ?? project.plan;
  const changed = await changeProject(context, project, project.revision, { plan }, memberIds);
  if (planned) await keepSchedule(context, changed, planned);
}

/**
 * Takes a change back that waits. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (changeId), WRONG_STATE (changeId), STALE (revision)
 */
export async function withdrawPlanChange(
  context: Context,
  given: { changeId: string; revision: number },
): Promise<PlanChangeRecord> {
  const { change, project } = await changeIn(context, given.changeId);
  actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  const status = stateAfter(planChangeSteps, change.status, 'withdraw', ['changeId']);
  return closeChange(context, change, given.revision, { status });
}

function closeChange(
  { planChanges }: Context,
  change: PlanChangeRecord,
  revision: number,
  outcome: Partial<PlanChangeRecord>,
): Promise<PlanChangeRecord> {
  return changeRevised(planChanges, 'change', change, revision, outcome, 'open');
}

/** The changes of a project's plan, newest first, for those who take part and the secretariat; empty for others. */
export function findPlanChanges({ viewer, loaders }: Context, project: ProjectRecord) {
  return isParticipant(viewer, project) ? loaders.planChangesIn.load(project._id) : [];
}
