import { jest } from '@jest/globals';
import { placesOf } from './classes.ts';
import { withoutDominated } from './dominance.ts';
import { decideExistence } from './existence.ts';
import { loadSolver } from '../search/highs.ts';
import { solveExactly } from '../search/exact.ts';
import { cheapestTeam } from '../explanation/relaxation.ts';
import { makeAlliance, makeProject } from '../sample-alliance.ts';
import { beginJob, isBlocked, settingsOf, solve } from '../solve.ts';
import { bestTeamTask } from '../task/task.ts';
import { tinyProblem } from '../tiny-problem.ts';
import type { AssemblyProblem, Candidate, Constraints } from '../problem.ts';

// Hundreds of programmes take a while on a busy machine.
jest.setTimeout(400_000);

const solver = await loadSolver();
const settings = settingsOf({
  alternatives: 0,
  timeLimitMillis: 350_000,
  gap: 1e-4,
  explain: false,
});

const firm = (id: string, more: Partial<Candidate>): Candidate => ({
  id,
  kinds: ['SAAS'],
  isSme: false,
  region: 'KR-11',
  isOutsideCapital: false,
  certificates: [],
  affiliateGroup: null,
  capacity: 1,
  entryCostWon: 0,
  requirementPriceWon: 0,
  trackRecord: 0.5,
  isAvailable: true,
  isSanctioned: false,
  ...more,
});

const rules: Constraints = {
  leadKinds: ['IAAS'],
  leadId: null,
  minPartners: 1,
  maxPartners: 12,
  budgetWon: null,
};

/** Four thousand firms, no two of which ask for the same, each able in two of twelve technologies. */
function unlike(
  constraints: Partial<Constraints>,
  more: (index: number) => Partial<Candidate> = () => ({}),
): AssemblyProblem {
  const indices = Array.from({ length: 4_000 }, (_, index) => index);
  const technologies = Array.from({ length: 12 }, (_, index) => `tech-${index}`);
  return {
    candidates: indices.map((index) =>
      firm(`firm-${index}`, {
        entryCostWon: 1_000_000 + index * 7,
        requirementPriceWon: 500_000 + ((index * 31) % 4_001),
        trackRecord: (index % 100) / 100,
        kinds: index % 40 === 0 ? ['IAAS'] : ['SAAS'],
        ...more(index),
      }),
    ),
    capabilities: indices.flatMap((index) =>
      [index % 12, (5 * index + 1 + Math.floor(index / 12)) % 12].map((technology) => ({
        candidateId: `firm-${index}`,
        technologyId: `tech-${technology}`,
        level: 5 + (index % 5),
        verifiedLevel: null,
      })),
    ),
    requirements: technologies.slice(0, 2).map((technologyId) => ({
      id: `need-${technologyId}`,
      technologyId,
      leastLevel: 5,
      must: 1,
      want: 4,
      weight: 1,
      certificate: null,
    })),
    history: [],
    constraints: { ...rules, ...constraints },
  };
}

const ids = (id: string) => [id, ...[1, 2, 3].map((rival) => `${id}-${rival}`)];

/** The problem with three more of every firm, each a little dearer and able to carry a little less. */
function withRivals(problem: AssemblyProblem): AssemblyProblem {
  return {
    ...problem,
    candidates: problem.candidates.flatMap((one) =>
      ids(one.id).map((id, rival) => ({
        ...one,
        id,
        capacity: Math.max(1, one.capacity - Math.floor(rival / 2)),
        entryCostWon: one.entryCostWon + rival,
      })),
    ),
    capabilities: problem.capabilities.flatMap((one) =>
      ids(one.candidateId).map((candidateId) => ({ ...one, candidateId })),
    ),
  };
}

/** Half of three members are two: twice that is more than three. */
const halves = (minPartners: number) =>
  unlike(
    {
      minPartners,
      maxPartners: minPartners,
      minSmes: { shareBasisPoints: 5_000 },
      minOutsideCapital: { shareBasisPoints: 5_000 },
    },
    (index) => ({ isSme: index % 2 === 0, isOutsideCapital: index % 2 === 1 }),
  );

