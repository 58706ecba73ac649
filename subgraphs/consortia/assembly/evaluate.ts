// The independent check: a team against the problem as it was stated. Shares no arithmetic with the search.
import { isDemanded, mayIdle, mayLead } from './task/role.ts';
import { defaultWeights } from './defaults.ts';
import type {
  StatedProblem,
  Candidate,
  Capability,
  Constraint,
  Constraints,
  Quota,
  Requirement,
  Rows,
} from './problem.ts';
import type { Parts } from './result.ts';

/** A team by ids, and who carries what. */
export type NamedTeam = {
  readonly leadId: string;
  readonly members: readonly {
    readonly candidateId: string;
    readonly requirementIds: readonly string[];
  }[];
};

/** A rule with the limit and the value found. Where `constraint` is null the team is not even well formed. */
export type Breach = {
  readonly constraint: Constraint | null;
  readonly message: string;
};

/** What a team is worth and which rules it breaks. */
export type Evaluation = {
  readonly breaches: readonly Breach[];
  readonly points: number;
  readonly parts: Parts;
  readonly costWon: number;
};

type Firm = {
  readonly candidate: Candidate;
  readonly carries: readonly Requirement[];
  readonly capabilities: readonly Capability[];
};

type Say = (constraint: Constraint | null, message: string) => void;

/**
 * Checks and scores a team.
 *
 * @param costReferenceWon what the cost aim is measured against (`Statistics.costReferenceWon`)
 */
export function evaluate(
  problem: StatedProblem,
  team: NamedTeam,
  costReferenceWon: number,
): Evaluation {
  const breaches: Breach[] = [];
  const say: Say = (constraint, message) => breaches.push({ constraint, message });
  const firms = lookUp(problem, team, say);
  checkMembership(problem, team, firms, say);
  for (const firm of firms) checkWork(problem, team, firm, say);
  for (const requirement of problem.requirements) checkRequirement(requirement, firms, say);
  checkCounts(problem, firms, say);
  const costWon = firms.reduce((sum, firm) => sum + cost(firm), 0);
  const { budgetWon } = problem.constraints;
  if (budgetWon !== null && costWon > budgetWon)
    say({ kind: 'BUDGET' }, `The team costs ${costWon} won of ${budgetWon}.`);
  const parts = partsOf(problem, firms, costWon / costReferenceWon);
  const points = parts.coverage + parts.track + parts.cost + parts.size + parts.cohesion;
  return { breaches, points, parts, costWon };
}

function lookUp(problem: StatedProblem, team: NamedTeam, say: Say): Firm[] {
  const wanted = new Set(team.members.map((member) => member.candidateId));
  if (wanted.size < team.members.length) say(null, 'A firm is a member twice.');
  const candidates = new Map<string, Candidate>();
  for (const candidate of rowsAmong(problem.candidates, wanted))
    candidates.set(candidate.id, candidate);
  const capabilities = capabilitiesOf(problem, wanted);
  const requirements = new Map(problem.requirements.map((one) => [one.id, one]));
  return team.members.flatMap(({ candidateId, requirementIds }) => {
    const candidate = candidates.get(candidateId);
    const carries = requirementIds.flatMap((id) => requirements.get(id) ?? []);
    if (new Set(carries).size < requirementIds.length)
      say(null, `${candidateId} carries a requirement twice or one that does not exist.`);
    if (candidate)
      return [{ candidate, carries, capabilities: capabilities.get(candidateId) ?? [] }];
    say(null, `${candidateId} is not a candidate.`);
    return [];
  });
}

// A team's rows are a handful of hundreds of thousands.
function rowsAmong<Row>(rows: Rows<Row>, ids: ReadonlySet<string>): Iterable<Row> {
  return rows.among?.(ids) ?? rows;
}

function capabilitiesOf(problem: StatedProblem, ids: ReadonlySet<string>) {
  const found = new Map<string, Capability[]>([...ids].map((id) => [id, []]));
  for (const capability of rowsAmong(problem.capabilities, ids))
    found.get(capability.candidateId)?.push(capability);
  return found;
}

