/** Taking requirements over from a template or an earlier project. */
import { problem, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import type { Context } from '../context.ts';
import { findProject, changeProject, projectToLead } from '../project/project.ts';
import type { ProjectRecord, RequirementRecord } from '../project/project.model.ts';
import {
  readRequirements,
  technologyFaults,
  type GivenRequirement,
} from '../project/requirement.ts';
import { projectSteps } from '../project/state.ts';
import { followed } from '../pool/succession.ts';
import { findRequirementTemplate } from './requirement-template.ts';

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
  return changeProject(context, project, given.revision, { requirements, status });
}

async function sourceOf(
  context: Context,
  { fromProjectId, templateId }: GivenCopy,
): Promise<{ field: string; requirements: readonly RequirementRecord[] }> {
  if ((fromProjectId == null) === (templateId == null))
    refuseAny([problem('INVALID', 'Give a project or a template.', ['templateId'])]);
  const field = templateId == null ? 'fromProjectId' : 'templateId';
  const source =
    templateId == null
      ? await findProject(context, fromProjectId ?? '')
      : await findRequirementTemplate(context, templateId);
  if (!source) refuseAny([problem('NOT_FOUND', 'There is nothing like this to copy.', [field])]);
  return { field, requirements: source?.requirements ?? [] };
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
