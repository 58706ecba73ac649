import { jest } from '@jest/globals';
import { beginJob, isBlocked, settingsOf } from '../solve.ts';
import { bestTeamTask, type Task } from '../task/task.ts';
import { tinyProblem } from '../tiny-problem.ts';
import type { AssemblyProblem } from '../problem.ts';
import { solveExactly } from './exact.ts';
import { loadSolver } from './highs.ts';
import { buildModel, inParts } from './model.ts';
import type { Run } from './run.ts';

// Hundreds of programmes take a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({
  alternatives: 0,
  timeLimitMillis: 250_000,
  gap: 1e-6,
  explain: false,
});
const exact = { gap: 1e-6, share: 1, maxNodes: 20_000 };

/** The programmes over all firms of a problem, and what the solver makes of them. */
function begun(problem: AssemblyProblem) {
  const { instance, run } = beginJob(solver, problem, settings, () => {});
  const task = bestTeamTask(instance);
  const everyone = Array.from({ length: instance.firms }, (_, firm) => firm);
  const model = buildModel(task, everyone);
  const solved = (programme: typeof model.programme) =>
    solver.run(programme, { seconds: 60, seed: 0, gap: 1e-6 });
  return {
    isBlocked: isBlocked(instance),
    run,
    task,
    everyone,
    whole: () => solved(model.programme),
    parts: () => solved(inParts(model)),
  };
}

function withBudget(problem: AssemblyProblem, budgetWon: number): AssemblyProblem {
  return { ...problem, constraints: { ...problem.constraints, budgetWon } };
}

function best(run: Run, task: Task, firms: readonly number[]) {
  return solveExactly(run, task, firms, exact);
}

describe('solveExactly', () => {
  it('finds the best whole team where carrying pairs in part is cheaper than that', () => {
    let cheaper = 0;
    let compared = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const problem = tinyProblem(seed, 9);
      const free = begun(withBudget(problem, 10_000_000_000_000));
      const dear = free.isBlocked ? null : best(free.run, free.task, free.everyone).best;
      // Too little for the best team: the budget decides who carries what.
      const budgetWon = Math.floor((dear?.score.costWon ?? 0) * 0.97);
      if (budgetWon < 1) continue;
      const tight = begun(withBudget(problem, budgetWon));
      const whole = tight.whole();
      const found = best(tight.run, tight.task, tight.everyone);
      expect(found.best === null).toBe(!whole.hasSolution);
      if (!found.best) continue;
      compared++;
      expect(found.best.score.broken).toBe(0);
      expect(found.best.score.points).toBeCloseTo(whole.objective, 3);
      expect(found.bound).toBeLessThanOrEqual(found.best.score.points + 1e-6);
      if (tight.parts().objective < whole.objective - 0.01) cheaper++;
    }
    expect(compared).toBeGreaterThan(30);
    expect(cheaper).toBeGreaterThan(5);
  });

  it('never takes a bound from pairs in part for a team that exceeds it', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { isBlocked: cannot, run, task, everyone, whole } = begun(tinyProblem(seed));
      if (cannot) continue;
      const { bound } = solveExactly(run, task, everyone, { ...exact, gap: 0.3 });
      expect(bound).toBeLessThanOrEqual(whole().objective + 1e-3);
    }
  });
});
