// What if the weights were a little different? How the ranking moves, and whether another team would be best.
import { evaluate } from '../evaluate.ts';
import type { Solver } from '../search/highs.ts';
import { beginJob, isBlocked, type Settings } from '../solve.ts';
import { searchTeam } from '../search/search.ts';
import { shiftWeights } from './shift.ts';
import { bestTeamTask } from '../task/task.ts';
import type { StatedProblem, Weights } from '../problem.ts';
import type { Proposal } from '../result.ts';

/** What is to be weighed. */
export type WeighOrder = {
  readonly problem: StatedProblem;
  readonly proposals: readonly Proposal[];
  /** Share by which each weight is changed, either way. */
  readonly change: number;
  /** Look for the best team of the whole pool under each of the weights too. */
  readonly isSolvedAgain: boolean;
  readonly settings: Settings;
};

/** One aim taken more or less important. */
export type Scenario = {
  readonly aim: keyof Weights;
  /** Change of the aim's weight, such as -0.2; the others share the rest in their old proportions. */
  readonly change: number;
  readonly weights: Weights;
  /** The proposals by their old ranks, best first under these weights. */
  readonly ranking: readonly { readonly rank: number; readonly points: number }[];
  /** The same proposal is first. */
  readonly isFirstSame: boolean;
  /** The best team under these weights, where it was looked for and found. */
  readonly best: {
    readonly memberIds: readonly string[];
    readonly points: number;
    /** Against the first proposal. */
    readonly joinIds: readonly string[];
    readonly leaveIds: readonly string[];
    readonly gap: number;
  } | null;
};

/** All scenarios, two for each aim that has any weight. */
export type SensitivityResult = {
  readonly status: 'COMPLETE' | 'CUT_SHORT' | 'CANCELLED';
  readonly scenarios: readonly Scenario[];
  /** The first proposal stays first in all scenarios. */
  readonly isFirstStable: boolean;
};

/** The proposals in the order of their points under other weights. */
export function rankUnder(
  problem: StatedProblem,
  proposals: readonly Proposal[],
  weights: Weights,
  costReferenceWon: number,
): Scenario['ranking'] {
  const points = proposals.map((proposal) => {
    const team = {
      leadId: proposal.leadId,
      members: proposal.members.map(({ candidateId, carries }) => ({
        candidateId,
        requirementIds: carries.map(({ requirementId }) => requirementId),
      })),
    };
    return {
      rank: proposal.rank,
      points: evaluate({ ...problem, weights }, team, costReferenceWon).points,
    };
  });
  return points.toSorted((a, b) => a.points - b.points || a.rank - b.rank);
}

/** Goes through all scenarios in this thread, while time is left. */
export function weigh(
  solver: Solver,
  { problem, proposals, change, isSolvedAgain, settings }: WeighOrder,
  tell: (scenario: Scenario, of: number) => void = () => {},
): SensitivityResult {
  const job = beginJob(solver, problem, settings, () => {});
  const { weights, costReferenceWon } = job.instance;
  const scenarios: Scenario[] = [];
  const aims = ['coverage', 'track', 'cost', 'size', 'cohesion'] as const;
  const shifts = aims
    .filter((aim) => weights[aim] > 0)
    .flatMap((aim) => [-change, change].map((by) => ({ aim, by })));
  for (const { aim, by } of shifts) {
    const share = job.run.left() / (shifts.length - scenarios.length);
    if (share <= 0) break;
    const shifted = shiftWeights(weights, aim, by);
    const ranking = rankUnder(problem, proposals, shifted, costReferenceWon);
    const scenario: Scenario = {
      aim,
      change: by,
      weights: shifted,
      ranking,
      isFirstSame: ranking[0]?.rank === proposals[0]?.rank,
      best: isSolvedAgain
        ? bestUnder(solver, { ...problem, weights: shifted }, proposals, job, share)
        : null,
    };
    scenarios.push(scenario);
    tell(scenario, shifts.length);
  }
  return {
    status: scenarios.length < shifts.length ? 'CUT_SHORT' : 'COMPLETE',
    scenarios,
    isFirstStable: scenarios.every((scenario) => scenario.isFirstSame),
  };
}

function bestUnder(
  solver: Solver,
  problem: StatedProblem,
  proposals: readonly Proposal[],
  job: Pick<ReturnType<typeof beginJob>, 'settings'>,
  share: number,
): Scenario['best'] {
  const timeLimitMillis = Math.max(1, share);
  const { instance, run } = beginJob(
    solver,
    problem,
    { ...job.settings, timeLimitMillis },
    () => {},
  );
  if (isBlocked(instance)) return null;
  const found = searchTeam(run, bestTeamTask(instance));
  if (found.outcome !== 'TEAM') return null;
  const memberIds = found.best.team.firms.map((firm) => instance.ids[firm] ?? '');
  const before = proposals[0]?.members.map(({ candidateId }) => candidateId) ?? [];
  return {
    memberIds,
    points: found.best.score.points,
    joinIds: memberIds.filter((id) => !before.includes(id)),
    leaveIds: before.filter((id) => !memberIds.includes(id)),
    gap: found.gap,
  };
}
