// Writing one document: validation, keys, uniqueness, and the change that is logged.
import { MAX_NESTING, readDocument } from '../bson/reader.ts';
import { document, isDocument, ObjectId, typeName } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import type { Description } from '../query/apply.ts';
import { refuse } from '../refusal.ts';
import { applyDirectly } from './apply.ts';
import type { Collection } from './collection.ts';
import type { Engine } from './engine.ts';
import { checkUnique, keyChanges, noteKeys } from './key-change.ts';
import { Blocked, keyLock, recordLock, writeConflict } from './locks.ts';
import { moveSnapshot } from './observation.ts';
import type { ChangeEvent } from './oplog.ts';
import { overlayOf } from './transaction.ts';
import type { OverlayRecord, Transaction } from './transaction.ts';
import { checkDocument } from './validate.ts';

/** Largest document. @see https://www.mongodb.com/docs/manual/reference/limits/ */
export const MAX_DOCUMENT_BYTES = 16_777_216;

/** A document where it stands. */
export type Located = { id: number; bytes: Buffer; document: Document };

/** How a document is written. */
export type WriteOptions = { bypassesValidation: boolean };

function encode(source: Document): Buffer {
  const bytes = writeDocument(source, MAX_NESTING);
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

/**
 * Takes the document for writing.
 *
 * @throws {CommandRefusal} 112 when it changed after the transaction began, and the transaction has read what changed too
 * @throws {Blocked} when a transaction has it; when it has just been seen anew, and is to be read again
 */
export function lockRecord(
  engine: Engine,
  transaction: Transaction | undefined,
  collection: Collection,
  id: number,
): void {
  const name = recordLock(collection.id, id);
  engine.locks.acquire(name, transaction);
  if (transaction === undefined || isOwn(transaction, collection, id)) return;
  if (!engine.locks.isChangedAfter(name, transaction.snapshot.sequence)) return;
  if (!moveSnapshot(engine, transaction)) throw writeConflict();
  throw new Blocked(undefined);
}

function isOwn({ overlays }: Transaction, collection: Collection, id: number): boolean {
  return overlays.get(collection.id)?.records.has(id) === true;
}

// About what a transaction may keep in memory.
const MAX_TRANSACTION_BYTES = 256 * 1024 * 1024;

function remember(
  transaction: Transaction,
  collection: Collection,
  id: number,
  record: OverlayRecord,
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
