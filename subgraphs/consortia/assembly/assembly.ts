// The door: the best consortium for a project, with proof, alternatives and reasons, solved in a worker thread.
import { Worker } from 'node:worker_threads';
import { optionFaults, problemFaults } from './check.ts';
import { AssemblyFailure, inputFailure } from './failure.ts';
import type { Message, Order } from './message.ts';
import { settingsOf, type Settings } from './solve.ts';
import { defaultWeights } from './defaults.ts';
import type { AssemblyOptions, AssemblyProblem, AssemblyResult, Progress } from './types.ts';

/** How long a job may take beyond its limit before its thread is ended from outside. */
const patience = 1.5;

/**
 * Finds the best team for a project, or why there is none. Equal problems, options and seeds give equal
 * results as long as the time limit is not reached.
 *
 * @throws {AssemblyFailure} INPUT, with all faults of the problem and the options at once; SOLVER
 */
export async function solveAssembly(
  problem: AssemblyProblem,
  options: AssemblyOptions,
): Promise<AssemblyResult> {
  const faults = [...optionFaults(options), ...problemFaults(problem)];
  if (faults.length > 0) throw inputFailure(faults);
  const settings = settingsOf(options);
  if (options.signal?.aborted === true) return nothing(problem, settings, 'CANCELLED');
  const order: Order = { kind: 'ASSEMBLE', problem: slim(problem), settings };
  const { signal, onProgress } = options;
  let best: AssemblyResult | null = null;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: order });
    let isSettled = false;
    const settle = (end: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(watchdog);
      signal?.removeEventListener('abort', cancel);
      void worker.terminate().then(end, end);
    };
    const giveUp = (status: 'CANCELLED' | 'UNDECIDED') =>
      settle(() => resolve(cutShort(best ?? nothing(problem, settings, status), status)));
    const cancel = () => giveUp('CANCELLED');
    const watchdog = setTimeout(() => giveUp('UNDECIDED'), patience * settings.timeLimitMillis);
    signal?.addEventListener('abort', cancel, { once: true });
    worker.on('message', (message: Message) => {
      if (isSettled) return;
      if (message.kind === 'RESULT') settle(() => resolve(message.result));
      else if (message.kind === 'FAILURE') settle(() => reject(failureOf(message)));
      else {
        best = message.soFar ?? withBound(best, message.progress);
        tellSafely(onProgress, message.progress);
      }
    });
    worker.on('error', (error) => settle(() => reject(solverFailure(error.message))));
    worker.on('exit', (code) =>
      settle(() => reject(solverFailure(`The worker ended with code ${code}.`))),
    );
  });
}

// Only what the search reads crosses the thread border.
function slim(problem: AssemblyProblem): AssemblyProblem {
  const technologies = new Set(problem.requirements.map((requirement) => requirement.technologyId));
  const capabilities = problem.capabilities.filter((one) => technologies.has(one.technologyId));
  return { ...problem, capabilities };
}

function tellSafely(onProgress: AssemblyOptions['onProgress'], progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch {
    // A listener that fails must not fail the job.
  }
}

function withBound(best: AssemblyResult | null, { bound }: Progress): AssemblyResult | null {
  const [first, ...rest] = best?.proposals ?? [];
  if (!best || !first || bound === null || bound <= first.bound) return best;
  const tighter = Math.min(bound, first.points);
  const gap = first.points > 0 ? (first.points - tighter) / first.points : 0;
  return { ...best, proposals: [{ ...first, bound: tighter, gap }, ...rest] };
}

function cutShort(best: AssemblyResult, status: 'CANCELLED' | 'UNDECIDED'): AssemblyResult {
  const hasTeam = best.proposals.length > 0;
  const stoppedBy = status === 'CANCELLED' ? 'CANCEL' : 'TIME';
  return {
    ...best,
    status: status === 'UNDECIDED' && hasTeam ? 'WITHIN_GAP' : status,
    statistics: { ...best.statistics, stoppedBy },
  };
}

// The answer of a job that ended before it had found anything.
function nothing(
  problem: AssemblyProblem,
  settings: Settings,
  status: 'CANCELLED' | 'UNDECIDED',
): AssemblyResult {
  const { alternatives, timeLimitMillis, gap, distance, explain, seed } = settings;
  return {
    status,
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
      stoppedBy: status === 'CANCELLED' ? 'CANCEL' : 'TIME',
      refusedAnswers: 0,
      costReferenceWon: problem.constraints.budgetWon ?? 0,
      solver: '',
      options: { alternatives, timeLimitMillis, gap, distance, explain },
      seed,
      instanceHash: '',
    },
  };
}

function failureOf(message: Message & { kind: 'FAILURE' }): AssemblyFailure {
  return new AssemblyFailure(message.code, message.message, message.faults);
}

function solverFailure(reason: string): AssemblyFailure {
  return new AssemblyFailure('SOLVER', reason);
}
