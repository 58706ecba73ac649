/** Until when a request's work may go on, in resolvers and in what they ask of the database; what has no deadline is not touched. */
import { AsyncLocalStorage } from 'node:async_hooks';

import { GraphQLError } from 'graphql';

/** The header that tells a subgraph how many milliseconds it has. */
export const timeoutHeader = 'x-oca-timeout';

/** When work ends. */
export interface Deadline {
  /** Aborted when the time is over, or when nobody waits for the work any more. */
  signal: AbortSignal;
  /** When the time is over, in milliseconds since the epoch; null where only the signal knows. */
  at: number | null;
}

interface Work extends Deadline {
  /** Whether it has been answered: what it leaves running behind is nobody's request. */
  isDone: boolean;
}

const around = new AsyncLocalStorage<Work>();

/**
 * Runs work that ends at its deadline: then it rejects at once, and what goes on of it can neither enter another resolver nor
 * ask the database anything.
 *
 * @throws the signal's reason
 */
export async function withDeadline<Result>(
  deadline: Deadline,
  work: () => Promise<Result>,
): Promise<Result> {
  const { signal } = deadline;
  signal.throwIfAborted();
  const own: Work = { ...deadline, isDone: false };
  const over = Promise.withResolvers<never>();
  const abort = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await Promise.race([around.run(own, work), over.promise]);
    own.isDone = true;
    return result;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Begins work that goes on by itself: whatever becomes of the request that it was begun in, this is none of its work. */
export function beyondDeadline<Result>(work: () => Result): Result {
  return around.exit(work);
}

/**
 * Does nothing while there is time.
 *
 * @throws {GraphQLError} REQUEST_TIMEOUT when the work around is over
 */
export function checkDeadline(): void {
  const work = around.getStore();
  if (work && !work.isDone && work.signal.aborted) throw timeIsOver();
}

/** How long the work around has, in milliseconds and at least 1; null where there is no end to it. */
export function millisLeft(): number | null {
  const work = around.getStore();
  if (!work || work.isDone || work.at === null) return null;
  return Math.max(1, Math.ceil(work.at - Date.now()));
}

/** Aborted when the work around is over; for work that waits by itself. Null where there is no end to it. */
export function deadlineSignal(): AbortSignal | null {
  const work = around.getStore();
  return work && !work.isDone ? work.signal : null;
}

/** The error of work that went on for too long. */
export function timeIsOver(): GraphQLError {
  return new GraphQLError('The time for this request is over.', {
    extensions: { code: 'REQUEST_TIMEOUT' },
  });
}
