/** What movements of money keep to: those before them, what members are to receive, the plan, the stages. Pure. */
import type { Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import {
  accountOf,
  notReversed,
  receivedFor,
  sum,
  waitingIn,
  type Account,
  type ItemPlan,
  type LedgerKind,
  type Movement,
} from './books.ts';

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
  const forItems = () => itemBreaches(movement, accountOf(companyId, plan, [...before, movement]));
  switch (kind) {
    case 'PAY':
      return [
        ...paymentBreaches(received + amount, grants.get(companyId) ?? 0),
        ...countableBreaches(held, amount),
        ...forItems(),
      ];
    case 'MATCH':
      return [...countableBreaches(held, amount), ...forItems()];
    case 'RETURN':
      return [...inHand, ...returnBreaches(kept, amount), ...forItems()];
    case 'RECOVER':
      return returnBreaches(kept, amount);
    case 'SPEND':
      return [...inHand, ...spendingBreaches(held, movement), ...forItems()];
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

/**
 * What is wrong with the items of a firm after a movement: more came for its item than is planned or than was given back,
 * or what is left in hand does not reach for all that came for items and waits for them.
 */
function itemBreaches({ item, amount }: Movement, after: Account): Problem[] {
  const faults: Problem[] = [];
  const own = after.items.find((each) => each.item === item);
  const received = own ? receivedFor(own) : 0;
  if (own && received > own.planned)
    faults.push(over('PLANNED', 'More than is planned for the item.', own.planned, received));
  if (own && own.paid < own.returned)
    faults.push(
      over(
        'ITEM_RECEIVED',
        'More than the member received for the item.',
        amount + own.paid - own.returned,
        amount,
      ),
    );
  const free = after.left - waitingIn(after);
  if (after.left >= 0 && free < 0)
    faults.push(over('EARMARKED', 'The rest in hand came for other items.', amount + free, amount));
  return faults;
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
    ...itemBreaches(original, after),
  ];
}

/** What a project was to be paid for with, won. */
export interface Financing {
  budget: number | null;
  /** What the members bear themselves. */
  matching: number;
}

/** Members bring of their own at least as much to the public money that they keep as was promised. */
export function matchedBreaches(
  accounts: readonly Pick<Account, 'paid' | 'returned' | 'recovered' | 'matched'>[],
  { budget, matching }: Financing,
): Problem[] {
  if (budget === null || budget === 0 || matching === 0) return [];
  const total = (of: (held: (typeof accounts)[number]) => number) =>
    accounts.reduce((whole, held) => whole + BigInt(of(held)), 0n);
  const kept = total(({ paid, returned, recovered }) => paid - returned - recovered);
  const matched = total((held) => held.matched);
  // The least whole won that is not below the promised part.
  const limit = (kept * BigInt(matching) + BigInt(budget) - 1n) / BigInt(budget);
  if (matched >= limit) return [];
  return [
    breach(
      'MATCHED',
      'The members brought less of their own than was promised for the public money that they keep.',
      String(limit),
      String(matched),
      ['projectId'],
    ),
  ];
}

function over(rule: string, message: string, limit: number, found: number): Problem {
  return breach(rule, message, limit, found, ['amount']);
}
