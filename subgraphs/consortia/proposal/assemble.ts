/** Searching for teams: reads what is asked for and begins the search, which goes on outside any transaction. */
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import { actingFor, hasRole, signedIn } from '#kit/viewer.ts';
import { solveAssembly, solveRepair } from '../assembly/assembly.ts';
import type { PreviousTeam } from '../assembly/explanation/repair.ts';
import { defaultWeights } from '../assembly/defaults.ts';
import type { AssemblyOptions, Constraints, Weights } from '../assembly/problem.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import { pointedAt, type Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import { mayTakePart, unknownFirm, unknownFirms } from '../pool/firm.ts';
import { isInside } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import type { AssemblyPage, AssemblyRecord } from './assembly.model.ts';
import { readConstraints } from './constraints.ts';
import { gather } from './gather.ts';
import { newSearch, outcomeOf, repairOutcomeOf } from './outcome.ts';
import { findRepeat, requestOf } from './request.ts';
import type { Outcome, Watch } from './search.ts';
import { storeInSlots } from './slots.ts';
import { solveAgain } from './again.ts';
import { searchSteps, whereCan } from './state.ts';
import { weightsOf } from './weight-profile.ts';
import { firmsNamed, noWishes, type GivenConstraints } from './wishes.ts';

/** Alternatives besides the best team. */
const alternativesLimit = 10;
/** Relative gap at which a search ends. */
const gap = 0.0001;
/** By which part of itself a weight changes at most, basis points. */
const mostChange = 5_000;
/** Most firms that one repair takes as dropped out. */
const droppedLimit = 100;
/** How often a search of another process is looked at, milliseconds. */
const lookMillis = 1_000;

