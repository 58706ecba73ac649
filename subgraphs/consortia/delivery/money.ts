/** Planning and recording a project's money. */
import { newId } from '#kit/id.ts';
import { findPage } from '#kit/page.ts';
import { problem, refusal, refuseAny, type Problem } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import { actingFor, hasRole, isIn, signedIn, type SignedIn } from '#kit/viewer.ts';
import type { MembershipRecord } from '../consortium/membership.model.ts';
import { shareAmounts } from '../consortium/shares.ts';
import type { Context } from '../context.ts';
import { pageOf, type Listing } from '../form/listing.ts';
import { breach } from '../programme/breaches.ts';
import { isParticipant, maySee } from '../project/audience.ts';
import type { ProjectRecord } from '../project/project.model.ts';
import { changeProject, projectToLead } from '../project/project.ts';
import { projectSteps } from '../project/state.ts';
import { stateAfter } from '#kit/steps.ts';
import { memberIdsOf } from '../submission/submission.ts';
import { impartial, stagesOf } from './oversight.ts';
import { payeeFaults } from './payee.ts';
import { readReason, reasonLength } from '../form/wording.ts';
import {
  accountsIn,
  notReversed,
  receivedFor,
  type Account,
  type ItemAccount,
  type LedgerKind,
  type Movement,
  type ItemPlan,
} from './books.ts';
import { movementBreaches, stagePaymentBreaches } from './movement.ts';
import type { LedgerPage, LedgerRecord } from './ledger.model.ts';

const itemsLimit = 1_000;

/** A plan as a client gives it. */
export interface GivenPlan {
  projectId: string;
  revision: number;
  items: readonly ItemPlan[];
}

/**
 * Says who is to use how much for what. An owner or editor of the lead's firm may.
 *
 * @throws {Refusal} NOT_FOUND (projectId, items/…/companyId), WRONG_STATE (projectId), STALE (revision), INVALID (items;
 * rules PLAN_SUM, PLAN_ONCE, PLAN_SPENT, PLAN_PAID)
 */
export async function planBudget(context: Context, given: GivenPlan): Promise<ProjectRecord> {
  const project = await projectToLead(context, given.projectId, ['projectId']);
  const status = stateAfter(projectSteps, project.status, 'plan', ['projectId']);
  const memberIds = await memberIdsOf(context, project);
  const plan = given.items.map(({ companyId, item, amount }) => ({
    companyId,
    item: tidy(item),
    amount,
  }));
  refuseUnapproved(project);
  refuseAny(await planFaultsIn(context, project, plan));
  return changeProject(context, project, given.revision, { plan, status }, memberIds);
}

/** @throws {Refusal} WRONG_STATE (projectId; rule CHANGE_APPROVED) when the plan of a running project was agreed with others */
export function refuseUnapproved({ callId, status }: ProjectRecord): void {
  if (callId === null || status !== 'RUNNING') return;
  throw refusal('WRONG_STATE', 'Propose a change of plan: it is to be approved.', ['projectId'], {
    rule: 'CHANGE_APPROVED',
    limit: 'an approved change',
    found: status,
  });
}

/** What is wrong with a plan for a project as it stands. */
export async function planFaultsIn(
  context: Context,
  project: ProjectRecord,
  plan: readonly ItemPlan[],
): Promise<Problem[]> {
  const memberIds = await memberIdsOf(context, project);
  const movements = await readMovements(context, project._id);
  return planFaults(plan, memberIds, project, movements);
}

/** What is wrong with a plan. */
export function planFaults(
  plan: readonly ItemPlan[],
  memberIds: readonly string[],
  { budget, matching }: Pick<ProjectRecord, 'budget' | 'matching'>,
  movements: readonly Movement[],
): Problem[] {
  const faults: Problem[] = [];
  if (plan.length > itemsLimit)
    faults.push(
      breach('PLAN_ITEMS_MOST', `A plan has up to ${itemsLimit} items.`, itemsLimit, plan.length, [
        'items',
      ]),
    );
  plan.forEach(({ companyId, item }, index) => {
    const at = ['items', String(index)];
    const length = Array.from(item).length;
    if (!memberIds.includes(companyId))
      faults.push(problem('NOT_FOUND', 'The consortium has no such member.', [...at, 'companyId']));
    if (length < 2 || length > 100)
      faults.push(
        breach('TEXT_LENGTH', 'An item has 2 to 100 characters.', '2 to 100', length, [
          ...at,
          'item',
        ]),
      );
    if (plan.findIndex((each) => each.companyId === companyId && each.item === item) < index)
      faults.push(
        breach('PLAN_ONCE', 'An item is planned once for a member.', 1, 2, [...at, 'item']),
      );
  });
  // Exact also where the sums are more than a number counts to the won.
  const whole = BigInt(budget ?? 0) + BigInt(matching);
  const total = plan.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  if (total !== whole)
    faults.push(
      breach('PLAN_SUM', 'A plan sums to budget and matching.', String(whole), String(total), [
        'items',
      ]),
    );
  for (const { companyId, items } of accountsIn(memberIds, plan, movements))
    for (const each of items) faults.push(...movedFaults(companyId, each));
  return faults;
}

