import { jest } from '@jest/globals';
import { solveExactly } from './exact.ts';
import { loadSolver } from './highs.ts';
import { enoughFirms } from './interchange.ts';
import { beginJob, isBlocked, settingsOf, solve } from '../solve.ts';
import { bestTeamTask } from '../task/task.ts';
import { tinyProblem } from '../tiny-problem.ts';
import type { AssemblyProblem, Candidate } from '../problem.ts';

// Hundreds of programmes take a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({
  alternatives: 0,
  timeLimitMillis: 250_000,
  gap: 1e-4,
  explain: false,
});
const verdict = { gap: 0.5, share: 1, maxNodes: 20_000, isVerdict: true };

/** The problem with every firm a few times: what is said of a firm by name is said of the first alone. */
function copied(problem: AssemblyProblem, times: number): AssemblyProblem {
  const copies = Array.from({ length: times }, (_, index) => (index === 0 ? '' : `-${index}`));
  return {
    ...problem,
    candidates: problem.candidates.flatMap((firm) =>
      copies.map((copy) => ({ ...firm, id: `${firm.id}${copy}` })),
    ),
    capabilities: problem.capabilities.flatMap((one) =>
      copies.map((copy) => ({ ...one, candidateId: `${one.candidateId}${copy}` })),
    ),
  };
}

const firm = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  kinds: ['SAAS'],
  isSme: true,
  region: 'KR-11',
  isOutsideCapital: false,
  certificates: [],
  affiliateGroup: null,
  capacity: 2,
  entryCostWon: 0,
  requirementPriceWon: 500,
  trackRecord: 0.5,
  isAvailable: true,
  isSanctioned: false,
  ...more,
});

/** The next in a ring of five. */
function next(index: number): number {
  return Math.floor(index / 5) * 5 + ((index + 1) % 5);
}

/** A large pool in which ten firms hold a certificate, five and five in a ring of conflicts: four can be together. */
function rings(least: number): AssemblyProblem {
  const holders = Array.from({ length: 10 }, (_, index) => `ring-${index}`);
  const others = Array.from({ length: 4_000 }, (_, index) => `other-${index}`);
  return {
    candidates: [
      firm('lead', { kinds: ['IAAS'] }),
      ...holders.map((id) => firm(id, { certificates: ['CSAP'] })),
      ...others.map((id) => firm(id)),
    ],
    capabilities: ['lead', ...holders, ...others].map((candidateId) => ({
      candidateId,
      technologyId: 'storage',
      level: 7,
      verifiedLevel: 7,
    })),
    requirements: [
      {
        id: 'r',
        technologyId: 'storage',
        leastLevel: 5,
        must: 3,
        want: 10,
        weight: 1,
        certificate: null,
      },
    ],
    history: [],
    constraints: {
      leadKinds: ['IAAS'],
      leadId: 'lead',
      minPartners: 1,
      maxPartners: 12,
      budgetWon: null,
      certificates: [{ certificate: 'CSAP', least }],
      conflicts: holders.map((id, index) => [id, `ring-${next(index)}`] as const),
    },
  };
}

describe('enoughFirms', () => {
  it('hold a team where the whole pool does, and none where it does not', () => {
    let smaller = 0;
    const verdicts: boolean[] = [];
    for (let seed = 1; seed <= 80; seed++) {
      const { instance, run } = beginJob(solver, copied(tinyProblem(seed), 8), settings, () => {});
      if (isBlocked(instance)) continue;
      const task = bestTeamTask(instance);
      const everyone = Array.from({ length: instance.firms }, (_, index) => index);
      const few = enoughFirms(task);
      if (few.length < everyone.length) smaller++;
      const [all, some] = [everyone, few].map(
        (pool) => solveExactly(run, task, pool, verdict).isInfeasible,
      );
      expect(some).toBe(all);
      verdicts.push(all === true);
    }
    expect(smaller).toBeGreaterThan(20);
    expect(new Set(verdicts).size).toBe(2);
  });

  it('prove for a pool of thousands what only whole firms show', () => {
    const none = solve(solver, rings(5), settings);
    expect(none.status).toBe('INFEASIBLE');
    expect(none.infeasibility?.proof).toBe('EXACT_SEARCH');
    const kinds = new Set(none.infeasibility?.conflict.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['CERTIFICATE', 'CONFLICT']));
    expect(solve(solver, rings(4), settings).status).toBe('OPTIMAL');
  });
});
