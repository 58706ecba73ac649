// What each firm of the whole pool is worth at given prices of the rules, and a bound that holds for all of them.
import { add, at, byte, real, whole } from '../task/dense.ts';
import type { Model } from './model.ts';
import type { Instance, QuotaRow } from '../task/instance.ts';
import { moneyUnit, type Task } from '../task/task.ts';
import { kinds } from '../problem.ts';

/** A price for each rule: any numbers give a valid bound, those of the restricted programme a good one. */
export type Multipliers = {
  readonly needs: Float64Array;
  readonly lead: number;
  readonly rows: Float64Array;
  readonly kinds: Float64Array;
  readonly minKinds: number;
  /** For one unit of money (`moneyUnit`). */
  readonly budget: number;
  /** By firm, for being known to nobody. */
  readonly strangers: Float64Array;
  /** By group and requirement: group * requirements + requirement. */
  readonly independence: Float64Array;
};

/** Prices of all firms. */
export type Priced = {
  /** No team can have a lower objective than this. */
  readonly bound: number;
  /** By firm: what it adds to the bound when it joins; infinite for those that are out. */
  readonly values: Float64Array;
  /** What a member of a full team must beat: the value of the last place, at most 0. */
  readonly lastPlace: number;
};

/** The prices that the linear programme of a model gives its rules. */
export function multipliersOf(model: Model, duals: Float64Array): Multipliers {
  const { task } = model;
  const { instance, objective } = task;
  const priceOf = (row: number) => (row < 0 ? 0 : at(duals, row));
  const strangers = new Float64Array(instance.firms);
  for (let firm = 0; firm < instance.firms; firm++) {
    const row = model.strangerRow[firm] ?? -1;
    // Inside the model without a row: nobody there knows it. Without any history: the full price, exactly.
    const isAlone = instance.historyStart[firm] === instance.historyStart[firm + 1];
    if (row >= 0) strangers[firm] = -priceOf(row);
    else if (isAlone || (model.member[firm] ?? -1) >= 0) strangers[firm] = objective.u;
  }
  const independence = new Float64Array(instance.groups * instance.must.length);
  for (const { group, requirement, row } of model.independence)
    independence[group * instance.must.length + requirement] = priceOf(row);
  return {
    needs: Float64Array.from(model.needRows, priceOf),
    lead: priceOf(model.leadRow),
    rows: Float64Array.from(model.quotaRows, priceOf),
    // Of a kind that the model has no firm of, the first one is worth the whole price of a kind.
    kinds: Float64Array.from(model.kindRows, (row) =>
      row < 0 ? -priceOf(model.kindsRow) : priceOf(row),
    ),
    minKinds: priceOf(model.kindsRow),
    budget: priceOf(model.budgetRow),
    strangers,
    independence,
  };
}

/** Orders firms by their values, the most promising first. */
export function byValue(values: Float64Array): (a: number, b: number) => number {
  return (a, b) => at(values, a) - at(values, b) || a - b;
}

/**
 * Prices every firm by the Lagrangian relaxation of the rules that couple firms. Multipliers of the wrong
 * sign are set to 0, so the bound holds for any numbers whatever.
 *
 * @param raise where given, firms outside `raise.inside` pay for being strangers as far as that helps to
 *   lift them above `raise.to` without pulling others down
 */
export function priceFirms(
  task: Task,
  multipliers: Multipliers,
  raise: { readonly inside: ReadonlySet<number>; readonly to: number } | null = null,
): Priced {
  const prices = admissible(task, multipliers);
  const values = memberValues(task, prices);
  addWorkValues(task, prices, values);
  shareStrangers(task, prices, values);
  if (raise) raiseStrangers(task, prices, values, raise);
  return total(task, prices, values);
}

type Prices = Multipliers & { readonly constant: number };

