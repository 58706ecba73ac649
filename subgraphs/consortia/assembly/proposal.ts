// From numbers back to names: a team as it is shown, after the independent check.
import { at } from './task/dense.ts';
import { evaluate, type NamedTeam } from './evaluate.ts';
import { AssemblyFailure } from './failure.ts';
import { firmOfPair, type Instance, type Team } from './task/instance.ts';
import type { StatedProblem } from './problem.ts';
import type { Carried, Coverage, Member, Proposal, Reason } from './result.ts';

/** What the search says about a team; the rest is counted anew. */
export type Claim = {
  readonly points: number;
  readonly bound: number;
  readonly rank: number;
  readonly bestPoints: number;
  readonly distance: number | null;
};

/** A team by ids. */
export function nameTeam(instance: Instance, team: Team): NamedTeam {
  const carried = Map.groupBy(team.pairs, (pair) => firmOfPair(instance, pair));
  return {
    leadId: instance.ids[team.lead] ?? '',
    members: team.firms.map((firm) => ({
      candidateId: instance.ids[firm] ?? '',
      requirementIds: (carried.get(firm) ?? []).map(
        (pair) => instance.requirementIds[at(instance.requirement, pair)] ?? '',
      ),
    })),
  };
}

/**
 * The proposal of a team.
 *
 * @param reasons of each firm, by its number
 * @throws {AssemblyFailure} SOLVER, where the team breaks a rule or has other points than the search says
 */
export function propose(
  problem: StatedProblem,
  instance: Instance,
  team: Team,
  claim: Claim,
  reasons: (firm: number) => readonly Reason[] = () => [],
): Proposal {
  const { breaches, points, parts, costWon } = evaluate(
    problem,
    nameTeam(instance, team),
    instance.costReferenceWon,
  );
  if (breaches.length > 0 || Math.abs(points - claim.points) > 1e-6 * Math.max(1, points))
    throw new AssemblyFailure(
      'SOLVER',
      `The check refuses the team: ${breaches[0]?.message ?? `${points} points, not ${claim.points}`}`,
    );
  const bound = Math.min(points, claim.bound);
  const coverage = coverageOf(instance, team);
  return {
    rank: claim.rank,
    leadId: instance.ids[team.lead] ?? '',
    members: leadFirst(team).map((firm) => member(problem, instance, team, firm, reasons(firm))),
    points,
    parts,
    bound,
    gap: points > 0 ? (points - bound) / points : 0,
    behindBest: (points - claim.bestPoints) / Math.max(1e-9, claim.bestPoints),
    distance: claim.distance,
    costWon,
    coverage,
    uncoveredRequirementIds: coverage
      .filter(({ providers, want }) => providers.length < want)
      .map(({ requirementId }) => requirementId),
  };
}

function leadFirst(team: Team): number[] {
  return [team.lead, ...team.firms.filter((firm) => firm !== team.lead)];
}

function member(
  problem: StatedProblem,
  instance: Instance,
  team: Team,
  firm: number,
  reasons: readonly Reason[],
): Member {
  const carries = team.pairs
    .filter((pair) => firmOfPair(instance, pair) === firm)
    .map((pair) => carriedWork(problem, instance, firm, pair));
  const prices = carries.reduce((sum, work) => sum + work.priceWon, 0);
  return {
    candidateId: instance.ids[firm] ?? '',
    role: firm === team.lead ? 'LEAD' : 'PARTNER',
    carries,
    costWon: at(instance.entryWon, firm) + prices,
    reasons,
  };
}

function carriedWork(
  problem: StatedProblem,
  instance: Instance,
  firm: number,
  pair: number,
): Carried {
  const index = at(instance.requirement, pair);
  const requirement = problem.requirements[index];
  const { weights } = instance;
  const worth = at(instance.share, index) / at(instance.want, index);
  return {
    requirementId: requirement?.id ?? '',
    technologyId: requirement?.technologyId ?? '',
    level: at(instance.level, pair),
    isVerified: instance.isVerified[pair] === 1,
    leastLevel: requirement?.leastLevel ?? 0,
    priceWon: at(instance.priceWon, pair),
    points:
      worth *
      (weights.coverage * at(instance.quality, pair) + weights.track * at(instance.track, firm)),
  };
}

function coverageOf(instance: Instance, team: Team): Coverage[] {
  return instance.requirementIds.map((requirementId, index) => ({
    requirementId,
    must: at(instance.must, index),
    want: at(instance.want, index),
    providers: team.pairs
      .filter((pair) => instance.requirement[pair] === index)
      .map((pair) => instance.ids[firmOfPair(instance, pair)] ?? ''),
  }));
}
