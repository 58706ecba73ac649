// The door: the best consortium for a project, with proof, alternatives and reasons, solved in a worker thread.
import { optionFaults } from './check.ts';
import { noCover, type CoverProblem, type CoverResult } from './cover.ts';
import { defaultWeights } from './defaults.ts';
import { AssemblyFailure, inputFailure } from './failure.ts';
import type { MatchingProblem, MatchingResult } from './matching.ts';
import { runJob, type Watch } from './thread/job.ts';
import { noRepair, type PreviousTeam, type RepairResult } from './explanation/repair.ts';
import type { Scenario, SensitivityResult } from './explanation/sensitivity.ts';
import { settingsOf, type Settings } from './solve.ts';
import type { AssemblyOptions, Progress, StatedProblem } from './problem.ts';
import type { AssemblyResult, Proposal, Statistics } from './result.ts';

/**
 * Finds the best team for a project, or why there is none. Equal problems, options and seeds give equal
 * results as long as the time limit is not reached.
 *
 * @throws {AssemblyFailure} INPUT, with all faults of the options, or else of the problem, at once; SOLVER
 */
export async function solveAssembly(
  problem: StatedProblem,
  options: AssemblyOptions,
): Promise<AssemblyResult> {
  const settings = checked(options);
  let best: AssemblyResult | null = null;
  const order = { kind: 'ASSEMBLE' as const, problem, settings };
  const ended = await runJob(order, {
    signal: options.signal,
    onProgress: ({ progress, soFar }) => {
      best = soFar ?? withBound(best, progress);
      tell(options, progress);
    },
  });
  if (ended.by !== 'ANSWER')
    return cutShort(best ?? nothingYet(problem, settings), ended.by === 'CANCEL');
  if (ended.answer.of === 'ASSEMBLE') return ended.answer.result;
  throw unexpected();
}

/**
 * Finds the smallest change of a team after members have dropped out, and the best team of those as small.
 *
 * @throws {AssemblyFailure} as `solveAssembly`
 */
export async function solveRepair(
  problem: StatedProblem,
  previous: PreviousTeam,
  options: AssemblyOptions,
): Promise<RepairResult> {
  const settings = checked(options);
  const order = { kind: 'REPAIR' as const, problem, previous, settings };
  const ended = await runJob(order, watchOf(options));
  if (ended.by === 'ANSWER' && ended.answer.of === 'REPAIR') return ended.answer.result;
  if (ended.by === 'ANSWER') throw unexpected();
  return noRepair(cutShort(nothingYet(problem, settings), ended.by === 'CANCEL'));
}

/**
 * Shows how the ranking of proposals moves when each weight in turn is taken a little higher and lower. Cut short, it
 * tells the scenarios that it has gone through.
 *
 * @param how.change share of the weight, 0.2 for 20 per cent either way
 * @param how.isSolvedAgain also look for the best team of the whole pool under each of the weights; each gets its part
 * of the time that is left
 * @throws {AssemblyFailure} as `solveAssembly`
 */
export async function solveSensitivity(
  problem: StatedProblem,
  proposals: readonly Proposal[],
  how: { readonly change: number; readonly isSolvedAgain: boolean },
  options: Omit<AssemblyOptions, 'onProgress'> & {
    onScenario?: (done: number, of: number) => void;
  },
): Promise<SensitivityResult> {
  const settings = checked(options);
  const order = { kind: 'WEIGH' as const, problem, proposals, ...how, settings };
  const scenarios: Scenario[] = [];
  const ended = await runJob(order, {
    signal: options.signal,
    onScenario: ({ scenario, of }) => {
      scenarios.push(scenario);
      options.onScenario?.(scenarios.length, of);
    },
  });
  if (ended.by === 'ANSWER' && ended.answer.of === 'WEIGH') return ended.answer.result;
  if (ended.by === 'ANSWER') throw unexpected();
  const status = ended.by === 'CANCEL' ? 'CANCELLED' : 'CUT_SHORT';
  const isFirstStable = scenarios.length > 0 && scenarios.every(({ isFirstSame }) => isFirstSame);
  return { status, scenarios, isFirstStable };
}

