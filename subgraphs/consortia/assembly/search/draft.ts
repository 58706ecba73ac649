// A first team in milliseconds: greedy, then small swaps. Counted in steps, never in time, so it repeats.
import { add, at } from '../task/dense.ts';
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
      best = betterOf(scored, best);
    }
    if (isSound(best)) break;
  }
  return best;
}

function betterOf(found: Scored, best: Scored | null): Scored {
  return best === null || isBetter(found.score, best.score) ? found : best;
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
    add(state.found, index, row.everyone + (extraOf(row).get(firm) ?? 0));
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
    for (const firm of row.firms) add(bonus, firm, worthOf(missing));
  }
  const missing = task.minKinds - kindsIn(state.bits);
  if (missing <= 0) return isOpen ? bonus : null;
  for (const [firm, bits] of instance.kindBits.entries())
    if ((bits & ~state.bits) !== 0) add(bonus, firm, worthOf(missing));
  return bonus;
}

function pick(state: State, bonus: Float64Array | null, thrift: number): number {
  const { instance } = state.task;
  let best = -1;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (let firm = 0; firm < instance.firms; firm++) {
    if (state.barred[firm] === 1) continue;
    const isIdle = instance.start[firm] === instance.start[firm + 1];
    if (isIdle && state.task.exempt[firm] === 0) continue;
    const worth = teamWorth(state, firm, bonus === null ? 0 : at(bonus, firm), thrift);
    if (worth > bestWorth) {
      bestWorth = worth;
      best = firm;
    }
  }
  return best;
}

function teamWorth(state: State, firm: number, bonus: number, thrift: number): number {
  const { instance, objective } = state.task;
  const capacity = at(instance.capacity, firm);
  const end = at(instance.start, firm + 1);
  let gain = 0;
  let carried = 0;
  let cost = at(objective.x, firm);
  for (let pair = at(instance.start, firm); pair < end && carried < capacity; pair++) {
    const need = at(state.need, at(instance.requirement, pair));
    if (need <= 0) continue;
    // Scarce needs first.
    gain += 1 + 2 / (1 + need);
    cost += at(objective.y, pair) + 10;
    carried++;
  }
  const total = gain + bonus;
  return total > 0 ? total / Math.max(4, cost) ** thrift : Number.NEGATIVE_INFINITY;
}

/**
 * Drops and swaps single members while that helps.
 *
 * @param pool firms that may come in, best first
 * @param steps teams that may be tried
 */
export function improveTeam(
  task: Task,
  from: Scored,
  pool: readonly number[],
  steps: number,
): Scored {
  let current = from;
  let left = steps;
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
