import { refusal } from '#kit/refusal.ts';

/** A place in the line of the solver. */
export interface Place {
  /** Resolves when its turn has come; never, where it is left before. */
  turn: Promise<void>;
  /** Gives the place up, before its turn or after the work; again does nothing. */
  leave(): void;
}

/** A queue in front of the solver: a few jobs at once, the others in the order they came. */
export interface SolverQueue {
  /**
   * Takes a place at once; whoever takes one leaves it.
   *
   * @throws {Refusal} LIMIT_REACHED when too many wait
   */
  join(): Place;
}

/** Jobs that wait; more are refused. */
export const waitingLimit = 50;

/**
 * A queue.
 *
 * @param atOnce jobs that run at the same time
 */
export function solverQueue(atOnce: number): SolverQueue {
  let running = 0;
  const waiting: { begin: () => void }[] = [];
  const release = () => {
    // Whoever ends hands the place over, so that nobody slips in between.
    const next = waiting.shift();
    if (next) next.begin();
    else running -= 1;
  };
  return {
    join: () => {
      const { promise: turn, resolve } = Promise.withResolvers<void>();
      let state: 'WAITING' | 'RUNNING' | 'LEFT' = 'WAITING';
      const place = {
        begin: () => {
          state = 'RUNNING';
          resolve();
        },
      };
      if (running < atOnce) {
        running += 1;
        place.begin();
      } else if (waiting.length < waitingLimit) waiting.push(place);
      else
        throw refusal(
          'LIMIT_REACHED',
          'Too many searches are waiting; try again in a minute.',
          [],
          {
            rule: 'SEARCHES_WAITING',
            limit: String(waitingLimit),
            found: String(waiting.length),
          },
        );
      return {
        turn,
        leave: () => {
          if (state === 'RUNNING') release();
          if (state === 'WAITING') waiting.splice(waiting.indexOf(place), 1);
          state = 'LEFT';
        },
      };
    },
  };
}
