/** What follows a publication between requests: capabilities follow their technologies, supply is counted anew. */
import type { Log } from '#kit/log.ts';

const retryMillis = 1_000;

/** Works through what is left to do. */
export interface Aftermath {
  /** Says that there may be something to do. */
  wake(): void;
  /** Resolves once everything that was left before the call is done. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether to go on: no longer once the service stops; what is left is done by its next start. */
export type GoingOn = () => boolean;

/**
 * Starts with what an earlier run of the service left behind. A failure is tried again after a second.
 *
 * @param work does all there is to do, in steps that are safe to repeat; asks between them whether to go on
 */
export function startAftermath(work: (isGoingOn: GoingOn) => Promise<void>, log: Log): Aftermath {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let working = Promise.resolve();
  const wake = () => {
    working = working.then(run);
  };
  const run = async () => {
    if (stopped) return;
    try {
      await work(() => !stopped);
    } catch (error) {
      if (stopped) return;
      log.error({ error }, 'what follows a publication could not be done; trying again');
      timer = setTimeout(wake, retryMillis);
    }
  };
  wake();
  return {
    wake,
    idle: async () => {
      wake();
      await working;
    },
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await working;
    },
  };
}
