// The restricted linear programme: a few hundred firms solved, all firms priced, the promising ones added, again.
import { at } from '../task/dense.ts';
import type { Instance } from '../task/instance.ts';
import { buildModel, pairsOf } from './model.ts';
import { multipliersOf, priceFirms, type Multipliers, type Priced } from './pricing.ts';
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
  for (const [firm, value] of priced.values.entries())
    if (value < -1e-7 && task.out[firm] === 0 && !firms.has(firm)) found.push(firm);
  const order = (a: number, b: number) => at(priced.values, a) - at(priced.values, b) || a - b;
  return found.toSorted(order).slice(0, mostNew);
}

/**
 * Firms to begin with: for each requirement the cheapest, and a few of each class that a rule counts, so that
 * the first programme can usually be solved.
 */
export function firstFirms(task: Task, draft: Iterable<number>): Set<number> {
  const { instance } = task;
  const firms = new Set<number>(draft);
  for (let firm = 0; firm < instance.firms; firm++) if (task.fixed[firm] === 1) firms.add(firm);
  const byRequirement: { firm: number; cost: number }[][] = Array.from(instance.must, () => []);
  for (let firm = 0; firm < instance.firms; firm++)
    if (task.out[firm] === 0) listFirm(task, firm, byRequirement);
  const classes = classesOf(task);
  for (const [requirement, list] of byRequirement.entries()) {
    list.sort((a, b) => a.cost - b.cost || a.firm - b.firm);
    const enough = 8 + 3 * at(instance.want, requirement);
    for (const { firm } of list.slice(0, enough)) firms.add(firm);
    addClasses(list, classes, firms);
  }
  addCheapest(task, firms);
  return firms;
}

function listFirm(
  task: Task,
  firm: number,
  byRequirement: { firm: number; cost: number }[][],
): void {
  const { instance, objective } = task;
  const pairs = pairsOf(instance, firm);
  const works = Math.max(1, Math.min(at(instance.capacity, firm), pairs.length));
  const share = at(objective.x, firm) / works;
  for (const pair of pairs)
    byRequirement[at(instance.requirement, pair)]?.push({
      firm,
      cost: at(objective.y, pair) + share,
    });
}

// The classes each firm counts for: rules with a least number of members of some class, and kinds.
function classesOf(task: Task): Map<number, number[]> {
  const classes = new Map<number, number[]>();
  for (const [index, row] of task.rows.entries()) {
    if (row.least === Number.NEGATIVE_INFINITY) continue;
    for (const firm of row.firms) classes.set(firm, [...(classes.get(firm) ?? []), index]);
  }
  return classes;
}

function addClasses(
  list: readonly { firm: number }[],
  classes: ReadonlyMap<number, number[]>,
  firms: Set<number>,
): void {
  const counts = new Map<number, number>();
  for (const { firm } of list)
    for (const name of classes.get(firm) ?? []) {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      if (count < 3) firms.add(firm);
    }
}

// Leads, firms that may rest, and firms of each kind, cheapest first.
function addCheapest(task: Task, firms: Set<number>): void {
  const { instance, objective } = task;
  const pairs = (firm: number) => at(instance.start, firm + 1) - at(instance.start, firm);
  const worth = (firm: number) => at(objective.x, firm) - 2 * pairs(firm);
  const addSome = (test: (firm: number) => boolean, count: number) => {
    const found: number[] = [];
    for (let firm = 0; firm < instance.firms; firm++)
      if (task.out[firm] === 0 && test(firm)) found.push(firm);
    for (const firm of found.toSorted((a, b) => worth(a) - worth(b) || a - b).slice(0, count))
      firms.add(firm);
  };
  addSome((firm) => instance.mayLead[firm] === 1, 12);
  addSome((firm) => instance.mayIdle[firm] === 1, 12);
  if (task.minKinds > 0)
    for (const bit of kindBitsOf(instance))
      addSome((firm) => (at(instance.kindBits, firm) & bit) > 0, 4);
}

function kindBitsOf(instance: Instance): number[] {
  let all = 0;
  for (const bits of instance.kindBits) all |= bits;
  return [1, 2, 4, 8, 16, 32, 64].filter((bit) => (all & bit) > 0);
}