// The sign and size each multiplier may have, and the part of the bound that no firm decides.
function admissible(task: Task, given: Multipliers): Prices {
  let constant = task.objective.constant;
  const settle = (value: number, least: number, most: number, price: number, isMost: boolean) => {
    let settled = Number.isFinite(value) ? value : 0;
    if (least === Number.NEGATIVE_INFINITY) settled = Math.min(0, settled);
    if (most === Number.POSITIVE_INFINITY) settled = Math.max(0, settled);
    // A rule that may be broken at a price is never worth more than the price.
    if (price > 0) settled = isMost ? Math.max(-price, settled) : Math.min(price, settled);
    if (settled !== 0) constant += settled * (settled > 0 ? least : most);
    return settled;
  };
  const { instance } = task;
  const needs = given.needs.map((value, index) =>
    settle(
      value,
      at(task.needs, index),
      at(instance.want, index),
      at(task.needPrices, index),
      false,
    ),
  );
  const lead = settle(given.lead, task.leads, 1, task.leadPrice, false);
  const rows = given.rows.map((value, index) => {
    const row = task.rows[index];
    if (!row) return 0;
    const isMost = row.least === Number.NEGATIVE_INFINITY;
    return settle(value, row.least, row.most, row.price, isMost);
  });
  const hasKinds = task.minKinds > 0;
  const most = Number.POSITIVE_INFINITY;
  const minKinds = hasKinds
    ? settle(given.minKinds, task.minKinds, most, task.kindsPrice, false)
    : 0;
  const perKind = given.kinds.map((value) => (hasKinds ? Math.min(0, value || 0) : 0));
  for (const value of perKind) constant += Math.min(0, -value - minKinds);
  const unit = moneyUnit(instance);
  const budget =
    task.budgetWon === most
      ? 0
      : settle(given.budget, -most, task.budgetWon / unit, task.budgetPrice / 100, true);
  const strangers = given.strangers.map((value) =>
    Math.min(task.objective.u, Math.max(0, value || 0)),
  );
  const independence = given.independence.map((value) => Math.min(0, value || 0));
  for (const value of independence) constant += value;
  return { needs, lead, rows, kinds: perKind, minKinds, budget, strangers, independence, constant };
}

// What a firm costs as a member, before any work.
function memberValues(task: Task, prices: Prices): Float64Array {
  const { instance, objective } = task;
  let everyone = 0;
  for (const [index, row] of task.rows.entries()) everyone -= at(prices.rows, index) * row.everyone;
  const perWon = prices.budget / moneyUnit(instance);
  const perBits = kindValues(prices);
  const values = new Float64Array(instance.firms);
  const { entryWon, kindBits } = instance;
  const { strangers } = prices;
  for (let firm = 0; firm < instance.firms; firm++)
    values[firm] =
      real(objective.x, firm) +
      everyone -
      perWon * real(entryWon, firm) +
      real(perBits, byte(kindBits, firm)) +
      real(strangers, firm);
  for (const [index, row] of task.rows.entries()) {
    const price = at(prices.rows, index);
    if (price !== 0) addRowValues(values, row, price);
  }
  return values;
}

function addRowValues(values: Float64Array, { firms, extra }: QuotaRow, price: number): void {
  for (let k = 0; k < firms.length; k++) {
    const firm = whole(firms, k);
    values[firm] = real(values, firm) - price * real(extra, k);
  }
}

// By the bits of the kinds a firm is of.
function kindValues(prices: Prices): Float64Array {
  return Float64Array.from({ length: 1 << kinds.length }, (_, bits) => {
    let sum = 0;
    for (const [kind] of kinds.entries()) if ((bits >> kind) & 1) sum += at(prices.kinds, kind);
    return sum;
  });
}

// The best work for each firm: as many of its cheapest pairs as pay and fit, and at least one where it must work.
function addWorkValues(task: Task, prices: Prices, values: Float64Array): void {
  const { instance, exempt } = task;
  const perWon = prices.budget / moneyUnit(instance);
  const worth = new Float64Array(instance.must.length);
  for (let firm = 0; firm < instance.firms; firm++) {
    if (task.out[firm] === 1) {
      values[firm] = Number.POSITIVE_INFINITY;
      continue;
    }
    const count = pairValues(task, prices, firm, perWon, worth);
    const most = Math.min(count, whole(instance.capacity, firm));
    let sum = 0;
    let taken = 0;
    while (taken < most && real(worth, taken) < 0) sum += real(worth, taken++);
    const cheapest = most > 0 ? real(worth, 0) : Number.POSITIVE_INFINITY;
    let best = taken > 0 || exempt[firm] === 1 ? sum : cheapest;
    if (instance.mayLead[firm] === 1) best = Math.min(best, sum - prices.lead);
    values[firm] = real(values, firm) + best;
  }
}

