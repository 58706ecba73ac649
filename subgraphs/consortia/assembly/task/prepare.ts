// From the problem as stated to the problem in numbers. One pass, no search.
import { accumulate, add, at, fill } from './dense.ts';
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
  const count = firms.length;
  return {
    entryWon: fill(new Float64Array(count), firms, (firm) => firm.entryCostWon),
    track: fill(new Float64Array(count), firms, (firm) => firm.trackRecord),
    capacity: fill(new Int32Array(count), firms, (firm) => firm.capacity),
    mayLead: fill(new Uint8Array(count), firms, (firm) => (mayLead(firm, constraints) ? 1 : 0)),
    mayIdle: fill(new Uint8Array(count), firms, (firm) => (mayIdle(firm, constraints) ? 1 : 0)),
    kindBits: fill(new Uint8Array(count), firms, kindBits),
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
  // Sorted by the other firm, then stably by the firm: edges of a pair follow each other.
  const firms = numberOf.size;
  const byOther = sortedBy(to, identity(to.length), firms);
  const order = sortedBy(from, byOther, firms);
  const historyStart = new Int32Array(firms + 1);
  const historyFirm = new Int32Array(order.length);
  const historyStrength = new Float64Array(order.length);
  let kept = 0;
  let last = -1;
  for (const edge of order) {
    const [firm, other, known] = [at(from, edge), at(to, edge), at(strength, edge)];
    const isSame = last >= 0 && at(from, last) === firm && at(to, last) === other;
    if (!isSame) {
      historyFirm[kept++] = other;
      add(historyStart, firm + 1, 1);
    }
    historyStrength[kept - 1] = isSame ? Math.max(known, at(historyStrength, kept - 1)) : known;
    last = edge;
  }
  return {
    historyStart: accumulate(historyStart),
    historyFirm: historyFirm.slice(0, kept),
    historyStrength: historyStrength.slice(0, kept),
  };
}

function identity(count: number): Int32Array {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  return order;
}

// Counting sort, stable: an order of edges by a key from 0 up to, not including, `keys`.
function sortedBy(key: Int32Array, order: Int32Array, keys: number): Int32Array {
  const place = new Int32Array(keys + 1);
  for (const edge of order) add(place, at(key, edge) + 1, 1);
  accumulate(place);
  const sorted = new Int32Array(order.length);
  for (const edge of order) {
    sorted[at(place, at(key, edge))] = edge;
    add(place, at(key, edge), 1);
  }
  return sorted;
}

// Both directions of every edge between two firms of the instance.
function knownEdges({ history }: StatedProblem, numberOf: ReadonlyMap<string, number>) {
  const from = new Int32Array(2 * history.length);
  const to = new Int32Array(2 * history.length);
  const strength = new Float64Array(2 * history.length);
  let count = 0;
  for (const edge of history) {
    const a = numberOf.get(edge.a) ?? -1;
    const b = numberOf.get(edge.b) ?? -1;
    if (a < 0 || b < 0 || a === b || edge.strength <= 0) continue;
    from[count] = to[count + 1] = a;
    to[count] = from[count + 1] = b;
    strength[count] = strength[count + 1] = edge.strength;
    count += 2;
  }
  return {
    from: from.subarray(0, count),
    to: to.subarray(0, count),
    strength: strength.subarray(0, count),
  };
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
