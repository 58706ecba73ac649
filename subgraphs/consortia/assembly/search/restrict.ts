// The restricted linear programme: a few hundred firms solved, all firms priced, the promising ones added, again.
import { byte, real, whole } from '../task/dense.ts';
import type { Instance } from '../task/instance.ts';
import { leaders, type Leaders } from './leaders.ts';
import { buildModel } from './model.ts';
import { byValue, multipliersOf, priceFirms, type Multipliers, type Priced } from './pricing.ts';
import { type Run, secondsFor } from './run.ts';
import type { Task } from '../task/task.ts';

/** What pricing the whole pool gave. */
export type Restricted = {
  /** Firms of the last programme. */
  readonly firms: Set<number>;
  /** Best bound of all rounds: no team of the whole pool has a lower objective. */
  readonly bound: number;
  readonly multipliers: Multipliers;
  readonly priced: Priced;
  /** Value of the last programme. */
  readonly value: number;
};

/** Rounds at most; in practice 2 to 11 are enough. */
const mostRounds = 40;
const mostNew = 400;

/**
 * Solves the linear programme of the task over the whole pool, by rounds of pricing.
 *
 * @param firms where to begin; grows as firms are added
 * @returns null where even the linear programme over these firms has no solution
 */
export function priceOut(
  run: Run,
  task: Task,
  firms: Set<number>,
  isEnough: (bound: number) => boolean = () => false,
): Restricted | null {
  let result: Restricted | null = null;
  for (let round = 0; round < mostRounds; round++) {
    const priced = priceOnce(run, task, firms);
    if (priced === null) return result;
    result = betterOf(result, priced);
    if (!task.isElastic) run.tell({ bound: result.bound });
    const added = promising(task, priced.priced, firms);
    const isClosed = result.value - result.bound <= 1e-5 * Math.max(1, Math.abs(result.value));
    if (added.length === 0 || isClosed || isEnough(result.bound) || run.left() <= 0) break;
    for (const firm of added) firms.add(firm);
  }
  return result;
}

/** Solves the programme over these firms and prices all; null where it has no solution. */
export function priceOnce(run: Run, task: Task, firms: Set<number>): Restricted | null {
  const model = buildModel(task, firms);
  run.counts.linear++;
  const solved = run.solver.run(model.programme, { seconds: secondsFor(run), seed: run.seed });
  if (solved.status === 'LIMIT') run.counts.hasHitTime = true;
  if (solved.status !== 'OPTIMAL' || !solved.hasSolution) return null;
  const multipliers = multipliersOf(model, solved.duals);
  const priced = priceFirms(task, multipliers);
  return { firms, bound: priced.bound, value: solved.objective, multipliers, priced };
}

// The newest value with the best bound so far.
function betterOf(known: Restricted | null, found: Restricted): Restricted {
  if (known === null || found.bound > known.bound) return found;
  return { ...known, value: found.value };
}

function promising(task: Task, priced: Priced, firms: ReadonlySet<number>): number[] {
  const found: number[] = [];
  for (let firm = 0; firm < priced.values.length; firm++)
    if (real(priced.values, firm) < -1e-7 && task.out[firm] === 0 && !firms.has(firm))
      found.push(firm);
  return found.toSorted(byValue(priced.values)).slice(0, mostNew);
}

/**
 * Firms to begin with: for each requirement the cheapest, and a few of each class that a rule counts, so that
 * the first programme can usually be solved.
 */
export function firstFirms(task: Task, draft: Iterable<number>): Set<number> {
  const { instance } = task;
  const firms = new Set<number>(draft);
  for (let firm = 0; firm < instance.firms; firm++) if (task.fixed[firm] === 1) firms.add(firm);
  addByRequirement(task, firms);
  for (const row of task.rows)
    if (row.least !== Number.NEGATIVE_INFINITY) addClass(task, row.firms, firms);
  addCheapest(task, firms);
  return firms;
}

// For each requirement the cheapest.
function addByRequirement(task: Task, firms: Set<number>): void {
  const { want, start, requirement } = task.instance;
  const best = Array.from(want, (count) => leaders(8 + 3 * count));
  for (let firm = 0; firm < task.instance.firms; firm++) {
    if (task.out[firm] === 1) continue;
    const share = costShare(task, firm);
    for (let pair = whole(start, firm); pair < whole(start, firm + 1); pair++)
      best[whole(requirement, pair)]?.offer(firm, real(task.objective.y, pair) + share);
  }
  addLeaders(best, firms);
}

// For each requirement the cheapest of those that a rule with a least number of members counts.
function addClass(task: Task, members: Int32Array, firms: Set<number>): void {
  const { want, start, requirement } = task.instance;
  const best = Array.from(want, () => leaders(3));
  for (let index = 0; index < members.length; index++) {
    const firm = members[index] ?? -1;
    if (task.out[firm] === 1) continue;
    const share = costShare(task, firm);
    for (let pair = whole(start, firm); pair < whole(start, firm + 1); pair++)
      best[whole(requirement, pair)]?.offer(firm, real(task.objective.y, pair) + share);
  }
  addLeaders(best, firms);
}

function addLeaders(best: readonly Leaders[], firms: Set<number>): void {
  for (const each of best) for (const firm of each.firms()) firms.add(firm);
}

// What being a member costs for each requirement that the firm could carry.
function costShare({ instance, objective }: Task, firm: number): number {
  const pairs = whole(instance.start, firm + 1) - whole(instance.start, firm);
  const works = Math.max(1, Math.min(whole(instance.capacity, firm), pairs));
  return real(objective.x, firm) / works;
}

// Leads, firms that may rest, and firms of each kind, cheapest first.
function addCheapest(task: Task, firms: Set<number>): void {
  const { instance, objective } = task;
  const { start } = instance;
  const addSome = (test: (firm: number) => boolean, count: number) => {
    const best = leaders(count);
    for (let firm = 0; firm < instance.firms; firm++) {
      if (task.out[firm] === 1 || !test(firm)) continue;
      const pairs = whole(start, firm + 1) - whole(start, firm);
      best.offer(firm, real(objective.x, firm) - 2 * pairs);
    }
    addLeaders([best], firms);
  };
  addSome((firm) => instance.mayLead[firm] === 1, 12);
  addSome((firm) => instance.mayIdle[firm] === 1, 12);
  if (task.minKinds > 0)
    for (const bit of kindBitsOf(instance))
      addSome((firm) => (byte(instance.kindBits, firm) & bit) > 0, 4);
}

function kindBitsOf(instance: Instance): number[] {
  let all = 0;
  for (const bits of instance.kindBits) all |= bits;
  return [1, 2, 4, 8, 16, 32, 64].filter((bit) => (all & bit) > 0);
}
