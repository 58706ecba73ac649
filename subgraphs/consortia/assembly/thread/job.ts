// A job in a thread of its own, with a watchdog outside it: the solver may overrun its limit or ignore a request to stop.
import { Worker } from 'node:worker_threads';
import { AssemblyFailure } from '../failure.ts';
import type { Answer, Message, Order } from './message.ts';
import { sendOrder } from './parcel.ts';

/** How long a job may take beyond its limit before its thread is ended from outside. */
const patience = 1.5;

// Short-lived rows are made by the hundred thousand; with the room that V8 gives them by itself they take 150 MB more.
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

/** What may happen while a job runs. */
export type Watch = {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (message: Message & { kind: 'PROGRESS' }) => void;
  readonly onScenario?: (message: Message & { kind: 'SCENARIO' }) => void;
  /** Time on top for loading the solver and handing over the problem, milliseconds. Left out: 5,000. */
  readonly graceMillis?: number;
};

/** How a job ended. */
export type Ended =
  { readonly by: 'ANSWER'; readonly answer: Answer } | { readonly by: 'CANCEL' | 'TIME' };

/**
 * Runs a job in a fresh worker and ends the worker, whatever happens.
 *
 * @throws {AssemblyFailure} as the worker reports it; SOLVER where the worker breaks down
 */
export function runJob(
  order: Order,
  { signal, onProgress, onScenario, graceMillis = 5_000 }: Watch,
): Promise<Ended> {
  if (signal?.aborted === true) return Promise.resolve({ by: 'CANCEL' });
  const limit = patience * order.settings.timeLimitMillis + graceMillis;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits });
    let isSettled = false;
    const settle = (end: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(watchdog);
      signal?.removeEventListener('abort', cancel);
      void worker.terminate().then(end, end);
    };
    const cancel = () => settle(() => resolve({ by: 'CANCEL' }));
    const watchdog = setTimeout(() => settle(() => resolve({ by: 'TIME' })), limit);
    signal?.addEventListener('abort', cancel, { once: true });
    worker.on('message', (message: Message) => {
      if (isSettled) return;
      if (message.kind === 'PROGRESS') onProgress?.(message);
      else if (message.kind === 'SCENARIO') onScenario?.(message);
      else if (message.kind === 'ANSWER') {
        settle(() => resolve({ by: 'ANSWER', answer: message.answer }));
      } else settle(() => reject(failureOf(message)));
    });
    sendOrder(worker, order, () => isSettled).catch((error: unknown) =>
      settle(() => reject(brokenDown(String(error)))),
    );
    worker.on('error', (error) => settle(() => reject(brokenDown(error.message))));
    worker.on('exit', (code) =>
      settle(() => reject(brokenDown(`The worker ended with code ${code}.`))),
    );
  });
}

function failureOf(message: Message & { kind: 'FAILURE' }): AssemblyFailure {
  return new AssemblyFailure(message.code, message.message, message.faults);
}

function brokenDown(reason: string): AssemblyFailure {
  return new AssemblyFailure('SOLVER', reason);
}
