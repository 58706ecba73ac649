import { refusal } from '#kit/refusal.ts';
import { solveAssembly } from '../assembly/assembly.ts';

/** Runs searches in their own threads, a few at once, the others in the order they came. */
export type Solve = typeof solveAssembly;

/** Searches that wait; more are refused. */
const waitingLimit = 50;

/**
 * A queue in front of the solver.
 *
 * @param atOnce searches that run at the same time
 */
export function solverQueue(atOnce: number): Solve {
  let running = 0;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return async (problem, options) => {
    if (running < atOnce) running += 1;
    else {
      if (waiting.length >= waitingLimit)
        throw refusal('LIMIT_REACHED', 'Too many searches are waiting; try again in a minute.', []);
      // Whoever ends hands the place over, so that nobody slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await solveAssembly(problem, options);
    } finally {
      release();
    }
  };
}
