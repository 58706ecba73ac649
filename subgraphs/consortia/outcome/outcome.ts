/** Outcomes: services that came out of a project, handed to the marketplace as drafts. */
import { publishFacts } from '#kit/facts.ts';
import { newId } from '#kit/id.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { stateAfter } from '#kit/steps.ts';
import { actingFor } from '#kit/viewer.ts';
import { splitWon, wholeInBasisPoints } from '#kit/won.ts';
import type { OutcomeFact } from '#schema/facts.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import type { Context } from '../context.ts';
import { holdProject, projectIn } from '../delivery/oversight.ts';
import { changeRevised } from '../form/revised.ts';
import { nameLength, readText, type GivenText } from '../form/wording.ts';
import { breach } from '../programme/breaches.ts';
import { isParticipant } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import type { OutcomeRecord, Supplier } from './outcome.model.ts';
import { outcomeSteps } from './state.ts';

const outcomesLimit = 50;
const outcomeSummaryLength = { least: 0, most: 2_000 };

/** An outcome as a client gives it. */
export interface GivenOutcome {
  projectId: string;
  name: GivenText;
  summary?: GivenText | null | undefined;
  model: OutcomeFact['model'];
  suppliers?: readonly Supplier[] | null | undefined;
}

/**
 * Registers a service that came out of a running or completed project. An owner or editor of the lead's firm may.
 * Suppliers that are not given are the lead and its partners, at their shares of the project.
 *
 * @throws {Refusal} NOT_FOUND (projectId, suppliers/…/companyId), WRONG_STATE (projectId), LIMIT_REACHED (projectId),
 * INVALID (name, summary, suppliers; rules SHARES_SUM, SUPPLIER_ONCE)
 */
export async function registerOutcome(
  context: Context,
  given: GivenOutcome,
): Promise<OutcomeRecord> {
  const path = ['projectId'];
  const project = await projectToLead(context, given.projectId, path);
  stateAfter(projectSteps, project.status, 'bring', path);
  // Two that are registered at once are counted one after the other, and an early end comes before or after.
  await holdProject(context, project);
  const count = await context.outcomes.countDocuments({ projectId: project._id });
  if (count >= outcomesLimit)
    throw refusal('LIMIT_REACHED', `A project has up to ${outcomesLimit} services.`, path, {
      rule: 'SERVICES_MOST',
      limit: String(outcomesLimit),
      found: String(count + 1),
    });
  const faults: Problem[] = [];
  const name = readText(given.name, nameLength, ['name'], faults);
  const summary = readText(given.summary ?? {}, outcomeSummaryLength, ['summary'], faults);
  const makers = await makersOf(context, project);
  const suppliers = given.suppliers?.map(({ companyId, share }) => ({ companyId, share })) ?? null;
  if (suppliers) faults.push(...supplierFaults(suppliers, makers));
  refuseAny(faults);
  const record: OutcomeRecord = {
    _id: newId(),
    projectId: project._id,
    name,
    summary,
    model: given.model,
    suppliers: suppliers ? leadFirst(suppliers, project) : makers,
    status: 'DRAFT',
    handedOverAt: null,
    revision: 1,
  };
  await context.outcomes.create([record]);
  return record;
}

/** The lead and its partners with their parts of what they make: their shares, without those who only use it. */
async function makersOf({ memberships }: Context, project: ProjectRecord): Promise<Supplier[]> {
  const members = await memberships
    .find({ consortiumId: project.consortiumId ?? '', standing: true })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const makers = members.filter(({ role }) => role === 'LEAD' || role === 'PARTNER');
  return leadFirst(suppliersFrom(makers), project);
}

/** Parts of a whole in proportion to shares; equal ones where nobody has a share. */
export function suppliersFrom(
  members: readonly { companyId: string; share: number | null }[],
): Supplier[] {
  const shares = members.map(({ share }) => share ?? 0);
  const weights = shares.some((share) => share > 0) ? shares : members.map(() => 1);
  const parts = members.length > 0 ? splitWon(wholeInBasisPoints, weights) : [];
  return members.map(({ companyId }, index) => ({ companyId, share: parts[index] ?? 0 }));
}

function leadFirst(suppliers: readonly Supplier[], { leadCompanyId }: ProjectRecord): Supplier[] {
  const isLead = ({ companyId }: Supplier) => companyId === leadCompanyId;
  return [...suppliers.filter(isLead), ...suppliers.filter((each) => !isLead(each))];
}

/** What is wrong with the suppliers of a service. */
export function supplierFaults(
  suppliers: readonly Supplier[],
  makers: readonly Supplier[],
): Problem[] {
  const faults: Problem[] = [];
  suppliers.forEach(({ companyId }, index) => {
    const path = ['suppliers', String(index), 'companyId'];
    if (!makers.some((maker) => maker.companyId === companyId))
      faults.push(problem('NOT_FOUND', 'No such firm made it.', path));
    if (suppliers.findIndex((each) => each.companyId === companyId) < index)
      faults.push(breach('SUPPLIER_ONCE', 'This firm is there twice.', 1, 2, path));
  });
  const total = suppliers.reduce((sum, { share }) => sum + share, 0);
  if (total !== wholeInBasisPoints)
    faults.push(
      breach('SHARES_SUM', 'The parts sum to the whole.', wholeInBasisPoints, total, ['suppliers']),
    );
  return faults;
}

/**
 * Hands a service to the marketplace, where it is a draft of the lead's firm with its joint suppliers. An owner or
 * editor of the lead's firm may, once the project is completed.
 *
 * @throws {Refusal} NOT_FOUND (outcomeId), WRONG_STATE (outcomeId), STALE (revision)
 */
export async function handOverOutcome(
  context: Context,
  given: { outcomeId: string; revision: number },
): Promise<OutcomeRecord> {
  const { viewer, outcomes, facts, arrivedAt } = context;
  const path = ['outcomeId'];
  const outcome = await outcomes.findById(given.outcomeId).lean<OutcomeRecord>();
  if (!outcome) throw refusal('NOT_FOUND', 'There is no such service.', path);
  const project = await projectIn(context, outcome.projectId, path);
  actingFor(viewer, project.leadCompanyId, 'EDITOR');
  stateAfter(projectSteps, project.status, 'handOver', path);
  const status = stateAfter(outcomeSteps, outcome.status, 'handOver', path);
  const change = { status, handedOverAt: arrivedAt };
  const changed = await changeRevised(outcomes, 'service', outcome, given.revision, change);
  const { projectId, name, summary, model, suppliers } = outcome;
  const state: OutcomeFact = { projectId, name, summary, model, suppliers };
  await publishFacts(facts, [{ kind: 'outcome', key: outcome._id, state }]);
  return changed;
}

/** Services that came out of a project: all for those who take part and the secretariat, for others those handed over. */
export async function findOutcomes(
  { viewer, loaders }: Context,
  project: ProjectRecord,
): Promise<OutcomeRecord[]> {
  const all = await loaders.outcomesIn.load(project._id);
  return isParticipant(viewer, project) ? all : all.filter(({ status }) => status !== 'DRAFT');
}
