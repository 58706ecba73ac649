// Firms that no team can afford: with one of them, even the cheapest or smallest team would break the budget or the size.
import { fixFirms } from '../search/fixing.ts';
import type { Objective } from '../task/instance.ts';
import { firstFirms, priceOut } from '../search/restrict.ts';
import type { Run } from '../search/run.ts';
import { moneyUnit, type Task } from '../task/task.ts';

/** What rounding may do, in units of which a budget has 10,000 and a team a few dozen. */
const margin = 1e-3;

/** One rule as the aim: the task without it, and the most that it allows. */
type Goal = { readonly task: Task; readonly most: number };

/**
 * The task without the firms that the budget or the largest size rule out, by our own bound over the whole pool; null where
 * that rules out every team.
 */
export function dearlyOut(run: Run, task: Task): Task | null {
  let current = task;
  for (const goalOf of [budgetGoal, sizeGoal]) {
    const goal = goalOf(current);
    if (!goal || run.left() <= 0) continue;
    // What is proven here is about money and size, no bound of points.
    const silent = { ...run, tell: () => {} };
    const restricted = priceOut(silent, goal.task, firstFirms(goal.task, []));
    if (!restricted) continue;
    if (restricted.bound > goal.most + margin) return null;
    const { survivors } = fixFirms(goal.task, restricted, goal.most + margin, []);
    const out = new Uint8Array(task.instance.firms).fill(1);
    for (const firm of survivors) out[firm] = 0;
    current = { ...current, out };
  }
  return current;
}

function budgetGoal(task: Task): Goal | null {
  if (task.budgetWon === Number.POSITIVE_INFINITY) return null;
  const { instance } = task;
  const unit = moneyUnit(instance);
  const objective = {
    constant: 0,
    x: instance.entryWon.map((won) => won / unit),
    y: instance.priceWon.map((won) => won / unit),
    u: 0,
  };
  const budgetWon = Number.POSITIVE_INFINITY;
  return { task: { ...task, objective, step: 0, budgetWon }, most: task.budgetWon / unit };
}

function sizeGoal(task: Task): Goal | null {
  const size = task.rows.find(({ constraint }) => constraint?.kind === 'MAX_PARTNERS');
  if (!size) return null;
  const objective: Objective = {
    constant: 0,
    x: new Float64Array(task.instance.firms).fill(1),
    y: new Float64Array(task.instance.requirement.length),
    u: 0,
  };
  const rows = task.rows.filter((row) => row !== size);
  return { task: { ...task, objective, step: 0, rows }, most: size.most };
}