/** What is wrong with a plan of an item that money came for or was spent on already. */
function movedFaults(companyId: string, moved: ItemAccount): Problem[] {
  const { item, planned, spent } = moved;
  const received = receivedFor(moved);
  const faults: Problem[] = [];
  const path = ['items'];
  if (spent > planned)
    faults.push(
      breach(
        'PLAN_SPENT',
        `More is spent already on ${item} by ${companyId}.`,
        planned,
        spent,
        path,
      ),
    );
  if (received > planned)
    faults.push(
      breach(
        'PLAN_PAID',
        `More came already for ${item} of ${companyId}: return it first.`,
        planned,
        received,
        path,
      ),
    );
  return faults;
}

/** A movement of money as a client gives it. */
export interface GivenMoney {
  projectId: string;
  kind: LedgerKind;
  companyId?: string | null | undefined;
  item?: string | null | undefined;
  amount?: number | null | undefined;
  reverses?: number | null | undefined;
  memo?: string | null | undefined;
}

/** What came of recording a movement. */
export interface Recorded {
  entry: LedgerRecord;
  project: ProjectRecord;
}

/**
 * Moves money in a running project's ledger. Who may depends on the kind: see the schema.
 *
 * @throws {Refusal} NOT_FOUND (projectId, companyId), WRONG_STATE (projectId; rules STATE, SETTLED, CONFLICT; companyId with rule
 * PAYEE_FIT when the firm is suspended or closed), INVALID (companyId, item, amount,
 * reverses, memo; rules PAID, STAGE_PAID, IN_HAND, RETURNED, PLANNED, ITEM_RECEIVED, EARMARKED, REVERSIBLE, COUNTABLE)
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export async function recordMoney(context: Context, given: GivenMoney): Promise<Recorded> {
  const { viewer, projects } = context;
  signedIn(viewer);
  const path = ['projectId'];
  const found = await projects.findById(given.projectId).lean<ProjectRecord>();
  if (!found || !maySee(viewer, found))
    throw refusal('NOT_FOUND', 'There is no such project.', path);
  const { userId } = await actingOn(context, found, given);
  stateAfter(projectSteps, found.status, given.kind === 'PAY' ? 'grant' : 'pay', path);
  refuseSettled(found);
  const faults: Problem[] = [];
  const memo = readReason(given.memo, { ...reasonLength, least: 0 }, ['memo'], faults);
  faults.push(...formFaults(given, await memberIdsOf(context, found)));
  if (given.kind === 'PAY' && given.companyId != null)
    faults.push(...(await payeeFaults(context, given.companyId)));
  refuseAny(faults);
  return enterMovement(context, found, given, memo, userId);
}

/** @throws {Refusal} WRONG_STATE (projectId; rule SETTLED) once the books are closed */
export function refuseSettled({ settledAt }: ProjectRecord): void {
  if (!settledAt) return;
  throw refusal('WRONG_STATE', 'The books of this project are closed.', ['projectId'], {
    rule: 'SETTLED',
    limit: 'open books',
    found: settledAt.toISOString(),
  });
}

/**
 * Enters a movement into the books of a project.
 *
 * @throws {Refusal} INVALID (amount, reverses; rules PAID, STAGE_PAID, IN_HAND, RETURNED, PLANNED, ITEM_RECEIVED, EARMARKED,
 * REVERSIBLE, COUNTABLE)
 */
export async function enterMovement(
  context: Context,
  found: ProjectRecord,
  given: Omit<GivenMoney, 'projectId' | 'memo'>,
  memo: string | null,
  userId: string,
): Promise<Recorded> {
  const { projects, ledger } = context;
  // Two movements at one time write the same project: the second sees the first, and its number follows.
  const project = await projects
    .findOneAndUpdate({ _id: found._id }, { $inc: { entries: 1 } }, { returnDocument: 'after' })
    .lean<ProjectRecord>();
  if (!project) throw refusal('NOT_FOUND', 'There is no such project.', ['projectId']);
  const before = await readMovements(context, project._id);
  const movement = movementFrom(given, project.entries, before);
  const grants = await grantsIn(context, project);
  refuseAny([
    ...movementBreaches(movement, before, { grants, plan: project.plan }),
    ...stagePaymentBreaches(movement, before, project, await stagesOf(context, project)),
  ]);
  const entry: LedgerRecord = {
    _id: newId(),
    projectId: project._id,
    ...movement,
    stage: stageOf(movement, before, project),
    memo,
    recordedBy: userId,
    recordedAt: new Date(),
  };
  await ledger.create([entry]);
  return { entry, project };
}

