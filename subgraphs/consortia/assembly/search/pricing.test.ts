import { jest } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '../evaluate.ts';
import { fixFirms } from './fixing.ts';
import { loadSolver } from './highs.ts';
import type { Instance } from '../task/instance.ts';
import { buildModel } from './model.ts';
import { prepare } from '../task/prepare.ts';
import { multipliersOf, priceFirms, type Multipliers } from './pricing.ts';
import { priceOut } from './restrict.ts';
import { noCounts, type Run } from './run.ts';
import { settingsOf, solve } from '../solve.ts';
import { bestTeamTask, leastViolationTask } from '../task/task.ts';
import { bestByTrial, tinyProblem } from '../tiny-problem.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({ alternatives: 0, timeLimitMillis: 250_000, gap: 0, explain: false });
const run: Run = {
  solver,
  seed: 0,
  gap: 0,
  left: () => 60_000,
  counts: noCounts(),
  tell: () => {},
};

// Tiny problems that have an answer, with that answer.
const feasible = Array.from({ length: 120 }, (_, seed) => {
  const problem = tinyProblem(seed + 1000);
  return { problem, instance: prepare(problem), optimum: bestByTrial(problem).points };
}).filter(({ optimum }) => Number.isFinite(optimum));

/** Any numbers at all, of the sizes that an instance asks for, endless ones included. */
function anyMultipliers(instance: Instance, rows: number): fc.Arbitrary<Multipliers> {
  const number = fc.oneof(
    fc.double({ min: -300, max: 300, noNaN: true }),
    fc.constant(0),
    fc.double({ min: -2, max: 2, noNaN: true }),
  );
  const list = (length: number) =>
    fc
      .array(number, { minLength: length, maxLength: length })
      .map((values) => Float64Array.from(values));
  return fc.record({
    needs: list(instance.must.length),
    lead: number,
    rows: list(rows),
    kinds: list(7),
    minKinds: number,
    budget: fc.double({ min: -1, max: 1, noNaN: true }),
    strangers: list(instance.firms),
    independence: list(instance.groups * instance.must.length),
  });
}

describe('priceFirms', () => {
  it('gives a bound that no team is below, for any multipliers', () => {
    expect(feasible.length).toBeGreaterThan(40);
    for (const { instance, optimum } of feasible) {
      const task = bestTeamTask(instance);
      fc.assert(
        fc.property(anyMultipliers(instance, task.rows.length), (multipliers) => {
          expect(priceFirms(task, multipliers).bound).toBeLessThanOrEqual(optimum + 1e-7);
        }),
        { numRuns: 30, seed: 11 },
      );
    }
  });

  it('gives a bound of the violation that is not above 0 where a team exists, for any multipliers', () => {
    for (const { instance } of feasible) {
      const task = leastViolationTask(instance, new Set());
      fc.assert(
        fc.property(anyMultipliers(instance, task.rows.length), (multipliers) => {
          expect(priceFirms(task, multipliers).bound).toBeLessThanOrEqual(1e-9);
        }),
        { numRuns: 30, seed: 12 },
      );
    }
  });

  it('gives the value of the linear programme for its own multipliers over the whole pool', () => {
    let compared = 0;
    for (const { instance, optimum } of feasible) {
      const task = bestTeamTask(instance);
      const all = Array.from({ length: instance.firms }, (_, firm) => firm);
      const model = buildModel(task, all);
      const solved = solver.run(model.programme, { seconds: 10, seed: 0 });
      if (!solved.hasSolution) continue;
      compared++;
      const { bound } = priceFirms(task, multipliersOf(model, solved.duals));
      // The subproblems are whole, so the bound may be better than the programme, never worse.
      expect(bound).toBeGreaterThanOrEqual(solved.objective - 1e-6);
      expect(bound).toBeLessThanOrEqual(optimum + 1e-6);
    }
    expect(compared).toBeGreaterThan(40);
  });
});

describe('fixFirms', () => {
  it('never discards a member of a best team', () => {
    for (const { problem, instance, optimum } of feasible) {
      const task = bestTeamTask(instance);
      const all = new Set(Array.from({ length: instance.firms }, (_, firm) => firm));
      const restricted = priceOut(run, task, all);
      const members = solve(solver, problem, settings).proposals[0]?.members ?? [];
      if (!restricted) throw new Error('A feasible problem has a linear programme.');
      const { survivors } = fixFirms(task, restricted, optimum + 1e-6, []);
      const ids = survivors.map((firm) => instance.ids[firm]);
      for (const { candidateId } of members) expect(ids).toContain(candidateId);
    }
  });
});

describe('the model', () => {
  it('counts every answer as the independent check does', () => {
    for (const { problem, optimum } of feasible) {
      const { proposals, statistics } = solve(solver, problem, settings);
      const [best] = proposals;
      const team = {
        leadId: best?.leadId ?? '',
        members: (best?.members ?? []).map(({ candidateId, carries }) => ({
          candidateId,
          requirementIds: carries.map(({ requirementId }) => requirementId),
        })),
      };
      const checked = evaluate(problem, team, statistics.costReferenceWon);
      expect(checked.breaches).toEqual([]);
      expect(checked.points).toBeCloseTo(optimum, 6);
      expect(best?.bound).toBeCloseTo(optimum, 5);
      expect(statistics.refusedAnswers).toBe(0);
    }
  });
});
