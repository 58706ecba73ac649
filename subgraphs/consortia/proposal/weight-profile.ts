/** Weights of the aims under a name: the secretariat's for everybody, a firm's for itself. */
import { newId } from '#kit/id.ts';
import { badInput, findPage } from '#kit/page.ts';
import { refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Weights } from '../assembly/problem.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import { keepingFor, keptFaults, mayUse, usableBy } from '../project/owner.ts';
import type { AssemblyRecord } from './assembly.model.ts';
import type { WeightProfilePage, WeightProfileRecord } from './weight-profile.model.ts';
import { isKnownUnder, reweigh, weightFaults, type Reweighed } from './weighing.ts';

/** Weight profiles that the viewer may use, newest first. */
export function findWeightProfiles(
  { viewer, weightProfiles }: Context,
  listing: Listing,
): Promise<WeightProfilePage> {
  signedIn(viewer);
  return findPage(weightProfiles, usableBy(viewer), [['_id', -1]], pageOf(listing));
}

/** The weights of a profile that the viewer may use, or null. */
export async function weightsOf(
  { viewer, weightProfiles }: Context,
  id: string,
): Promise<Weights | null> {
  const profile = await weightProfiles.findById(id).lean<WeightProfileRecord>();
  return profile && mayUse(viewer, profile.companyId) ? profile.weights : null;
}

/**
 * Keeps weights under a name. An owner or editor of the firm, or the secretariat for everybody, may.
 *
 * @throws {Refusal} INVALID (name, weights), LIMIT_REACHED (rule KEPT_MOST)
 */
export async function createWeightProfile(
  { viewer, weightProfiles }: Context,
  given: { companyId?: string | null | undefined; name: GivenText; weights: Weights },
): Promise<WeightProfileRecord> {
  const companyId = given.companyId ?? null;
  keepingFor(viewer, companyId);
  const faults: Problem[] = [];
  const name = readText(given.name, nameLength, ['name'], faults);
  faults.push(...weightFaults(given.weights, ['weights']));
  faults.push(...keptFaults(await weightProfiles.countDocuments({ companyId })));
  refuseAny(faults);
  const { weights } = given;
  const record = { _id: newId(), companyId, name, weights: { ...weights }, revision: 1 };
  await weightProfiles.create([record]);
  return record;
}

/**
 * Changes a weight profile; assemblies that used it keep their weights. Whoever may create it may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision), INVALID (name, weights)
 */
export async function reviseWeightProfile(
  context: Context,
  given: {
    id: string;
    revision: number;
    name?: GivenText | null | undefined;
    weights?: Weights | null | undefined;
  },
): Promise<WeightProfileRecord> {
  const profile = await profileToKeep(context, given.id);
  const faults: Problem[] = [];
  const name = given.name ? readText(given.name, nameLength, ['name'], faults) : profile.name;
  const weights = given.weights ? { ...given.weights } : profile.weights;
  faults.push(...weightFaults(weights, ['weights']));
  refuseAny(faults);
  const { matchedCount } = await context.weightProfiles.updateOne(
    { _id: profile._id, revision: given.revision },
    { $set: { name, weights }, $inc: { revision: 1 } },
  );
  if (matchedCount === 0) throw stale();
  return { ...profile, name, weights, revision: given.revision + 1 };
}

/**
 * Removes a weight profile. Whoever may create it may.
 *
 * @throws {Refusal} NOT_FOUND (id), STALE (revision)
 */
export async function removeWeightProfile(
  context: Context,
  { id, revision }: { id: string; revision: number },
): Promise<string> {
  const profile = await profileToKeep(context, id);
  const { deletedCount } = await context.weightProfiles.deleteOne({ _id: profile._id, revision });
  if (deletedCount === 0) throw stale();
  return id;
}

/**
 * An assembly's proposals under other weights, best first.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for neither or both, weights that do not sum to 1,000, a profile that there is not
 */
export async function reweighAssembly(
  context: Context,
  { proposals }: AssemblyRecord,
  given: { weights?: Weights | null | undefined; profileId?: string | null | undefined },
): Promise<Reweighed[]> {
  const { weights, profileId } = given;
  if ((weights == null) === (profileId == null)) throw badInput('Give weights or a profile.');
  const wanted = weights ?? (await weightsOf(context, profileId ?? ''));
  if (!wanted) throw badInput('There is no such weight profile.');
  const [fault] = weightFaults(wanted, []);
  if (fault) throw badInput(fault.message);
  if (!proposals.every(({ misses }) => isKnownUnder(misses, wanted)))
    throw badInput('This search did not keep what its teams miss of an aim that had no weight.');
  return reweigh(proposals, wanted);
}

async function profileToKeep(
  { viewer, weightProfiles }: Context,
  id: string,
): Promise<WeightProfileRecord> {
  signedIn(viewer);
  const profile = await weightProfiles.findById(id).lean<WeightProfileRecord>();
  if (!profile || !mayUse(viewer, profile.companyId))
    throw refusal('NOT_FOUND', 'There is no such weight profile.', ['id']);
  keepingFor(viewer, profile.companyId);
  return profile;
}

function stale() {
  return refusal('STALE', 'The profile was changed since it was read.', ['revision']);
}
