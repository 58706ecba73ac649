import { jest } from '@jest/globals';
import { loadSolver } from '../search/highs.ts';
import { isDemanded } from '../task/role.ts';
import { settingsOf, solve } from '../solve.ts';
import { bestByTrial, tinyProblem } from '../tiny-problem.ts';
import type { AssemblyProblem } from '../problem.ts';
import type { Member } from '../result.ts';

// Trying every team takes a while on a busy machine.
jest.setTimeout(300_000);

const solver = await loadSolver();
const settings = settingsOf({ alternatives: 0, timeLimitMillis: 250_000, gap: 0 });

function pointsWithout(problem: AssemblyProblem, id: string): number {
  const { constraints } = problem;
  const mustExclude = [...(constraints.mustExclude ?? []), id];
  return bestByTrial({ ...problem, constraints: { ...constraints, mustExclude } }).points;
}

const reasonOf = (member: Member, kind: string) =>
  member.reasons.find((reason) => reason.kind === kind);

const round = (points: number) => Math.round(points * 1e4) / 1e4;

/** What a member's reasons say that it adds: proven points, or without end where it is indispensable. */
function addedPoints(member: Member): number {
  if (reasonOf(member, 'INDISPENSABLE')) return Number.POSITIVE_INFINITY;
  const adds = reasonOf(member, 'ADDS');
  return adds?.kind === 'ADDS' && adds.isExact ? adds.points : Number.NaN;
}

function haveWorked({ history }: AssemblyProblem, one: string, other: string): boolean {
  return history.some(
    ({ a, b, strength }) =>
      strength > 0 && ((a === one && b === other) || (a === other && b === one)),
  );
}

describe('reasons', () => {
  it('say what the team would be without each member, as trying every team shows', () => {
    const told: { seed: number; id: string; points: number }[] = [];
    const expected: typeof told = [];
    for (let seed = 1; seed <= 160; seed++) {
      const problem = tinyProblem(seed, 6);
      // Without a budget the cost reference depends on the pool, so points of two pools do not compare.
      if (problem.constraints.budgetWon === null) continue;
      const [best] = solve(solver, problem, settings).proposals;
      for (const member of best?.members ?? []) {
        if (isDemanded(member.candidateId, problem.constraints)) continue;
        const id = member.candidateId;
        told.push({ seed, id, points: round(addedPoints(member)) });
        const without = pointsWithout(problem, id) - (best?.points ?? 0);
        expected.push({ seed, id, points: round(without) });
      }
    }
    expect(told).toEqual(expected);
    const lost = told.filter(({ points }) => points === Number.POSITIVE_INFINITY).length;
    expect(lost).toBeGreaterThan(20);
    expect(told.length - lost).toBeGreaterThan(15);
  });

  it('name the lead, the demanded, the work and the rules a member serves', () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= 60; seed++) {
      const problem = tinyProblem(seed, 6);
      const [best] = solve(solver, problem, { ...settings, explain: false }).proposals;
      for (const member of best?.members ?? []) {
        for (const { kind } of member.reasons) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        const leads = reasonOf(member, 'LEADS');
        expect(leads !== undefined).toBe(member.role === 'LEAD');
        const work = reasonOf(member, 'CARRIES');
        const carried = work?.kind === 'CARRIES' ? work.requirementIds : [];
        expect(carried).toEqual(member.carries.map(({ requirementId }) => requirementId));
        const isAsked = problem.constraints.mustInclude?.includes(member.candidateId) === true;
        expect(reasonOf(member, 'DEMANDED') !== undefined).toBe(isAsked);
      }
    }
    expect([...kinds.keys()].toSorted()).toEqual([
      'CARRIES',
      'DEMANDED',
      'KNOWS',
      'LEADS',
      'SERVES',
    ]);
  });

  it('name the other members with whom one has worked', () => {
    let told = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const problem = tinyProblem(seed, 6);
      const [best] = solve(solver, problem, { ...settings, explain: false }).proposals;
      const ids = best?.members.map(({ candidateId }) => candidateId) ?? [];
      for (const member of best?.members ?? []) {
        const known = ids.filter((id) => haveWorked(problem, member.candidateId, id)).toSorted();
        const reason = reasonOf(member, 'KNOWS');
        expect(reason ?? null).toEqual(
          known.length > 0 ? { kind: 'KNOWS', candidateIds: known } : null,
        );
        told += known.length;
      }
    }
    expect(told).toBeGreaterThan(5);
  });
});
