// Who carries what in a given set of firms: the needs first, by augmenting paths, then what else pays.
import { add, at } from '../task/dense.ts';
import type { Instance, Team } from '../task/instance.ts';
import { pairsOf } from './model.ts';
import type { Task } from '../task/task.ts';

type State = {
  readonly task: Task;
  readonly instance: Instance;
  /** Pairs of the firms by requirement, best first, and the firm of each pair. */
  readonly byRequirement: readonly (readonly number[])[];
  readonly best: readonly number[];
  readonly owner: ReadonlyMap<number, number>;
  readonly used: Set<number>;
  readonly carried: Map<number, number>;
  readonly count: Int32Array;
  readonly groups: Set<number>;
};

/** A team of these firms with work shared out; it may still break rules. */
export function assignWork(task: Task, firms: readonly number[]): Team {
  const state = begin(task, firms);
  const scarce = Array.from(state.count, (_, requirement) => requirement).toSorted(
    (a, b) => slack(state, a) - slack(state, b) || a - b,
  );
  for (const requirement of scarce)
    while (at(state.count, requirement) < at(task.needs, requirement))
      if (!augment(state, requirement, new Set())) break;
  const lead = chooseLead(state, firms);
  let costWon = firms.reduce((sum, firm) => sum + at(state.instance.entryWon, firm), 0);
  for (const pair of state.used) costWon += at(state.instance.priceWon, pair);
  for (const pair of state.best) costWon += employ(state, pair, lead);
  for (const pair of state.best) costWon += extend(state, pair, costWon);
  return {
    firms: firms.toSorted((a, b) => a - b),
    pairs: [...state.used].toSorted((a, b) => a - b),
    lead,
  };
}

function begin(task: Task, firms: readonly number[]): State {
  const { instance, objective } = task;
  const owner = new Map<number, number>();
  for (const firm of firms) for (const pair of pairsOf(instance, firm)) owner.set(pair, firm);
  const best = [...owner.keys()].toSorted(
    (a, b) => at(objective.y, a) - at(objective.y, b) || a - b,
  );
  const byRequirement: number[][] = Array.from(instance.must, () => []);
  for (const pair of best) byRequirement[at(instance.requirement, pair)]?.push(pair);
  return {
    task,
    instance,
    byRequirement,
    best,
    owner,
    used: new Set(),
    carried: new Map(),
    count: new Int32Array(instance.must.length),
    groups: new Set(),
  };
}

function slack(state: State, requirement: number): number {
  return (state.byRequirement[requirement]?.length ?? 0) - at(state.task.needs, requirement);
}

function groupKey(state: State, firm: number, requirement: number): number {
  const group = state.instance.group[firm] ?? -1;
  return group < 0 ? -1 : group * state.count.length + requirement;
}

function isFree(state: State, firm: number, pair: number): boolean {
  const requirement = at(state.instance.requirement, pair);
  return (
    !state.used.has(pair) &&
    (state.carried.get(firm) ?? 0) < at(state.instance.capacity, firm) &&
    !state.groups.has(groupKey(state, firm, requirement))
  );
}

function take(state: State, firm: number, pair: number): void {
  const requirement = at(state.instance.requirement, pair);
  state.used.add(pair);
  state.carried.set(firm, (state.carried.get(firm) ?? 0) + 1);
  add(state.count, requirement, 1);
  const key = groupKey(state, firm, requirement);
  if (key >= 0) state.groups.add(key);
}

function release(state: State, firm: number, pair: number): void {
  const requirement = at(state.instance.requirement, pair);
  state.used.delete(pair);
  state.carried.set(firm, (state.carried.get(firm) ?? 0) - 1);
  add(state.count, requirement, -1);
  state.groups.delete(groupKey(state, firm, requirement));
}

// One more provider for a requirement, if need be by giving a busy firm's other work to somebody else.
function augment(state: State, requirement: number, seen: Set<number>): boolean {
  const pairs = state.byRequirement[requirement] ?? [];
  const free = pairs.find((pair) => isFree(state, state.owner.get(pair) ?? -1, pair));
  if (free !== undefined) {
    take(state, state.owner.get(free) ?? -1, free);
    return true;
  }
  for (const pair of pairs) {
    const firm = state.owner.get(pair) ?? -1;
    const isGroupBusy = state.groups.has(groupKey(state, firm, requirement));
    if (state.used.has(pair) || seen.has(firm) || isGroupBusy) continue;
    seen.add(firm);
    if (swap(state, firm, pair, seen)) return true;
  }
  return false;
}

function swap(state: State, firm: number, pair: number, seen: Set<number>): boolean {
  for (const other of pairsOf(state.instance, firm)) {
    if (!state.used.has(other)) continue;
    const freed = at(state.instance.requirement, other);
    release(state, firm, other);
    take(state, firm, pair);
    const isMet = at(state.count, freed) >= at(state.task.needs, freed);
    if (isMet || augment(state, freed, seen)) return true;
    release(state, firm, pair);
    take(state, firm, other);
  }
  return false;
}

// An idle firm that may lead does; else the one that carries the most.
function chooseLead(state: State, firms: readonly number[]): number {
  const { instance, task } = state;
  const rank = (firm: number) => {
    const carried = state.carried.get(firm) ?? 0;
    return carried === 0 && task.exempt[firm] === 0 ? Number.POSITIVE_INFINITY : carried;
  };
  const able = firms.filter((firm) => instance.mayLead[firm] === 1);
  return able.toSorted((a, b) => rank(b) - rank(a) || a - b)[0] ?? -1;
}

// Nobody but the lead is in for nothing.
function employ(state: State, pair: number, lead: number): number {
  const firm = state.owner.get(pair) ?? -1;
  const isBusy = (state.carried.get(firm) ?? 0) > 0;
  if (isBusy || firm === lead || state.task.exempt[firm] === 1) return 0;
  return fill(state, firm, pair);
}

// More providers where that takes points off and the budget lasts.
function extend(state: State, pair: number, costWon: number): number {
  if (at(state.task.objective.y, pair) >= 0) return 0;
  if (costWon + at(state.instance.priceWon, pair) > state.task.budgetWon) return 0;
  return fill(state, state.owner.get(pair) ?? -1, pair);
}

function fill(state: State, firm: number, pair: number): number {
  const requirement = at(state.instance.requirement, pair);
  const isFull = at(state.count, requirement) >= at(state.instance.want, requirement);
  if (isFull || !isFree(state, firm, pair)) return 0;
  take(state, firm, pair);
  return at(state.instance.priceWon, pair);
}
