// From the problem as stated to the problem in numbers. One pass, no search.
import { accumulate, add, at } from './dense.ts';
import { buildPool, filterPairs, type Pairs, type Pool } from './filter.ts';
import type { Demanded, Instance } from './instance.ts';
import { pointsObjective } from './objective.ts';
import { kindBits, quotaRows } from './quotas.ts';
import { mayIdle, mayLead } from './role.ts';
import { defaultViolationPrices, defaultWeights } from '../defaults.ts';
import type { StatedProblem, Candidate, Constraints } from '../types.ts';

/** The problem in numbers. It must be free of faults (`problemFaults`). */
export function prepare(problem: StatedProblem): Instance {
  const pool = buildPool(problem);
  const { pairs, funnels } = filterPairs(problem, pool);
  const kept = keptFirms(problem, pool, pairs);
  const firms = kept.map((index) => pool.candidates[index]).filter((firm) => firm !== undefined);
  const numberOf = new Map(firms.map((firm, index) => [firm.id, index]));
  const { constraints, requirements } = problem;
  const weights = problem.weights ?? defaultWeights;
  const columns = firmColumns(firms, constraints);
  const carried = pairColumns(problem, kept, firms, pairs);
  const want = Int32Array.from(requirements, (requirement) => requirement.want);
  const total = requirements.reduce((sum, requirement) => sum + requirement.weight, 0);
  const share = Float64Array.from(requirements, (requirement) => requirement.weight / total);
  const costReferenceWon = costReference(constraints, columns.entryWon, carried.priceWon, want);
  return {
    firms: firms.length,
    ids: firms.map((firm) => firm.id),
    ...columns,
    ...groups(firms),
    ...carried,
    ...historyOf(problem, numberOf),
    requirementIds: requirements.map((requirement) => requirement.id),
    must: Int32Array.from(requirements, (requirement) => requirement.must),
    want,
    share,
    quotas: quotaRows(firms, constraints),
    minKinds: constraints.minKinds ?? 0,
    maxPartners: constraints.maxPartners,
    budgetWon: constraints.budgetWon,
    costReferenceWon,
    demanded: [...new Set(constraints.mustInclude)]
      .toSorted()
      .map((id) => demandedFirm(id, pool, numberOf)),
    lead: constraints.leadId === null ? null : leadOf(constraints, pool, numberOf),
    weights,
    violationPrices: problem.violationPrices ?? defaultViolationPrices,
    funnels,
    objective: pointsObjective({
      weights,
      maxPartners: constraints.maxPartners,
      costReferenceWon,
      ...columns,
      ...carried,
      want,
      share,
    }),
  };
}

// Firms that no rule could ever bring into a team are left out of all that follows.
function keptFirms(problem: StatedProblem, pool: Pool, pairs: Pairs): number[] {
  const { constraints } = problem;
  const useful = new Uint8Array(pool.candidates.length);
  for (const firm of pairs.firm) useful[firm] = 1;
  const demanded = new Set([...(constraints.mustInclude ?? []), constraints.leadId]);
  const kept: number[] = [];
  for (const [index, candidate] of pool.candidates.entries()) {
    if (pool.blocked[index] !== null) continue;
    const isKept =
      useful[index] === 1 ||
      demanded.has(candidate.id) ||
      mayLead(candidate, constraints) ||
      mayIdle(candidate, constraints);
    if (isKept) kept.push(index);
  }
  return kept;
}

function firmColumns(firms: readonly Candidate[], constraints: Constraints) {
  return {
    entryWon: Float64Array.from(firms, (firm) => firm.entryCostWon),
    track: Float64Array.from(firms, (firm) => firm.trackRecord),
    capacity: Int32Array.from(firms, (firm) => firm.capacity),
    mayLead: Uint8Array.from(firms, (firm) => (mayLead(firm, constraints) ? 1 : 0)),
    mayIdle: Uint8Array.from(firms, (firm) => (mayIdle(firm, constraints) ? 1 : 0)),
    kindBits: Uint8Array.from(firms, kindBits),
  };
}

function pairColumns(
  problem: StatedProblem,
  kept: readonly number[],
  firms: readonly Candidate[],
  pairs: Pairs,
) {
  const { requirements, unverifiedCredit = 0.5 } = problem;
  const counts = new Int32Array(firms.length + 1);
  const local = new Int32Array((kept.at(-1) ?? -1) + 1);
  for (const [firm, index] of kept.entries()) local[index] = firm;
  for (const index of pairs.firm) add(counts, at(local, index) + 1, 1);
  const { requirement, level, isVerified } = pairs;
  const quality = new Float64Array(requirement.length);
  const priceWon = new Float64Array(requirement.length);
  for (const [pair, index] of pairs.firm.entries()) {
    const wanted = requirements[at(requirement, pair)];
    const firm = firms[at(local, index)];
    if (!wanted || !firm) continue;
    const reached = (1 + at(level, pair) - wanted.leastLevel) / (10 - wanted.leastLevel);
    quality[pair] = isVerified[pair] === 1 ? reached : reached * unverifiedCredit;
    priceWon[pair] = priceOf(firm, wanted.id);
  }
  return { start: accumulate(counts), requirement, level, isVerified, quality, priceWon };
}