describe('decideExistence', () => {
  it('agrees with an exact search over the whole pool', () => {
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= 150; seed++) {
      const { instance, run } = beginJob(solver, tinyProblem(seed), settings, () => {});
      if (isBlocked(instance)) continue;
      const task = bestTeamTask(instance);
      const everyone = Array.from({ length: instance.firms }, (_, index) => index);
      const verdict = { gap: 0.5, share: 1, maxNodes: 20_000, isVerdict: true };
      const exact = solveExactly(run, task, everyone, verdict);
      const { outcome } = decideExistence(run, task, 1, 0);
      expect(outcome).toBe(exact.isInfeasible ? 'NONE' : 'TEAM');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get('NONE')).toBeGreaterThan(20);
    expect(outcomes.get('TEAM')).toBeGreaterThan(20);
  });

  it('gives a team that keeps every rule', () => {
    for (const seed of [1, 2, 3]) {
      const alliance = makeAlliance({ firms: 5_000, technologies: 50, seed });
      const { instance, run } = beginJob(
        solver,
        makeProject(alliance, { requirements: 10, seed }),
        settings,
        () => {},
      );
      const found = decideExistence(run, bestTeamTask(instance), 1);
      expect(found).toMatchObject({ outcome: 'TEAM', best: { score: { broken: 0 } } });
    }
  });
});

describe('withoutDominated', () => {
  it('leaves a team where there was one', () => {
    let fewer = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { instance, run } = beginJob(solver, withRivals(tinyProblem(seed)), settings, () => {});
      if (isBlocked(instance)) continue;
      const task = bestTeamTask(instance);
      const fewerFirms = withoutDominated(task, placesOf(task));
      const everyone = Array.from({ length: instance.firms }, (_, index) => index);
      const verdict = { gap: 0.5, share: 1, maxNodes: 20_000, isVerdict: true };
      const [all, some] = [task, fewerFirms].map(
        (each) => solveExactly(run, each, everyone, verdict).isInfeasible,
      );
      expect(some).toBe(all);
      if (fewerFirms.out.includes(1)) fewer++;
    }
    expect(fewer).toBeGreaterThan(20);
  });
});

describe('a pool of thousands that are all unlike', () => {
  it('is decided to the won', () => {
    const alliance = makeAlliance({ firms: 8_000, technologies: 50, seed: 2 });
    const stated = makeProject(alliance, { requirements: 10, seed: 2 });
    const withBudget = (budgetWon: number) => {
      const constraints = { ...stated.constraints, budgetWon };
      return beginJob(solver, { ...stated, constraints }, settings, () => {});
    };
    const { instance, run } = withBudget(2_000_000_000);
    const least = cheapestTeam({ ...run, tell: () => {} }, instance);
    expect(least?.isProven).toBe(true);
    const outcomes = [0, 1].map((won) => {
      const job = withBudget((least?.costWon ?? 0) - won);
      return decideExistence(job.run, bestTeamTask(job.instance), 1).outcome;
    });
    expect(outcomes).toEqual(['TEAM', 'NONE']);
  });

  it('has no team where two halves of an odd team are asked for', () => {
    const none = solve(solver, halves(3), settings);
    expect(none.status).toBe('INFEASIBLE');
    expect(none.infeasibility?.proof).toBe('EXACT_SEARCH');
    expect(none.infeasibility?.isIrreducible).toBe(true);
    expect(new Set(none.infeasibility?.conflict.map(({ kind }) => kind))).toEqual(
      new Set(['MIN_PARTNERS', 'MAX_PARTNERS', 'MIN_SMES', 'MIN_OUTSIDE_CAPITAL']),
    );
    expect(solve(solver, halves(4), settings).status).toBe('OPTIMAL');
  });

  it('is decided alike in whatever order it comes', () => {
    const stated = halves(3);
    const turned = {
      ...stated,
      candidates: stated.candidates.toReversed(),
      capabilities: [...stated.capabilities].toReversed(),
    };
    const [one, other] = [stated, turned].map((problem) => {
      const { statistics, ...answer } = solve(solver, problem, settings);
      return { ...answer, hash: statistics.instanceHash, nodes: statistics.nodes };
    });
    expect(one).toEqual(other);
  });
});
