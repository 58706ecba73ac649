// One integer programme over some firms, its answer checked before anything is made of it.
import { limits } from './limits.ts';
import type { Team } from '../task/instance.ts';
import { buildModel, inParts, readTeam, startFrom, type Model } from './model.ts';
import { addRow } from './programme.ts';
import type { Outcome } from './highs.ts';
import { type Run, secondsFor } from './run.ts';
import { score } from './score.ts';
import type { Task } from '../task/task.ts';
import { betterOf, isBetter, type Scored } from './draft.ts';

/** What came of it. */
export type Exact = {
  readonly best: Scored | null;
  /** By how much the best breaks the rules, at the prices of the task; infinite where there is none. */
  readonly violation: number;
  /** Bound over these firms alone, by the solver. */
  readonly bound: number;
  /** No team of these firms exists: the solver said so twice, the second time without presolve. */
  readonly isInfeasible: boolean;
  /** Not run: the programme would be too large for the solver's memory. */
  readonly isTooLarge: boolean;
};

const nothing: Exact = {
  best: null,
  violation: Number.POSITIVE_INFINITY,
  bound: Number.NEGATIVE_INFINITY,
  isInfeasible: false,
  isTooLarge: false,
};

/** Limits of one integer programme. */
export type ExactSettings = {
  readonly gap: number;
  /** Share of the time left. */
  readonly share: number;
  readonly maxNodes: number;
  /** A start; used where its firms are in. */
  readonly start?: Team | null;
  readonly onBound?: (bound: number) => void;
  /** Run again without presolve where the solver finds nothing; without it nothing is called infeasible. */
  readonly isVerdict?: boolean;
};

/**
 * Solves the task over these firms. First each pair may be carried in part, which leaves the solver far less to decide: where
 * neither the budget nor a lead without work gets in the way, pairs come out whole by themselves, as what firms may carry and
 * what requirements need are two laminar families. Only where they do not, they are made whole.
 */
export function solveExactly(
  run: Run,
  task: Task,
  firms: Iterable<number>,
  settings: ExactSettings,
): Exact {
  const model = buildModel(task, firms);
  if (model.programme.values.length > limits.matrixEntries) return { ...nothing, isTooLarge: true };
  if (task.isElastic || settings.isVerdict === true) return solveWhole(run, model, settings);
  const first = solveInParts(run, model, settings);
  if (first.isDone || run.left() <= 0) return first.found;
  const { best, bound } = first.found;
  const second = solveWhole(run, model, { ...settings, start: betterStart(task, best, settings) });
  return {
    ...second,
    best: best === null ? second.best : betterOf(second.best, best),
    bound: Math.max(bound, second.bound),
  };
}

function betterStart(task: Task, best: Scored | null, { start }: ExactSettings): Team | null {
  if (best === null || !start) return best?.team ?? start ?? null;
  return isBetter(score(task, start), best.score) ? start : best.team;
}

// The bound holds for whole pairs too; the best is the best team of the members that were found.
function solveInParts(run: Run, model: Model, settings: ExactSettings) {
  const { task } = model;
  const solved = runModel(run, { ...model, programme: inParts(model) }, settings);
  const bound = boundOf(solved);
  if (!solved.hasSolution) return { found: { ...nothing, bound }, isDone: true };
  const team = scoredTeam(task, model, solved.values);
  const isWhole = isAcceptable(task, team) && team.score.points <= solved.objective + 1e-6;
  const best = isWhole ? team : bestOf(run, task, team.team.firms, settings);
  // Who had no time for parts has none for whole columns.
  const isOver = solved.status === 'LIMIT';
  const isDone = best !== null && (isOver || isClose(best, bound, settings.gap));
  return { found: { ...nothing, best, bound, violation: solved.objective }, isDone };
}

function bestOf(run: Run, task: Task, members: readonly number[], settings: ExactSettings) {
  const { share, maxNodes } = settings;
  return solveWhole(run, buildModel(task, members), { gap: 1e-6, share, maxNodes }).best;
}

