// Made-up alliances and projects for tests and benchmarks: the same seed gives the same numbers everywhere.
import { buildAlliance, type AllianceBuilder } from './alliance/builder.ts';
import { flags, noLevel } from './alliance/columns.ts';
import { byte, whole } from './task/dense.ts';
import type { PackedProblem } from './alliance/packing.ts';
import type { Alliance } from './alliance/table.ts';
import type { AssemblyProblem, Candidate, Capability, Kind, Requirement } from './problem.ts';

/** A source of seeded chance. */
export type Chance = {
  /** 0 up to, not including, 1. */
  readonly unit: () => number;
  /** A whole number, 0 up to, not including, `below`. */
  readonly whole: (below: number) => number;
  readonly isLikely: (probability: number) => boolean;
  /** Bell-shaped around 0 with a spread of 1. */
  readonly normal: () => number;
  readonly logNormal: (median: number, spread: number) => number;
  /** A place in a list of running sums, by their steps. */
  readonly pick: (steps: readonly number[]) => number;
};

/** Chance from a seed: sfc32, which passes the usual tests and needs 20 lines. */
export function chance(seed: number): Chance {
  let a = seed >>> 0 || 1;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let d = 0xb7e15162 ^ seed;
  const unit = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 20; round++) unit();
  const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return {
    unit,
    whole: (below) => Math.floor(unit() * below),
    isLikely: (probability) => unit() < probability,
    normal,
    logNormal: (median, spread) => median * Math.exp(spread * normal()),
    pick: (steps) => {
      const target = unit() * (steps.at(-1) ?? 0);
      let low = 0;
      let high = steps.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((steps[middle] ?? 0) > target) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}

const kindsByFrequency: readonly [Kind, number, number, number][] = [
  // kind, share of the firms, share of SMEs among them, breadth of what they can do
  ['IAAS', 0.03, 0.35, 1.6],
  ['PAAS', 0.1, 0.75, 1.2],
  ['SAAS', 0.45, 0.92, 0.8],
  ['MSP', 0.15, 0.7, 1.1],
  ['SI', 0.12, 0.45, 1.5],
  ['CONSULTING', 0.08, 0.85, 0.8],
  ['DEMAND', 0.07, 0.3, 0.35],
];

// Seventeen regions; two thirds of the firms in the first two, the capital area.
const regions = [
  0.42, 0.24, 0.06, 0.05, 0.04, 0.04, 0.03, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.005, 0.003,
  0.002,
];

const certified: Readonly<Record<Kind, number>> = {
  IAAS: 0.55,
  PAAS: 0.3,
  SAAS: 0.14,
  MSP: 0.2,
  SI: 0.15,
  CONSULTING: 0.02,
  DEMAND: 0.02,
};

function sums(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => (total += value));
}

/** Firms with capabilities and history, in columns. */
export type SampleAlliance = Alliance & {
  readonly technologies: number;
  /** How common each technology is. */
  readonly popularity: readonly number[];
};

/** An alliance of so many firms over so many technologies. */
export function makeAlliance(size: {
  firms: number;
  technologies: number;
  seed: number;
}): SampleAlliance {
  const luck = chance(size.seed * 7919 + size.firms * 31 + size.technologies);
  const popularity = Array.from({ length: size.technologies }, (_, rank) => 1 / (rank + 1) ** 0.9);
  const kindSums = sums(kindsByFrequency.map(([, share]) => share));
  const regionSums = sums(regions);
  const popularitySums = sums(popularity);
  const builder = buildAlliance();
  for (let index = 0; index < size.firms; index++) {
    const profile = kindsByFrequency[luck.pick(kindSums)] ?? ['SAAS', 1, 1, 1];
    const firm = makeFirm(luck, index, profile, luck.pick(regionSums));
    const abilities = makeAbilities(luck, firm, profile[3], popularitySums);
    const capacity = Math.max(
      1,
      Math.min(7, Math.round((1 + abilities.length * 0.45) * (0.3 + 0.7 * luck.unit()))),
    );
    const place = builder.addFirm({ ...firm, capacity });
    for (const ability of abilities) builder.addCapability(place, ability);
  }
  joinGroups(luck, builder, size.firms);
  addHistory(luck, builder, size.firms);
  return { ...builder.finish(), technologies: size.technologies, popularity };
}

function makeFirm(
  luck: Chance,
  index: number,
  [kind, , smes]: readonly [Kind, number, number, number],
  region: number,
): Candidate {
  const isSme = luck.isLikely(smes);
  const size = isSme ? 1 : 1.9;
  const second = kindsByFrequency[luck.whole(kindsByFrequency.length)]?.[0] ?? kind;
  return {
    id: `firm-${String(index).padStart(6, '0')}`,
    kinds: luck.isLikely(0.15) && second !== kind && second !== 'IAAS' ? [kind, second] : [kind],
    isSme,
    region: `KR-${10 + region}`,
    isOutsideCapital: region > 1,
    certificates: luck.isLikely(certified[kind] * (isSme ? 1 : 1.4)) ? ['CSAP'] : [],
    affiliateGroup: null,
    capacity: 1,
    // Ten thousands of won: far above 2^31 in sum.
    entryCostWon: Math.round(luck.logNormal(2800 * size, 0.35)) * 10_000,
    requirementPriceWon: Math.round(luck.logNormal(6000 * (isSme ? 1 : 1.25), 0.3)) * 10_000,
    trackRecord: Math.round(Math.min(1, Math.max(0, 0.73 + 0.14 * luck.normal())) * 100) / 100,
    isAvailable: luck.isLikely(0.92),
    isSanctioned: luck.isLikely(0.015),
  };
}

