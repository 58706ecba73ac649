// Which firms can still be in a better team than the best one known: the others are out for good, by proof.
import { priceFirms } from './pricing.ts';
import type { Restricted } from './restrict.ts';
import type { Task } from '../task/task.ts';

/** What is left of the pool. */
export type Fixed = {
  /** Best bound known for the whole pool. */
  readonly bound: number;
  /** By firm; those with a low value are the most promising. */
  readonly values: Float64Array;
  readonly survivors: readonly number[];
};

/**
 * Keeps a firm where a team with it could cost at most `cutoff`.
 *
 * @param members of the best team known; they stay
 */
export function fixFirms(
  task: Task,
  restricted: Restricted,
  cutoff: number,
  members: readonly number[],
): Fixed {
  const raised = priceFirms(task, restricted.multipliers, {
    inside: restricted.firms,
    to: Math.max(0, cutoff - restricted.priced.bound),
  });
  const priced = raised.bound >= restricted.priced.bound - 1e-6 ? raised : restricted.priced;
  const stay = new Set(members);
  const survivors: number[] = [];
  for (let firm = 0; firm < priced.values.length; firm++) {
    if (task.out[firm] === 1) continue;
    const value = priced.values[firm] ?? 0;
    // A newcomer to a full team takes somebody's place.
    const least = priced.bound + Math.max(0, value - Math.min(0, priced.lastPlace));
    if (task.fixed[firm] === 1 || stay.has(firm) || least <= cutoff) survivors.push(firm);
  }
  return { bound: Math.max(restricted.bound, priced.bound), values: priced.values, survivors };
}