function isClose({ score: { points } }: Scored, bound: number, gap: number): boolean {
  return points - bound <= gap * Math.abs(points) + 1e-6;
}

function solveWhole(run: Run, model: Model, settings: ExactSettings): Exact {
  const { task } = model;
  for (let round = 0; round < mostRefusals; round++) {
    const solved = runModel(run, model, settings);
    const again = isNone(solved, settings) ? runAgain(run, model) : null;
    const answer = again ?? solved;
    const bound = again === null ? boundOf(solved) : nothing.bound;
    if (!answer.hasSolution)
      return { ...nothing, bound, isInfeasible: again?.status === 'INFEASIBLE' };
    const best = scoredTeam(task, model, answer.values);
    if (isAcceptable(task, best))
      return {
        ...nothing,
        best,
        bound,
        violation: answer.objective,
      };
    run.counts.refused++;
    if (run.left() <= 0) return { ...nothing, bound };
    forbid(model, answer.values, isOnlyTooDear(task, best));
  }
  return nothing;
}

/** Answers of the solver that may be refused before the search gives up. */
const mostRefusals = 50;

function runModel(run: Run, model: Model, settings: ExactSettings): Outcome {
  const { task } = model;
  const start = settings.start && isInside(model, settings.start) ? settings.start : null;
  run.counts.integer++;
  const solved = run.solver.run(model.programme, {
    seconds: secondsFor(run, settings.share),
    seed: run.seed,
    gap: settings.gap,
    maxNodes: settings.maxNodes,
    ...(start ? { start: startFrom(model, start) } : {}),
    ...(settings.onBound ? { onBound: settings.onBound } : {}),
    onIncumbent: (values) => {
      if (task.isElastic) return;
      const found = scoredTeam(task, model, values);
      if (found.score.broken > 0) return;
      run.tell({ best: { team: found.team, points: found.score.points } });
    },
  });
  run.counts.nodes += solved.nodes;
  if (solved.status === 'LIMIT') {
    if (solved.nodes >= settings.maxNodes) run.counts.hasHitNodes = true;
    else run.counts.hasHitTime = true;
  }
  return solved;
}

function isInside(model: Model, team: Team): boolean {
  return team.firms.every((firm) => (model.member[firm] ?? -1) >= 0);
}

function scoredTeam(task: Task, model: Model, values: Float64Array): Scored {
  const team = readTeam(model, values);
  return { team, score: score(task, team) };
}

function isAcceptable(task: Task, { score: { broken } }: Scored): boolean {
  return task.isElastic || broken === 0;
}

function isOnlyTooDear(task: Task, { score: { broken, costWon } }: Scored): boolean {
  return broken === 1 && costWon > task.budgetWon;
}

function boundOf({ bound }: Outcome): number {
  return Number.isNaN(bound) ? nothing.bound : bound;
}

function isNone({ hasSolution, status }: Outcome, { isVerdict }: ExactSettings): boolean {
  return isVerdict === true && !hasSolution && status === 'INFEASIBLE';
}

// "Infeasible with presolve, feasible without" is a known fault of the solver (ERGO-Code/HiGHS #3296).
function runAgain(run: Run, model: Model): Outcome {
  run.counts.integer++;
  return run.solver.run(model.programme, {
    seconds: secondsFor(run),
    seed: run.seed,
    gap: 0.01,
    isPresolveOff: true,
  });
}

// Within the solver's tolerance, but not within the rules. Of a team that costs a won too much, no larger one can be
// had either, as costs are never negative; of others just this very team is forbidden.
function forbid(model: Model, values: Float64Array, isAnyLarger: boolean): void {
  const columns: number[] = [];
  const signs: number[] = [];
  let chosen = 0;
  for (const [column, isWhole] of model.programme.whole.entries()) {
    const isChosen = (values[column] ?? 0) > 0.5;
    if (isWhole === 0 || (isAnyLarger && !isChosen)) continue;
    columns.push(column);
    signs.push(isChosen ? 1 : -1);
    if (isChosen) chosen++;
  }
  addRow(model.programme, columns, signs, Number.NEGATIVE_INFINITY, chosen - 1);
}
