import { jest } from '@jest/globals';
import { evaluate } from '../evaluate.ts';
import { loadSolver } from '../search/highs.ts';
import { prepare } from '../task/prepare.ts';
import { relaxProblem } from './relaxed.ts';
import { ruleKey, rulesOf } from '../task/rule.ts';
import { makeAlliance, makeProject } from '../sample-alliance.ts';
import { settingsOf, solve } from '../solve.ts';
import { canHold, leastViolationByTrial, tinyProblem } from '../tiny-problem.ts';
import type { AssemblyProblem, Constraint } from '../problem.ts';
import type { Infeasibility } from '../result.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({
  alternatives: 0,
  timeLimitMillis: 250_000,
  gap: 1e-6,
  explain: false,
});
const alliance = makeAlliance({ firms: 800, technologies: 50, seed: 3 });

function whyNot(problem: AssemblyProblem): Infeasibility {
  const { infeasibility, status } = solve(solver, problem, settings);
  expect(status).toBe('INFEASIBLE');
  if (!infeasibility) throw new Error('No reason given.');
  return infeasibility;
}

const keysOf = (rules: readonly Constraint[]) => new Set(rules.map(ruleKey));

describe('infeasibility', () => {
  it('names rules that cannot hold together and of which each is needed, as trying all teams shows', () => {
    let conflicts = 0;
    for (let seed = 1; seed <= 90; seed++) {
      const problem = tinyProblem(seed, 5);
      const all = keysOf(rulesOf(prepare(problem)));
      if (canHold(problem, all)) continue;
      conflicts++;
      const { conflict, isIrreducible } = whyNot(problem);
      expect({ seed, isIrreducible }).toEqual({ seed, isIrreducible: true });
      expect({ seed, holds: canHold(problem, keysOf(conflict)) }).toEqual({ seed, holds: false });
      for (const rule of conflict) {
        const others = keysOf(conflict.filter((other) => other !== rule));
        const holds = canHold(problem, others);
        expect({ seed, without: ruleKey(rule), holds }).toEqual({
          seed,
          without: ruleKey(rule),
          holds: true,
        });
      }
    }
    expect(conflicts).toBeGreaterThan(25);
  });

  it('finds the nearest way out at the prices of the rules, as trying all teams shows', () => {
    let compared = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const problem = tinyProblem(seed, 5);
      const { infeasibility } = solve(solver, problem, settings);
      if (!infeasibility?.relaxation) continue;
      compared++;
      const { relaxation, violationBound } = infeasibility;
      const expected = leastViolationByTrial(problem);
      expect(violationBound).toBeLessThanOrEqual(expected + 1e-6);
      expect({
        seed,
        isNearest: relaxation.isNearest,
        violation: relaxation.violation.toFixed(4),
      }).toEqual({ seed, isNearest: true, violation: expected.toFixed(4) });
    }
    expect(compared).toBeGreaterThan(20);
  });

  it('proposes a change of the rules after which the proposed team passes the check', () => {
    let proposals = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const problem = tinyProblem(seed, 5);
      const { infeasibility } = solve(solver, problem, settings);
      const { relaxation } = infeasibility ?? { relaxation: null };
      if (!relaxation?.proposal) continue;
      proposals++;
      const { leadId, members } = relaxation.proposal;
      const team = {
        leadId,
        members: members.map(({ candidateId, carries }) => ({
          candidateId,
          requirementIds: carries.map(({ requirementId }) => requirementId),
        })),
      };
      const relaxed = relaxProblem(problem, relaxation.changes);
      expect({ seed, breaches: evaluate(relaxed, team, 1).breaches }).toEqual({
        seed,
        breaches: [],
      });
      expect(evaluate(problem, team, 1).breaches).not.toEqual([]);
    }
    expect(proposals).toBeGreaterThan(10);
  });

  it('finds that three members cannot count five small firms, and by how many', () => {
    const problem = makeProject(alliance, { requirements: 8, seed: 4, slack: 20 });
    const reason = whyNot({
      ...problem,
      requirements: problem.requirements.map((requirement) => ({ ...requirement, must: 0 })),
      constraints: { ...problem.constraints, maxPartners: 3, minSmes: { count: 5 } },
    });
    expect(reason.proof).toBe('PHASE_ONE_BOUND');
    expect(reason.violationBound).toBeGreaterThan(0);
    expect(keysOf(reason.conflict)).toEqual(new Set(['MIN_SMES', 'MAX_PARTNERS']));
    expect(reason.relaxation?.isNearest).toBe(true);
    const [change] = reason.relaxation?.changes ?? [];
    expect(change).toMatchObject({ constraint: { kind: 'MAX_PARTNERS' }, from: 3 });
  });

  it('says what the cheapest team costs where only the budget is too small', () => {
    const problem = makeProject(alliance, { requirements: 8, seed: 5, slack: 0.4 });
    const { conflict, cheapestTeam } = whyNot(problem);
    expect(conflict.map(({ kind }) => kind)).toContain('BUDGET');
    expect(cheapestTeam?.isProven).toBe(true);
    const budgetWon = cheapestTeam?.costWon ?? 0;
    const atLeast = { ...problem, constraints: { ...problem.constraints, budgetWon } };
    expect(solve(solver, atLeast, settings).status).toBe('OPTIMAL');
    const less = Math.floor(budgetWon * 0.999);
    const below = { ...problem, constraints: { ...problem.constraints, budgetWon: less } };
    expect(solve(solver, below, settings).status).toBe('INFEASIBLE');
  });

  it('tells how many firms are short for a requirement, and where they are lost', () => {
    const problem = makeProject(alliance, { requirements: 5, seed: 6 });
    const requirements = problem.requirements.map((requirement, index) =>
      index === 0 ? { ...requirement, leastLevel: 9, certificate: 'NOT_A_PAPER' } : requirement,
    );
    const result = solve(solver, { ...problem, requirements }, settings);
    const [funnel] = result.funnels;
    expect(result.status).toBe('INFEASIBLE');
    expect(funnel?.haveTechnology).toBeGreaterThan(funnel?.reachLevel ?? 0);
    expect(funnel?.reachLevel).toBeGreaterThan(0);
    expect(funnel).toMatchObject({ holdCertificate: 0, notExcluded: 0, short: funnel?.must });
    expect(keysOf(result.infeasibility?.conflict ?? [])).toEqual(
      new Set([`REQUIREMENT:${requirements[0]?.id}`]),
    );
  });

  it('explains a named lead that is sanctioned, unknown or of the wrong kind', () => {
    const problem = makeProject(alliance, { requirements: 4, seed: 7 });
    const sanctioned = problem.candidates.find((one) => one.isSanctioned)?.id ?? '';
    const wrongKind =
      problem.candidates.find(
        (one) => !one.kinds.includes('IAAS') && one.isAvailable && !one.isSanctioned,
      )?.id ?? '';
    const blockOf = (leadId: string) => {
      const { conflict } = whyNot({
        ...problem,
        constraints: { ...problem.constraints, leadId },
      });
      return conflict;
    };
    for (const [id, blockedBy] of [
      [sanctioned, 'SANCTIONED'],
      ['nobody', 'UNKNOWN'],
      [wrongKind, 'MAY_NOT_LEAD'],
    ] as const)
      expect(blockOf(id)).toEqual([{ kind: 'LEAD', candidateId: id, blockedBy }]);
  });
});
