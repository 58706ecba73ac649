/** Counts supply anew between requests, where a change concerns more firms than one request should wait for. */
import type { Log } from '#kit/log.ts';

import { recountDue, type Counting } from './recount.ts';

const retryMillis = 1_000;

/** Works through the firms that are due. */
export interface Recounter {
  /** Says that there may be something to do. */
  wake(): void;
  /** Resolves once everything that was due before the call has been counted. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts with what an earlier run of the service left behind. A failure is tried again after a second. */
export function startRecounter(counting: Counting, log: Log): Recounter {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let work = Promise.resolve();
  const wake = () => {
    work = work.then(run);
  };
  const run = async () => {
    if (stopped) return;
    try {
      await recountDue(counting);
    } catch (error) {
      if (stopped) return;
      log.error({ error }, 'supply could not be counted; trying again');
      timer = setTimeout(wake, retryMillis);
    }
  };
  wake();
  return {
    wake,
    idle: async () => {
      wake();
      await work;
    },
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await work;
    },
  };
}
