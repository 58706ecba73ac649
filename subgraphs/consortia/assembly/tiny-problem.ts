// Tiny made-up problems with every rule in play, and their answer by trying everything. For tests.
import { evaluate, type Breach, type NamedTeam } from './evaluate.ts';
import { brokenRules } from './explanation/broken.ts';
import type { Instance, Team } from './task/instance.ts';
import { pairsOf } from './search/model.ts';
import { prepare } from './task/prepare.ts';
import { isDemanded, mayIdle, mayLead } from './task/role.ts';
import { ruleKey } from './task/rule.ts';
import { chance, type Chance } from './sample-alliance.ts';
import { kinds } from './problem.ts';
import type {
  AssemblyProblem,
  Candidate,
  Capability,
  Constraints,
  Requirement,
} from './problem.ts';

/** A problem of 4 to 9 firms (or so many) and 1 to 3 requirements; a good part has no answer. */
export function tinyProblem(seed: number, firms = 0): AssemblyProblem {
  const luck = chance(seed * 13 + 7);
  const count = firms || 4 + luck.whole(6);
  const candidates = Array.from({ length: count }, (_, index) => tinyFirm(luck, index));
  const requirements = Array.from({ length: 1 + luck.whole(3) }, (_, index) =>
    tinyRequirement(luck, index),
  );
  const capabilities: Capability[] = [];
  for (const { id } of candidates)
    for (let technology = 0; technology < 3; technology++)
      if (luck.isLikely(0.65)) {
        const level = 3 + luck.whole(7);
        const verifiedLevel = luck.isLikely(0.5) ? Math.max(0, level - luck.whole(2)) : null;
        capabilities.push({
          candidateId: id,
          technologyId: `tech-${technology}`,
          level,
          verifiedLevel,
        });
      }
  const history = candidates.flatMap((a) =>
    candidates
      .filter((b) => a.id < b.id && luck.isLikely(0.25))
      .map((b) => ({ a: a.id, b: b.id, strength: Math.round(10 * luck.unit()) / 10 })),
  );
  return {
    candidates,
    capabilities,
    requirements,
    history,
    constraints: tinyConstraints(luck, candidates),
  };
}

function tinyFirm(luck: Chance, index: number): Candidate {
  const first = kinds[luck.whole(kinds.length)] ?? 'IAAS';
  const second = kinds[luck.whole(kinds.length)] ?? 'SI';
  return {
    id: `firm-${index}`,
    kinds: luck.isLikely(0.35) ? ['IAAS'] : [...new Set([first, second])],
    isSme: luck.isLikely(0.6),
    region: luck.isLikely(0.6) ? 'KR-11' : 'KR-26',
    isOutsideCapital: luck.isLikely(0.4),
    certificates: luck.isLikely(0.5) ? ['CSAP'] : [],
    affiliateGroup: luck.isLikely(0.3) ? `group-${luck.whole(2)}` : null,
    capacity: luck.isLikely(0.1) ? 0 : 1 + luck.whole(3),
    entryCostWon: luck.whole(50) * 100_000_000,
    requirementPriceWon: luck.whole(90) * 100_000_000,
    trackRecord: luck.whole(11) / 10,
    isAvailable: luck.isLikely(0.93),
    isSanctioned: luck.isLikely(0.05),
    proposedLately: luck.whole(4),
  };
}

function tinyRequirement(luck: Chance, index: number): Requirement {
  const must = luck.isLikely(0.25) ? 0 : 1 + luck.whole(2);
  return {
    id: `req-${index}`,
    technologyId: `tech-${luck.whole(3)}`,
    leastLevel: 3 + luck.whole(4),
    must,
    want: Math.max(1, must + luck.whole(2)),
    weight: 1 + luck.whole(4),
    certificate: luck.isLikely(0.2) ? 'CSAP' : null,
  };
}

