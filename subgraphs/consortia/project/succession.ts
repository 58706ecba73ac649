/**
 * What a project needs when its technologies change: a requirement follows a technology that was renamed or merged by
 * itself; where one was split or retired, the lead decides.
 */
import { publishFacts, type FactRecord } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { transaction } from '#kit/mongo.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import type { TechnologyFact } from '#schema/facts.ts';
import { stateAfter } from '#kit/steps.ts';
import type { Context } from '../context.ts';
import { followed, successorOf } from '../pool/succession.ts';
import type { TechnologyRecord } from '../pool/technology.model.ts';
import { isInside } from './audience.ts';
import type { ProjectRecord, RequirementRecord } from './project.model.ts';
import { openProjectFact } from './open.ts';
import { changeProject, projectToLead } from './project.ts';
import { requirementsLimit, technologyFaults } from './requirement.ts';
import { openStatuses, projectSteps } from './state.ts';

type Store = Pick<Context, 'connection' | 'projects' | 'technologies' | 'facts'>;

/** Lets every open project's requirements follow technologies that were renamed or merged; safe to repeat. */
export async function followSuccessions(store: Store, facts: readonly FactRecord[]): Promise<void> {
  const moved = facts.flatMap(({ key, state }) =>
    state !== null && successorOf(state as TechnologyFact) !== null ? [key] : [],
  );
  if (moved.length === 0) return;
  const filter = { 'requirements.technologyId': { $in: moved }, status: { $in: openStatuses } };
  const found = await store.projects.find(filter).select({ _id: 1 }).lean<{ _id: string }[]>();
  for (const { _id } of found)
    await transaction(store.connection, () => moveRequirements(store, _id));
}

/** Moves one project's requirements; whoever edits it meanwhile is told that it was changed. */
async function moveRequirements(
  { projects, technologies, facts }: Store,
  id: string,
): Promise<void> {
  const project = await projects.findById(id).lean<ProjectRecord>();
  if (!project || !openStatuses.includes(project.status)) return;
  const requirements = await followed(technologies, project.requirements);
  await projects.updateOne({ _id: id }, { $set: { requirements }, $inc: { revision: 1 } });
  await publishFacts(facts, [openProjectFact({ ...project, requirements })]);
}

/** A requirement that the lead is to decide. */
export interface ToDecide {
  requirement: RequirementRecord;
  kind: 'SPLIT' | 'RETIRED';
  successors: { id: string }[];
}

/** Requirements whose technology was split or retired; for the lead's firm and the secretariat, none for others. */
export async function requirementsToDecide(
  { viewer, loaders }: Context,
  { status, leadCompanyId, requirements }: ProjectRecord,
): Promise<ToDecide[]> {
  if (!isInside(viewer, leadCompanyId) || !openStatuses.includes(status)) return [];
  const technologies = await Promise.all(
    requirements.map(({ technologyId }) => loaders.technology.load(technologyId)),
  );
  return requirements.flatMap((requirement, index) => {
    const outcome = outcomeOf(technologies[index] ?? null);
    return outcome ? [{ requirement, ...outcome }] : [];
  });
}

function outcomeOf(technology: TechnologyRecord | null): Omit<ToDecide, 'requirement'> | null {
  if (!technology || technology.gone) return { kind: 'RETIRED', successors: [] };
  const { succession, current } = technology;
  if (succession?.kind === 'SPLIT' || succession?.kind === 'RETIRED') {
    const successors = succession.successorIds.map((id) => ({ id }));
    return { kind: succession.kind, successors };
  }
  return current || successorOf(technology) !== null ? null : { kind: 'RETIRED', successors: [] };
}

/**
 * Decides what becomes of a requirement whose technology was split or retired: it goes, or is for one technology, or for
 * several (the first keeps its id). An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, requirementId, technologyIds/…), WRONG_STATE (projectId; requirementId when
 * there is nothing to decide), INVALID (technologyIds/… that are no successors, rule SUCCESSOR), LIMIT_REACHED
 * (technologyIds, rule REQUIREMENTS_MOST), STALE (revision)
 */
export async function decideRequirement(
  context: Context,
  given: {
    projectId: string;
    revision: number;
    requirementId: string;
    technologyIds: readonly string[];
  },
): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'edit', ['projectId']);
  const place = project.requirements.findIndex(({ id }) => id === given.requirementId);
  const requirement = project.requirements[place];
  if (!requirement) throw refusal('NOT_FOUND', 'There is no such requirement.', ['requirementId']);
  const waiting = await requirementsToDecide(context, project);
  const open = waiting.find((each) => each.requirement.id === requirement.id);
  if (!open)
    throw refusal('WRONG_STATE', 'This requirement is settled.', ['requirementId'], {
      rule: 'TO_DECIDE',
      limit: 'SPLIT, RETIRED',
      found: 'settled',
    });
  const replacing = given.technologyIds.map((technologyId, index) => ({
    ...requirement,
    technologyId,
    id: index === 0 ? requirement.id : newId(),
  }));
  const requirements = project.requirements.toSpliced(place, 1, ...replacing);
  refuseAny([
    ...successorFaults(open, given.technologyIds),
    ...countFaults(requirements.length),
    ...(await chosenFaults(context, replacing)),
  ]);
  return changeProject(context, project, given.revision, { requirements, status });
}

function successorFaults({ kind, successors }: ToDecide, chosen: readonly string[]): Problem[] {
  const allowed = successors.map(({ id }) => id);
  return chosen.flatMap((id, index) => {
    const path = ['technologyIds', String(index)];
    const isOther = kind === 'SPLIT' && !allowed.includes(id);
    if (isOther)
      return [
        problem('INVALID', 'The technology was not split into this one.', path, {
          rule: 'SUCCESSOR',
          limit: allowed.join(', '),
          found: id,
        }),
      ];
    if (chosen.indexOf(id) === index) return [];
    return [
      problem('INVALID', 'Each is named once.', path, {
        rule: 'NAMED_ONCE',
        limit: '1',
        found: '2',
      }),
    ];
  });
}

function countFaults(count: number): Problem[] {
  if (count <= requirementsLimit) return [];
  return [
    problem('LIMIT_REACHED', 'The project would have too many requirements.', ['technologyIds'], {
      rule: 'REQUIREMENTS_MOST',
      limit: String(requirementsLimit),
      found: String(count),
    }),
  ];
}

async function chosenFaults(
  { technologies }: Context,
  chosen: readonly RequirementRecord[],
): Promise<Problem[]> {
  const faults = await technologyFaults(technologies, chosen);
  return faults.map((fault) => ({ ...fault, path: ['technologyIds', fault.path[1] ?? ''] }));
}
