import type { Log } from '#kit/log.ts';

/** Something that is done again and again for as long as the service runs. */
export interface Round {
  stop(): Promise<void>;
}

/** What is done, and how long to wait after it before it is done again. */
export interface RoundPlan {
  /** As the log names it. */
  name: string;
  waitMillis: number;
  work: () => Promise<unknown>;
}

/** Starts a round; one that fails is logged and done again. Several services may run the same one: the work sees to it. */
export function startRound({ name, waitMillis, work }: RoundPlan, log: Log): Round {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const wait = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = work()
        .then(() => undefined)
        .catch((error: unknown) => {
          if (!stopped) log.error({ error, round: name }, 'a round failed');
        })
        .finally(wait);
    }, waitMillis);
  };
  wait();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