/** A search as a client asks for it. */
export interface GivenSearch {
  idempotencyKey?: string | null | undefined;
  projectId: string;
  constraints?: GivenConstraints | null | undefined;
  alternatives: number;
  /** Look for the best team under each weight lower and higher by so much of it too, basis points. */
  solveAgainAt?: number | null | undefined;
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
 * Begins a search for the best teams for a project. An owner or editor of the lead's firm may. A repeat with the same
 * idempotency key gets the same search.
 *
 * @throws {Refusal} NOT_FOUND (projectId; constraints/… with rule COMPANY_IS_KNOWN), WRONG_STATE (projectId), INVALID
 * (constraints/…, alternatives, projectId without requirements), TAKEN (idempotencyKey), LIMIT_REACHED when too many
 * searches wait (rule SEARCHES_WAITING) or run for the firm or the user (COMPANY_SEARCHES, USER_SEARCHES)
 */
export async function startAssembly(context: Context, given: GivenSearch): Promise<AssemblyRecord> {
  const project = await projectToSearch(context, given.projectId);
  return begunOnce(context, project, given, async () => {
    const { constraints, weights } = await readSearch(context, project, given);
    return {
      weights,
      work: async ({ signal, onProgress }) => {
        const gathered = await gather(context, project, constraints, weights);
        const options = { ...optionsOf(context, given.alternatives), signal, onProgress };
        const result = await solveAssembly(gathered.pool, options);
        const outcome = outcomeOf(result, gathered);
        const { solveAgainAt: at } = given;
        if (at == null || result.proposals.length === 0) return outcome;
        return { ...outcome, solvedAgain: await solveAgain(gathered, result, at, options) };
      },
    };
  });
}

/**
 * The same, answered when the search has ended.
 *
 * @throws {Refusal} as `startAssembly`, and what the solver refuses
 */
export async function assemble(context: Context, given: GivenSearch): Promise<AssemblyRecord> {
  return untilEnded(context, await startAssembly(context, given));
}

/** A team to repair as a client asks for it. */
export type GivenRepair = Omit<GivenSearch, 'alternatives' | 'solveAgainAt'> & {
  droppedCompanyIds: string[];
};

/**
 * Searches for the smallest change of a consortium after firms dropped out, and keeps the answer. An owner or editor of
 * the lead's firm may.
 *
 * @throws {Refusal} as `assemble`; WRONG_STATE (projectId) when nobody was invited yet; NOT_FOUND
 * (droppedCompanyIds/…, rule MEMBER_INVITED) for firms that have no place in it
 */
export async function repairTeam(context: Context, given: GivenRepair): Promise<AssemblyRecord> {
  const project = await projectToSearch(context, given.projectId);
  const begun = await begunOnce(context, project, given, async () => {
    const search = { ...given, alternatives: 0 };
    const { constraints, weights } = await readSearch(context, project, search);
    const team = await previousTeam(context, project, given.droppedCompanyIds);
    return {
      weights,
      work: async ({ signal, onProgress }) => {
        const gathered = await gather(context, project, constraints, weights);
        const options = optionsOf(context, 0);
        const watched = { ...options, signal, onProgress };
        return repairOutcomeOf(await solveRepair(gathered.pool, team, watched), gathered);
      },
    };
  });
  return untilEnded(context, begun);
}

/**
 * Asks for the end of a search; what it has found by then is kept. An owner or editor of the lead's firm, or the
 * secretariat, may.
 *
 * @throws {Refusal} NOT_FOUND (assemblyId), WRONG_STATE (assemblyId) once it has ended
 */
export async function cancelAssembly(
  context: Context,
  { assemblyId }: { assemblyId: string },
): Promise<AssemblyRecord> {
  const { viewer, assemblies, loaders } = context;
  signedIn(viewer);
  const found = await findAssembly(context, assemblyId);
  if (!found) throw refusal('NOT_FOUND', 'There is no such search.', ['assemblyId']);
  const { leadCompanyId } = await pointedAt(loaders.project, found.projectId);
  if (!hasRole(viewer, 'SECRETARIAT')) actingFor(viewer, leadCompanyId, 'EDITOR');
  stateAfter(searchSteps, found.status, 'cancel', ['assemblyId']);
  const now = await assemblies
    .findOneAndUpdate(
      { _id: assemblyId, ...whereCan('cancel') },
      { $set: { cancelAskedAt: found.cancelAskedAt ?? new Date() } },
      { returnDocument: 'after' },
    )
    .lean<AssemblyRecord>();
  if (!now)
    throw refusal('WRONG_STATE', 'This search has ended.', ['assemblyId'], { rule: 'STATE' });
  return now;
}

/** A search that is fit to begin. */
interface Readied {
  weights: Weights;
  work: (watch: Watch) => Promise<Outcome>;
}

/** Begins a search, or finds the one that the same request began before. */
async function begunOnce(
  context: Context,
  project: ProjectRecord,
  given: { idempotencyKey?: string | null | undefined },
  ready: () => Promise<Readied>,
): Promise<AssemblyRecord> {
  const request = requestOf(context, given);
  const earlier = await findRepeat(context, request);
  if (earlier) return earlier;
  const { weights, work } = await ready();
  const place = context.solver.join();
  try {
    const search = newSearch(project, request, weights);
    const stored = await storeInSlots(context, project.leadCompanyId, request, search);
    if (stored.isNew) context.searches.begin(stored.record, place, work);
    else place.leave();
    return stored.record;
  } catch (error) {
    place.leave();
    throw error;
  }
}

/** The search once it has ended. */
async function untilEnded(
  { assemblies, searches }: Context,
  begun: AssemblyRecord,
): Promise<AssemblyRecord> {
  let record: AssemblyRecord = begun;
  while (record.status === 'RUNNING') {
    await searches.news(record._id, lookMillis);
    record = (await assemblies.findById(begun._id).lean<AssemblyRecord>()) ?? begun;
  }
  refuseAny(record.problems);
  return record;
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
  if (consortiumId === null)
    throw refusal('WRONG_STATE', 'Nobody was invited yet.', ['projectId'], {
      rule: 'INVITED',
      limit: '1',
      found: '0',
    });
  if (named.length > droppedLimit)
    throw refusal('INVALID', `There are up to ${droppedLimit}.`, ['droppedCompanyIds'], {
      rule: 'LIST_MOST',
      limit: String(droppedLimit),
      found: String(named.length),
    });
  const all = await memberships.find({ consortiumId }).lean<MembershipRecord[]>();
  const memberIds = [...new Set(all.map(({ companyId }) => companyId))];
  refuseAny(named.flatMap((id, index) => (memberIds.includes(id) ? [] : [noMember(index, id)])));
  const known = await firms.find({ _id: { $in: memberIds } }).lean<FirmRecord[]>();
  const now = new Date();
  const mayStay = (id: string) =>
    !named.includes(id) &&
    all.some(({ companyId, standing }) => companyId === id && standing) &&
    known.some(({ _id, company }) => _id === id && mayTakePart(company, now));
  return { memberIds, droppedIds: memberIds.filter((id) => !mayStay(id)) };
}

function noMember(index: number, found: string): Problem {
  const path = ['droppedCompanyIds', String(index)];
  const details = { rule: 'MEMBER_INVITED', limit: 'INVITED', found: found.slice(0, 60) };
  return problem('NOT_FOUND', 'This firm was not invited to this project.', path, details);
}

async function readSearch(
  context: Context,
  project: ProjectRecord,
  given: GivenSearch,
): Promise<{ constraints: Constraints; weights: Weights }> {
  const { loaders, firms } = context;
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
  const weights = await readWeights(context, wishes, faults);
  faults.push(...extentFaults(given));
  if (project.requirements.length === 0)
    faults.push(
      breach('REQUIREMENTS_LEAST', 'The project has no requirements yet.', 1, 0, ['projectId']),
    );
  refuseAny(faults);
  return { constraints, weights };
}

/** What is wrong with how much is asked for. */
function extentFaults({ alternatives, solveAgainAt }: GivenSearch): Problem[] {
  const faults: Problem[] = [];
  if (!Number.isInteger(alternatives) || alternatives < 0 || alternatives > alternativesLimit)
    faults.push(
      breach(
        'ALTERNATIVES',
        `Alternatives are 0 to ${alternativesLimit}.`,
        `0 to ${alternativesLimit}`,
        alternatives,
        ['alternatives'],
      ),
    );
  if (solveAgainAt != null && (solveAgainAt < 1 || solveAgainAt > mostChange))
    faults.push(
      problem('INVALID', `Weights change by 1 to ${mostChange} basis points.`, ['solveAgainAt'], {
        rule: 'WEIGHT_CHANGE',
        limit: String(mostChange),
        found: String(solveAgainAt),
      }),
    );
  return faults;
}

/** The weights that are wished for: given one by one, by a profile, or the usual ones. */
async function readWeights(
  context: Context,
  { weights, weightProfileId: id }: GivenConstraints,
  faults: Problem[],
): Promise<Weights> {
  const path = ['constraints', 'weightProfileId'];
  if (id == null) return weights ?? defaultWeights;
  if (weights) faults.push(breach('WEIGHTS_ONE', 'Give weights or a profile.', 1, 2, path));
  const found = await weightsOf(context, id);
  if (!found) faults.push(problem('NOT_FOUND', 'There is no such weight profile.', path));
  return found ?? defaultWeights;
}