function checkMembership(
  { constraints }: StatedProblem,
  team: NamedTeam,
  firms: readonly Firm[],
  say: Say,
): void {
  const ids = new Set(firms.map((firm) => firm.candidate.id));
  const lead = firms.find((firm) => firm.candidate.id === team.leadId)?.candidate;
  if (!lead || !mayLead(lead, constraints))
    say({ kind: 'LEAD', candidateId: constraints.leadId, blockedBy: null }, 'Nobody may lead.');
  const missing = (constraints.mustInclude ?? []).filter((id) => !ids.has(id));
  for (const candidateId of missing)
    say({ kind: 'MUST_INCLUDE', candidateId, blockedBy: null }, `${candidateId} is missing.`);
  const isBoth = ([a, b]: readonly [string, string]) => a !== b && ids.has(a) && ids.has(b);
  for (const pair of (constraints.conflicts ?? []).filter(isBoth))
    say({ kind: 'CONFLICT', candidateIds: pair }, `${pair.join(' and ')} are both members.`);
  for (const { candidate } of firms) checkFreedom(candidate, constraints, say);
}

function checkFreedom(candidate: Candidate, constraints: Constraints, say: Say): void {
  const { id, isSanctioned, isAvailable, proposedLately = 0 } = candidate;
  const isOver = proposedLately >= (constraints.exposureCap ?? Number.POSITIVE_INFINITY);
  if (isSanctioned) say(null, `${id} is sanctioned.`);
  if (!isAvailable) say(null, `${id} is not available.`);
  if (constraints.mustExclude?.includes(id)) say(null, `${id} is excluded.`);
  if (isOver && !isDemanded(id, constraints)) say(null, `${id} has been proposed too often.`);
}

function checkWork({ constraints }: StatedProblem, team: NamedTeam, firm: Firm, say: Say): void {
  const { candidate, carries } = firm;
  const { id } = candidate;
  if (carries.length > candidate.capacity)
    say(null, `${id} carries ${carries.length} requirements, it can carry ${candidate.capacity}.`);
  const isAsked = constraints.mustInclude?.includes(id) === true;
  const mayRest = id === team.leadId || isAsked || mayIdle(candidate, constraints);
  if (carries.length === 0 && !mayRest) say(null, `${id} carries nothing.`);
  for (const requirement of carries) checkCarried(firm, requirement, say);
}

function checkCarried(firm: Firm, requirement: Requirement, say: Say): void {
  const { id, certificates } = firm.candidate;
  const level = levelOf(firm.capabilities, requirement)?.level ?? 0;
  if (level < requirement.leastLevel)
    say(null, `${id} has level ${level} of ${requirement.leastLevel} for ${requirement.id}.`);
  const { certificate } = requirement;
  if (certificate !== null && !certificates.includes(certificate))
    say(null, `${id} lacks ${certificate} for ${requirement.id}.`);
}

function levelOf(capabilities: readonly Capability[], requirement: Requirement) {
  const levels = capabilities
    .filter(({ technologyId }) => technologyId === requirement.technologyId)
    .map(({ level, verifiedLevel }) => ({
      level: verifiedLevel ?? level,
      isVerified: verifiedLevel !== null,
    }));
  return levels.toSorted(
    (a, b) => b.level - a.level || Number(b.isVerified) - Number(a.isVerified),
  )[0];
}

function checkRequirement(requirement: Requirement, firms: readonly Firm[], say: Say): void {
  const providers = firms.filter((firm) => firm.carries.includes(requirement));
  const groups = providers
    .map((firm) => firm.candidate.affiliateGroup)
    .filter((group) => group !== null);
  const { id, must, want } = requirement;
  if (new Set(groups).size < groups.length) say(null, `${id} has providers of one group.`);
  if (providers.length > want) say(null, `${id} has ${providers.length} providers of ${want}.`);
  if (providers.length < must)
    say(
      { kind: 'REQUIREMENT', requirementId: id },
      `${id} has ${providers.length} providers of ${must}.`,
    );
}