function tinyConstraints(luck: Chance, candidates: readonly Candidate[]): Constraints {
  const some = () => candidates[luck.whole(candidates.length)]?.id ?? '';
  const optional = <T>(probability: number, value: () => T): T[] =>
    luck.isLikely(probability) ? [value()] : [];
  const quota = () =>
    luck.isLikely(0.5) ? { count: luck.whole(2) } : { shareBasisPoints: luck.whole(5) * 1000 };
  return {
    leadKinds: luck.isLikely(0.8) ? ['IAAS'] : ['IAAS', 'MSP', 'SI'],
    leadId: luck.isLikely(0.2) ? some() : null,
    minPartners: luck.whole(3),
    maxPartners: 2 + luck.whole(4),
    minSmes: quota(),
    minOutsideCapital: quota(),
    regions: optional(0.2, () => ({ region: 'KR-26', least: 1 })),
    certificates: optional(0.3, () => ({ certificate: 'CSAP', least: luck.whole(2) })),
    minKinds: luck.whole(3),
    membersByKind: optional(0.3, () => ({
      kind: luck.isLikely(0.5) ? ('DEMAND' as const) : ('SAAS' as const),
      least: luck.whole(2),
      most: luck.isLikely(0.5) ? 1 : null,
    })),
    budgetWon: luck.isLikely(0.7) ? (50 + luck.whole(400)) * 100_000_000 : null,
    mustInclude: optional(0.2, some),
    mustExclude: optional(0.2, some),
    conflicts: optional(0.3, () => [some(), some()] as const),
    exposureCap: luck.isLikely(0.2) ? 3 : null,
  };
}

/** The fewest points of any team, by trying all of them; infinite where there is none. */
export function bestByTrial(problem: AssemblyProblem): {
  points: number;
  costReferenceWon: number;
} {
  const { costReferenceWon } = prepare(problem);
  let points = Number.POSITIVE_INFINITY;
  for (const team of allTeams(problem)) {
    const found = evaluate(problem, team, costReferenceWon);
    if (found.breaches.length === 0) points = Math.min(points, found.points);
  }
  return { points, costReferenceWon };
}

/** Is there a team that keeps the rules with these names (`ruleKey`), whatever the others say? By trial. */
export function canHold(problem: AssemblyProblem, held: ReadonlySet<string>): boolean {
  const { constraints } = problem;
  const isHeld = (id: string) => held.has(`MUST_INCLUDE:${id}`);
  const asked: AssemblyProblem = {
    ...problem,
    constraints: { ...constraints, mustInclude: constraints.mustInclude?.filter(isHeld) ?? [] },
  };
  const open: AssemblyProblem = {
    ...asked,
    requirements: asked.requirements.map((requirement) => ({ ...requirement, must: 0 })),
    constraints: { ...asked.constraints, maxPartners: problem.candidates.length },
  };
  for (const team of allTeams(open)) {
    const { breaches } = evaluate(asked, team, 1);
    const matters = ({ constraint }: Breach) =>
      constraint === null || held.has(ruleKey(constraint));
    if (!breaches.some(matters)) return true;
  }
  return false;
}

/** The least violation of the rules at their prices, by trying all teams. */
export function leastViolationByTrial(problem: AssemblyProblem): number {
  const instance = prepare(problem);
  const open: AssemblyProblem = {
    ...problem,
    requirements: problem.requirements.map((requirement) => ({ ...requirement, must: 0 })),
    constraints: { ...problem.constraints, maxPartners: problem.candidates.length },
  };
  let least = Number.POSITIVE_INFINITY;
  for (const named of allTeams(open)) {
    const team = teamOf(instance, named);
    const isWellFormed = evaluate(problem, named, 1).breaches.every(
      ({ constraint }) => constraint !== null,
    );
    if (team && isWellFormed) least = Math.min(least, priceOf(instance, team));
  }
  return least;
}

function priceOf(instance: Instance, team: Team): number {
  return brokenRules(instance, team).reduce((sum, { constraint, from, to }) => {
    const unit = constraint.kind === 'BUDGET' ? instance.costReferenceWon / 100 : 1;
    return sum + (instance.violationPrices[constraint.kind] * Math.abs(from - to)) / unit;
  }, 0);
}

