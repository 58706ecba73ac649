import fc from 'fast-check';

import { newId } from '#kit/id.ts';
import { loadSolver } from '../assembly/search/highs.ts';
import { makeAlliance, makeProject } from '../assembly/sample-alliance.ts';
import { rankUnder } from '../assembly/explanation/sensitivity.ts';
import { settingsOf, solve } from '../assembly/solve.ts';
import type { ProposalRecord } from './assembly.model.ts';
import { aims, missesOf, reweigh, scenariosOf } from './weighing.ts';

const problem = makeProject(makeAlliance({ firms: 300, technologies: 30, seed: 3 }), {
  requirements: 6,
  seed: 3,
});
const options = { alternatives: 3, timeLimitMillis: 60_000, gap: 1e-3, explain: false };
const { proposals, statistics, weights } = solve(await loadSolver(), problem, settingsOf(options));
const { costReferenceWon } = statistics;
const records: ProposalRecord[] = proposals.map((proposal) => ({
  ...proposal,
  id: newId(),
  misses: missesOf(problem, proposal, costReferenceWon),
}));

describe('reweigh', () => {
  it('finds the same points as before under the same weights', () => {
    const ranking = reweigh(records, weights);
    expect(ranking.map(({ rank, proposal }) => [rank, proposal.rank])).toEqual(
      records.map(({ rank }) => [rank, rank]),
    );
    ranking.forEach(({ points, parts, proposal }) => {
      expect(points).toBeCloseTo(proposal.points, 6);
      for (const aim of aims) expect(parts[aim]).toBeCloseTo(proposal.parts[aim], 6);
    });
  });

  it('finds under any weights what an evaluation of the whole pool finds', () => {
    const part = fc.integer({ min: 0, max: 250 });
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), ([coverage, track, cost, size]) => {
        const cohesion = 1_000 - coverage - track - cost - size;
        const other = { coverage, track, cost, size, cohesion };
        const expected = rankUnder(problem, proposals, other, costReferenceWon);
        const found = reweigh(records, other);
        expect(found).toHaveLength(expected.length);
        found.forEach(({ points }, index) => expect(points).toBeCloseTo(expected[index]?.points ?? 0, 6)); // prettier-ignore
      }),
      { numRuns: 50 },
    );
  });
});

describe('scenariosOf', () => {
  it('takes each aim that counts lower and higher, and keeps the sum of the weights', () => {
    const scenarios = scenariosOf({ proposals: records, weights }, 2_000);
    expect(scenarios.map(({ aim, change }) => [aim, change])).toEqual(
      aims.flatMap((aim) => [
        [aim, -2_000],
        [aim, 2_000],
      ]),
    );
    for (const { weights: shifted, aim, change, ranking, isFirstSame } of scenarios) {
      expect(Object.values(shifted).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1_000, 6);
      expect(shifted[aim]).toBeCloseTo(weights[aim] * (1 + change / 10_000), 6);
      expect(isFirstSame).toBe(ranking[0]?.proposal.rank === 1);
    }
  });

  it('leaves out an aim without a weight, and every ranking stays where nothing changes', () => {
    const some = { coverage: 500, track: 0, cost: 500, size: 0, cohesion: 0 };
    const scenarios = scenariosOf({ proposals: records, weights: some }, 1_000);
    expect(scenarios.map(({ aim }) => aim)).toEqual(['coverage', 'coverage', 'cost', 'cost']);
    const before = reweigh(records, some).map(({ proposal }) => proposal.id);
    for (const { ranking } of scenariosOf({ proposals: records, weights: some }, 0))
      expect(ranking.map(({ proposal }) => proposal.id)).toEqual(before);
  });
});
