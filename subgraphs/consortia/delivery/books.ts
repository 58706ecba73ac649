/** Double-entry books of a project: every movement takes from one account what it puts into another. Pure. */
import type { Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';

/** Kinds of movements of money. */
export type LedgerKind = 'PAY' | 'MATCH' | 'SPEND' | 'RETURN' | 'RECOVER' | 'REVERSE' | 'BOUNCE';

/** A movement of money, won. */
export interface Movement {
  number: number;
  kind: LedgerKind;
  companyId: string;
  item: string | null;
  amount: number;
  /** Number of the movement that it takes back. */
  reverses: number | null;
}

/** Money planned for a firm and an item, won. */
export interface ItemPlan {
  companyId: string;
  item: string;
  amount: number;
}

/** Balances by account name; together they are always 0. */
export type Balances = ReadonlyMap<string, number>;

/** Names of accounts: public money, a firm's own money, a firm's money in hand, what a firm used for an item. */
export const account = {
  grant: (companyId: string) => `GRANT ${companyId}`,
  own: (companyId: string) => `OWN ${companyId}`,
  hand: (companyId: string) => `HAND ${companyId}`,
  used: (companyId: string, item: string) => `USED ${companyId} ${item}`,
} as const;

/** Out of which account a movement takes, and into which it puts. */
function accountsOf({ kind, companyId, item }: Movement): [from: string, to: string] {
  const hand = account.hand(companyId);
  if (kind === 'PAY') return [account.grant(companyId), hand];
  if (kind === 'MATCH') return [account.own(companyId), hand];
  if (kind === 'RETURN') return [hand, account.grant(companyId)];
  if (kind === 'RECOVER') return [account.own(companyId), account.grant(companyId)];
  return [hand, account.used(companyId, item ?? '')];
}

/** Balances after all movements: what was put in less what was taken out. */
export function balancesOf(movements: readonly Movement[]): Balances {
  const balances = new Map<string, number>();
  const add = (name: string, amount: number) =>
    balances.set(name, (balances.get(name) ?? 0) + amount);
  const byNumber = new Map(movements.map((movement) => [movement.number, movement]));
  for (const movement of movements) {
    const original = movement.reverses === null ? null : byNumber.get(movement.reverses);
    const [from, to] = accountsOf(original ?? movement);
    const amount = original ? -original.amount : movement.amount;
    add(from, -amount);
    add(to, amount);
  }
  return balances;
}

/** A firm's money in a project, won. */
export interface Account {
  companyId: string;
  planned: number;
  paid: number;
  matched: number;
  spent: number;
  returned: number;
  /** Public money that was used, and was paid back out of the firm's own. */
  recovered: number;
  left: number;
  items: { item: string; planned: number; spent: number }[];
}

/** Each firm's money: what was taken back does not count on either side. */
export function accountsIn(
  companyIds: readonly string[],
  plan: readonly ItemPlan[],
  movements: readonly Movement[],
): Account[] {
  return companyIds.map((companyId) => accountOf(companyId, plan, movements));
}

function accountOf(
  companyId: string,
  plan: readonly ItemPlan[],
  movements: readonly Movement[],
): Account {
  const balances = balancesOf(movements);
  const own = notReversed(movements).filter((movement) => movement.companyId === companyId);
  const sumOf = (kind: LedgerKind) => sum(own.filter((each) => each.kind === kind));
  const planned = plan.filter((each) => each.companyId === companyId);
  const names = new Set([...planned, ...own].flatMap(({ item }) => item ?? []));
  return {
    companyId,
    // Budget and matching of one firm may be more than a number counts to the won.
    planned: Math.min(sum(planned), Number.MAX_SAFE_INTEGER),
    paid: sumOf('PAY'),
    matched: sumOf('MATCH'),
    spent: sumOf('SPEND'),
    returned: sumOf('RETURN'),
    recovered: sumOf('RECOVER'),
    left: balances.get(account.hand(companyId)) ?? 0,
    items: [...names].toSorted().map((item) => ({
      item,
      planned: sum(planned.filter((each) => each.item === item)),
      spent: balances.get(account.used(companyId, item)) ?? 0,
    })),
  };
}

/** Movements that were not taken back, and that take nothing back. */
export function notReversed(movements: readonly Movement[]): Movement[] {
  const reversed = new Set(movements.map(({ reverses }) => reverses));
  return movements.filter(({ number, reverses }) => reverses === null && !reversed.has(number));
}

function sum(amounts: readonly { amount: number }[]): number {
  return amounts.reduce((total, { amount }) => total + amount, 0);
}

/** What the movements of a project must keep to; won. */
export interface Bounds {
  /** What each member may receive: its share of the budget; null while that is not settled. */
  grants: ReadonlyMap<string, number>;
  plan: readonly ItemPlan[];
}

/** What is wrong with a movement after those before it. */
export function movementBreaches(
  movement: Movement,
  before: readonly Movement[],
  { grants, plan }: Bounds,
): Problem[] {
  const { companyId, amount, kind } = movement;
  const held = accountOf(companyId, plan, before);
  // What was recovered is not paid again.
  const received = held.paid - held.returned;
  const kept = received - held.recovered;
  const inHand =
    amount <= held.left ? [] : [over('IN_HAND', 'More than is in hand.', held.left, amount)];
  switch (kind) {
    case 'PAY':
      return [
        ...paymentBreaches(received + amount, grants.get(companyId) ?? 0),
        ...countableBreaches(held, amount),
      ];
    case 'MATCH':
      return countableBreaches(held, amount);
    case 'RETURN':
      return [...inHand, ...returnBreaches(kept, amount)];
    case 'RECOVER':
      return returnBreaches(kept, amount);
    case 'SPEND':
      return [...inHand, ...spendingBreaches(held, movement)];
    case 'BOUNCE':
      return bounceBreaches(movement, before);
    case 'REVERSE':
      return reversalBreaches(movement, before, { grants, plan });
    default:
      return kind satisfies never;
  }
}

function paymentBreaches(found: number, limit: number): Problem[] {
  if (found <= limit) return [];
  return [over('PAID', 'More than the member is to receive.', limit, found)];
}

/** A member gives back no more public money than it received. */
function returnBreaches(received: number, amount: number): Problem[] {
  if (amount <= received) return [];
  return [over('RETURNED', 'More than the member received.', received, amount)];
}

function spendingBreaches({ items }: Account, { item, amount }: Movement): Problem[] {
  const planned = items.find((each) => each.item === item) ?? { planned: 0, spent: 0 };
  const found = planned.spent + amount;
  if (found <= planned.planned) return [];
  return [over('PLANNED', 'More than is planned for the item.', planned.planned, found)];
}

/** What of a project says how much public money its stages may have had by now. */
export interface StagedBudget {
  /** Where it is; null in a project without stages. */
  stage: string | null;
  /** Its budget by stage, won; empty when not divided. */
  stages: readonly { stage: string; amount: number }[];
}

/** What is wrong with a payment before its stage: money of a stage is paid once the gate to it was passed. */
export function stagePaymentBreaches(
  { kind, amount }: Movement,
  before: readonly Movement[],
  { stage, stages }: StagedBudget,
  order: readonly { code: string }[],
): Problem[] {
  const place = order.findIndex(({ code }) => code === stage);
  if (kind !== 'PAY' || place === -1 || stages.length === 0) return [];
  const reached = order.slice(0, place + 1).map(({ code }) => code);
  const limit = sum(stages.filter((each) => reached.includes(each.stage)));
  const left = notReversed(before);
  const sumOf = (wanted: LedgerKind) => sum(left.filter((each) => each.kind === wanted));
  const found = sumOf('PAY') - sumOf('RETURN') + amount;
  if (found <= limit) return [];
  return [over('STAGE_PAID', 'More than the stages up to now are to cost.', limit, found)];
}

/**
 * Beyond 2^53-1 won a sum is no longer exact to the won. What a firm received and brought bounds all the rest: it is what
 * was used, returned and is left, and no more than that is recovered.
 */
function countableBreaches({ paid, matched }: Account, amount: number): Problem[] {
  const limit = Number.MAX_SAFE_INTEGER - paid - matched;
  return amount <= limit ? [] : [over('COUNTABLE', 'More than can be counted.', limit, amount)];
}

/** A repayment bounces once; what it leaves behind always holds, for it touched no money in hand. */
function bounceBreaches({ reverses }: Movement, before: readonly Movement[]): Problem[] {
  const original = notReversed(before).find(({ number }) => number === reverses);
  return original?.kind === 'RECOVER' ? [] : [irreversible(reverses)];
}

function irreversible(reverses: number | null): Problem {
  return breach('REVERSIBLE', 'No such entry is left to take back.', 'an entry', String(reverses), [
    'reverses',
  ]);
}

/**
 * A movement is taken back once, and only while what it leaves behind holds. A repayment is taken back by way of the
 * demand that it was for, which is open again then.
 */
function reversalBreaches(
  movement: Movement,
  before: readonly Movement[],
  { grants, plan }: Bounds,
): Problem[] {
  const { reverses } = movement;
  const original = notReversed(before).find(({ number }) => number === reverses);
  if (!original || original.kind === 'RECOVER') return [irreversible(reverses)];
  const { companyId, amount } = original;
  const held = accountOf(companyId, plan, before);
  const after = accountOf(companyId, plan, [...before, movement]);
  const kept = after.paid - after.returned - after.recovered;
  const grant = grants.get(companyId) ?? 0;
  return [
    ...(after.left < 0 ? [over('IN_HAND', 'The money was used since.', held.left, amount)] : []),
    ...(kept < 0
      ? [over('RETURNED', 'The money was given back since.', kept + amount, amount)]
      : []),
    ...paymentBreaches(after.paid - after.returned, grant),
  ];
}

function over(rule: string, message: string, limit: number, found: number): Problem {
  return breach(rule, message, limit, found, ['amount']);
}
