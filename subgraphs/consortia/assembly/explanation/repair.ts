// A member refuses or is sanctioned: the fewest firms to change so that the rules hold again, and the best such team.
import { jaccardDistance } from './alternatives.ts';
import type { Solver } from '../search/highs.ts';
import { explainInfeasibility } from './infeasible.ts';
import type { Instance, Objective, QuotaRow } from '../task/instance.ts';
import { beginJob, isBlocked, resultOf, type Job, type Report, type Settings } from '../solve.ts';
import { propose } from '../proposal.ts';
import { score } from '../search/score.ts';
import { optimalGap, searchTeam, type Found } from '../search/search.ts';
import { bestTeamTask, type Task } from '../task/task.ts';
import type { StatedProblem } from '../problem.ts';
import type { AssemblyStatus, Infeasibility, Proposal, Statistics } from '../result.ts';

/** The team as it was agreed, and who has dropped out of it. */
export type PreviousTeam = {
  readonly memberIds: readonly string[];
  readonly droppedIds: readonly string[];
};

/** The smallest change. */
export type RepairResult = {
  /** As in an assembly; OPTIMAL: no smaller change exists, and of those as small none has fewer points. */
  readonly status: AssemblyStatus;
  /** Firms that join and firms that leave, the dropped ones not counted. */
  readonly changes: number;
  /** Proven: no team differs in fewer firms. */
  readonly isSmallest: boolean;
  readonly keepIds: readonly string[];
  readonly joinIds: readonly string[];
  /** Members who did not drop out and leave all the same. */
  readonly leaveIds: readonly string[];
  readonly proposal: Proposal | null;
  readonly infeasibility: Infeasibility | null;
  readonly statistics: Statistics;
};

type TeamFound = Found & { outcome: 'TEAM' };

/** What one firm counts while changes are counted: large against what drafts add of their own. */
const step = 100;

/** Repairs a team in this thread. The dropped firms are out, whatever the problem says of them. */
export function repair(
  solver: Solver,
  stated: StatedProblem,
  previous: PreviousTeam,
  settings: Settings,
  report: Report = () => {},
): RepairResult {
  const problem = withoutDropped(stated, previous.droppedIds);
  const job = beginJob(solver, problem, settings, report);
  const { instance, run } = job;
  if (isBlocked(instance)) return unrepaired(job, { outcome: 'UNDECIDED' });
  const kept = keptFirms(instance, previous);
  const counting = bestTeamTask(instance, { objective: changeObjective(instance, kept), step });
  // What is counted here are changes, not points: nothing to tell the outside.
  const silent = { ...run, tell: () => {} };
  const fewest = searchTeam(silent, counting, kept, kept);
  if (fewest.outcome !== 'TEAM') return unrepaired(job, fewest);
  return repaired(job, kept, fewest);
}

function unrepaired(job: Job, found: Exclude<Found, { outcome: 'TEAM' }>): RepairResult {
  const infeasibility = explainInfeasibility(job.run, job.problem, job.instance, found);
  const status = infeasibility ? 'INFEASIBLE' : 'UNDECIDED';
  const { statistics } = resultOf(job, status, { stoppedBy: infeasibility ? 'PROOF' : 'TIME' });
  return { ...noRepair({ status, statistics }), infeasibility };
}

/** The answer where no team was found. */
export function noRepair({
  status,
  statistics,
}: Pick<RepairResult, 'status' | 'statistics'>): RepairResult {
  return {
    status,
    changes: 0,
    isSmallest: false,
    keepIds: [],
    joinIds: [],
    leaveIds: [],
    proposal: null,
    infeasibility: null,
    statistics,
  };
}

// Of all teams that differ as little, the one with the fewest points.
function repaired(job: Job, kept: readonly number[], fewest: TeamFound): RepairResult {
  const { problem, instance, run } = job;
  const changes = Math.round(fewest.best.score.points / step);
  const task = bestTeamTask(instance, { rows: [changeRow(kept, changes)] });
  const found = searchTeam(run, task, fewest.firms, fewest.best.team.firms);
  const best = found.outcome === 'TEAM' ? found : unpolished(task, fewest);
  const { team } = best.best;
  const { points } = best.best.score;
  const distance = jaccardDistance({ ...team, firms: kept }, team, task.fixed);
  const claim = { points, bound: best.bound, rank: 1, bestPoints: points, distance };
  const isSmallest = fewest.bound >= fewest.best.score.points - 1e-6;
  const isProven = isSmallest && best.gap <= optimalGap;
  const status = isProven ? 'OPTIMAL' : 'WITHIN_GAP';
  const names = (firms: readonly number[]) => firms.map((firm) => instance.ids[firm] ?? '');
  return {
    status,
    changes,
    isSmallest,
    keepIds: names(kept.filter((firm) => team.firms.includes(firm))),
    joinIds: names(team.firms.filter((firm) => !kept.includes(firm))),
    leaveIds: names(kept.filter((firm) => !team.firms.includes(firm))),
    proposal: propose(problem, instance, team, claim),
    infeasibility: null,
    statistics: resultOf(job, status, { stoppedBy: isProven ? 'PROOF' : 'TIME' }).statistics,
  };
}

// Where time was over before the second search: the first team, with nothing proven about its points.
function unpolished(task: Task, fewest: TeamFound): TeamFound {
  const { team } = fewest.best;
  return { ...fewest, best: { team, score: score(task, team) }, bound: 0, gap: 1 };
}

function withoutDropped(problem: StatedProblem, droppedIds: readonly string[]): StatedProblem {
  const { constraints } = problem;
  const mustExclude = [...new Set([...(constraints.mustExclude ?? []), ...droppedIds])];
  const mustInclude = (constraints.mustInclude ?? []).filter((id) => !droppedIds.includes(id));
  return { ...problem, constraints: { ...constraints, mustExclude, mustInclude } };
}

function keptFirms(instance: Instance, { memberIds, droppedIds }: PreviousTeam): number[] {
  const wanted = new Set(memberIds.filter((id) => !droppedIds.includes(id)));
  return [...instance.ids.keys()].filter((firm) => wanted.has(instance.ids[firm] ?? ''));
}

// A newcomer costs one step, a member who stays saves one; all staying and nobody joining is 0.
function changeObjective(instance: Instance, kept: readonly number[]): Objective {
  const x = new Float64Array(instance.firms).fill(step);
  for (const firm of kept) x[firm] = -step;
  return {
    constant: step * kept.length,
    x,
    y: new Float64Array(instance.requirement.length),
    u: 0,
  };
}

// The same count as a row: members less twice those who stay is at most the changes less all who could stay.
function changeRow(kept: readonly number[], changes: number): QuotaRow {
  return {
    constraint: null,
    least: Number.NEGATIVE_INFINITY,
    most: changes - kept.length,
    everyone: 1,
    firms: Int32Array.from(kept),
    extra: new Float64Array(kept.length).fill(-2),
  };
}
