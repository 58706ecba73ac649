/** Taking requirements over from a template or an earlier project. */
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import type { Context } from '../context.ts';
import { actingFor } from '#kit/viewer.ts';
import { findProject, changeProject, projectToLead } from '../project/project.ts';
import type {
  ProjectRecord,
  RequirementRecord,
  RequirementSourceRecord,
} from '../project/project.model.ts';
import {
  readRequirements,
  technologyFaults,
  type GivenRequirement,
} from '../project/requirement.ts';
import { projectSteps } from '../project/state.ts';
import { followed } from '../pool/succession.ts';
import { findRequirementTemplate } from './requirement-template.ts';
import { keepVersion, sourcesWith } from './version.ts';

/** What is taken over, and where from. */
export interface GivenCopy {
  projectId: string;
  revision: number;
  fromProjectId?: string | null | undefined;
  templateId?: string | null | undefined;
  /** Besides those that are there, or in place of them. */
  append: boolean;
}

/**
 * Takes requirements over into a project that is not sealed yet: new ids, no prices, technologies that were renamed or
 * merged by what they became. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, fromProjectId, templateId), INVALID (templateId unless just one is given;
 * requirements when there would be too many), WRONG_STATE (projectId; fromProjectId or templateId with rule
 * TECHNOLOGY_CURRENT for a technology that is gone), STALE (revision)
 */
export async function copyRequirements(context: Context, given: GivenCopy): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const { userId } = actingFor(context.viewer, project.leadCompanyId, 'EDITOR');
  const status = stateAfter(projectSteps, project.status, 'edit', ['projectId']);
  const source = await sourceOf(context, given);
  const taken = await followed(context.technologies, unpriced(source.requirements));
  const faults: Problem[] = [];
  const kept = given.append ? project.requirements : [];
  const known = kept.map(({ id }) => id);
  const requirements = readRequirements([...kept, ...taken], known, faults);
  const outdated = await technologyFaults(context.technologies, requirements.slice(kept.length));
  faults.push(...outdated.map((fault) => goneFault(taken, fault, source.field)));
  refuseAny(faults);
  const origin = { ...source.origin, copiedBy: userId, copiedAt: context.arrivedAt };
  const sources = sourcesWith(given.append ? (project.sources ?? []) : [], origin);
  return changeProject(context, project, given.revision, { requirements, sources, status });
}

/** Requirements to take over, and how to name where they are from. */
interface Source {
  field: string;
  requirements: readonly RequirementRecord[];
  origin: Pick<RequirementSourceRecord, 'templateId' | 'version' | 'projectId'>;
}

async function sourceOf(
  context: Context,
  { fromProjectId, templateId }: GivenCopy,
): Promise<Source> {
  if ((fromProjectId == null) === (templateId == null))
    refuseAny([
      problem('INVALID', 'Give a project or a template.', ['templateId'], {
        rule: 'SOURCE_ONE',
        limit: '1',
        found: templateId == null ? '0' : '2',
      }),
    ]);
  if (templateId == null) {
    const project = await findProject(context, fromProjectId ?? '');
    if (!project) throw nothing('fromProjectId');
    const origin = { templateId: null, version: null, projectId: project._id };
    return { field: 'fromProjectId', requirements: project.requirements, origin };
  }
  const template = await findRequirementTemplate(context, templateId);
  if (!template) throw nothing('templateId');
  // One that was stored before versions were has none yet.
  await keepVersion(context, template, null, context.arrivedAt);
  const origin = { templateId, version: template.revision, projectId: null };
  return { field: 'templateId', requirements: template.requirements, origin };
}

function nothing(field: string) {
  return refusal('NOT_FOUND', 'There is nothing like this to copy.', [field]);
}

function unpriced(requirements: readonly RequirementRecord[]): GivenRequirement[] {
  return requirements.map((each) => ({ ...each, id: null, estimatedPrice: null }));
}

function goneFault(taken: readonly GivenRequirement[], fault: Problem, field: string): Problem {
  const technologyId = taken[Number(fault.path[1])]?.technologyId ?? '';
  return problem('WRONG_STATE', 'A technology that it asks for is gone.', [field], {
    rule: 'TECHNOLOGY_CURRENT',
    limit: 'CURRENT',
    found: technologyId,
  });
}
