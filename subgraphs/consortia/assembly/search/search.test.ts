import { jest } from '@jest/globals';
import { evaluate } from '../evaluate.ts';
import { loadSolver } from './highs.ts';
import { settingsOf, solve } from '../solve.ts';
import { bestByTrial, tinyProblem } from '../tiny-problem.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({ alternatives: 0, timeLimitMillis: 250_000, gap: 0, explain: false });

describe('search', () => {
  it('agrees with trying every team on hundreds of tiny problems', () => {
    const differences: string[] = [];
    let feasible = 0;
    let infeasible = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const problem = tinyProblem(seed);
      const expected = bestByTrial(problem).points;
      const result = solve(solver, problem, settings);
      const found = result.proposals[0]?.points ?? Number.POSITIVE_INFINITY;
      if (found === Number.POSITIVE_INFINITY) infeasible++;
      else feasible++;
      const isProven = result.status === (Number.isFinite(expected) ? 'OPTIMAL' : 'INFEASIBLE');
      const isSame = found === expected || Math.abs(found - expected) < 1e-6;
      if (!isSame || !isProven)
        differences.push(`seed ${seed}: ${result.status} ${found}, by trial ${expected}`);
    }
    expect(differences).toEqual([]);
    expect(feasible).toBeGreaterThan(80);
    expect(infeasible).toBeGreaterThan(80);
  });

  it('never proposes a team that the independent check refuses', () => {
    for (let seed = 301; seed <= 400; seed++) {
      const problem = tinyProblem(seed);
      const { proposals, statistics } = solve(solver, problem, settings);
      for (const { leadId, members } of proposals) {
        const team = {
          leadId,
          members: members.map(({ candidateId, carries }) => ({
            candidateId,
            requirementIds: carries.map(({ requirementId }) => requirementId),
          })),
        };
        expect(evaluate(problem, team, statistics.costReferenceWon).breaches).toEqual([]);
      }
    }
  });
});
