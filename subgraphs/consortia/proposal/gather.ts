/** Gathering everything that a search looks at, from this service's own database alone. */
import { seoulDay } from '#kit/instant.ts';
import { buildAlliance } from '../assembly/alliance/builder.ts';
import type { PackedProblem } from '../assembly/alliance/packing.ts';
import type { Alliance } from '../assembly/alliance/table.ts';
import type { Constraints, Weights } from '../assembly/problem.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { Context } from '../context.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { readHeirs, standing as asTheyStand } from '../pool/merged.ts';
import { readUsage } from '../pool/supply.ts';
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
import { membersIn, readAwards } from './awards.ts';
import { capOn, capsOf, declinedBefore, type CappedFirm } from './exposure.ts';

/** How long a proposal counts for the cap on exposure, milliseconds: 90 days. */
const exposureMillis = 90 * 24 * 60 * 60 * 1_000;
/** Firms left out by caps that are kept with the answer. */
const cappedLimit = 1_000;

/** Where everything is stored that a search looks at. */
type Stored = Pick<
  Context,
  'calls' | 'projects' | 'consortia' | 'memberships' | 'assemblies' | 'firms'
>;

/** A project as far as a search looks at it. */
type Sought = Pick<
  ProjectRecord,
  '_id' | 'callId' | 'programmeId' | 'consortiumId' | 'requirements'
>;

/** What a search looks at, and the firms that are left out of it though they would fit. */
export interface Gathered {
  pool: PackedProblem;
  capped: CappedFirm[];
}

/** The whole problem, as of now. */
export async function gather(
  context: Stored,
  project: Sought,
  wished: Constraints,
  weights: Weights,
): Promise<Gathered> {
  const now = new Date();
  const constraints = await asNamedNow(context, wished);
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
  const alliance = await readPool(context, project, constraints, standing, now);
  const exempt = new Set([constraints.leadId, ...(constraints.mustInclude ?? [])]);
  const declined = await readDeclined(context, project);
  const capped = alliance.candidates.columns.ids
    .flatMap((id) =>
      exempt.has(id) ? [] : (declinedBefore(id, declined) ?? capOn(id, exposure, caps) ?? []),
    )
    .toSorted((a, b) => (a.companyId < b.companyId ? -1 : 1));
  const excluded = capped.map(({ companyId }) => companyId);
  const pool = {
    ...alliance,
    requirements: project.requirements.map(wantedOf),
    constraints: {
      ...constraints,
      mustExclude: [...(constraints.mustExclude ?? []), ...excluded],
      exposureCap: null,
    },
    weights,
  };
  return { pool, capped: capped.slice(0, cappedLimit) };
}

/** Firms that said no to this very project and were not asked again since. */
async function readDeclined(
  { memberships, firms }: Stored,
  { consortiumId }: Sought,
): Promise<ReadonlySet<string>> {
  if (consortiumId === null) return new Set();
  const asked = await memberships
    .find({ consortiumId })
    .select({ companyId: 1, status: 1, standing: 1 })
    .lean<Pick<MembershipRecord, 'companyId' | 'status' | 'standing'>[]>();
  const heirOf = await readHeirs(
    firms,
    asked.map(({ companyId }) => companyId),
  );
  const standing = new Set(asked.flatMap((one) => (one.standing ? heirOf(one.companyId) : [])));
  const declined = asked.filter(({ status }) => status === 'DECLINED');
  return new Set(declined.map(({ companyId }) => heirOf(companyId))).difference(standing);
}

/** Constraints on firms as they are now: a firm that became another is meant as the other. */
async function asNamedNow({ firms }: Stored, constraints: Constraints): Promise<Constraints> {
  const { leadId, mustInclude = [], mustExclude = [], conflicts = [] } = constraints;
  const named = [leadId ?? [], mustInclude, mustExclude, conflicts.flat()].flat();
  const heirOf = await readHeirs(firms, named);
  return {
    ...constraints,
    leadId: leadId === null ? null : heirOf(leadId),
    mustInclude: asTheyStand(mustInclude, heirOf),
    mustExclude: asTheyStand(mustExclude, heirOf),
    conflicts: conflicts
      .map(([a, b]) => [heirOf(a), heirOf(b)] as const)
      .filter(([a, b]) => a !== b),
  };
}

/** Teams that worked or are to work together, as the firms that they are now. */
async function sealedTeams({ consortia, firms }: Stored): Promise<string[][]> {
  const sealed = await consortia
    .find({ status: 'SEALED' })
    .select({ memberIds: 1 })
    .lean<{ memberIds: string[] }[]>();
  const heirOf = await readHeirs(
    firms,
    sealed.flatMap(({ memberIds }) => memberIds),
  );
  return sealed.map(({ memberIds }) => asTheyStand(memberIds, heirOf));
}