/** A named team by numbers; null where a firm of it could never be a member. */
export function teamOf(instance: Instance, named: NamedTeam): Team | null {
  const firms = named.members.map(({ candidateId }) => instance.ids.indexOf(candidateId));
  if (firms.includes(-1)) return null;
  const pairs = named.members.flatMap(({ requirementIds }, index) =>
    pairsOf(instance, firms[index] ?? 0).filter((pair) =>
      requirementIds.includes(instance.requirementIds[instance.requirement[pair] ?? 0] ?? ''),
    ),
  );
  return { firms, pairs, lead: instance.ids.indexOf(named.leadId) };
}

/** The fewest firms that join or leave a team so that the rules hold without those who dropped out. By trial. */
export function fewestChangesByTrial(
  problem: AssemblyProblem,
  { memberIds, droppedIds }: { memberIds: readonly string[]; droppedIds: readonly string[] },
): number {
  const { constraints } = problem;
  const mustExclude = [...(constraints.mustExclude ?? []), ...droppedIds];
  const mustInclude = (constraints.mustInclude ?? []).filter((id) => !droppedIds.includes(id));
  const without = { ...problem, constraints: { ...constraints, mustExclude, mustInclude } };
  const stay = new Set(memberIds.filter((id) => !droppedIds.includes(id)));
  let fewest = Number.POSITIVE_INFINITY;
  for (const team of allTeams(without)) {
    const ids = new Set(team.members.map(({ candidateId }) => candidateId));
    const changes = ids.symmetricDifference(stay).size;
    if (changes >= fewest) continue;
    if (evaluate(without, team, 1).breaches.length === 0) fewest = changes;
  }
  return fewest;
}

/** Every choice of who carries what, every lead or none, and every choice of those in for no work. */
export function* allTeams(problem: AssemblyProblem): Generator<NamedTeam> {
  const { candidates, constraints } = problem;
  const demanded = candidates.filter(({ id }) => isDemanded(id, constraints)).map(({ id }) => id);
  const resting = candidates.filter((one) => mayIdle(one, constraints)).map(({ id }) => id);
  const leads = candidates.filter((one) => mayLead(one, constraints)).map(({ id }) => [id]);
  for (const work of allWork(problem))
    for (const lead of [...leads, []])
      for (const rest of subsets([...new Set([...resting, ...demanded])])) {
        const ids = new Set([...work.keys(), ...lead, ...rest]);
        if (ids.size > constraints.maxPartners) continue;
        yield {
          leadId: lead[0] ?? '',
          members: [...ids].map((candidateId) => ({
            candidateId,
            requirementIds: work.get(candidateId) ?? [],
          })),
        };
      }
}

type Work = Map<string, string[]>;

function* allWork(problem: AssemblyProblem): Generator<Work> {
  const pairs = prepare({
    ...problem,
    constraints: { ...problem.constraints, exposureCap: null },
  });
  const list: [string, number][] = [];
  for (let firm = 0; firm < pairs.firms; firm++)
    for (let pair = pairs.start[firm] ?? 0; pair < (pairs.start[firm + 1] ?? 0); pair++)
      list.push([pairs.ids[firm] ?? '', pairs.requirement[pair] ?? 0]);
  yield* extend(
    problem,
    list,
    0,
    new Map(),
    problem.requirements.map(() => 0),
  );
}

function* extend(
  problem: AssemblyProblem,
  list: readonly [string, number][],
  index: number,
  work: Work,
  count: readonly number[],
): Generator<Work> {
  const pair = list[index];
  if (!pair) {
    if (problem.requirements.every((one, k) => (count[k] ?? 0) >= one.must)) yield work;
    return;
  }
  yield* extend(problem, list, index + 1, work, count);
  const [id, requirement] = pair;
  const wanted = problem.requirements[requirement];
  const isFull = !wanted || (count[requirement] ?? 0) >= wanted.want;
  if (isFull || (!work.has(id) && work.size >= problem.constraints.maxPartners)) return;
  const more = new Map(work).set(id, [...(work.get(id) ?? []), wanted.id]);
  yield* extend(
    problem,
    list,
    index + 1,
    more,
    count.with(requirement, (count[requirement] ?? 0) + 1),
  );
}

function* subsets(ids: readonly string[]): Generator<string[]> {
  for (let bits = 0; bits < 1 << ids.length; bits++)
    yield ids.filter((_, index) => (bits >> index) & 1);
}