function makeAbilities(
  luck: Chance,
  firm: Candidate,
  breadth: number,
  popularity: readonly number[],
): Capability[] {
  const technologies = popularity.length;
  const size = firm.isSme ? 1 : 1.9;
  const wide = technologies > 100 ? 1.5 : 1;
  const wanted = Math.round(luck.logNormal(4.2 * breadth * size * wide, 0.55));
  const count = Math.max(1, Math.min(Math.ceil(technologies / 2), wanted));
  const found = new Set<number>();
  for (let tries = 0; found.size < count && tries < 12 * count; tries++)
    found.add(luck.pick(popularity));
  return [...found].map((technology) => {
    const level = Math.max(1, Math.min(9, Math.round(6.2 + 1.5 * luck.normal())));
    return {
      candidateId: firm.id,
      technologyId: `tech-${technology}`,
      level,
      verifiedLevel: luck.isLikely(0.6) ? Math.max(0, level - (luck.isLikely(0.2) ? 1 : 0)) : null,
    };
  });
}

function joinGroups(luck: Chance, builder: AllianceBuilder, firms: number): void {
  for (let group = 0; group < firms * 0.02; group++)
    for (let k = 0; k < 2 + luck.whole(3); k++)
      builder.regroup(luck.whole(firms), `group-${group}`);
}

// Who has much history gets more of it.
function addHistory(luck: Chance, builder: AllianceBuilder, firms: number): void {
  const known: number[] = [0];
  for (let edge = 0; edge < 2 * firms; edge++) {
    const a = luck.whole(firms);
    const b = luck.isLikely(0.6) ? (known[luck.whole(known.length)] ?? 0) : luck.whole(firms);
    if (a === b) continue;
    known.push(a, b);
    builder.addHistory(a, b, Math.round((0.3 + 0.7 * luck.unit()) * 100) / 100);
  }
}

/** What a project asks for. */
export type ProjectSize = {
  readonly requirements: number;
  readonly seed: number;
  /** Budget as a multiple of a typical team's cost. Left out: 1.3. */
  readonly slack?: number;
};

/** A project over an alliance, each requirement with at least two firms more than it must have; its lists are lists. */
export function makeProject(alliance: SampleAlliance, size: ProjectSize): AssemblyProblem {
  const { candidates, capabilities, history } = alliance;
  return {
    ...projectOver(alliance, size),
    candidates: [...candidates],
    capabilities: [...capabilities],
    history: [...history],
  };
}

/** The same, its lists the columns of the alliance. */
export function projectOver(alliance: SampleAlliance, size: ProjectSize): PackedProblem {
  const luck = chance(size.seed * 104_729 + size.requirements * 17 + alliance.candidates.length);
  const requirements = makeRequirements(alliance, size.requirements, luck);
  const needed = requirements.reduce((sum, requirement) => sum + requirement.must, 0);
  const maxPartners = Math.max(6, Math.ceil(needed * 0.45) + 2);
  const typical = needed * 62_000_000 + maxPartners * 32_000_000;
  return {
    candidates: alliance.candidates,
    capabilities: alliance.capabilities,
    requirements,
    history: alliance.history,
    constraints: {
      leadKinds: ['IAAS'],
      leadId: null,
      minPartners: 3,
      maxPartners,
      minSmes: { count: Math.ceil(maxPartners * 0.3) },
      minOutsideCapital: { count: Math.max(1, Math.floor(maxPartners * 0.15)) },
      certificates: [{ certificate: 'CSAP', least: 1 }],
      minKinds: 3,
      budgetWon: Math.round(typical * (size.slack ?? 1.3)),
    },
  };
}

function makeRequirements(alliance: SampleAlliance, count: number, luck: Chance): Requirement[] {
  const popularity = sums(alliance.popularity.map((share) => Math.sqrt(share)));
  const found = new Map<string, Requirement>();
  for (let tries = 0; found.size < count && tries < 200 * count; tries++) {
    const technologyId = `tech-${luck.pick(popularity)}`;
    const must = luck.isLikely(0.7) ? 1 : luck.isLikely(0.8) ? 2 : 3;
    const requirement: Requirement = {
      id: `req-${technologyId}`,
      technologyId,
      leastLevel: 4 + luck.whole(4),
      must,
      want: must + luck.whole(2),
      weight: 1 + luck.whole(5),
      certificate: luck.isLikely(0.2) ? 'CSAP' : null,
    };
    const isNew = !found.has(technologyId);
    if (isNew && suppliers(alliance, requirement) >= must + 2) found.set(technologyId, requirement);
  }
  return [...found.values()];
}

// How many rows of capabilities meet a requirement.
function suppliers({ candidates, capabilities }: Alliance, requirement: Requirement): number {
  const { columns: can } = capabilities;
  const { columns: firms } = candidates;
  const wanted = can.technologyIds.indexOf(requirement.technologyId);
  const hasPaper = firms.certificates.values.map(
    (held) => requirement.certificate === null || held.includes(requirement.certificate),
  );
  const isThere = (place: number) =>
    (byte(firms.flags, place) & (flags.isAvailable | flags.isSanctioned)) === flags.isAvailable;
  let count = 0;
  for (let row = 0; row < can.firm.length; row++) {
    if (can.technology[row] !== wanted) continue;
    const place = whole(can.firm, row);
    const verified = byte(can.verified, row);
    const level = verified === noLevel ? byte(can.level, row) : verified;
    const isAble = level >= requirement.leastLevel && isThere(place);
    if (isAble && hasPaper[whole(firms.certificates.code, place)] === true) count++;
  }
  return count;
}
