// Running work in turns: with a deadline, and so that it can be stopped.
import { PAUSE } from './flow.ts';
import type { Task } from './flow.ts';
import type { Document } from './bson/value.ts';
import { refuse } from './refusal.ts';

/** A command that is running. */
export type Operation = {
  id: number;
  command: Document;
  namespace: string;
  startedAt: number;
  /** Why it must stop; checked at every pause. */
  fault: () => Error | undefined;
  /** Resolves when it must stop. */
  interrupted: () => Promise<void>;
  stop: (reason: Error) => void;
  finish: () => void;
};

/** The commands that are running, by number. */
export type Operations = {
  begin: (command: Document, namespace: string, maxMillis: number) => Operation;
  running: ReadonlyMap<number, Operation>;
};

/** Makes an empty register. */
export function makeOperations(): Operations {
  const running = new Map<number, Operation>();
  let lastId = 0;
  return {
    running,
    begin: (command, namespace, maxMillis) => {
      lastId += 1;
      const operation = makeOperation(lastId, command, namespace, maxMillis, () => {
        running.delete(operation.id);
      });
      running.set(operation.id, operation);
      return operation;
    },
  };
}

function timeIsUp(): Error {
  return refuse(50, 'operation exceeded time limit');
}

function makeOperation(
  id: number,
  command: Document,
  namespace: string,
  maxMillis: number,
  onFinish: () => void,
): Operation {
  // Most commands never wait: the promise is made for those that do.
  let waiting: PromiseWithResolvers<void> | undefined;
  const startedAt = Date.now();
  let reason: Error | undefined;
  let timer: NodeJS.Timeout | undefined;
  if (maxMillis > 0)
    timer = setTimeout(() => {
      reason ??= timeIsUp();
      waiting?.resolve();
    }, maxMillis).unref();
  return {
    id,
    command,
    namespace,
    startedAt,
    // The timer cannot fire while the work runs, so the clock is asked too.
    fault: () =>
      reason ?? (maxMillis > 0 && Date.now() - startedAt >= maxMillis ? timeIsUp() : undefined),
    interrupted: () => {
      waiting ??= Promise.withResolvers();
      if (reason !== undefined) waiting.resolve();
      return waiting.promise;
    },
    stop: (why) => {
      reason ??= why;
      waiting?.resolve();
    },
    finish: () => {
      clearTimeout(timer);
      onFinish();
    },
  };
}

const SLICE_MILLIS = 10;

/** Resolves when others have had their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Runs a task to its end; others get a turn every few milliseconds.
 *
 * @throws what the task throws, or why the operation was stopped
 */
export async function runTask<T>(task: Task<T>, operation: Operation): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MILLIS;
  let step = task.next();
  while (step.done !== true) {
    if (step.value !== PAUSE) await Promise.race([step.value, operation.interrupted()]);
    else if (performance.now() >= sliceEnd) await nextTurn();
    if (performance.now() >= sliceEnd) sliceEnd = performance.now() + SLICE_MILLIS;
    const fault = operation.fault();
    step = fault === undefined ? task.next() : task.throw(fault);
  }
  return step.value;
}
