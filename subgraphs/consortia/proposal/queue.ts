import { refusal } from '#kit/refusal.ts';

/** A queue in front of the solver: a few jobs at once, the others in the order they came. */
export interface SolverQueue {
  /**
   * Runs a job when its turn comes.
   *
   * @throws {Refusal} LIMIT_REACHED when too many wait
   */
  run<Result>(job: () => Promise<Result>): Promise<Result>;
}

/** Jobs that wait; more are refused. */
const waitingLimit = 50;

/**
 * A queue.
 *
 * @param atOnce jobs that run at the same time
 */
export function solverQueue(atOnce: number): SolverQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  const enter = async () => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (waiting.length >= waitingLimit)
      throw refusal('LIMIT_REACHED', 'Too many searches are waiting; try again in a minute.');
    // Whoever ends hands the place over, so that nobody slips in between.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    run: async (job) => {
      await enter();
      try {
        return await job();
      } finally {
        release();
      }
    },
  };
}
