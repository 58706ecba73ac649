/** Gathering everything that a search looks at, from this service's own database alone. */
import { seoulDay } from '#kit/instant.ts';
import type {
  AssemblyProblem,
  Candidate,
  Capability,
  Constraints,
  Weights,
} from '../assembly/types.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { usagePipeline } from '../pool/supply.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import {
  candidateOf,
  historyOf,
  pricesOf,
  readOfCompany,
  wantedCapabilities,
  wantedOf,
  type PoolFirm,
  type Standing,
} from './candidates.ts';
import { readAwards } from './awards.ts';
import { capOn, capsOf, type CappedFirm } from './exposure.ts';

/** How long a proposal counts for the cap on exposure, milliseconds: 90 days. */
const exposureMillis = 90 * 24 * 60 * 60 * 1_000;
/** Firms without a wanted technology that are looked at as leads or for the demand side. */
const idleFirmsLimit = 2_000;
/** Firms left out by caps that are kept with the answer. */
const cappedLimit = 1_000;
/** What a search looks at, and the firms that caps left out of it. */
export interface Gathered {
  pool: AssemblyProblem;
  capped: CappedFirm[];
}

/** The whole problem, as of now. */
export async function gather(
  context: Context,
  project: ProjectRecord,
  constraints: Constraints,
  weights: Weights,
): Promise<Gathered> {
  const now = new Date();
  const standing = await readStanding(context, project, now);
  const call = project.callId === null ? null : await context.calls.findById(project.callId).lean();
  const caps = capsOf((call as CallRecord | null)?.rules ?? null, constraints.exposureCap ?? null);
  const exposure = await readAwards(
    context,
    project.programmeId,
    { projectId: project._id },
    caps,
    standing.proposedLately,
  );
  const { candidates, capabilities } = await readPool(context, project, constraints, standing, now);
  const exempt = new Set([constraints.leadId, ...(constraints.mustInclude ?? [])]);
  const capped = candidates
    .flatMap(({ id }) => (exempt.has(id) ? [] : (capOn(id, exposure, caps) ?? [])))
    .toSorted((a, b) => (a.companyId < b.companyId ? -1 : 1));
  const sealed = await context.consortia
    .find({ status: 'SEALED' })
    .select({ memberIds: 1 })
    .lean<{ memberIds: string[] }[]>();
  const excluded = capped.map(({ companyId }) => companyId);
  const pool = {
    candidates,
    capabilities,
    requirements: project.requirements.map(wantedOf),
    history: historyOf(
      sealed.map(({ memberIds }) => memberIds),
      new Set(candidates.map(({ id }) => id)),
    ),
    constraints: {
      ...constraints,
      mustExclude: [...(constraints.mustExclude ?? []), ...excluded],
      exposureCap: null,
    },
    weights,
  };
  return { pool, capped: capped.slice(0, cappedLimit) };
}

/** Firms as the solver takes them, read one at a time: what it does not need is never kept. */
async function readPool(
  context: Context,
  { requirements }: ProjectRecord,
  constraints: Constraints,
  standing: Standing,
  now: Date,
): Promise<Pick<AssemblyProblem, 'candidates' | 'capabilities'>> {
  const day = seoulDay(now);
  const technologyIds = new Set(requirements.map(({ technologyId }) => technologyId));
  const prices = pricesOf(requirements);
  const candidates: Candidate[] = [];
  const capabilities: Capability[] = [];
  const seen = new Set<string>();
  for await (const firm of firmsIn(context, technologyIds, constraints)) {
    const candidate = seen.has(firm._id) ? null : candidateOf(firm, standing, prices, now, day);
    seen.add(firm._id);
    if (!candidate) continue;
    candidates.push(candidate);
    capabilities.push(...wantedCapabilities(firm, technologyIds));
  }
  return { candidates, capabilities };
}

/** Firms with a wanted technology, those that are named, and those that may take part without carrying anything. */
async function* firmsIn(
  { firms }: Context,
  technologyIds: ReadonlySet<string>,
  constraints: Constraints,
): AsyncGenerator<PoolFirm> {
  const wanted = { 'capabilities.technologyId': { $in: [...technologyIds] } };
  const isWanted = { $in: ['$$capability.technologyId', [...technologyIds]] };
  const capabilities = { $filter: { input: '$capabilities', as: 'capability', cond: isWanted } };
  const own = Object.fromEntries(readOfCompany.map((field) => [`company.${field}`, 1]));
  yield* firms
    .aggregate<PoolFirm>([
      { $match: { ...wanted, 'company.status': 'APPROVED' } },
      { $project: { ...own, capabilities } },
    ])
    .cursor({ batchSize: 1_000 });
  const wantsDemand = (constraints.membersByKind ?? []).some(
    ({ kind, least }) => kind === 'DEMAND' && least > 0,
  );
  const idleKinds = [
    ...(constraints.leadId === null ? constraints.leadKinds : []),
    ...(wantsDemand ? ['DEMAND' as const] : []),
  ];
  if (idleKinds.length > 0)
    yield* firms
      .find({ 'company.kinds': { $in: idleKinds }, 'company.status': 'APPROVED' })
      .sort({ _id: 1 })
      .limit(idleFirmsLimit)
      .lean<FirmRecord[]>()
      .cursor();
  const namedIds = [constraints.leadId ?? [], constraints.mustInclude ?? []].flat();
  yield* await firms.find({ _id: { $in: namedIds } }).lean<FirmRecord[]>();
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
