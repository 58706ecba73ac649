/** What waits for one subscriber: bounded by bytes and by age, so that a slow one hurts nobody else. */
import type { ExecutionResult } from 'graphql';

/** Bounds of one subscriber's queue. */
export interface SinkLimits {
  bytes: number;
  /** Age of the oldest that waits, in milliseconds. */
  millis: number;
}

/** A result that is measured at most once for all subscribers. */
export interface Parcel {
  result: ExecutionResult;
  /** Bytes of its JSON. */
  bytes(): number;
  /** Called when a subscriber takes it. */
  taken?: () => void;
}

/** A result to be handed out. */
export function parcel(result: ExecutionResult, taken?: () => void): Parcel {
  let bytes: number | null = null;
  return {
    result,
    bytes: () => (bytes ??= Buffer.byteLength(JSON.stringify(result))),
    ...(taken && { taken }),
  };
}

interface Waiting extends Parcel {
  since: number;
}

/** One subscriber's end of a feed. */
export class Sink implements AsyncIterableIterator<ExecutionResult> {
  readonly #limits: SinkLimits;
  readonly #left: (sink: Sink) => void;
  readonly #tooSlow: () => ExecutionResult;
  #queue: Waiting[] = [];
  #bytes = 0;
  #ended = false;
  #reader: ((result: IteratorResult<ExecutionResult>) => void) | null = null;

  /**
   * @param left called once, when the subscriber leaves or is given up
   * @param tooSlow the last word to a subscriber who does not keep up
   */
  constructor(limits: SinkLimits, left: (sink: Sink) => void, tooSlow: () => ExecutionResult) {
    this.#limits = limits;
    this.#left = left;
    this.#tooSlow = tooSlow;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Hands over a result, at once when somebody waits for it. */
  push(next: Parcel): void {
    if (this.#ended) return;
    if (this.#reader) {
      next.taken?.();
      this.#read({ value: next.result, done: false });
      return;
    }
    const now = Date.now();
    const oldest = this.#queue[0]?.since ?? now;
    const bytes = this.#bytes + next.bytes();
    // One event always fits: a large one is not a slow reader.
    const full = this.#queue.length > 0 && bytes > this.#limits.bytes;
    if (full || now - oldest > this.#limits.millis) {
      this.end(this.#tooSlow());
      return;
    }
    this.#bytes = bytes;
    this.#queue.push({ ...next, since: now });
  }

  /** Ends the feed: after what waits, or in place of it with a last word. */
  end(last?: ExecutionResult): void {
    if (this.#ended) return;
    this.#ended = true;
    if (last) {
      this.#queue = [];
      this.#bytes = 0;
      const word = parcel(last);
      if (this.#reader) this.#read({ value: last, done: false });
      else this.#queue.push({ ...word, since: Date.now() });
    } else if (this.#reader) this.#read({ value: undefined, done: true });
    this.#left(this);
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    const waiting = this.#queue.shift();
    if (waiting) {
      if (!this.#ended) this.#bytes -= waiting.bytes();
      waiting.taken?.();
      return Promise.resolve({ value: waiting.result, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  return(): Promise<IteratorResult<ExecutionResult>> {
    this.#queue = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #read(result: IteratorResult<ExecutionResult>): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.(result);
  }
}
