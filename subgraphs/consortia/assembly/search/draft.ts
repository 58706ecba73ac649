// A first team in milliseconds: greedy, then small swaps. Counted in steps, never in time, so it repeats.
import { add, at, byte, real, whole } from '../task/dense.ts';
import { assignWork } from './assignment.ts';
import type { Team } from '../task/instance.ts';
import { extraOf, fixedFirms, kindsIn, score, type Score } from './score.ts';
import type { Task } from '../task/task.ts';

/** A team and what it is worth. */
export type Scored = { readonly team: Team; readonly score: Score };

type State = {
  readonly task: Task;
  readonly members: Set<number>;
  readonly need: Float64Array;
  readonly found: Float64Array;
  readonly barred: Uint8Array;
  bits: number;
};

/** Broken rules first, then points. */
export function isBetter(a: Score, b: Score | null): boolean {
  if (b === null) return true;
  if (a.broken !== b.broken) return a.broken < b.broken;
  return a.points < b.points - 1e-9;
}

/**
 * The best greedy team over a few leads and tastes; it may break rules.
 *
 * @param seed members to begin with
 * @param onFirst hears of the first team that breaks no rule, before others are tried
 */
export function draftTeam(
  task: Task,
  seed: readonly number[] = [],
  onFirst: (first: Scored) => void = () => {},
): Scored | null {
  const leads = likelyLeads(task, seed, 4);
  let best: Scored | null = null;
  for (const thrift of [0.35, 0.8, 0.15]) {
    for (const lead of leads) {
      const team = assignWork(task, growTeam(task, [...seed, lead], thrift));
      const scored = { team, score: score(task, team) };
      if (isSound(scored) && !isSound(best)) onFirst(scored);
      best = betterOf(best, scored);
    }
    if (isSound(best)) break;
  }
  return best;
}

/** The better of two teams; the first where they are equal. */
export function betterOf(first: Scored | null, second: Scored): Scored {
  return first === null || isBetter(second.score, first.score) ? second : first;
}

function isSound(found: Scored | null): boolean {
  return found?.score.broken === 0;
}

// Those of the seed, if any; else those that can do much for little. -1 stands for none.
function likelyLeads(task: Task, seed: readonly number[], count: number): number[] {
  const { instance, objective } = task;
  const able: number[] = [];
  for (let firm = 0; firm < instance.firms; firm++)
    if (instance.mayLead[firm] === 1 && task.out[firm] === 0) able.push(firm);
  const worth = (firm: number) =>
    (at(instance.start, firm + 1) - at(instance.start, firm)) /
    (Math.max(0, at(objective.x, firm)) + 1);
  const known = able.filter((firm) => seed.includes(firm));
  const best = (known.length > 0 ? known : able).toSorted((a, b) => worth(b) - worth(a) || a - b);
  return best.length > 0 ? best.slice(0, count) : [-1];
}

function growTeam(task: Task, first: readonly number[], thrift: number): number[] {
  const { instance } = task;
  const state: State = {
    task,
    members: new Set(),
    need: task.needs.slice(),
    found: new Float64Array(task.rows.length),
    barred: task.out.slice(),
    bits: 0,
  };
  const begin = new Set([...fixedFirms(task), ...first]);
  for (const firm of begin) if (firm >= 0 && task.out[firm] === 0) join(state, firm);
  while (state.members.size < instance.maxPartners) {
    const bonus = bonuses(state);
    const isDone = bonus === null && state.need.every((count) => count <= 0);
    const next = isDone ? -1 : pick(state, bonus, thrift);
    if (next < 0) break;
    join(state, next);
  }
  return [...state.members];
}

function join(state: State, firm: number): void {
  const { task } = state;
  const { instance } = task;
  state.members.add(firm);
  state.barred[firm] = 1;
  state.bits |= at(instance.kindBits, firm);
  let carried = 0;
  for (let pair = at(instance.start, firm); pair < at(instance.start, firm + 1); pair++) {
    const requirement = at(instance.requirement, pair);
    if (carried >= at(instance.capacity, firm) || at(state.need, requirement) <= 0) continue;
    add(state.need, requirement, -1);
    carried++;
  }
  for (const [index, row] of task.rows.entries()) {
    add(state.found, index, row.everyone + extraOf(row, firm));
    const isFull = row.everyone === 0 && at(state.found, index) + 1 > row.most;
    if (isFull) for (const other of row.firms) state.barred[other] = 1;
  }
}

