// Writing one document: validation, keys, uniqueness, and the change that is logged.
import { readDocument } from '../bson/reader.ts';
import { document, isDocument, ObjectId, typeName } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Description } from '../query/apply.ts';
import { refuse } from '../refusal.ts';
import type { Collection, Index } from './collection.ts';
import { duplicateKey } from './duplicate-key.ts';
import type { Engine } from './engine.ts';
import { keysOf } from './index-key.ts';
import { keyLock, recordLock, writeConflict } from './locks.ts';
import type { ChangeEvent } from './oplog.ts';
import { saveCollection } from './catalogue.ts';
import { overlayOf } from './transaction.ts';
import type { Transaction } from './transaction.ts';
import { checkDocument } from './validate.ts';

/** Largest document. @see https://www.mongodb.com/docs/manual/reference/limits/ */
export const MAX_DOCUMENT_BYTES = 16_777_216;

/** A document where it stands. */
export type Located = { id: number; bytes: Buffer; document: Document };

/** How a document is written. */
export type WriteOptions = { bypassesValidation: boolean };

type KeyChange = { index: Index; removed: Buffer[]; added: Buffer[] };

function encode(source: Document): Buffer {
  const bytes = writeDocument(source);
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw refuse(
      10_334,
      `BSONObj size: ${bytes.length} (0x${bytes.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    );
  return bytes;
}

/** The document with `_id` first; one is made when there is none. */
function withId(source: Document): Document {
  const [first] = source.keys();
  if (first === '_id') return source;
  const id = source.get('_id') ?? new ObjectId();
  const made: Document = new Map([['_id', id]]);
  for (const [name, value] of source) if (name !== '_id') made.set(name, value);
  return made;
}

function checkId(source: Document): void {
  const id = source.get('_id') ?? null;
  const type = typeName(id);
  if (type === 'array' || type === 'regex')
    throw refuse(53, `The '_id' value cannot be of type ${type}`);
  if (isDocument(id))
    for (const name of id.keys())
      if (name.startsWith('$'))
        throw refuse(
          52,
          `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
        );
}

/**
 * Inserts a document and gives it back with its `_id`.
 *
 * @throws {CommandRefusal} 11000, 121, 53, 10334; {Blocked} when a transaction holds one of its keys
 */
export function insertDocument(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  given: Document,
  options: WriteOptions,
): Document {
  const source = withId(given);
  checkId(source);
  if (!options.bypassesValidation) checkDocument(collection, source);
  const bytes = encode(source);
  const id = collection.nextRecord;
  const changes = keyChanges(collection, undefined, source);
  checkUnique(engine, transaction, collection, changes, id, source);
  collection.nextRecord += 1;
  const event: ChangeEvent = {
    operation: 'insert',
    ...placeOf(collection),
    key: document({ _id: source.get('_id') }),
    bytes,
  };
  if (transaction === undefined) {
    applyDirectly(engine, collection, changes, id, bytes, 1);
    engine.oplog.append([event]);
    if (collection.capped !== undefined) trimCapped(engine, collection);
  } else {
    engine.locks.acquire(recordLock(collection.id, id), transaction);
    remember(
      transaction,
      collection,
      id,
      { bytes, document: source, storedBytes: undefined, stored: undefined },
      1,
    );
    noteKeys(engine, transaction, changes, id);
    transaction.events.push(event);
  }
  return source;
}

function placeOf(collection: Collection): Pick<ChangeEvent, 'database' | 'collection' | 'uuid'> {
  return { database: collection.database, collection: collection.name, uuid: collection.uuid };
}

/** How a replaced document is logged: by what changed, or as a whole. */
export type Replacement = { after: Document; description: Description | undefined };

/**
 * Puts another version of a document in its place.
 *
 * @returns false when nothing changes
 * @throws {CommandRefusal} 11000, 112, 121, 10334; {Blocked} when a transaction holds it
 */
export function replaceDocument(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  located: Located,
  { after, description }: Replacement,
  options: WriteOptions,
): boolean {
  lockRecord(engine, transaction, collection, located.id);
  const bytes = encode(after);
  if (bytes.equals(located.bytes)) return false;
  if (!options.bypassesValidation) checkDocument(collection, after, located.document);
  const changes = keyChanges(collection, located.document, after);
  checkUnique(engine, transaction, collection, changes, located.id, after);
  const event: ChangeEvent = {
    operation: description === undefined ? 'replace' : 'update',
    ...placeOf(collection),
    key: document({ _id: after.get('_id') }),
    bytes: description === undefined ? bytes : undefined,
    description,
    ...(collection.keepsImages ? { before: located.bytes, after: bytes } : {}),
  };
  if (transaction === undefined) {
    applyDirectly(engine, collection, changes, located.id, bytes, 0);
    engine.oplog.append([event]);
  } else {
    remember(
      transaction,
      collection,
      located.id,
      { bytes, document: after, storedBytes: located.bytes, stored: located.document },
      0,
    );
    noteKeys(engine, transaction, changes, located.id);
    transaction.events.push(event);
  }
  return true;
}

