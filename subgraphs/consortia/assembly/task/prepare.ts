// From the problem as stated to the problem in numbers. One pass, no search.
import { placeOf, type Coded } from '../alliance/columns.ts';
import { packed, type PackedProblem } from '../alliance/packing.ts';
import { accumulate, add, at, byte, real, whole } from './dense.ts';
import { blockOf, buildPool, filterPairs, type Pairs, type Pool } from './filter.ts';
import type { Demanded, Instance } from './instance.ts';
import { pointsObjective } from './objective.ts';
import { quotaRows, type Firms } from './quotas.ts';
import { idleTest, leadTest } from './role.ts';
import { defaultViolationPrices, defaultWeights } from '../defaults.ts';
import { kinds } from '../problem.ts';
import type { Candidate, Constraints, Kind, StatedProblem } from '../problem.ts';

/** The problem in numbers. It must be free of faults (`problemFaults`). */
export function prepare(stated: StatedProblem): Instance {
  const problem = packed(stated);
  const pool = buildPool(problem);
  const { pairs, funnels } = filterPairs(problem, pool);
  const { constraints, requirements } = problem;
  const places = keptPlaces(pool, constraints, pairs);
  const firms = { columns: pool.columns, places };
  const numberOf = new Int32Array(pool.columns.ids.length).fill(-1);
  for (const [firm, place] of places.entries()) numberOf[place] = firm;
  const weights = problem.weights ?? defaultWeights;
  const columns = firmColumns(firms, constraints);
  const carried = pairColumns(problem, places, numberOf, pairs);
  const want = Int32Array.from(requirements, (requirement) => requirement.want);
  const total = requirements.reduce((sum, requirement) => sum + requirement.weight, 0);
  const share = Float64Array.from(requirements, (requirement) => requirement.weight / total);
  const costReferenceWon = costReference(constraints, columns.entryWon, carried.priceWon, want);
  return {
    firms: places.length,
    ids: Array.from(places, (place) => pool.columns.ids[place] ?? ''),
    ...columns,
    ...groups(firms),
    ...carried,
    ...historyOf(problem, numberOf, places.length),
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
function keptPlaces(pool: Pool, constraints: Constraints, pairs: Pairs): Int32Array {
  const { columns, order, blocked } = pool;
  const useful = new Uint8Array(order.length);
  for (const place of pairs.firm) useful[place] = 1;
  for (const id of [...(constraints.mustInclude ?? []), constraints.leadId ?? '']) {
    const place = placeOf(columns, id);
    if (place >= 0) useful[place] = 1;
  }
  const mayLead = leadTest(columns, constraints);
  const mayIdle = idleTest(columns, constraints);
  return order.filter(
    (place) => blocked[place] === 0 && (useful[place] === 1 || mayLead(place) || mayIdle(place)),
  );
}

function firmColumns({ columns, places }: Firms, constraints: Constraints) {
  const mayLead = leadTest(columns, constraints);
  const mayIdle = idleTest(columns, constraints);
  const bits = columns.kinds.values.map(kindBits);
  return {
    entryWon: picked(columns.entryCostWon, places),
    track: picked(columns.trackRecord, places),
    capacity: Int32Array.from(picked(columns.capacity, places)),
    mayLead: Uint8Array.from(places, (place) => (mayLead(place) ? 1 : 0)),
    mayIdle: Uint8Array.from(places, (place) => (mayIdle(place) ? 1 : 0)),
    kindBits: Uint8Array.from(places, (place) => bits[whole(columns.kinds.code, place)] ?? 0),
  };
}

// Which kinds a firm is of, one bit each in the order of `kinds`.
function kindBits(own: readonly Kind[]): number {
  let bits = 0;
  for (const kind of own) bits |= 1 << kinds.indexOf(kind);
  return bits;
}

function picked(values: Float64Array, places: Int32Array): Float64Array {
  const found = new Float64Array(places.length);
  for (let index = 0; index < places.length; index++)
    found[index] = real(values, whole(places, index));
  return found;
}

function pairColumns(
  { requirements, candidates, unverifiedCredit = 0.5 }: PackedProblem,
  places: Int32Array,
  numberOf: Int32Array,
  pairs: Pairs,
) {
  const { columns } = candidates;
  const counts = new Int32Array(places.length + 1);
  const { requirement, level, isVerified } = pairs;
  const quality = new Float64Array(requirement.length);
  const priceWon = new Float64Array(requirement.length);
  const special = specialPrices(columns.prices, requirements);
  for (let pair = 0; pair < requirement.length; pair++) {
    const place = whole(pairs.firm, pair);
    const index = whole(requirement, pair);
    const wanted = requirements[index];
    if (!wanted) continue;
    add(counts, (numberOf[place] ?? -1) + 1, 1);
    const reached = (1 + byte(level, pair) - wanted.leastLevel) / (10 - wanted.leastLevel);
    quality[pair] = isVerified[pair] === 1 ? reached : reached * unverifiedCredit;
    const named = special[whole(columns.prices.code, place)]?.[index];
    priceWon[pair] = named ?? real(columns.requirementPriceWon, place);
  }
  return { start: accumulate(counts), requirement, level, isVerified, quality, priceWon };
}

// By list of prices and requirement: what the list says.
function specialPrices(
  { values }: Coded<Candidate['prices']>,
  requirements: PackedProblem['requirements'],
): (number | undefined)[][] {
  return values.map((prices) =>
    prices === undefined
      ? []
      : requirements.map(({ id }) => prices.find(({ requirementId }) => requirementId === id)?.won),
  );
}

function groups({ columns, places }: Firms) {
  const { code, values } = columns.affiliateGroup;
  const sizes = new Int32Array(values.length);
  for (const place of places) add(sizes, at(code, place), 1);
  const numbers = new Int32Array(values.length).fill(-1);
  let count = 0;
  const numberOf = (place: number): number => {
    const own = at(code, place);
    if (values[own] === null || at(sizes, own) < 2) return -1;
    if (numbers[own] === -1) numbers[own] = count++;
    return at(numbers, own);
  };
  const group = Int32Array.from(places, numberOf);
  return { group, groups: count };
}

function historyOf(problem: PackedProblem, numberOf: Int32Array, firms: number) {
  const { from, to, strength } = knownEdges(problem, numberOf);
  // Sorted by the other firm, then stably by the firm: edges of a pair follow each other.
  const byOther = sortedBy(to, identity(to.length), firms);
  const order = sortedBy(from, byOther, firms);
  const historyStart = new Int32Array(firms + 1);
  const historyFirm = new Int32Array(order.length);
  const historyStrength = new Float64Array(order.length);
  let kept = 0;
  let last = -1;
  for (let index = 0; index < order.length; index++) {
    const edge = whole(order, index);
    const [firm, other, known] = [whole(from, edge), whole(to, edge), real(strength, edge)];
    const isSame = last >= 0 && from[last] === firm && to[last] === other;
    if (!isSame) {
      historyFirm[kept++] = other;
      historyStart[firm + 1] = whole(historyStart, firm + 1) + 1;
    }
    const before = isSame ? real(historyStrength, kept - 1) : 0;
    historyStrength[kept - 1] = Math.max(known, before);
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
  for (let index = 0; index < order.length; index++) {
    const after = whole(key, whole(order, index)) + 1;
    place[after] = whole(place, after) + 1;
  }
  for (let index = 1; index <= keys; index++)
    place[index] = whole(place, index) + whole(place, index - 1);
  const sorted = new Int32Array(order.length);
  for (let index = 0; index < order.length; index++) {
    const edge = whole(order, index);
    const own = whole(key, edge);
    const next = whole(place, own);
    sorted[next] = edge;
    place[own] = next + 1;
  }
  return sorted;
}

// Both directions of every edge between two firms of the instance.
function knownEdges({ history }: PackedProblem, numberOf: Int32Array) {
  const { columns } = history;
  const from = new Int32Array(2 * history.length);
  const to = new Int32Array(2 * history.length);
  const strength = new Float64Array(2 * history.length);
  let count = 0;
  for (let edge = 0; edge < history.length; edge++) {
    const a = numberOf[whole(columns.a, edge)] ?? -1;
    const b = numberOf[whole(columns.b, edge)] ?? -1;
    const known = real(columns.strength, edge);
    if (a < 0 || b < 0 || a === b || known <= 0) continue;
    from[count] = to[count + 1] = a;
    to[count] = from[count + 1] = b;
    strength[count] = strength[count + 1] = known;
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

function demandedFirm(id: string, pool: Pool, numberOf: Int32Array): Demanded {
  const place = placeOf(pool.columns, id);
  if (place < 0) return { id, firm: -1, blockedBy: 'UNKNOWN' };
  const blockedBy = blockOf(pool, place);
  return { id, firm: blockedBy === null ? at(numberOf, place) : -1, blockedBy };
}

function leadOf(constraints: Constraints, pool: Pool, numberOf: Int32Array): Demanded {
  const lead = demandedFirm(constraints.leadId ?? '', pool, numberOf);
  if (lead.firm < 0) return lead;
  const isAble = leadTest(pool.columns, constraints)(placeOf(pool.columns, lead.id));
  return isAble ? lead : { id: lead.id, firm: -1, blockedBy: 'MAY_NOT_LEAD' };
}
