import { defaultWeights } from './defaults.ts';
import { AssemblyFailure } from './failure.ts';
import { loadSolver } from './search/highs.ts';
import { runJob } from './thread/job.ts';
import { makeAlliance, makeProject } from './sample-alliance.ts';
import { settingsOf, solve } from './solve.ts';
import type { AssemblyProblem, Candidate, Constraints, Requirement } from './problem.ts';
import type { AssemblyResult } from './result.ts';

const solver = await loadSolver();
const settings = settingsOf({ alternatives: 0, timeLimitMillis: 250_000, gap: 1e-6 });

const lead: Candidate = {
  id: 'lead',
  kinds: ['IAAS'],
  isSme: false,
  region: 'KR-11',
  isOutsideCapital: false,
  certificates: [],
  affiliateGroup: null,
  capacity: 2,
  entryCostWon: 1_000,
  requirementPriceWon: 500,
  trackRecord: 0.5,
  isAvailable: true,
  isSanctioned: false,
};

const requirement: Requirement = {
  id: 'storage',
  technologyId: 'object-storage',
  leastLevel: 5,
  must: 1,
  want: 1,
  weight: 1,
  certificate: null,
};

const rules: Constraints = {
  leadKinds: ['IAAS'],
  leadId: null,
  minPartners: 1,
  maxPartners: 5,
  budgetWon: 10_000,
};

const skill = (candidateId: string, level = 7) => ({
  candidateId,
  technologyId: 'object-storage',
  level,
  verifiedLevel: level,
});

const base: AssemblyProblem = {
  candidates: [lead],
  capabilities: [skill('lead')],
  requirements: [requirement],
  history: [],
  constraints: rules,
};

const run = (change: Partial<AssemblyProblem>): AssemblyResult =>
  solve(solver, { ...base, ...change }, settings);

const idsOf = (result: AssemblyResult) =>
  result.proposals[0]?.members.map(({ candidateId }) => candidateId);