// The worth of a firm's pairs in ascending order, in the first places of `worth`; tells how many there are.
function pairValues(
  { instance, objective }: Task,
  prices: Prices,
  firm: number,
  perWon: number,
  worth: Float64Array,
): number {
  const { start, requirement, priceWon, must } = instance;
  const group = whole(instance.group, firm);
  const first = whole(start, firm);
  const end = whole(start, firm + 1);
  for (let pair = first; pair < end; pair++) {
    const needed = whole(requirement, pair);
    let value =
      real(objective.y, pair) - real(prices.needs, needed) - perWon * real(priceWon, pair);
    if (group >= 0) value -= real(prices.independence, group * must.length + needed);
    let place = pair - first;
    for (; place > 0 && real(worth, place - 1) > value; place--)
      worth[place] = real(worth, place - 1);
    worth[place] = value;
  }
  return end - first;
}

// Whoever is known takes the price of being a stranger off those who know him.
function shareStrangers(task: Task, prices: Prices, values: Float64Array): void {
  const { instance } = task;
  if (task.objective.u === 0) return;
  const { strangers } = prices;
  for (let firm = 0; firm < instance.firms; firm++) {
    const price = task.out[firm] === 1 ? 0 : real(strangers, firm);
    if (price > 0) pushToKnown(instance, values, firm, price);
  }
}

function pushToKnown(instance: Instance, values: Float64Array, firm: number, price: number): void {
  const { historyStart, historyFirm, historyStrength } = instance;
  for (let k = whole(historyStart, firm); k < whole(historyStart, firm + 1); k++) {
    const other = whole(historyFirm, k);
    values[other] = real(values, other) - price * real(historyStrength, k);
  }
}

function raiseStrangers(
  task: Task,
  prices: Prices,
  values: Float64Array,
  { inside, to }: { readonly inside: ReadonlySet<number>; readonly to: number },
): void {
  const { instance, objective } = task;
  const low: number[] = [];
  for (let firm = 0; firm < instance.firms; firm++) {
    const value = real(values, firm);
    const isOpen = prices.strangers[firm] === 0 && !inside.has(firm);
    if (isOpen && value < to && value > to - objective.u) low.push(firm);
  }
  low.sort((a, b) => at(values, b) - at(values, a) || a - b);
  for (const firm of low) {
    const wanted = Math.min(objective.u, to - at(values, firm) + 1e-6);
    if (wanted <= 0 || room(task, values, firm, to) < wanted) continue;
    prices.strangers[firm] = wanted;
    add(values, firm, wanted);
    pushToKnown(instance, values, firm, wanted);
  }
}

// How much may be taken off those who know a firm before one of them falls below what it is good for.
function room(task: Task, values: Float64Array, firm: number, to: number): number {
  const { instance } = task;
  let least = Number.POSITIVE_INFINITY;
  for (let k = at(instance.historyStart, firm); k < at(instance.historyStart, firm + 1); k++) {
    const other = at(instance.historyFirm, k);
    if (task.out[other] === 1) continue;
    const value = at(values, other);
    const spare = value >= to ? value - to - 1e-6 : Math.max(0, value);
    const free = task.fixed[other] === 1 ? 0 : spare;
    least = Math.min(least, free / (instance.historyStrength[k] ?? 1));
  }
  return least;
}

// Those who are in anyway, and of the others the best that fit into the team.
function total(task: Task, prices: Prices, values: Float64Array): Priced {
  let bound = prices.constant;
  let places = task.mostMembers;
  const helpful: number[] = [];
  for (let firm = 0; firm < values.length; firm++) {
    const value = real(values, firm);
    if (task.fixed[firm] === 1) {
      bound += value;
      places--;
    } else if (value < 0) helpful.push(value);
  }
  helpful.sort((a, b) => a - b);
  const taken = Math.min(helpful.length, Math.max(0, places));
  for (let k = 0; k < taken; k++) bound += at(helpful, k);
  const isFull = helpful.length >= places && places > 0;
  return { bound, values, lastPlace: isFull ? at(helpful, taken - 1) : 0 };
}