function checkCounts({ constraints }: StatedProblem, firms: readonly Firm[], say: Say): void {
  const count = (test: (candidate: Candidate) => boolean) =>
    firms.filter((firm) => test(firm.candidate)).length;
  const atLeast = (constraint: Constraint, found: number, least: number) => {
    if (found < least) say(constraint, `${constraint.kind}: ${found} of at least ${least}.`);
  };
  const atMost = (constraint: Constraint, found: number, most: number) => {
    if (found > most) say(constraint, `${constraint.kind}: ${found} of at most ${most}.`);
  };
  atLeast({ kind: 'MIN_PARTNERS' }, firms.length, constraints.minPartners);
  atMost({ kind: 'MAX_PARTNERS' }, firms.length, constraints.maxPartners);
  const smes = leastOf(constraints.minSmes, firms.length);
  atLeast(
    { kind: 'MIN_SMES' },
    count((one) => one.isSme),
    smes,
  );
  const outside = leastOf(constraints.minOutsideCapital, firms.length);
  atLeast(
    { kind: 'MIN_OUTSIDE_CAPITAL' },
    count((one) => one.isOutsideCapital),
    outside,
  );
  for (const { region, least } of constraints.regions ?? [])
    atLeast(
      { kind: 'REGION', region },
      count((one) => one.region === region),
      least,
    );
  for (const { certificate, least } of constraints.certificates ?? [])
    atLeast(
      { kind: 'CERTIFICATE', certificate },
      count((one) => one.certificates.includes(certificate)),
      least,
    );
  for (const { kind, least, most } of constraints.membersByKind ?? []) {
    const found = count((one) => one.kinds.includes(kind));
    atLeast({ kind: 'KIND_LEAST', of: kind }, found, least);
    atMost({ kind: 'KIND_MOST', of: kind }, found, most ?? found);
  }
  const present = new Set(firms.flatMap((firm) => firm.candidate.kinds)).size;
  atLeast({ kind: 'MIN_KINDS' }, present, constraints.minKinds ?? 0);
}

// A share of n members, rounded up to whole firms.
function leastOf(quota: Quota | undefined, members: number): number {
  if (quota === undefined) return 0;
  if ('count' in quota) return quota.count;
  return Math.ceil((quota.shareBasisPoints * members) / 10_000);
}

function priceOf({ candidate }: Firm, requirement: Requirement): number {
  const special = candidate.prices?.find((price) => price.requirementId === requirement.id);
  return special?.won ?? candidate.requirementPriceWon;
}

function cost(firm: Firm): number {
  const prices = firm.carries.map((requirement) => priceOf(firm, requirement));
  return prices.reduce((sum, price) => sum + price, firm.candidate.entryCostWon);
}

function partsOf(problem: StatedProblem, firms: readonly Firm[], costShare: number): Parts {
  const weights = problem.weights ?? defaultWeights;
  const total = problem.requirements.reduce((sum, requirement) => sum + requirement.weight, 0);
  let covered = 0;
  let trusted = 0;
  for (const firm of firms)
    for (const requirement of firm.carries) {
      const share = requirement.weight / total / requirement.want;
      covered += share * quality(problem, firm, requirement);
      trusted += share * firm.candidate.trackRecord;
    }
  const most = problem.constraints.maxPartners;
  return {
    coverage: weights.coverage * (1 - covered),
    track: weights.track * (1 - trusted),
    cost: weights.cost * costShare,
    size: (weights.size * firms.length) / most,
    cohesion: (weights.cohesion * strangers(problem, firms)) / most,
  };
}

function quality(problem: StatedProblem, firm: Firm, requirement: Requirement): number {
  const best = levelOf(firm.capabilities, requirement);
  if (!best) return 0;
  const reached = (1 + best.level - requirement.leastLevel) / (10 - requirement.leastLevel);
  return best.isVerified ? reached : reached * (problem.unverifiedCredit ?? 0.5);
}

// How many members nobody in the team knows; a member known a little counts in part.
function strangers(problem: StatedProblem, firms: readonly Firm[]): number {
  const ids = new Set(firms.map((firm) => firm.candidate.id));
  const edges = new Map<string, number>();
  for (const { a, b, strength } of rowsAmong(problem.history, ids))
    if (a !== b && ids.has(a) && ids.has(b)) {
      const key = a < b ? `${a}\u0000${b}` : `${b}\u0000${a}`;
      edges.set(key, Math.max(strength, edges.get(key) ?? 0));
    }
  const known = new Map<string, number>();
  for (const [key, strength] of edges)
    for (const id of key.split('\u0000')) known.set(id, (known.get(id) ?? 0) + strength);
  return firms.reduce(
    (sum, { candidate }) => sum + Math.max(0, 1 - (known.get(candidate.id) ?? 0)),
    0,
  );
}
