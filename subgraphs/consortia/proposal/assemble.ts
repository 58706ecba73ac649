/** Searching for teams: gathers the pool, runs the solver outside any transaction, keeps the answer. */
import { createHash } from 'node:crypto';

import { newId } from '#kit/id.ts';
import { isDuplicateKey } from '#kit/mongo.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { solveAssembly, solveRepair } from '../assembly/assembly.ts';
import type { PreviousTeam } from '../assembly/repair.ts';
import { defaultWeights } from '../assembly/defaults.ts';
import type { AssemblyOptions, AssemblyResult, Constraints, Proposal } from '../assembly/types.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { mayTakePart, unknownFirm, unknownFirms } from '../pool/firm.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { AssemblyPage, AssemblyRecord, ProposalRecord } from './assembly.model.ts';
import { firmsNamed, noWishes, readConstraints, type GivenConstraints } from './constraints.ts';
import { gather } from './gather.ts';

/** Alternatives besides the best team. */
const alternativesLimit = 10;
/** Relative gap at which a search ends. */
const gap = 0.0001;

/** A search as a client asks for it. */
export interface GivenSearch {
  idempotencyKey?: string | null | undefined;
  projectId: string;
  constraints?: GivenConstraints | null | undefined;
  alternatives: number;
}

/** The assembly, or null when there is none or the viewer is not of the lead's firm or the secretariat. */
export async function findAssembly(
  { viewer, assemblies, loaders }: Context,
  id: string,
): Promise<AssemblyRecord | null> {
  const assembly = await assemblies.findById(id).lean<AssemblyRecord>();
  const project = assembly && (await loaders.project.load(assembly.projectId));
  return project && isInside(viewer, project.leadCompanyId) ? assembly : null;
}

/** A project's assemblies, newest first; none for those who may not see them. */
export function findAssembliesOf(
  { viewer, assemblies }: Context,
  { _id, leadCompanyId }: ProjectRecord,
  listing: Listing,
): Promise<AssemblyPage> {
  const filter = isInside(viewer, leadCompanyId) ? { projectId: _id } : { _id: { $in: [] } };
  return findPage(assemblies, filter, [['_id', -1]], pageOf(listing));
}

/**
 * Searches for the best teams for a project and keeps the answer. An owner or editor of the lead's firm may. A repeat
 * with the same idempotency key gets the first answer.
 *
 * @throws {Refusal} NOT_FOUND (projectId; constraints/… with rule COMPANY_IS_KNOWN), WRONG_STATE (projectId), INVALID
 * (constraints/…, alternatives, projectId without requirements), TAKEN (idempotencyKey), LIMIT_REACHED when too many searches wait
 */
export async function assemble(context: Context, given: GivenSearch): Promise<AssemblyRecord> {
  const project = await projectToSearch(context, given.projectId);
  return answeredOnce(context, given, async (request) => {
    const constraints = await readSearch(context, project, given);
    const pool = await gather(context, project, constraints, given.constraints?.weights ?? null);
    const options = optionsOf(context, given.alternatives);
    const result = await context.solver.run(() => solveAssembly(pool, options));
    return recordOf(project, request, { ...result, repair: null });
  });
}

/** A team to repair as a client asks for it. */
export type GivenRepair = Omit<GivenSearch, 'alternatives'> & { droppedCompanyIds: string[] };

/**
 * Searches for the smallest change of a consortium after firms dropped out, and keeps the answer. An owner or editor of
 * the lead's firm may.
 *
 * @throws {Refusal} as `assemble`; WRONG_STATE (projectId) when nobody was invited yet
 */
export async function repairTeam(context: Context, given: GivenRepair): Promise<AssemblyRecord> {
  const project = await projectToSearch(context, given.projectId);
  return answeredOnce(context, given, async (request) => {
    const constraints = await readSearch(context, project, { ...given, alternatives: 0 });
    const team = await previousTeam(context, project, given.droppedCompanyIds);
    const pool = await gather(context, project, constraints, given.constraints?.weights ?? null);
    const options = optionsOf(context, 0);
    const result = await context.solver.run(() => solveRepair(pool, team, options));
    const { changes, isSmallest, keepIds, joinIds, leaveIds, proposal } = result;
    return recordOf(project, request, {
      status: result.status,
      proposals: proposal ? [proposal] : [],
      infeasibility: result.infeasibility,
      funnels: [],
      weights: given.constraints?.weights ?? defaultWeights,
      statistics: result.statistics,
      repair: proposal && {
        changes,
        isSmallest,
        keepIds: [...keepIds],
        joinIds: [...joinIds],
        leaveIds: [...leaveIds],
      },
    });
  });
}

/** The project of the lead's firm, while it can still change its team. */
async function projectToSearch(context: Context, id: string): Promise<ProjectRecord> {
  const project = await projectToLead(context, id, ['projectId']);
  stateAfter(projectSteps, project.status, 'edit', ['projectId']);
  return project;
}

function optionsOf({ config }: Context, alternatives: number): AssemblyOptions {
  return { alternatives, timeLimitMillis: config.ASSEMBLY_SECONDS * 1_000, gap };
}

