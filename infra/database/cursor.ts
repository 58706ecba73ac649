// Cursors: results that are fetched in batches.
import { randomInt } from 'node:crypto';
import type { Transaction } from './engine/transaction.ts';
import { PAUSE } from './flow.ts';
import type { Flow } from './flow.ts';
import { refuse } from './refusal.ts';

/** One batch of documents as bytes. */
export type Batch = { documents: Buffer[]; isLast: boolean };

/** A result that is not fetched to its end yet. */
export type Cursor = {
  id: bigint;
  namespace: string;
  flow: Flow<Buffer>;
  /** A document that did not fit into the last batch. */
  waiting: Buffer | undefined;
  session: string | undefined;
  transaction: Transaction | undefined;
  /** A change stream or tailable cursor: an empty batch is not the end. */
  tail: TailCursor | undefined;
  usedAt: number;
  hasTimeout: boolean;
  isBusy: boolean;
};

/** How a cursor that waits for news is read. */
export type TailCursor = {
  /** The documents that are there now. */
  take: (most: number) => Batch;
  /** From where on it can be resumed. */
  resumeToken: () => Map<string, string>;
  /** Resolves when there may be news. */
  news: () => Promise<void>;
};

/** Open cursors by id. */
export type Cursors = {
  all: ReadonlyMap<bigint, Cursor>;
  open: (cursor: Omit<Cursor, 'id' | 'usedAt' | 'isBusy' | 'waiting'>, waiting?: Buffer) => Cursor;
  find: (id: bigint) => Cursor;
  close: (id: bigint) => boolean;
};

const MOST_CURSORS = 10_000;

/** Makes an empty register. */
export function makeCursors(): Cursors {
  const all = new Map<bigint, Cursor>();
  // Ids of different starts differ, so that an old one is not taken for a new one.
  let nextId = BigInt(randomInt(2 ** 40)) * 1_000_000n + 1n;
  const close = (id: bigint): boolean => {
    const cursor = all.get(id);
    if (cursor === undefined) return false;
    all.delete(id);
    // Ends what the flow holds, unless it is running right now.
    if (!cursor.isBusy) cursor.flow.return();
    return true;
  };
  return {
    all,
    close,
    open: (fields, waiting) => {
      if (all.size >= MOST_CURSORS) throw refuse(238, `more than ${MOST_CURSORS} cursors are open`);
      const cursor: Cursor = { ...fields, id: nextId, usedAt: Date.now(), isBusy: false, waiting };
      nextId += 1n;
      all.set(cursor.id, cursor);
      return cursor;
    },
    find: (id) => {
      const cursor = all.get(id);
      if (cursor === undefined) throw refuse(43, `cursor id ${id} not found`);
      cursor.usedAt = Date.now();
      return cursor;
    },
  };
}

// A reply must stay below 48 MB, and drivers expect no more than 16 MB of documents.
const BATCH_BYTES = 16 * 1024 * 1024;

// What a stage makes may be larger than what may be stored, but no client reads more than this.
const RESULT_BYTES = BATCH_BYTES + 16 * 1024;

function checkSize({ length }: Buffer): void {
  if (length > RESULT_BYTES)
    throw refuse(
      10_334,
      `BSONObj size: ${length} (0x${length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${RESULT_BYTES}(16MB)`,
    );
}

/** Takes the next documents from a flow. */
export function* takeBatch(
  flow: Flow<Buffer>,
  most: number,
  first?: Buffer,
): Generator<typeof PAUSE, Batch & { waiting: Buffer | undefined }, undefined> {
  const documents: Buffer[] = [];
  let bytes = 0;
  let next = first;
  for (;;) {
    if (next !== undefined) {
      checkSize(next);
      const isFull = documents.length > 0 && bytes + next.length > BATCH_BYTES;
      if (documents.length >= most || isFull) return { documents, isLast: false, waiting: next };
      documents.push(next);
      bytes += next.length;
      next = undefined;
    }
    const step = flow.next();
    if (step.done === true) return { documents, isLast: true, waiting: undefined };
    if (step.value === PAUSE) yield PAUSE;
    else next = step.value;
  }
}
