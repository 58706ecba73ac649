import type { Log } from '#kit/log.ts';
import type { Context } from '../context.ts';
import { delivery, sendDue } from './post.ts';

/** How often the queue is looked at, in milliseconds. */
const interval = 1_000;

/** Sends mails for as long as the service runs. */
export interface Postman {
  stop(): Promise<void>;
}

/** Starts sending mails. Several may run at once: each mail is taken by one. */
export function startPostman(context: Context, log: Log): Postman {
  const deliver = delivery(context, log);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      round = sendDue(context, deliver, log)
        .then(() => undefined)
        .catch((error: unknown) => {
          if (!stopped) log.error({ error }, 'mails could not be looked at');
        })
        .finally(next);
    }, interval);
  };
  next();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