describe('assembly at its edges', () => {
  it('takes the only firm there is', () => {
    const result = run({});
    expect(result.status).toBe('OPTIMAL');
    expect(idsOf(result)).toEqual(['lead']);
    expect(result.proposals[0]).toMatchObject({ costWon: 1_500, uncoveredRequirementIds: [] });
    expect(result.weights).toEqual(defaultWeights);
    expect(result.proposals[0]?.members[0]?.reasons).toContainEqual({ kind: 'INDISPENSABLE' });
  });

  it('says that there is no lead and no provider where there is no firm at all', () => {
    const { status, infeasibility } = run({ candidates: [], capabilities: [] });
    expect(status).toBe('INFEASIBLE');
    expect(infeasibility?.proof).toBe('PHASE_ONE_BOUND');
    expect(infeasibility?.conflict).toHaveLength(1);
  });

  it('proposes the lead alone where nothing is required', () => {
    const result = run({ requirements: [] });
    expect(result.status).toBe('OPTIMAL');
    expect(idsOf(result)).toEqual(['lead']);
  });

  it('blames the lead where the only one is excluded', () => {
    const { status, infeasibility } = run({ constraints: { ...rules, mustExclude: ['lead'] } });
    expect(status).toBe('INFEASIBLE');
    expect(infeasibility?.conflict.map(({ kind }) => kind)).toEqual(['LEAD']);
  });

  it('blames the demand for a firm that is excluded too', () => {
    const constraints = { ...rules, mustInclude: ['lead'], mustExclude: ['lead'] };
    expect(run({ constraints }).infeasibility?.conflict).toEqual([
      { kind: 'LEAD', candidateId: null, blockedBy: null },
    ]);
    const other = { ...lead, id: 'other' };
    const result = run({
      candidates: [lead, other],
      capabilities: [skill('lead'), skill('other')],
      constraints,
    });
    expect(result.infeasibility?.conflict).toEqual([
      { kind: 'MUST_INCLUDE', candidateId: 'lead', blockedBy: 'EXCLUDED' },
    ]);
    expect(result.infeasibility?.relaxation?.proposal?.leadId).toBe('other');
  });

  it('accepts a budget of 0 from firms that ask for nothing, and from no others', () => {
    const constraints = { ...rules, budgetWon: 0 };
    const { status, infeasibility } = run({ constraints });
    expect(status).toBe('INFEASIBLE');
    expect(infeasibility?.cheapestTeam).toEqual({ costWon: 1_500, isProven: true });
    const free = { ...lead, entryCostWon: 0, requirementPriceWon: 0 };
    expect(run({ constraints, candidates: [free] }).status).toBe('OPTIMAL');
  });

  it('keeps a budget of billions to the won', () => {
    const budgetWon = 9_876_543_210;
    const dear = { ...lead, entryCostWon: 5_000_000_000, requirementPriceWon: 4_876_543_210 };
    const exact = run({ candidates: [dear], constraints: { ...rules, budgetWon } });
    expect(exact.proposals[0]?.costWon).toBe(budgetWon);
    const short = run({ candidates: [dear], constraints: { ...rules, budgetWon: budgetWon - 1 } });
    expect(short.status).toBe('INFEASIBLE');
    expect(short.infeasibility?.conflict.map(({ kind }) => kind)).toContain('BUDGET');
  });

  it('refuses the solver a team that misses a budget of trillions by one won', () => {
    const budgetWon = 9_000_000_000_000;
    const better = { ...lead, id: 'better', entryCostWon: budgetWon, requirementPriceWon: 1 };
    const result = run({
      candidates: [lead, better],
      capabilities: [skill('lead', 5), skill('better', 9)],
      constraints: { ...rules, maxPartners: 1, budgetWon },
      weights: { coverage: 900, track: 25, cost: 25, size: 25, cohesion: 25 },
    });
    expect(idsOf(result)).toEqual(['lead']);
    expect(result.status).toBe('OPTIMAL');
    expect(result.statistics.refusedAnswers).toBeGreaterThan(0);
  });

  it('takes the higher of two statements about the same skill', () => {
    const result = run({ capabilities: [skill('lead', 4), skill('lead', 8), skill('lead', 6)] });
    expect(result.proposals[0]?.members[0]?.carries[0]).toMatchObject({ level: 8 });
  });

  it('believes a reviewer rather than the firm', () => {
    const stated = { ...skill('lead'), level: 9, verifiedLevel: 3 };
    const { status, funnels } = run({ capabilities: [stated] });
    expect(status).toBe('INFEASIBLE');
    expect(funnels[0]).toMatchObject({ haveTechnology: 1, reachLevel: 0, short: 1 });
  });

  it('counts a level that nobody has verified for half its quality', () => {
    const [verified, stated] = [7, null].map(
      (verifiedLevel) => run({ capabilities: [{ ...skill('lead'), verifiedLevel }] }).proposals[0],
    );
    // Level 7 of at least 5: three of five steps.
    expect(verified?.parts.coverage).toBeCloseTo(350 * (1 - 0.6), 9);
    expect(stated?.parts.coverage).toBeCloseTo(350 * (1 - 0.3), 9);
  });

  it('does not count two firms of one group as independent', () => {
    const candidates = ['lead', 'sister'].map((id) => ({ ...lead, id, affiliateGroup: 'group' }));
    const capabilities = [skill('lead'), skill('sister')];
    const requirements = [{ ...requirement, must: 2, want: 2 }];
    const { status, funnels } = run({ candidates, capabilities, requirements });
    expect(status).toBe('INFEASIBLE');
    expect(funnels[0]).toMatchObject({ notExcluded: 2, independent: 1, short: 1 });
  });

  it('leaves an optional requirement uncovered and says so', () => {
    const optional = { ...requirement, id: 'optional', technologyId: 'quantum', must: 0 };
    const result = run({ requirements: [requirement, optional] });
    expect(result.status).toBe('OPTIMAL');
    expect(result.proposals[0]?.uncoveredRequirementIds).toEqual(['optional']);
  });

  it('lets a demand-side firm be a member without work only where the rules ask for one', () => {
    const hospital: Candidate = { ...lead, id: 'hospital', kinds: ['DEMAND'], capacity: 0 };
    const candidates = [lead, hospital];
    expect(idsOf(run({ candidates }))).toEqual(['lead']);
    const membersByKind = [{ kind: 'DEMAND' as const, least: 1, most: null }];
    const constraints = { ...rules, membersByKind };
    expect(idsOf(run({ candidates, constraints }))).toEqual(['lead', 'hospital']);
  });

  it('leaves out a firm that was proposed too often, unless it is demanded', () => {
    const busy = { ...lead, id: 'busy', trackRecord: 1, proposedLately: 5 };
    const candidates = [lead, busy];
    const capabilities = [skill('lead'), skill('busy')];
    const constraints = { ...rules, exposureCap: 5 };
    expect(idsOf(run({ candidates, capabilities }))).toEqual(['busy']);
    expect(idsOf(run({ candidates, capabilities, constraints }))).toEqual(['lead']);
    const demanded = { ...constraints, mustInclude: ['busy'] };
    expect(idsOf(run({ candidates, capabilities, constraints: demanded }))).toEqual(['busy']);
  });
});

describe('a job in a worker', () => {
  const alliance = makeAlliance({ firms: 3000, technologies: 50, seed: 9 });
  const problem = makeProject(alliance, { requirements: 20, seed: 9 });

  it('is ended from outside when it overruns', async () => {
    const order = {
      kind: 'ASSEMBLE' as const,
      problem,
      settings: { ...settings, timeLimitMillis: 1 },
    };
    expect(await runJob(order, { graceMillis: 1 })).toEqual({ by: 'TIME' });
  });

  it('reports the faults of its problem', async () => {
    const order = {
      kind: 'ASSEMBLE' as const,
      problem: { ...problem, requirements: [{ ...requirement, leastLevel: 0 }] },
      settings,
    };
    await expect(runJob(order, {})).rejects.toBeInstanceOf(AssemblyFailure);
  });
});
