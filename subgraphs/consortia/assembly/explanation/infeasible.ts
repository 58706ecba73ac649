// Why there is no team: a proof, the rules that cannot hold together, and the nearest way out.
import { smallestConflict } from './conflict.ts';
import { solveExactly } from '../search/exact.ts';
import { decideExistence } from '../existence/existence.ts';
import type { Instance } from '../task/instance.ts';
import { cheapestTeam, nearestRelaxation } from './relaxation.ts';
import { firstFirms } from '../search/restrict.ts';
import { ruleKey, rulesOf } from '../task/rule.ts';
import type { Run } from '../search/run.ts';
import type { Found } from '../search/search.ts';
import { bestTeamTask, withoutPrices, type Task } from '../task/task.ts';
import type { StatedProblem, Constraint } from '../problem.ts';
import type { Infeasibility } from '../result.ts';
import { leastViolation, type LeastViolation } from './violation.ts';

/** Explains why there is no team; null where that is not proven. */
export function explainInfeasibility(
  outer: Run,
  problem: StatedProblem,
  instance: Instance,
  found: Exclude<Found, { outcome: 'TEAM' }>,
): Infeasibility | null {
  outer.tell({ phase: 'CONFLICT' });
  // The searches below answer other questions; their teams are none of the job's.
  const run = { ...outer, tell: () => {} };
  const task = bestTeamTask(instance);
  const firms = firstFirms(task, []);
  const least = leastViolation(run, task, firms);
  if (!least.isProven && found.outcome !== 'NONE') return null;
  const relaxation = nearestRelaxation(run, problem, instance, least);
  const narrowed = conflictOf(run, task, firms, least);
  return {
    proof: least.isProven ? 'PHASE_ONE_BOUND' : 'EXACT_SEARCH',
    violationBound: least.isProven ? least.bound : 0,
    ...narrowed,
    cheapestTeam: narrowed.conflict.some(({ kind }) => kind === 'BUDGET')
      ? cheapestTeam(run, instance)
      : null,
    relaxation,
  };
}

// What our bound proves is narrowed by the bound first, which is quick; then by whole teams, which is exact.
function conflictOf(run: Run, task: Task, firms: Set<number>, least: LeastViolation) {
  const { instance } = task;
  const judge = conflictJudge(run, task, firms);
  if (!least.isProven) {
    const conflict = smallestConflict(inOrder(instance), judge.isConflict);
    return { conflict, isIrreducible: judge.isSure() };
  }
  const priced = suspects(instance, least);
  const start = judge.isProvenConflict(priced) ? priced : inOrder(instance);
  let conflict = smallestConflict(start, judge.isProvenConflict);
  for (const rule of conflict) {
    const rest = conflict.filter((other) => other !== rule);
    if (judge.isConflict(rest)) conflict = rest;
  }
  return { conflict, isIrreducible: judge.isSure() };
}

// Those a person would change last come first, and are kept rather than others.
function inOrder(instance: Instance): Constraint[] {
  return rulesOf(instance).toSorted((a, b) => place(a) - place(b));
}

function place({ kind }: Constraint): number {
  if (kind === 'BUDGET') return 2;
  return kind === 'REQUIREMENT' ? 1 : 0;
}

// Rules without a price in the proof have no part in it.
function suspects(instance: Instance, least: LeastViolation): Constraint[] {
  const rules = inOrder(instance);
  if (!least.restricted) return rules;
  const { needs, lead, rows, minKinds, budget } = least.restricted.multipliers;
  const priced = new Set<string>();
  const note = (price: number | undefined, key: string) => {
    if (Math.abs(price ?? 0) > 1e-9) priced.add(key);
  };
  for (const [index, id] of instance.requirementIds.entries())
    note(needs[index], `REQUIREMENT:${id}`);
  for (const [index, { constraint }] of least.task.rows.entries())
    if (constraint) note(rows[index], ruleKey(constraint));
  note(lead, 'LEAD');
  note(minKinds, 'MIN_KINDS');
  note(budget, 'BUDGET');
  return rules.filter((rule) => priced.has(ruleKey(rule)));
}

// Decides whether some rules can hold together: by our own bound, else by a team, else by exact search.
function conflictJudge(run: Run, task: Task, firms: Set<number>) {
  const { instance } = task;
  const all = rulesOf(instance).map(ruleKey);
  let isSure = true;
  const bounded = (rules: readonly Constraint[]) => {
    const held = new Set(rules.map(ruleKey));
    return leastViolation(run, task, firms, new Set(all.filter((key) => !held.has(key))));
  };
  const isConflict = (rules: readonly Constraint[]): boolean => {
    const least = bounded(rules);
    if (least.isProven) return true;
    if (run.left() <= 0) {
      isSure = false;
      return false;
    }
    // Not by the bound; a whole team, counted to the last won, decides.
    const whole = withoutPrices(least.task);
    const settings = { gap: 0.5, share: 0.1, maxNodes: 500 };
    if (solveExactly(run, whole, firms, settings).best) return false;
    const { outcome } = decideExistence(run, whole, 0.3);
    if (outcome === 'UNDECIDED') isSure = false;
    return outcome === 'NONE';
  };
  const isProvenConflict = (rules: readonly Constraint[]): boolean => {
    const { isProven } = bounded(rules);
    // Without time nothing more is proven: the rules named are then too many.
    if (!isProven && run.left() <= 0) isSure = false;
    return isProven;
  };
  return {
    isConflict,
    isProvenConflict,
    isSure: () => isSure,
  };
}