function priceOf({ prices, requirementPriceWon }: Candidate, requirementId: string): number {
  const special = prices?.find((price) => price.requirementId === requirementId);
  return special?.won ?? requirementPriceWon;
}

function groups(firms: readonly Candidate[]) {
  const sizes = new Map<string, number>();
  for (const { affiliateGroup } of firms)
    if (affiliateGroup !== null) sizes.set(affiliateGroup, (sizes.get(affiliateGroup) ?? 0) + 1);
  const numbers = new Map<string, number>();
  const numberOf = (name: string | null): number => {
    if (name === null || (sizes.get(name) ?? 0) < 2) return -1;
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const group = Int32Array.from(firms, (firm) => numberOf(firm.affiliateGroup));
  return { group, groups: numbers.size };
}

function historyOf(problem: StatedProblem, numberOf: ReadonlyMap<string, number>) {
  const { from, to, strength } = knownEdges(problem, numberOf);
  const counts = new Int32Array(numberOf.size + 1);
  for (const firm of from) add(counts, firm + 1, 1);
  const starts = accumulate(counts);
  const place = starts.slice();
  const order = new Int32Array(from.length);
  for (const [edge, firm] of from.entries()) {
    order[at(place, firm)] = edge;
    add(place, firm, 1);
  }
  const historyStart = new Int32Array(numberOf.size + 1);
  const historyFirm: number[] = [];
  const historyStrength: number[] = [];
  for (let firm = 0; firm < numberOf.size; firm++) {
    const known = new Map<number, number>();
    for (const edge of order.subarray(at(starts, firm), at(starts, firm + 1)))
      known.set(at(to, edge), Math.max(at(strength, edge), known.get(at(to, edge)) ?? 0));
    for (const other of [...known.keys()].toSorted((a, b) => a - b)) {
      historyFirm.push(other);
      historyStrength.push(known.get(other) ?? 0);
    }
    historyStart[firm + 1] = historyFirm.length;
  }
  return {
    historyStart,
    historyFirm: Int32Array.from(historyFirm),
    historyStrength: Float64Array.from(historyStrength),
  };
}

// Both directions of every edge between two firms of the instance.
function knownEdges(problem: StatedProblem, numberOf: ReadonlyMap<string, number>) {
  const from: number[] = [];
  const to: number[] = [];
  const strength: number[] = [];
  for (const edge of problem.history) {
    const a = numberOf.get(edge.a) ?? -1;
    const b = numberOf.get(edge.b) ?? -1;
    if (a < 0 || b < 0 || a === b || edge.strength <= 0) continue;
    from.push(a, b);
    to.push(b, a);
    strength.push(edge.strength, edge.strength);
  }
  return { from, to, strength };
}

// Without a budget the cost is measured against what a full team would cost at median prices.
function costReference(
  constraints: Constraints,
  entryWon: Float64Array,
  priceWon: Float64Array,
  want: Int32Array,
): number {
  if (constraints.budgetWon !== null && constraints.budgetWon > 0) return constraints.budgetWon;
  const wanted = want.reduce((sum, count) => sum + count, 0);
  return Math.max(1, constraints.maxPartners * median(entryWon) + wanted * median(priceWon));
}

function median(values: Float64Array): number {
  return values.toSorted()[values.length >> 1] ?? 0;
}

function demandedFirm(id: string, pool: Pool, numberOf: ReadonlyMap<string, number>): Demanded {
  const index = pool.numberOf.get(id);
  if (index === undefined) return { id, firm: -1, blockedBy: 'UNKNOWN' };
  const blockedBy = pool.blocked[index] ?? null;
  return { id, firm: blockedBy === null ? (numberOf.get(id) ?? -1) : -1, blockedBy };
}

function leadOf(
  constraints: Constraints,
  pool: Pool,
  numberOf: ReadonlyMap<string, number>,
): Demanded {
  const lead = demandedFirm(constraints.leadId ?? '', pool, numberOf);
  const candidate = pool.candidates[pool.numberOf.get(lead.id) ?? -1];
  if (lead.firm < 0 || !candidate || mayLead(candidate, constraints)) return lead;
  return { id: lead.id, firm: -1, blockedBy: 'MAY_NOT_LEAD' };
}
