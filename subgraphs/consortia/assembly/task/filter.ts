// Who can carry what: the tests a firm passes before the solver sees it, and the funnel that counts them.
import { orderOf, placeOf, flags, type FirmColumns } from '../alliance/columns.ts';
import type { PackedProblem } from '../alliance/packing.ts';
import { add, at, byte, whole } from './dense.ts';
import type { Block, Constraints, Requirement } from '../problem.ts';
import type { Funnel } from '../result.ts';

/** The firms and the tests that do not depend on a requirement. */
export type Pool = {
  readonly columns: FirmColumns;
  /** Places of the firms in the order of their ids. */
  readonly order: Int32Array;
  /** By place, why a firm cannot be a member: its number in `blocks`; 0 where it can. */
  readonly blocked: Uint8Array;
};

/** Firm x requirement pairs that pass every test, by firm in the order of the ids and then requirement; a firm is its place. */
export type Pairs = {
  readonly firm: Int32Array;
  readonly requirement: Int32Array;
  readonly level: Uint8Array;
  readonly isVerified: Uint8Array;
};

const blocks: readonly (Block | null)[] = [null, 'SANCTIONED', 'UNAVAILABLE', 'EXCLUDED'];
const [isFree, isSanctioned, isUnavailable, isExcluded] = [0, 1, 2, 3];

/** Why the firm at a place cannot be a member; null where it can. */
export function blockOf(pool: Pool, place: number): Block | null {
  return blocks[at(pool.blocked, place)] ?? null;
}

/** Sorts the firms by id, so that equal problems become equal programmes. */
export function buildPool({ candidates: { columns }, constraints }: PackedProblem): Pool {
  const blocked = new Uint8Array(columns.ids.length);
  for (const id of constraints.mustExclude ?? []) mark(columns, blocked, id, isExcluded);
  markTired(columns, constraints, blocked);
  for (let place = 0; place < blocked.length; place++) {
    const bits = byte(columns.flags, place);
    if ((bits & flags.isSanctioned) > 0) blocked[place] = isSanctioned;
    else if ((bits & flags.isAvailable) === 0) blocked[place] = isUnavailable;
  }
  return { columns, order: orderOf(columns), blocked };
}

function mark(columns: FirmColumns, marks: Uint8Array, id: string, value: number): void {
  const place = placeOf(columns, id);
  if (place >= 0) marks[place] = value;
}

// Those that were proposed often enough lately, unless they must be in.
function markTired(columns: FirmColumns, constraints: Constraints, blocked: Uint8Array): void {
  const cap = constraints.exposureCap ?? null;
  if (cap === null) return;
  const demanded = new Uint8Array(blocked.length);
  for (const id of [constraints.leadId, ...(constraints.mustInclude ?? [])])
    if (id !== null) mark(columns, demanded, id, 1);
  for (let place = 0; place < blocked.length; place++)
    if ((columns.proposedLately[place] ?? 0) >= cap && demanded[place] === 0)
      blocked[place] = isExcluded;
}

/** All pairs that pass, by firm and then requirement, and the funnel of each requirement. */
export function filterPairs(problem: PackedProblem, pool: Pool) {
  const { requirements } = problem;
  const wanted = requirements.length;
  const levels = bestLevels(problem);
  const passes = requirements.map((one) => testsOf(one, pool));
  const counts = new Uint32Array(wanted * 5);
  const independent = requirements.map(() => 0);
  const groups = requirements.map(() => new Set<number>());
  const found = roomFor(levels);
  const { affiliateGroup } = pool.columns;
  let pairs = 0;
  for (const place of pool.order) {
    for (let index = 0; index < wanted; index++) {
      const coded = byte(levels, place * wanted + index);
      if (coded === 0) continue;
      const level = (coded >> 1) - 1;
      const passed = passes[index]?.(place, level) ?? 0;
      countPassed(counts, index * 5, passed);
      if (passed < 5) continue;
      const group = affiliateGroup.code[place] ?? 0;
      if (affiliateGroup.values[group] === null) add(independent, index, 1);
      else groups[index]?.add(group);
      found.firm[pairs] = place;
      found.requirement[pairs] = index;
      found.level[pairs] = level;
      found.isVerified[pairs++] = coded & 1;
    }
  }
  const funnels = requirements.map((requirement, index) =>
    funnelOf(
      requirement,
      counts.subarray(index * 5),
      at(independent, index) + (groups[index]?.size ?? 0),
    ),
  );
  return { pairs: firstOf(found, pairs), funnels };
}

function countPassed(counts: Uint32Array, from: number, passed: number): void {
  for (let test = from; test < from + passed; test++) counts[test] = (counts[test] ?? 0) + 1;
}

function roomFor(levels: Uint8Array): Pairs {
  let most = 0;
  for (let cell = 0; cell < levels.length; cell++) if (levels[cell] !== 0) most++;
  return {
    firm: new Int32Array(most),
    requirement: new Int32Array(most),
    level: new Uint8Array(most),
    isVerified: new Uint8Array(most),
  };
}

function firstOf({ firm, requirement, level, isVerified }: Pairs, count: number): Pairs {
  return {
    firm: firm.slice(0, count),
    requirement: requirement.slice(0, count),
    level: level.slice(0, count),
    isVerified: isVerified.slice(0, count),
  };
}

// For each place x requirement: (level + 1) * 2 + verified, the highest where a pair comes twice; 0 is "none".
function bestLevels({ requirements, candidates, capabilities }: PackedProblem): Uint8Array {
  const { technologyIds, firm, technology, level, verified } = capabilities.columns;
  const wantedBy = technologyIds.map((id) =>
    [...requirements.keys()].filter((index) => requirements[index]?.technologyId === id),
  );
  const levels = new Uint8Array(candidates.length * requirements.length);
  for (let row = 0; row < firm.length; row++) {
    const wanted = wantedBy[whole(technology, row)] ?? [];
    const place = whole(firm, row);
    if (wanted.length === 0 || place < 0) continue;
    const isVerified = isLevel(byte(verified, row));
    const counted = (isVerified ? verified[row] : level[row]) ?? 0;
    const coded = (counted + 1) * 2 + (isVerified ? 1 : 0);
    for (const index of wanted) {
      const cell = place * requirements.length + index;
      if (coded > byte(levels, cell)) levels[cell] = coded;
    }
  }
  return levels;
}

function isLevel(level: number): boolean {
  return level <= 9;
}

// How many tests a firm of a level passes: 1 technology, 2 level, 3 certificate, 4 available, 5 not excluded.
function testsOf(requirement: Requirement, { columns, blocked }: Pool) {
  const { certificate, leastLevel } = requirement;
  const { code, values } = columns.certificates;
  const hasPaper = values.map((held) => certificate === null || held.includes(certificate));
  return (place: number, level: number): number => {
    if (level < leastLevel) return 1;
    if (hasPaper[code[place] ?? -1] !== true) return 2;
    const block = blocked[place];
    const isAway = block === isSanctioned || block === isUnavailable;
    if (isAway || columns.capacity[place] === 0) return 3;
    return block === isFree ? 5 : 4;
  };
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
