// Which index keys a write takes away and adds, and whether unique ones are free.
import type { Document } from '../bson/value.ts';
import type { Collection, Index } from './collection.ts';
import { duplicateKey } from './duplicate-key.ts';
import type { Engine } from './engine.ts';
import { freshKeys, keysOf } from './index-key.ts';
import { keyLock, recordLock, writeConflict } from './locks.ts';
import { moveSnapshot } from './observation.ts';
import type { Transaction } from './transaction.ts';

/** What a write does to one index. */
export type KeyChange = { index: Index; removed: Buffer[]; added: Buffer[] };

/** What a write does to the indexes of a collection; those that stay as they are are left out. */
export function keyChanges(
  collection: Collection,
  before: Document | undefined,
  after: Document | undefined,
): KeyChange[] {
  const changes: KeyChange[] = [];
  for (const index of collection.indexes) {
    const old = before === undefined ? [] : keysOf(index, before).keys;
    const [removed, added] = difference(old, after === undefined ? [] : freshKeys(index, after));
    if (removed.length > 0 || added.length > 0) changes.push({ index, removed, added });
  }
  return changes;
}

function difference(old: readonly Buffer[], fresh: readonly Buffer[]): [Buffer[], Buffer[]] {
  const [first] = old;
  const [second] = fresh;
  if (old.length === 1 && fresh.length === 1 && first !== undefined && second !== undefined)
    return first.equals(second) ? [[], []] : [[first], [second]];
  if (old.length === 0 || fresh.length === 0) return [[...old], [...fresh]];
  const had = new Set(old.map((key) => key.toString('latin1')));
  const has = new Set(fresh.map((key) => key.toString('latin1')));
  return [
    old.filter((key) => !has.has(key.toString('latin1'))),
    fresh.filter((key) => !had.has(key.toString('latin1'))),
  ];
}

/**
 * Takes the unique keys that a write adds.
 *
 * @throws {CommandRefusal} 11000 for a key that is there, 112 for one that came after the transaction began
 * @throws {Blocked} when a transaction has it
 */
export function checkUnique(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  changes: readonly KeyChange[],
  id: number,
  source: Document,
): void {
  for (const { index, added, removed } of changes) {
    if (!index.isUnique) continue;
    for (const key of added) checkKey(engine, transaction, collection, index, key, id, source);
    for (const key of removed) engine.locks.acquire(keyLock(index.id, key), transaction);
  }
}

function checkKey(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  index: Index,
  key: Buffer,
  id: number,
  source: Document,
): void {
  const name = keyLock(index.id, key);
  const own = transaction?.addedKeys.get(name);
  if (own !== undefined && own !== id) throw duplicateKey(collection, index, source);
  engine.locks.acquire(name, transaction);
  if (collection.isFresh) return;
  for (const holder of engine.store.holders(index.id, key)) {
    if (holder === id || transaction?.removedKeys.has(`${name} ${holder}`) === true) continue;
    if (isNewer(engine, transaction, collection, holder)) throw writeConflict();
    throw duplicateKey(collection, index, source);
  }
  letGo(engine, transaction, index, key, id);
}

/** A transaction that still sees the key with a record that somebody else took it from would see it twice. */
function letGo(
  engine: Engine,
  transaction: Transaction | undefined,
  index: Index,
  key: Buffer,
  id: number,
): void {
  if (transaction === undefined || !stillSees(engine, transaction, index, key, id)) return;
  if (!moveSnapshot(engine, transaction)) throw writeConflict();
}

function stillSees(
  { snapshots }: Engine,
  { snapshot, removedKeys }: Transaction,
  index: Index,
  key: Buffer,
  id: number,
): boolean {
  if (snapshot.sequence === snapshots.sequence() || index.since > snapshot.sequence) return false;
  const holders = snapshot.reader().holders(index.id, key);
  const name = keyLock(index.id, key);
  return holders.some((holder) => holder !== id && !removedKeys.has(`${name} ${holder}`));
}

/** Whether a transaction cannot see the record as it is now. */
function isNewer(
  { locks }: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  id: number,
): boolean {
  if (transaction === undefined) return false;
  return locks.isChangedAfter(recordLock(collection.id, id), transaction.snapshot.sequence);
}

/** Notes which unique keys a transaction adds and gives up. */
export function noteKeys(
  engine: Engine,
  transaction: Transaction,
  changes: readonly KeyChange[],
  id: number,
): void {
  for (const { index, removed, added } of changes) {
    if (!index.isUnique) continue;
    for (const key of removed) noteRemoved(transaction, keyLock(index.id, key), id);
    for (const key of added) {
      const name = keyLock(index.id, key);
      engine.locks.acquire(name, transaction);
      transaction.addedKeys.set(name, id);
      transaction.removedKeys.delete(`${name} ${id}`);
    }
  }
}

function noteRemoved(transaction: Transaction, name: string, id: number): void {
  if (transaction.addedKeys.get(name) === id) transaction.addedKeys.delete(name);
  transaction.removedKeys.add(`${name} ${id}`);
}
