/** Whose interest a project is, and whether a reviewer shares it at the moment of scoring. */
import { seoulDay } from '#kit/instant.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { memberIdsOf } from '../submission/submission.ts';
import { hasConflict } from './conflict.ts';
import type { ReviewerRecord } from './reviewer.model.ts';

/** Firms whose interest a project is: those that carry it out and those that are to use it. */
export function partiesOf(
  { leadCompanyId, demandCompanyIds }: Pick<ProjectRecord, 'leadCompanyId' | 'demandCompanyIds'>,
  memberIds: readonly string[],
): string[] {
  return [...new Set([leadCompanyId, ...memberIds, ...demandCompanyIds])];
}

/** What is wrong when somebody decides on a project that a firm of their own has a part in: a problem of rule CONFLICT. */
export function ownInterest(
  { companies }: Pick<Viewer, 'companies'>,
  project: Parameters<typeof partiesOf>[0],
  memberIds: readonly string[],
  path: string[],
): Problem[] {
  const parties = partiesOf(project, memberIds);
  const own = companies.find(({ companyId }) => parties.includes(companyId));
  if (!own) return [];
  return [
    problem('WRONG_STATE', 'A firm of your own is in the project.', path, {
      rule: 'CONFLICT',
      found: own.companyId,
    }),
  ];
}

/** Teams of running projects, company ids. */
export async function runningTeams({
  projects,
  consortia,
}: Pick<Context, 'projects' | 'consortia'>): Promise<string[][]> {
  const inWork = await projects
    .find({ status: 'RUNNING' })
    .select({ consortiumId: 1 })
    .lean<{ consortiumId: string | null }[]>();
  const teams = await consortia
    .find({ _id: { $in: inWork.flatMap(({ consortiumId }) => consortiumId ?? []) } })
    .select({ memberIds: 1 })
    .lean<{ memberIds: string[] }[]>();
  return teams.map(({ memberIds }) => memberIds);
}

/**
 * Whether the viewer may not score a project now: by the firms that are known of the reviewer, and by those that the
 * viewer belongs to on the platform, whatever was declared.
 */
export async function interestFaults(
  context: Context,
  projectId: string,
  path: string[],
): Promise<Problem[]> {
  const { viewer, projects, reviewers, arrivedAt } = context;
  const project = await projects.findById(projectId).lean<ProjectRecord>();
  const reviewer = await reviewers.findOne({ userId: viewer.userId ?? '' }).lean<ReviewerRecord>();
  if (!project) return [];
  const affiliations = [
    ...(reviewer?.affiliations ?? []),
    ...viewer.companies.map(({ companyId }) => ({ companyId, until: null })),
  ];
  const parties = partiesOf(project, await memberIdsOf(context, project));
  const running = await runningTeams(context);
  if (!hasConflict(affiliations, parties, running, seoulDay(arrivedAt))) return [];
  return [
    problem('WRONG_STATE', 'You have an interest in this project.', path, { rule: 'CONFLICT' }),
  ];
}
