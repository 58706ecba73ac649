// One job from beginning to end, in the thread it is called in. The door runs it in a worker.
import { findAlternatives, type Ranked } from './explanation/alternatives.ts';
import { packed } from './alliance/packing.ts';
import { problemFaults } from './check.ts';
import { explainTeams } from './explanation/explain.ts';
import { inputFailure } from './failure.ts';
import { instanceHash } from './task/hash.ts';
import type { Solver } from './search/highs.ts';
import { explainInfeasibility } from './explanation/infeasible.ts';
import { limits } from './search/limits.ts';
import { pairCount, type Instance } from './task/instance.ts';
import { prepare } from './task/prepare.ts';
import { propose } from './proposal.ts';
import { newsKeeper, type Best } from './search/news.ts';
import { noCounts, type Run } from './search/run.ts';
import { optimalGap, searchTeam, type Found } from './search/search.ts';
import { bestTeamTask } from './task/task.ts';
import type { AssemblyOptions, StatedProblem, Progress } from './problem.ts';
import type { AssemblyResult, AssemblyStatus, Infeasibility, Statistics } from './result.ts';

/** The options that cross a thread border, with their defaults filled in. */
export type Settings = Required<Omit<AssemblyOptions, 'signal' | 'onProgress'>>;

/** Fills in what the caller left out. */
export function settingsOf(options: AssemblyOptions): Settings {
  const { alternatives, timeLimitMillis, gap } = options;
  const { distance = 0.5, explain = true, seed = 0 } = options;
  return { alternatives, timeLimitMillis, gap, distance, explain, seed };
}

/** What a job tells while it runs: how far it is, and the result if it had to stop now. */
export type Report = (progress: Progress, soFar: AssemblyResult | null) => void;

/** A job's own memory of the best it has found. */
export type Job = {
  readonly problem: StatedProblem;
  readonly instance: Instance;
  readonly settings: Settings;
  readonly run: Run;
  readonly statistics: (stoppedBy: Statistics['stoppedBy'], survivors?: number) => Statistics;
};

/**
 * Solves a job.
 *
 * @throws {AssemblyFailure} INPUT, with every fault of the problem; SOLVER
 */
export function solve(
  solver: Solver,
  problem: StatedProblem,
  settings: Settings,
  report: Report = () => {},
): AssemblyResult {
  const job = beginJob(solver, problem, settings, report);
  const { instance, run } = job;
  const found: Found = isBlocked(instance)
    ? { outcome: 'UNDECIDED' }
    : searchTeam(run, bestTeamTask(instance));
  const result = found.outcome === 'TEAM' ? feasible(job, found) : infeasible(job, found);
  run.tell({ phase: 'DONE' });
  return result;
}

/**
 * Prepares a job: the numbers, the clock, the counters.
 *
 * @throws {AssemblyFailure} INPUT, with every fault of the problem
 */
export function beginJob(
  solver: Solver,
  stated: StatedProblem,
  settings: Settings,
  report: Report,
): Job {
  const problem = packed(stated);
  const faults = problemFaults(problem);
  if (faults.length > 0) throw inputFailure(faults);
  const { seed, ...options } = settings;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const instance = prepare(problem);
  checkPairs(instance);
  const counts = noCounts();
  const hash = instanceHash(instance);
  const statistics: Job['statistics'] = (stoppedBy, survivors = 0) => ({
    candidates: problem.candidates.length,
    pairs: pairCount(instance),
    survivors,
    linearProgrammes: counts.linear,
    integerProgrammes: counts.integer,
    nodes: counts.nodes,
    seconds: elapsed() / 1000,
    stoppedBy,
    refusedAnswers: counts.refused,
    costReferenceWon: instance.costReferenceWon,
    solver: solver.version,
    options,
    seed,
    instanceHash: hash,
  });
  const run: Run = {
    solver,
    seed,
    gap: settings.gap,
    left: () => settings.timeLimitMillis - elapsed(),
    counts,
    tell: () => {},
  };
  const job: Job = { problem, instance, settings, run, statistics };
  const tell = newsKeeper(instance.ids, elapsed, (progress, best) =>
    report(progress, best && soFar(job, best, progress.bound)),
  );
  return { ...job, run: { ...run, tell } };
}

function checkPairs(instance: Instance): void {
  const pairs = pairCount(instance);
  if (pairs <= limits.pairs) return;
  const message = `At most ${limits.pairs} firm and requirement pairs; found ${pairs}.`;
  throw inputFailure([{ code: 'LIMIT_REACHED', path: ['capabilities'], message }]);
}

/** Is there a demanded firm that cannot join, or a named lead that cannot lead? No search is needed then. */
export function isBlocked(instance: Instance): boolean {
  return [...instance.demanded, ...(instance.lead ? [instance.lead] : [])].some(
    ({ firm }) => firm < 0,
  );
}

function soFar(job: Job, best: Best, bound: number | null): AssemblyResult {
  const claim = {
    points: best.points,
    bound: bound ?? 0,
    rank: 1,
    bestPoints: best.points,
    distance: null,
  };
  const proposal = propose(job.problem, job.instance, best.team, claim);
  return resultOf(job, 'WITHIN_GAP', { proposals: [proposal], stoppedBy: 'TIME' });
}

/** A result of a job. */
export function resultOf(
  job: Job,
  status: AssemblyStatus,
  parts: {
    proposals?: AssemblyResult['proposals'];
    infeasibility?: Infeasibility | null;
    stoppedBy: Statistics['stoppedBy'];
    survivors?: number;
  },
): AssemblyResult {
  return {
    status,
    proposals: parts.proposals ?? [],
    infeasibility: parts.infeasibility ?? null,
    funnels: job.instance.funnels,
    weights: job.instance.weights,
    statistics: job.statistics(parts.stoppedBy, parts.survivors),
  };
}

function feasible(job: Job, found: Found & { outcome: 'TEAM' }): AssemblyResult {
  const { problem, instance, settings, run } = job;
  run.tell({ phase: 'ALTERNATIVES' });
  const ranked: Ranked[] = [
    { team: found.best.team, points: found.best.score.points, bound: found.bound, distance: null },
    ...findAlternatives(run, instance, found, settings),
  ];
  run.tell({ phase: 'EXPLAIN' });
  const reasons = explainTeams(run, instance, found, ranked, settings.explain);
  const proposals = ranked.map((one, index) =>
    propose(
      problem,
      instance,
      one.team,
      { ...one, rank: index + 1, bestPoints: ranked[0]?.points ?? one.points },
      (firm) => reasons(index, firm),
    ),
  );
  const isOptimal = found.gap <= optimalGap;
  return resultOf(job, isOptimal ? 'OPTIMAL' : 'WITHIN_GAP', {
    proposals,
    stoppedBy: stopReason(job, found.gap),
    survivors: found.survivors.length,
  });
}

function stopReason(job: Job, gap: number): Statistics['stoppedBy'] {
  if (gap <= optimalGap) return 'PROOF';
  if (gap <= job.settings.gap) return 'GAP';
  return job.run.counts.hasHitNodes && job.run.left() > 0 ? 'NODES' : 'TIME';
}

function infeasible(job: Job, found: Exclude<Found, { outcome: 'TEAM' }>): AssemblyResult {
  const infeasibility = explainInfeasibility(job.run, job.problem, job.instance, found);
  if (infeasibility) return resultOf(job, 'INFEASIBLE', { infeasibility, stoppedBy: 'PROOF' });
  return resultOf(job, 'UNDECIDED', { stoppedBy: job.run.counts.hasHitNodes ? 'NODES' : 'TIME' });
}
