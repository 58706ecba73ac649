/** What firms have of a programme already, as stored. */
import type { Context } from '../context.ts';
import { readHeirs, standing } from '../pool/merged.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import type { ProjectStatus } from '../project/state.ts';
import type { Caps, Exposure } from './exposure.ts';

/** States of a project that was awarded, and of those the ones in which it occupies its firms. */
const awardedStatuses: readonly ProjectStatus[] = ['AWARDED', 'RUNNING', 'COMPLETED', 'TERMINATED'];
const runningStatuses: readonly ProjectStatus[] = ['AWARDED', 'RUNNING'];

/** Which projects of a programme do not count: a single one, or all of a call. */
export interface Besides {
  projectId?: string;
  callId?: string;
}

/**
 * What firms have of a programme, as far as a cap asks for it; nothing without a programme.
 *
 * @param proposed how often firms were proposed lately
 */
export async function readAwards(
  { projects, ...context }: Pick<Context, 'projects' | 'consortia' | 'firms'>,
  programmeId: string | null,
  { projectId, callId }: Besides,
  caps: Caps,
  proposed: Exposure['proposed'] = new Map(),
): Promise<Exposure> {
  const none = { running: new Map(), awards: new Map(), awardsInAll: 0, proposed };
  if (programmeId === null || (caps.running === null && caps.awardShare === null)) return none;
  const awarded = await projects
    .find({
      programmeId,
      callId: { $nin: [null, callId ?? null] },
      status: { $in: awardedStatuses },
      ...(projectId !== undefined && { _id: { $ne: projectId } }),
    })
    .select({ status: 1, consortiumId: 1 })
    .lean<Pick<ProjectRecord, '_id' | 'status' | 'consortiumId'>[]>();
  const running = awarded.filter(({ status }) => runningStatuses.includes(status));
  const membersOf = await membersIn(context, awarded);
  const count = (those: readonly Pick<ProjectRecord, 'consortiumId'>[]) => {
    const counts = new Map<string, number>();
    for (const { consortiumId } of those)
      for (const id of membersOf.get(consortiumId ?? '') ?? [])
        counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  };
  return { running: count(running), awards: count(awarded), awardsInAll: awarded.length, proposed };
}

/** Members of projects' consortia as sealed, as the firms that they are now, by the consortium. */
export async function membersIn(
  { consortia, firms }: Pick<Context, 'consortia' | 'firms'>,
  projects: readonly Pick<ProjectRecord, 'consortiumId'>[],
): Promise<Map<string, string[]>> {
  const teams = await consortia
    .find({ _id: { $in: projects.flatMap(({ consortiumId }) => consortiumId ?? []) } })
    .select({ memberIds: 1 })
    .lean<{ _id: string; memberIds: string[] }[]>();
  const heirOf = await readHeirs(
    firms,
    teams.flatMap(({ memberIds }) => memberIds),
  );
  return new Map(teams.map((team) => [team._id, standing(team.memberIds, heirOf)]));
}
