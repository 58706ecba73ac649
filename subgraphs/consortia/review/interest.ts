/** Whose interest a project is, and whether somebody shares it at the moment of scoring or deciding. */
import { seoulDay } from '#kit/instant.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { memberIdsOf } from '../submission/submission.ts';
import { affiliationsOf, heirsAmong } from './affiliation.ts';
import { hasConflict, ownFirms } from './conflict.ts';

/** Firms whose interest a project is: those that carry it out and those that are to use it. */
export function partiesOf(
  { leadCompanyId, demandCompanyIds }: Pick<ProjectRecord, 'leadCompanyId' | 'demandCompanyIds'>,
  memberIds: readonly string[],
): string[] {
  return [...new Set([leadCompanyId, ...memberIds, ...demandCompanyIds])];
}

/** What of the context says whose interest somebody shares. */
export type InterestContext = Pick<
  Context,
  'viewer' | 'connection' | 'reviewers' | 'firms' | 'consortia' | 'arrivedAt'
>;

/**
 * What is wrong when somebody decides on projects that a firm of their own, or one that they left less than two years
 * before, has a part in: a problem of rule CONFLICT.
 */
export async function ownInterest(
  context: InterestContext,
  projects: readonly (Parameters<typeof partiesOf>[0] & Pick<ProjectRecord, 'consortiumId'>)[],
  path: string[],
): Promise<Problem[]> {
  const userId = context.viewer.userId ?? '';
  const affiliations = (await affiliationsOf(context, [userId])).get(userId) ?? [];
  if (affiliations.length === 0) return [];
  const teams = await context.consortia
    .find({ _id: { $in: projects.flatMap(({ consortiumId }) => consortiumId ?? []) } })
    .select({ memberIds: 1 })
    .lean<{ _id: string; memberIds: string[] }[]>();
  const membersOf = new Map(teams.map(({ _id, memberIds }) => [_id, memberIds]));
  const parties = projects.flatMap((project) =>
    partiesOf(project, membersOf.get(project.consortiumId ?? '') ?? []),
  );
  const heirOf = await heirsAmong(context, [affiliations], parties);
  const own = ownFirms(affiliations, seoulDay(context.arrivedAt), heirOf);
  const found = parties.find((id) => own.has(heirOf(id)));
  if (found === undefined) return [];
  return [
    problem('WRONG_STATE', 'A firm of your own is in the project, or one that you left.', path, {
      rule: 'CONFLICT',
      limit: 'none',
      found,
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
 * viewer belongs to on the platform or left, whatever was declared.
 */
export async function interestFaults(
  context: Context,
  projectId: string,
  path: string[],
): Promise<Problem[]> {
  const { viewer, projects, arrivedAt } = context;
  const userId = viewer.userId ?? '';
  const project = await projects.findById(projectId).lean<ProjectRecord>();
  const affiliations = (await affiliationsOf(context, [userId])).get(userId) ?? [];
  if (!project || affiliations.length === 0) return [];
  const parties = partiesOf(project, await memberIdsOf(context, project));
  const running = await runningTeams(context);
  const heirOf = await heirsAmong(context, [affiliations], parties, ...running);
  if (!hasConflict(affiliations, parties, { running, day: seoulDay(arrivedAt), heirOf })) return [];
  return [
    problem('WRONG_STATE', 'You have an interest in this project.', path, {
      rule: 'CONFLICT',
      limit: 'none',
      found: 'interest',
    }),
  ];
}
