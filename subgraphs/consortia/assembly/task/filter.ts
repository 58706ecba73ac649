// Who can carry what: the tests a firm passes before the solver sees it, and the funnel that counts them.
import { add, at } from './dense.ts';
import type { StatedProblem, Block, Candidate, Funnel, Requirement } from '../types.ts';

/** The candidates in the order of their ids, and the tests that do not depend on a requirement. */
export type Pool = {
  readonly candidates: readonly Candidate[];
  readonly numberOf: ReadonlyMap<string, number>;
  /** Why a candidate cannot be a member; null where it can. */
  readonly blocked: readonly (Block | null)[];
};

/** Firm x requirement pairs that pass every test, by firm and then requirement; a firm is its place in the pool. */
export type Pairs = {
  readonly firm: Int32Array;
  readonly requirement: Int32Array;
  readonly level: Uint8Array;
  readonly isVerified: Uint8Array;
};

/** Sorts the candidates by id, so that equal problems become equal programmes. */
export function buildPool(problem: StatedProblem): Pool {
  const candidates = problem.candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { constraints } = problem;
  const excluded = new Set(constraints.mustExclude);
  const demanded = new Set(constraints.mustInclude);
  if (constraints.leadId !== null) demanded.add(constraints.leadId);
  const cap = constraints.exposureCap ?? Number.POSITIVE_INFINITY;
  const blockOf = (candidate: Candidate): Block | null => {
    if (candidate.isSanctioned) return 'SANCTIONED';
    if (!candidate.isAvailable) return 'UNAVAILABLE';
    if (excluded.has(candidate.id)) return 'EXCLUDED';
    const isTired = (candidate.proposedLately ?? 0) >= cap && !demanded.has(candidate.id);
    return isTired ? 'EXCLUDED' : null;
  };
  return {
    candidates,
    numberOf: new Map(candidates.map((candidate, index) => [candidate.id, index])),
    blocked: candidates.map(blockOf),
  };
}

/** All pairs that pass, by candidate and then requirement, and the funnel of each requirement. */
export function filterPairs(problem: StatedProblem, pool: Pool) {
  const { requirements } = problem;
  const levels = bestLevels(problem, pool);
  const counts = new Uint32Array(requirements.length * 5);
  const independent = requirements.map(() => 0);
  const groups = requirements.map(() => new Set<string>());
  const found = { firm: Array<number>(), requirement: Array<number>(), coded: Array<number>() };
  for (const [firm, candidate] of pool.candidates.entries()) {
    for (const [index, requirement] of requirements.entries()) {
      const coded = at(levels, firm * requirements.length + index);
      if (coded === 0) continue;
      const level = (coded >> 1) - 1;
      const passed = testsPassed(candidate, requirement, level, pool.blocked[firm] ?? null);
      for (let test = 0; test < passed; test++) add(counts, index * 5 + test, 1);
      if (passed < 5) continue;
      if (candidate.affiliateGroup === null) add(independent, index, 1);
      else groups[index]?.add(candidate.affiliateGroup);
      found.firm.push(firm);
      found.requirement.push(index);
      found.coded.push(coded);
    }
  }
  const funnels = requirements.map((requirement, index) =>
    funnelOf(
      requirement,
      counts.subarray(index * 5),
      at(independent, index) + (groups[index]?.size ?? 0),
    ),
  );
  const pairs: Pairs = {
    firm: Int32Array.from(found.firm),
    requirement: Int32Array.from(found.requirement),
    level: Uint8Array.from(found.coded, (coded) => (coded >> 1) - 1),
    isVerified: Uint8Array.from(found.coded, (coded) => coded & 1),
  };
  return { pairs, funnels };
}

// For each candidate x requirement: (level + 1) * 2 + verified, the highest where a pair comes twice; 0 is "none".
function bestLevels(problem: StatedProblem, pool: Pool): Uint8Array {
  const { requirements } = problem;
  const byTechnology = Map.groupBy(
    requirements.keys(),
    (index) => requirements[index]?.technologyId,
  );
  const levels = new Uint8Array(pool.candidates.length * requirements.length);
  for (const capability of problem.capabilities) {
    const wanted = byTechnology.get(capability.technologyId);
    const firm = wanted && pool.numberOf.get(capability.candidateId);
    if (!wanted || firm === undefined) continue;
    const { level, verifiedLevel } = capability;
    const coded = ((verifiedLevel ?? level) + 1) * 2 + (verifiedLevel === null ? 0 : 1);
    for (const index of wanted) {
      const place = firm * requirements.length + index;
      levels[place] = Math.max(at(levels, place), coded);
    }
  }
  return levels;
}

// 1 technology, 2 level, 3 certificate, 4 available, 5 not excluded.
function testsPassed(
  candidate: Candidate,
  requirement: Requirement,
  level: number,
  blockedBy: Block | null,
): number {
  if (level < requirement.leastLevel) return 1;
  const { certificate } = requirement;
  if (certificate !== null && !candidate.certificates.includes(certificate)) return 2;
  if (blockedBy === 'SANCTIONED' || blockedBy === 'UNAVAILABLE' || candidate.capacity === 0)
    return 3;
  return blockedBy === null ? 5 : 4;
}

function funnelOf(requirement: Requirement, counts: Uint32Array, independent: number): Funnel {
  return {
    requirementId: requirement.id,
    must: requirement.must,
    haveTechnology: at(counts, 0),
    reachLevel: at(counts, 1),
    holdCertificate: at(counts, 2),
    available: at(counts, 3),
    notExcluded: at(counts, 4),
    independent,
    short: Math.max(0, requirement.must - independent),
  };
}