/** The team as it was invited, and who dropped out of it: by an answer, by a restriction, or by the lead's word. */
async function previousTeam(
  { memberships, firms }: Context,
  { consortiumId }: ProjectRecord,
  named: readonly string[],
): Promise<PreviousTeam> {
  if (consortiumId === null) throw refusal('WRONG_STATE', 'Nobody was invited yet.', ['projectId']);
  const all = await memberships.find({ consortiumId }).lean<MembershipRecord[]>();
  const memberIds = [...new Set(all.map(({ companyId }) => companyId))];
  const known = await firms.find({ _id: { $in: memberIds } }).lean<FirmRecord[]>();
  const now = new Date();
  const mayStay = (id: string) =>
    !named.includes(id) &&
    all.some(({ companyId, standing }) => companyId === id && standing) &&
    known.some(({ _id, company }) => _id === id && mayTakePart(company, now));
  return { memberIds, droppedIds: memberIds.filter((id) => !mayStay(id)) };
}

/** Answers a repeat with the first answer; otherwise works and keeps what came of it. */
async function answeredOnce(
  context: Context,
  given: { idempotencyKey?: string | null | undefined },
  work: (request: Request) => Promise<AssemblyRecord>,
): Promise<AssemblyRecord> {
  const request = requestOf(context, given);
  const earlier = await findRepeat(context, request);
  if (earlier) return earlier;
  const record = await work(request);
  try {
    await context.assemblies.create([record]);
    return record;
  } catch (error) {
    // Two repeats raced: the first one's answer stands for both.
    const first = isDuplicateKey(error) ? await findRepeat(context, request) : null;
    if (first) return first;
    throw error;
  }
}

interface Request {
  userId: string;
  requestKey: string | null;
  requestDigest: string;
}

function requestOf(
  { viewer }: Context,
  given: { idempotencyKey?: string | null | undefined },
): Request {
  const { idempotencyKey: key, ...rest } = given;
  const userId = viewer.userId ?? '';
  if (key != null && (key.length < 8 || key.length > 128))
    throw refusal('INVALID', 'An idempotency key has 8 to 128 characters.', ['idempotencyKey']);
  const requestDigest = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return { userId, requestKey: key == null ? null : `${userId} ${key}`, requestDigest };
}

async function findRepeat(
  { assemblies }: Context,
  { requestKey, requestDigest }: Request,
): Promise<AssemblyRecord | null> {
  if (requestKey === null) return null;
  const earlier = await assemblies.findOne({ requestKey }).lean<AssemblyRecord>();
  if (earlier && earlier.requestDigest !== requestDigest)
    throw refusal('TAKEN', 'This key was used for another input.', ['idempotencyKey']);
  return earlier;
}

async function readSearch(
  { loaders, firms }: Context,
  project: ProjectRecord,
  given: GivenSearch,
): Promise<Constraints> {
  const faults: Problem[] = [];
  const call = project.callId === null ? null : await loaders.call.load(project.callId);
  const frame = {
    leadCompanyId: project.leadCompanyId,
    budget: project.budget,
    rules: call?.rules ?? null,
  };
  const wishes = given.constraints ?? noWishes;
  const constraints = readConstraints(wishes, frame, faults);
  const named = firmsNamed(wishes);
  const unknown = new Set(
    await unknownFirms(
      firms,
      named.map(({ id }) => id),
    ),
  );
  faults.push(
    ...named.filter((_, index) => unknown.has(index)).map(({ id, path }) => unknownFirm(id, path)),
  );
  const { alternatives } = given;
  if (!Number.isInteger(alternatives) || alternatives < 0 || alternatives > alternativesLimit)
    faults.push(
      problem('INVALID', `Alternatives are 0 to ${alternativesLimit}.`, ['alternatives']),
    );
  if (project.requirements.length === 0)
    faults.push(problem('INVALID', 'The project has no requirements yet.', ['projectId']));
  refuseAny(faults);
  return constraints;
}

function recordOf(
  project: ProjectRecord,
  { userId, requestKey, requestDigest }: Request,
  result: AssemblyResult & Pick<AssemblyRecord, 'repair'>,
): AssemblyRecord {
  const proposals = result.proposals.map(withId);
  const { infeasibility } = result;
  const relaxed = infeasibility?.relaxation?.proposal;
  const relaxedTeam = relaxed ? withId(relaxed) : null;
  return {
    _id: newId(),
    projectId: project._id,
    requestedBy: userId,
    requestedAt: new Date(),
    ...(requestKey !== null && { requestKey }),
    requestDigest,
    status: result.status,
    requirements: project.requirements,
    proposals,
    proposalIds: [...proposals, ...(relaxedTeam ? [relaxedTeam] : [])].map(({ id }) => id),
    bestMemberIds: (proposals[0]?.members ?? []).map(({ candidateId }) => candidateId),
    infeasibility: infeasibility && {
      ...infeasibility,
      relaxation: infeasibility.relaxation && {
        ...infeasibility.relaxation,
        proposal: relaxedTeam,
      },
    },
    repair: result.repair,
    funnels: [...result.funnels],
    weights: result.weights,
    statistics: result.statistics,
  };
}

function withId(proposal: Proposal): ProposalRecord {
  return { id: newId(), ...proposal };
}