// What each firm is worth for the rules that are not met yet; null where all are.
function bonuses(state: State): Float64Array | null {
  const { task } = state;
  const { instance } = task;
  const bonus = new Float64Array(instance.firms);
  const left = instance.maxPartners - state.members.size;
  const worthOf = (missing: number) => 0.6 + (missing >= left ? 4 : 0);
  let isOpen = false;
  for (const [index, row] of task.rows.entries()) {
    const missing = row.least - at(state.found, index);
    if (missing <= 1e-9) continue;
    isOpen = true;
    if (row.everyone > 0) bonus.fill(worthOf(missing));
    addEach(bonus, row.firms, worthOf(missing));
  }
  const missing = task.minKinds - kindsIn(state.bits);
  if (missing <= 0) return isOpen ? bonus : null;
  const { kindBits } = instance;
  for (let firm = 0; firm < kindBits.length; firm++)
    if ((byte(kindBits, firm) & ~state.bits) !== 0)
      bonus[firm] = real(bonus, firm) + worthOf(missing);
  return bonus;
}

function addEach(bonus: Float64Array, firms: Int32Array, worth: number): void {
  for (let k = 0; k < firms.length; k++) {
    const firm = whole(firms, k);
    bonus[firm] = real(bonus, firm) + worth;
  }
}

function pick(state: State, bonus: Float64Array | null, thrift: number): number {
  const { instance, exempt } = state.task;
  const { start } = instance;
  // No team costs less than 4 here, so that most firms are passed over without a power.
  const most = (1 + 1e-9) / 4 ** thrift;
  let best = -1;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (let firm = 0; firm < instance.firms; firm++) {
    if (state.barred[firm] === 1) continue;
    if (start[firm] === start[firm + 1] && exempt[firm] === 0) continue;
    const total = gainOf(state, firm) + (bonus === null ? 0 : real(bonus, firm));
    if (total <= 0 || total * most <= bestWorth) continue;
    const worth = total / Math.max(4, costOf(state, firm)) ** thrift;
    if (worth > bestWorth) {
      bestWorth = worth;
      best = firm;
    }
  }
  return best;
}

// What a firm does for the needs that are left, scarce ones first.
function gainOf({ task, need }: State, firm: number): number {
  const { start, requirement, capacity } = task.instance;
  const most = whole(capacity, firm);
  const end = whole(start, firm + 1);
  let gain = 0;
  let carried = 0;
  for (let pair = whole(start, firm); pair < end && carried < most; pair++) {
    const left = real(need, whole(requirement, pair));
    if (left <= 0) continue;
    gain += 1 + 2 / (1 + left);
    carried++;
  }
  return gain;
}

// What it costs to have it do that.
function costOf({ task, need }: State, firm: number): number {
  const { start, requirement, capacity } = task.instance;
  const { x, y } = task.objective;
  const most = whole(capacity, firm);
  const end = whole(start, firm + 1);
  let cost = real(x, firm);
  let carried = 0;
  for (let pair = whole(start, firm); pair < end && carried < most; pair++) {
    if (real(need, whole(requirement, pair)) <= 0) continue;
    cost += real(y, pair) + 10;
    carried++;
  }
  return cost;
}

/** Firms that may come in, and teams that are tried, while one is improved. */
const mostComers = 40;
const mostTried = 600;

/**
 * Drops and swaps single members while that helps.
 *
 * @param order firms that may come in, best first; the first few are tried
 */
export function improveTeam(task: Task, from: Scored, order: readonly number[]): Scored {
  const pool = order.slice(0, mostComers);
  let current = from;
  let left = mostTried;
  for (;;) {
    const { best, tried } = bestNeighbour(task, current, pool, left);
    left -= tried;
    if (best === null) return current;
    current = best;
    if (left <= 0) return current;
  }
}

function bestNeighbour(task: Task, from: Scored, pool: readonly number[], most: number) {
  const { firms } = from.team;
  let best: Scored | null = null;
  let tried = 0;
  const consider = (members: number[]) => {
    tried++;
    const team = assignWork(task, members);
    const scored = { team, score: score(task, team) };
    if (isBetter(scored.score, (best ?? from).score)) best = scored;
  };
  for (const leaver of firms) {
    if (task.fixed[leaver] === 1) continue;
    const rest = firms.filter((firm) => firm !== leaver);
    if (tried < most) consider(rest);
    for (const comer of pool) {
      if (tried >= most) break;
      if (!firms.includes(comer) && task.out[comer] === 0) consider([...rest, comer]);
    }
  }
  return { best: best as Scored | null, tried };
}
