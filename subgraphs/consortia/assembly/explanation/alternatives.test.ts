import { jest } from '@jest/globals';
import fc from 'fast-check';
import { distanceRow, jaccardDistance } from './alternatives.ts';
import { loadSolver } from '../search/highs.ts';
import { rowValue } from '../search/score.ts';
import { makeAlliance, makeProject } from '../sample-alliance.ts';
import { settingsOf, solve } from '../solve.ts';
import { evaluate } from '../evaluate.ts';
import { allTeams, tinyProblem } from '../tiny-problem.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();

describe('distanceRow', () => {
  it('holds exactly for the teams that are far enough', () => {
    const members = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 7 });
    const share = fc.integer({ min: 0, max: 10 }).map((tenth) => tenth / 10);
    fc.assert(
      fc.property(members, members, members, share, (first, second, demanded, least) => {
        const fixed = new Uint8Array(10);
        for (const firm of demanded) fixed[firm] = 1;
        const a = { firms: [...new Set([...first, ...demanded])], pairs: [], lead: -1 };
        const b = { firms: [...new Set([...second, ...demanded])], pairs: [], lead: -1 };
        const row = distanceRow(a, fixed, least);
        const holds = rowValue(row, new Set(b.firms)) <= row.most + 1e-9;
        const free = new Set([...first, ...second].filter((firm) => fixed[firm] === 0));
        // Two teams without free firms are not told apart by free firms.
        fc.pre(free.size > 0);
        expect(holds).toBe(jaccardDistance(a, b, fixed) >= least - 1e-9);
      }),
      { numRuns: 500 },
    );
  });
});

describe('alternatives', () => {
  it('keep their distance to all before, and are the best that do, as trying every team shows', () => {
    let seen = 0;
    const settings = settingsOf({
      alternatives: 2,
      timeLimitMillis: 250_000,
      gap: 0,
      distance: 0.4,
      explain: false,
    });
    for (let seed = 1; seed <= 120; seed++) {
      const problem = tinyProblem(seed, 6);
      const { constraints } = problem;
      if ((constraints.mustInclude ?? []).length > 0 || constraints.leadId !== null) continue;
      const { proposals, statistics } = solve(solver, problem, settings);
      const earlier: Set<string>[] = [];
      for (const { points, members } of proposals) {
        let best = Number.POSITIVE_INFINITY;
        for (const team of allTeams(problem)) {
          const ids = new Set(team.members.map(({ candidateId }) => candidateId));
          const isFar = earlier.every(
            (other) => 1 - ids.intersection(other).size / ids.union(other).size >= 0.4 - 1e-9,
          );
          if (!isFar) continue;
          const found = evaluate(problem, team, statistics.costReferenceWon);
          if (found.breaches.length === 0) best = Math.min(best, found.points);
        }
        expect({ seed, points: points.toFixed(5) }).toEqual({ seed, points: best.toFixed(5) });
        if (earlier.length > 0) seen++;
        earlier.push(new Set(members.map(({ candidateId }) => candidateId)));
      }
    }
    expect(seen).toBeGreaterThan(10);
  });

  it('are ranked, at least half different, and each with its own proof, in a pool of 2,000', () => {
    const alliance = makeAlliance({ firms: 2000, technologies: 300, seed: 10 });
    const problem = makeProject(alliance, { requirements: 10, seed: 10 });
    const settings = settingsOf({
      alternatives: 3,
      timeLimitMillis: 250_000,
      gap: 1e-4,
      explain: false,
    });
    const { proposals } = solve(solver, problem, settings);
    expect(proposals.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    for (const [index, { points, bound, gap, distance, behindBest }] of proposals.entries()) {
      expect(bound).toBeLessThanOrEqual(points);
      expect(gap).toBeLessThanOrEqual(1e-4);
      expect(behindBest).toBeGreaterThanOrEqual(0);
      expect(distance ?? 0.5).toBeGreaterThanOrEqual(0.5);
      expect(points).toBeGreaterThanOrEqual(proposals[index - 1]?.points ?? 0);
    }
  });
});