/** The stage that a movement counts in. */
function stageOf(
  { reverses }: Movement,
  before: readonly LedgerRecord[],
  { stage }: Pick<ProjectRecord, 'stage'>,
): string | null {
  if (reverses === null) return stage;
  return before.find(({ number }) => number === reverses)?.stage ?? null;
}

/** The movement that is asked for; one that takes another back speaks of the same firm, item and amount. */
function movementFrom(
  given: Omit<GivenMoney, 'projectId' | 'memo'>,
  number: number,
  before: readonly Movement[],
): Movement {
  const { kind } = given;
  const reverses = given.reverses ?? null;
  if (reverses !== null) {
    const original = notReversed(before).find((each) => each.number === reverses);
    const { companyId = '', item = null, amount = 0 } = original ?? {};
    return { number, kind, companyId, item, amount, reverses };
  }
  const item = given.item == null ? null : tidy(given.item);
  const { companyId, amount } = given;
  return { number, kind, companyId: companyId ?? '', item, amount: amount ?? 0, reverses };
}

/** Who may record what: public money is the secretariat's, or the lead's in a project that no call awarded. */
async function actingOn(
  context: Context,
  project: ProjectRecord,
  { kind, companyId }: GivenMoney,
): Promise<SignedIn> {
  const { viewer } = context;
  const { leadCompanyId, callId } = project;
  if (kind === 'REVERSE' || kind === 'BOUNCE' || (kind === 'PAY' && callId !== null))
    return impartial(context, project, ['projectId']);
  if (kind === 'PAY') return actingFor(viewer, leadCompanyId, 'EDITOR');
  return companyId != null && isIn(viewer, companyId, 'EDITOR')
    ? signedIn(viewer)
    : actingFor(viewer, leadCompanyId, 'EDITOR');
}

/** Which fields a kind of movement takes. */
function formFaults(given: GivenMoney, memberIds: readonly string[]): Problem[] {
  const { kind, companyId, item, amount, reverses } = given;
  const isReversal = kind === 'REVERSE';
  const faults: Problem[] = [];
  if (kind === 'RECOVER' || kind === 'BOUNCE')
    faults.push(
      breach(
        'MOVEMENT_FORM',
        'What was demanded back is entered by its demand.',
        'its demand',
        kind,
        ['kind'],
      ),
    );
  const check = (holds: boolean, message: string, field: keyof GivenMoney) => {
    const found = given[field] == null ? 'none' : String(given[field]);
    if (!holds) faults.push(breach('MOVEMENT_FORM', message, kind, found, [field]));
  };
  check(
    (companyId == null) === isReversal,
    'Every movement but a reversal has a firm.',
    'companyId',
  );
  check((amount == null) === isReversal, 'Every movement but a reversal has an amount.', 'amount');
  check((reverses != null) === isReversal, 'A reversal alone names an entry.', 'reverses');
  check(kind !== 'SPEND' || item != null, 'Spending is for an item.', 'item');
  check(!isReversal || item == null, 'A reversal is for the item of what it takes back.', 'item');
  if (amount === 0) faults.push(breach('AMOUNT_LEAST', 'An amount is above 0.', 1, 0, ['amount']));
  if (companyId != null && !memberIds.includes(companyId))
    faults.push(problem('NOT_FOUND', 'The consortium has no such member.', ['companyId']));
  return faults;
}

function readMovements({ ledger }: Context, projectId: string): Promise<LedgerRecord[]> {
  return ledger.find({ projectId }).sort({ number: 1 }).lean<LedgerRecord[]>();
}

/** What each member may receive of the public money: its share of the budget. */
async function grantsIn(
  { memberships }: Context,
  { consortiumId, budget }: ProjectRecord,
): Promise<Map<string, number>> {
  const members = await memberships
    .find({ consortiumId: consortiumId ?? '', standing: true })
    .sort({ _id: 1 })
    .lean<MembershipRecord[]>();
  const amounts = shareAmounts(members, budget);
  return new Map(members.map(({ _id, companyId }) => [companyId, amounts.get(_id) ?? 0]));
}

/** Who used how much, for those who take part and the secretariat; empty for others. */
export async function findAccounts(context: Context, project: ProjectRecord): Promise<Account[]> {
  if (!isParticipant(context.viewer, project)) return [];
  return readAccounts(context, project);
}

/** Who used how much, as stored now. */
export async function readAccounts(context: Context, project: ProjectRecord): Promise<Account[]> {
  const movements = await readMovements(context, project._id);
  return accountsIn(await memberIdsOf(context, project), project.plan, movements);
}

/** A project's ledger, newest first, for those who take part and the secretariat; empty for others. */
export function findLedger(
  { viewer, ledger }: Context,
  project: ProjectRecord,
  listing: Listing,
): Promise<LedgerPage> {
  const isOpen = hasRole(viewer, 'SECRETARIAT') || isParticipant(viewer, project);
  const filter = isOpen ? { projectId: project._id } : { _id: { $in: [] } };
  return findPage(ledger, filter, [['number', -1]], pageOf(listing));
}
