/** A feed's source that keeps everything, for the tests of feeds, and how a client reads what comes of it. */
import { setTimeout as pause } from 'node:timers/promises';

import type { ExecutionResult } from 'graphql';

/** A feed that keeps everything, so that a reader can come back to where it was. */
export class Board {
  entries: { cursor: string; text: string; author: { id: string } }[] = [];
  readers = new Set<() => void>();
  opened = 0;
  open = 0;

  publish(...texts: string[]): void {
    for (const text of texts)
      this.entries.push({ cursor: String(this.entries.length + 1), text, author: { id: text } });
    for (const wake of this.readers) wake();
  }

  read(field: string, after: number): AsyncIterableIterator<object> {
    this.opened += 1;
    this.open += 1;
    let next = after;
    let wake: (() => void) | null = null;
    const state = { left: false };
    const woken = (): void => wake?.();
    this.readers.add(woken);
    return {
      next: async () => {
        while (!state.left && next >= this.entries.length)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        if (state.left) return { value: undefined, done: true };
        next += 1;
        return { value: { [field]: this.entries[next - 1] }, done: false };
      },
      return: async () => {
        state.left = this.readers.delete(woken) || state.left;
        this.open -= 1;
        wake?.();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

/** The next results of a feed, as a client reads them. */
export async function take(
  feed: AsyncIterator<ExecutionResult>,
  count: number,
): Promise<unknown[]> {
  const results: unknown[] = [];
  while (results.length < count) {
    const { value, done } = await feed.next();
    if (done) return [...results, 'over'];
    results.push(JSON.parse(JSON.stringify(value)));
  }
  return results;
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}
