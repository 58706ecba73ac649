import { jest } from '@jest/globals';
import { solveRepair } from '../assembly.ts';
import { evaluate } from '../evaluate.ts';
import { loadSolver } from '../search/highs.ts';
import { repair } from './repair.ts';
import { makeAlliance, makeProject } from '../sample-alliance.ts';
import { settingsOf, solve } from '../solve.ts';
import { fewestChangesByTrial, tinyProblem } from '../tiny-problem.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const options = { alternatives: 0, timeLimitMillis: 250_000, gap: 1e-6, explain: false };
const settings = settingsOf(options);

describe('repair', () => {
  it('changes as few firms as trying every team does', () => {
    let repaired = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const problem = tinyProblem(seed, 6);
      const [proposal] = solve(solver, problem, settings).proposals;
      const partner = proposal?.members.find(({ role }) => role === 'PARTNER');
      if (!proposal || !partner) continue;
      const memberIds = proposal.members.map(({ candidateId }) => candidateId);
      const previous = { memberIds, droppedIds: [partner.candidateId] };
      const expected = fewestChangesByTrial(problem, previous);
      const result = repair(solver, problem, previous, settings);
      const found = result.proposal ? result.changes : Number.POSITIVE_INFINITY;
      expect({ seed, changes: found }).toEqual({ seed, changes: expected });
      if (!result.proposal) continue;
      repaired++;
      expect(result).toMatchObject({ status: 'OPTIMAL', isSmallest: true });
      expect(result.joinIds.length + result.leaveIds.length).toBe(result.changes);
      expect(result.proposal.members.map(({ candidateId }) => candidateId)).not.toContain(
        partner.candidateId,
      );
    }
    expect(repaired).toBeGreaterThan(20);
  });

  it('replaces a partner who refuses in a team from 2,000 firms, in a worker', async () => {
    const alliance = makeAlliance({ firms: 2000, technologies: 50, seed: 2 });
    const problem = makeProject(alliance, { requirements: 12, seed: 2 });
    const [proposal] = solve(solver, problem, settings).proposals;
    const memberIds = proposal?.members.map(({ candidateId }) => candidateId) ?? [];
    const gone = memberIds.at(-1) ?? '';
    const result = await solveRepair(problem, { memberIds, droppedIds: [gone] }, options);
    expect(result).toMatchObject({ status: 'OPTIMAL', isSmallest: true });
    expect(result.changes).toBeLessThanOrEqual(2);
    expect([...result.keepIds, ...result.joinIds].toSorted()).toEqual(
      result.proposal?.members.map(({ candidateId }) => candidateId).toSorted(),
    );
    const team = {
      leadId: result.proposal?.leadId ?? '',
      members: (result.proposal?.members ?? []).map(({ candidateId, carries }) => ({
        candidateId,
        requirementIds: carries.map(({ requirementId }) => requirementId),
      })),
    };
    expect(evaluate(problem, team, 1).breaches).toEqual([]);
  });

  it('explains why nothing helps when the only provider has gone', () => {
    const problem = tinyProblem(1, 6);
    const memberIds = problem.candidates.map(({ id }) => id);
    const result = repair(solver, problem, { memberIds, droppedIds: memberIds }, settings);
    expect(result.status).toBe('INFEASIBLE');
    expect(result.infeasibility?.conflict).not.toEqual([]);
  });
});