/**
 * Removes a document.
 *
 * @throws {CommandRefusal} 112; {Blocked} when a transaction holds it
 */
export function removeDocument(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  located: Located,
): void {
  lockRecord(engine, transaction, collection, located.id);
  const changes = keyChanges(collection, located.document, undefined);
  for (const { index, removed } of changes)
    if (index.isUnique)
      for (const key of removed) engine.locks.acquire(keyLock(index.id, key), transaction);
  const event: ChangeEvent = {
    operation: 'delete',
    ...placeOf(collection),
    key: document({ _id: located.document.get('_id') }),
    ...(collection.keepsImages ? { before: located.bytes } : {}),
  };
  if (transaction === undefined) {
    applyDirectly(engine, collection, changes, located.id, undefined, -1);
    engine.oplog.append([event]);
  } else {
    remember(
      transaction,
      collection,
      located.id,
      {
        bytes: undefined,
        document: undefined,
        storedBytes: located.bytes,
        stored: located.document,
      },
      -1,
    );
    noteKeys(engine, transaction, changes, located.id);
    transaction.events.push(event);
  }
}

/** Takes the document for writing, unless it changed after the transaction began. */
export function lockRecord(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  id: number,
): void {
  const name = recordLock(collection.id, id);
  engine.locks.acquire(name, transaction);
  if (
    transaction !== undefined &&
    transaction.overlays.get(collection.id)?.records.has(id) !== true
  )
    engine.locks.checkUnchanged(name, transaction);
}

function keyChanges(
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

function freshKeys(index: Index, source: Document): Buffer[] {
  const { keys, isMultikey } = keysOf(index, source);
  index.isMultikey ||= isMultikey;
  return keys;
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

function checkUnique(
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
  if (engine.transactions > 0) locks.noteChange(recordLock(collection.id, id), sequence);
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

/** That an index has several keys for a document is stored with the first of them. */
function saveMultikey(engine: Engine, collection: Collection): void {
  let marks = '';
  for (const { isMultikey } of collection.indexes) marks += isMultikey ? '1' : '0';
  if (savedMultikeys.get(collection) === marks) return;
  savedMultikeys.set(collection, marks);
  saveCollection(engine, collection);
}

function countRecords(engine: Engine, collection: Collection, delta: number): void {
  if (delta === 0) return;
  collection.records += delta;
  engine.counted.add(collection);
}

type Remembered = Parameters<ReturnType<typeof overlayOf>['records']['set']>[1];

// About what a transaction may keep in memory.
const MAX_TRANSACTION_BYTES = 256 * 1024 * 1024;

function remember(
  transaction: Transaction,
  collection: Collection,
  id: number,
  record: Remembered,
  delta: number,
): void {
  const overlay = overlayOf(transaction, collection);
  overlay.recordsDelta += delta;
  const known = overlay.records.get(id);
  if (known === undefined) overlay.records.set(id, record);
  else {
    known.bytes = record.bytes;
    known.document = record.document;
  }
  transaction.weight += (record.bytes?.length ?? 0) * 3;
  if (transaction.weight > MAX_TRANSACTION_BYTES)
    throw refuse(146, 'the transaction holds more than the database keeps in memory');
}

function noteKeys(
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

/** A capped collection gives up its oldest documents. */
function trimCapped(engine: Engine, collection: Collection): void {
  const { documents } = collection.capped ?? { documents: Number.POSITIVE_INFINITY };
  while (collection.records > documents) {
    const [oldest] = engine.store.records(collection.id, 0, 1, false);
    if (oldest === undefined) return;
    removeDocument(engine, undefined, collection, {
      ...oldest,
      document: readDocument(oldest.bytes),
    });
  }
}

/** Applies what a transaction made of one document. */
export function commitRecord(
  engine: Engine,
  collection: Collection,
  id: number,
  record: Remembered,
): void {
  if (record.bytes === undefined && record.storedBytes === undefined) return;
  const changes = keyChanges(collection, record.stored, record.document);
  applyDirectly(engine, collection, changes, id, record.bytes, 0);
}

/** Adds what a transaction changed in the number of documents. */
export function commitCount(engine: Engine, collection: Collection, delta: number): void {
  countRecords(engine, collection, delta);
}
