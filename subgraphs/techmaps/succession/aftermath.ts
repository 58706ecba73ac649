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

/**
 * Starts with what an earlier run of the service left behind. A failure is tried again after a second.
 *
 * @param work does all there is to do; safe to repeat and to break off
 */
export function startAftermath(work: () => Promise<void>, log: Log): Aftermath {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let working = Promise.resolve();
  const wake = () => {
    working = working.then(run);
  };
  const run = async () => {
    if (stopped) return;
    try {
      await work();
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