/**
 * Finds the cheapest columns that cover every row.
 *
 * @throws {AssemblyFailure} INPUT (options); SOLVER
 */
export async function solveCover(
  problem: CoverProblem,
  options: Pick<AssemblyOptions, 'timeLimitMillis' | 'gap' | 'seed' | 'signal'>,
): Promise<CoverResult> {
  const settings = checked({ ...options, alternatives: 0 });
  const ended = await runJob({ kind: 'COVER', problem, settings }, watchOf(options));
  if (ended.by === 'ANSWER' && ended.answer.of === 'COVER') return ended.answer.result;
  if (ended.by === 'ANSWER') throw unexpected();
  return noCover(ended.by === 'CANCEL' ? 'CANCELLED' : 'UNDECIDED');
}

/**
 * Finds who takes which place: as many places filled as can be, at the least cost. Equal problems and seeds give equal answers.
 *
 * @throws {AssemblyFailure} INPUT (options; more pairs than the solver can hold); SOLVER
 */
export async function solveMatching(
  problem: MatchingProblem,
  options: Pick<AssemblyOptions, 'timeLimitMillis' | 'seed' | 'signal'>,
): Promise<MatchingResult> {
  const settings = checked({ ...options, alternatives: 0, gap: 0 });
  const ended = await runJob({ kind: 'MATCH', problem, settings }, watchOf(options));
  if (ended.by === 'ANSWER' && ended.answer.of === 'MATCH') return ended.answer.result;
  if (ended.by === 'ANSWER') throw unexpected();
  return { status: ended.by === 'CANCEL' ? 'CANCELLED' : 'UNDECIDED', pairs: [] };
}

// The problem itself is checked in the worker: a long list takes a while.
function checked(options: AssemblyOptions): Settings {
  const faults = optionFaults(options);
  if (faults.length > 0) throw inputFailure(faults);
  return settingsOf(options);
}

function watchOf(options: Pick<AssemblyOptions, 'signal' | 'onProgress'>): Watch {
  return { signal: options.signal, onProgress: ({ progress }) => tell(options, progress) };
}

function tell({ onProgress }: Pick<AssemblyOptions, 'onProgress'>, progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch {
    // A listener that fails must not fail the job.
  }
}

function unexpected(): AssemblyFailure {
  return new AssemblyFailure('SOLVER', 'The worker answered another question.');
}

function withBound(best: AssemblyResult | null, { bound }: Progress): AssemblyResult | null {
  const [first, ...rest] = best?.proposals ?? [];
  if (!best || !first || bound === null || bound <= first.bound) return best;
  const tighter = Math.min(bound, first.points);
  const gap = first.points > 0 ? (first.points - tighter) / first.points : 0;
  return { ...best, proposals: [{ ...first, bound: tighter, gap }, ...rest] };
}

function cutShort(best: AssemblyResult, isCancelled: boolean): AssemblyResult {
  const hasTeam = best.proposals.length > 0;
  const stoppedBy: Statistics['stoppedBy'] = isCancelled ? 'CANCEL' : 'TIME';
  const statistics = { ...best.statistics, stoppedBy };
  if (isCancelled) return { ...best, status: 'CANCELLED', statistics };
  return { ...best, status: hasTeam ? 'WITHIN_GAP' : 'UNDECIDED', statistics };
}

// The answer of a job that ended before it had found anything.
function nothingYet(problem: StatedProblem, settings: Settings): AssemblyResult {
  const { seed, ...options } = settings;
  return {
    status: 'UNDECIDED',
    proposals: [],
    infeasibility: null,
    funnels: [],
    weights: problem.weights ?? defaultWeights,
    statistics: {
      candidates: problem.candidates.length,
      pairs: 0,
      survivors: 0,
      linearProgrammes: 0,
      integerProgrammes: 0,
      nodes: 0,
      seconds: 0,
      stoppedBy: 'TIME',
      refusedAnswers: 0,
      costReferenceWon: problem.constraints.budgetWon ?? 0,
      solver: '',
      options,
      seed,
      instanceHash: '',
    },
  };
}
