// A transaction: everything it writes stands in memory until it commits.
import type { Document } from '../bson/value.ts';
import type { Collection, Index } from './collection.ts';
import type { ChangeEvent, TransactionMark } from './oplog.ts';
import type { Snapshot } from './snapshot.ts';

/** What a transaction made of one document. */
export type OverlayRecord = {
  /** Undefined when it was removed. */
  bytes: Buffer | undefined;
  document: Document | undefined;
  /** As it was in the store, undefined when it was not there. */
  storedBytes: Buffer | undefined;
  stored: Document | undefined;
};

/** The changes of one collection. */
export type Overlay = {
  collection: Collection;
  records: Map<number, OverlayRecord>;
  recordsDelta: number;
};

/** A key of a unique index that was looked up, and the records that had it. */
export type ObservedKey = {
  collection: Collection;
  index: Index;
  key: Buffer;
  holders: readonly number[];
};

/** What a transaction has read: while nothing of that changes, its snapshot may move on. */
export type Observed = {
  keys: ObservedKey[];
  /** Collections of which it read more than single keys. */
  collections: Set<Collection>;
  /** It read what is not kept account of. */
  isEverything: boolean;
};

/** An open transaction. */
export type Transaction = {
  snapshot: Snapshot;
  mark: TransactionMark | undefined;
  overlays: Map<number, Overlay>;
  /** Keys of unique indexes that it added, with the record that has them. */
  addedKeys: Map<string, number>;
  /** Keys that it took from a stored record: `lock name` + record. */
  removedKeys: Set<string>;
  events: ChangeEvent[];
  locks: string[];
  observed: Observed;
  /** Whose lock it waits for. */
  waitsFor: Transaction | undefined;
  /** Collections that it made, by namespace. */
  fresh: Map<string, Collection>;
  startedAt: number;
  /** Bytes that it holds, about. */
  weight: number;
  isOpen: boolean;
  ended: Promise<void>;
  /** Call once it has ended, so that who waits goes on. */
  finish: () => void;
};

/** Begins a transaction on a snapshot. */
export function makeTransaction(
  snapshot: Snapshot,
  mark: TransactionMark | undefined,
): Transaction {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    snapshot,
    mark,
    overlays: new Map(),
    addedKeys: new Map(),
    removedKeys: new Set(),
    events: [],
    locks: [],
    observed: { keys: [], collections: new Set(), isEverything: false },
    waitsFor: undefined,
    fresh: new Map(),
    startedAt: Date.now(),
    weight: 0,
    isOpen: true,
    ended: promise,
    finish: resolve,
  };
}

/** The changes that a transaction made to a collection. */
export function overlayOf(transaction: Transaction, collection: Collection): Overlay {
  const known = transaction.overlays.get(collection.id);
  if (known !== undefined) return known;
  const made: Overlay = { collection, records: new Map(), recordsDelta: 0 };
  transaction.overlays.set(collection.id, made);
  return made;
}