/** Firms as the solver takes them, read one at a time into columns: what it does not need is never kept. */
async function readPool(
  context: Stored,
  { requirements }: Sought,
  constraints: Constraints,
  standing: Standing,
  now: Date,
): Promise<Alliance> {
  const day = seoulDay(now);
  const technologyIds = new Set(requirements.map(({ technologyId }) => technologyId));
  const prices = pricesOf(requirements);
  const alliance = buildAlliance();
  const seen = new Set<string>();
  for await (const firm of firmsIn(context, technologyIds, constraints)) {
    const candidate = seen.has(firm._id) ? null : candidateOf(firm, standing, prices, now, day);
    seen.add(firm._id);
    if (!candidate) continue;
    const place = alliance.addFirm(candidate);
    for (const capability of wantedCapabilities(firm, technologyIds))
      alliance.addCapability(place, capability);
  }
  const isHere = (id: string) => alliance.placeOf(id) >= 0;
  for (const { a, b, strength } of historyOf(await sealedTeams(context), isHere))
    alliance.addHistory(alliance.placeOf(a), alliance.placeOf(b), strength);
  return alliance.finish();
}

/** Firms with a wanted technology, those that are named, and those that may take part without carrying anything. */
async function* firmsIn(
  { firms }: Stored,
  technologyIds: ReadonlySet<string>,
  constraints: Constraints,
): AsyncGenerator<PoolFirm> {
  const wanted = { 'capabilities.technologyId': { $in: [...technologyIds] } };
  const isWanted = { $in: ['$$capability.technologyId', [...technologyIds]] };
  const capabilities = { $filter: { input: '$capabilities', as: 'capability', cond: isWanted } };
  const own = Object.fromEntries(readOfCompany.map((field) => [`company.${field}`, 1]));
  const read = (match: Record<string, unknown>) =>
    firms
      .aggregate<PoolFirm>([
        { $match: { ...match, 'company.status': 'APPROVED' } },
        { $project: { ...own, capabilities } },
      ])
      .cursor({ batchSize: 1_000 });
  yield* read(wanted);
  const wantsDemand = (constraints.membersByKind ?? []).some(
    ({ kind, least }) => kind === 'DEMAND' && least > 0,
  );
  const idleKinds = [
    ...(constraints.leadId === null ? constraints.leadKinds : []),
    ...(wantsDemand ? ['DEMAND' as const] : []),
  ];
  // All of them: that there is no team is said of the whole alliance.
  if (idleKinds.length > 0) yield* read({ 'company.kinds': { $in: idleKinds } });
  const namedIds = [constraints.leadId ?? [], constraints.mustInclude ?? []].flat();
  yield* await firms.find({ _id: { $in: namedIds } }).lean<FirmRecord[]>();
}

async function readStanding(
  context: Stored,
  { _id, consortiumId }: Sought,
  now: Date,
): Promise<Standing> {
  const ended = await context.projects
    .find({ status: { $in: ['COMPLETED', 'TERMINATED'] } })
    .select({ status: 1, consortiumId: 1 })
    .lean<Pick<ProjectRecord, '_id' | 'status' | 'consortiumId'>[]>();
  return {
    used: await readUsage(context, consortiumId),
    results: countResults(ended, await membersIn(context, ended)),
    proposedLately: await readProposed(context, _id, now),
  };
}

/** How many other projects firms were proposed to lately. */
async function readProposed(
  { assemblies, firms }: Stored,
  projectId: string,
  now: Date,
): Promise<Standing['proposedLately']> {
  const since = new Date(now.getTime() - exposureMillis);
  const proposed = await assemblies.aggregate<{ _id: string; projects: string[] }>([
    { $match: { requestedAt: { $gte: since }, projectId: { $ne: projectId } } },
    { $unwind: '$bestMemberIds' },
    { $group: { _id: '$bestMemberIds', projects: { $addToSet: '$projectId' } } },
  ]);
  const heirOf = await readHeirs(
    firms,
    proposed.map(({ _id }) => _id),
  );
  const byFirm = Map.groupBy(proposed, ({ _id }) => heirOf(_id));
  const projectsOf = (those: typeof proposed) =>
    new Set(those.flatMap(({ projects }) => projects)).size;
  return new Map([...byFirm].map(([id, those]) => [id, projectsOf(those)]));
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
