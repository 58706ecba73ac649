// Applying a write to the store: a single one at once, those of a transaction when it commits.
import { saveCollection } from './catalogue.ts';
import type { Collection } from './collection.ts';
import type { Engine } from './engine.ts';
import { keyChanges } from './key-change.ts';
import type { KeyChange } from './key-change.ts';
import { collectionChange, recordLock } from './locks.ts';
import type { OverlayRecord } from './transaction.ts';

/** Writes to the store at once: a single write, or what a transaction commits. */
export function applyDirectly(
  engine: Engine,
  collection: Collection,
  changes: readonly KeyChange[],
  id: number,
  bytes: Buffer | undefined,
  recordsDelta: number,
): void {
  const { store, snapshots, locks } = engine;
  const sequence = snapshots.beforeChange();
  if (engine.transactions > 0) {
    locks.noteChange(recordLock(collection.id, id), sequence);
    locks.noteChange(collectionChange(collection.id), sequence);
  }
  if (bytes === undefined) store.deleteRecord(collection.id, id);
  else store.putRecord(collection.id, id, bytes);
  writeKeys(engine, changes, id);
  saveMultikey(engine, collection);
  countRecords(engine, collection, recordsDelta);
}

function writeKeys({ store }: Engine, changes: readonly KeyChange[], id: number): void {
  for (const { index, removed, added } of changes) {
    for (const key of removed) store.deleteEntry(index.id, key, id);
    for (const key of added) store.putEntry(index.id, key, id);
  }
}

const savedMultikeys = new WeakMap<Collection, string>();

/** That an index has several keys for a document, and by which of its fields, is stored with the first of them. */
function saveMultikey(engine: Engine, collection: Collection): void {
  let marks = '';
  for (const { isMultikey, arrays } of collection.indexes)
    marks += isMultikey ? `${arrays.size}+` : '-';
  if (savedMultikeys.get(collection) === marks) return;
  savedMultikeys.set(collection, marks);
  saveCollection(engine, collection);
}

function countRecords(engine: Engine, collection: Collection, delta: number): void {
  if (delta === 0) return;
  collection.records += delta;
  engine.counted.add(collection);
}

/** Applies what a transaction made of one document. */
export function commitRecord(
  engine: Engine,
  collection: Collection,
  id: number,
  record: OverlayRecord,
): void {
  if (record.bytes === undefined && record.storedBytes === undefined) return;
  const changes = keyChanges(collection, record.stored, record.document);
  applyDirectly(engine, collection, changes, id, record.bytes, 0);
}

/** Adds what a transaction changed in the number of documents. */
export function commitCount(engine: Engine, collection: Collection, delta: number): void {
  countRecords(engine, collection, delta);
}
