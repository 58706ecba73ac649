import { jest } from '@jest/globals';
import fc from 'fast-check';
import { solveSensitivity } from '../assembly.ts';
import { defaultWeights } from '../defaults.ts';
import { loadSolver } from '../search/highs.ts';
import { makeAlliance, makeProject } from '../sample-alliance.ts';
import { rankUnder } from './sensitivity.ts';
import { shiftWeights } from './shift.ts';
import { settingsOf, solve } from '../solve.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const aims = ['coverage', 'track', 'cost', 'size', 'cohesion'] as const;
const options = { alternatives: 3, timeLimitMillis: 250_000, gap: 1e-4, explain: false };
const solver = await loadSolver();
const problem = makeProject(makeAlliance({ firms: 1000, technologies: 50, seed: 5 }), {
  requirements: 10,
  seed: 5,
});
const { proposals, statistics } = solve(solver, problem, settingsOf(options));

describe('shiftWeights', () => {
  it('keeps the sum of 1,000 and the proportions of the other aims', () => {
    const part = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(
        fc.tuple(part, part, part, part),
        fc.constantFrom(...aims),
        fc.double({ min: -1, max: 3, noNaN: true }),
        ([coverage, track, cost, size], aim, change) => {
          const cohesion = 1000 - coverage - track - cost - size;
          const shifted = shiftWeights({ coverage, track, cost, size, cohesion }, aim, change);
          const values = Object.values(shifted);
          expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1000, 6);
          expect(values.every((value) => value >= 0 && value <= 1000)).toBe(true);
        },
      ),
    );
  });
});

describe('sensitivity', () => {
  it('ranks the proposals as before where the weights are as before', () => {
    const ranking = rankUnder(problem, proposals, defaultWeights, statistics.costReferenceWon);
    expect(proposals).toHaveLength(4);
    expect(ranking.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(ranking.map(({ points }) => points.toFixed(6))).toEqual(
      proposals.map(({ points }) => points.toFixed(6)),
    );
  });

  it('shows two scenarios for each aim, and no team under any that beats the best one found there', async () => {
    const how = { change: 0.2, isSolvedAgain: true };
    const result = await solveSensitivity(problem, proposals, how, options);
    expect(result.status).toBe('COMPLETE');
    expect(result.scenarios.map(({ aim, change }) => `${aim} ${change}`)).toEqual(
      aims.flatMap((aim) => [`${aim} -0.2`, `${aim} 0.2`]),
    );
    for (const { ranking, best } of result.scenarios) {
      expect(best?.gap).toBeLessThanOrEqual(1e-4);
      expect(best?.points).toBeLessThanOrEqual((ranking[0]?.points ?? 0) * (1 + 1e-4));
    }
  });
});
