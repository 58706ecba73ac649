// Phase one: by how much must the rules be broken at least? Above 0, there is no team, by our own arithmetic.
import { priceOut, type Restricted } from '../search/restrict.ts';
import type { Run } from '../search/run.ts';
import { leastViolationTask, type Task } from '../task/task.ts';

/** A bound this far above 0 is a proof; what rounding may do is a thousand times less. */
const proofMargin = 1e-6;

/** The least violation of the rules over the whole pool. */
export type LeastViolation = {
  /** No team breaks the rules by less. */
  readonly bound: number;
  /** The rules cannot hold together. */
  readonly isProven: boolean;
  readonly task: Task;
  readonly restricted: Restricted | null;
};

/**
 * Bounds the least violation of the rules of a task. Adds to `firms` those that help to keep the rules.
 *
 * @param off rules that do not hold (`ruleKey`)
 */
export function leastViolation(
  run: Run,
  of: Task,
  firms: Set<number>,
  off: ReadonlySet<string> = new Set(),
): LeastViolation {
  const out: number[] = [];
  for (const [firm, isOut] of of.out.entries()) if (isOut === 1) out.push(firm);
  const rows = of.rows.filter((row) => row.constraint === null);
  const task = leastViolationTask(of.instance, off, { rows, out });
  const restricted = priceOut(run, task, firms, (bound) => bound > proofMargin);
  const bound = restricted?.bound ?? 0;
  return { bound, isProven: bound > proofMargin, task, restricted };
}
