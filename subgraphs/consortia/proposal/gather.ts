/** Gathering everything that a search looks at, from this service's own database alone. */
import { seoulDay } from '#kit/instant.ts';
import type { AssemblyProblem, Constraints, Weights } from '../assembly/types.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { usagePipeline } from '../pool/supply.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import {
  candidateOf,
  historyOf,
  wantedCapabilities,
  wantedOf,
  type Standing,
} from './candidates.ts';

/** How long a proposal counts for the cap on exposure, milliseconds: 90 days. */
const exposureMillis = 90 * 24 * 60 * 60 * 1_000;
/** Firms without a wanted technology that are looked at as leads or for the demand side. */
const idleFirmsLimit = 2_000;

/** The whole problem, as of now. */
export async function gather(
  context: Context,
  project: ProjectRecord,
  constraints: Constraints,
  weights: Weights,
): Promise<AssemblyProblem> {
  const now = new Date();
  const day = seoulDay(now);
  const technologyIds = new Set(project.requirements.map(({ technologyId }) => technologyId));
  const firms = await findPool(context, technologyIds, constraints);
  const standing = await readStanding(context, project, now);
  const candidates = firms.flatMap(
    (firm) => candidateOf(firm, standing, project.requirements, now, day) ?? [],
  );
  const pool = new Set(candidates.map(({ id }) => id));
  const sealed = await context.consortia
    .find({ status: 'SEALED' })
    .select({ memberIds: 1 })
    .lean<{ memberIds: string[] }[]>();
  return {
    candidates,
    capabilities: firms
      .filter(({ _id }) => pool.has(_id))
      .flatMap((firm) => wantedCapabilities(firm, technologyIds)),
    requirements: project.requirements.map(wantedOf),
    history: historyOf(
      sealed.map(({ memberIds }) => memberIds),
      pool,
    ),
    constraints,
    weights,
  };
}

/** Firms with a wanted technology, those that are named, and those that may take part without carrying anything. */
async function findPool(
  { firms }: Context,
  technologyIds: ReadonlySet<string>,
  constraints: Constraints,
): Promise<FirmRecord[]> {
  const able = await firms
    .find({ 'capabilities.technologyId': { $in: [...technologyIds] } })
    .lean<FirmRecord[]>();
  const wantsDemand = (constraints.membersByKind ?? []).some(
    ({ kind, least }) => kind === 'DEMAND' && least > 0,
  );
  const idleKinds = [
    ...(constraints.leadId === null ? constraints.leadKinds : []),
    ...(wantsDemand ? ['DEMAND' as const] : []),
  ];
  const idle =
    idleKinds.length === 0
      ? []
      : await firms
          .find({ 'company.kinds': { $in: idleKinds }, 'company.status': 'APPROVED' })
          .sort({ _id: 1 })
          .limit(idleFirmsLimit)
          .lean<FirmRecord[]>();
  const namedIds = [constraints.leadId ?? [], constraints.mustInclude ?? []].flat();
  const named = await firms.find({ _id: { $in: namedIds } }).lean<FirmRecord[]>();
  return [...new Map([...able, ...idle, ...named].map((firm) => [firm._id, firm])).values()];
}

async function readStanding(
  { memberships, consortia, assemblies, projects }: Context,
  { _id, consortiumId }: ProjectRecord,
  now: Date,
): Promise<Standing> {
  const usage = await memberships.aggregate<{ _id: string; used: number }>(
    usagePipeline(consortiumId),
  );
  const ended = await projects
    .find({ status: { $in: ['COMPLETED', 'TERMINATED'] } })
    .select({ status: 1, consortiumId: 1 })
    .lean<Pick<ProjectRecord, '_id' | 'status' | 'consortiumId'>[]>();
  const endedIds = ended.flatMap((each) => each.consortiumId ?? []);
  const teams =
    endedIds.length === 0
      ? []
      : await consortia
          .find({ _id: { $in: endedIds } })
          .select({ memberIds: 1 })
          .lean<{ _id: string; memberIds: string[] }[]>();
  const proposed = await assemblies.aggregate<{ _id: string; projects: number }>([
    {
      $match: {
        requestedAt: { $gte: new Date(now.getTime() - exposureMillis) },
        projectId: { $ne: _id },
      },
    },
    { $unwind: '$bestMemberIds' },
    { $group: { _id: { firm: '$bestMemberIds', project: '$projectId' } } },
    { $group: { _id: '$_id.firm', projects: { $sum: 1 } } },
  ]);
  return {
    used: new Map(usage.map(({ _id: id, used }) => [id, used])),
    results: countResults(ended, new Map(teams.map((team) => [team._id, team.memberIds]))),
    proposedLately: new Map(proposed.map((each) => [each._id, each.projects])),
  };
}

function countResults(
  ended: readonly Pick<ProjectRecord, 'status' | 'consortiumId'>[],
  teams: ReadonlyMap<string, string[]>,
): Standing['results'] {
  const results = new Map<string, { completed: number; terminated: number }>();
  for (const { status, consortiumId } of ended)
    for (const id of teams.get(consortiumId ?? '') ?? []) {
      const result = results.get(id) ?? { completed: 0, terminated: 0 };
      result[status === 'COMPLETED' ? 'completed' : 'terminated'] += 1;
      results.set(id, result);
    }
  return results;
}
