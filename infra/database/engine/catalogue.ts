// Which collections and indexes there are.
import { areIdentical } from '../bson/order.ts';
import { readDocument } from '../bson/reader.ts';
import { showDocument } from '../bson/show.ts';
import { document } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { PAUSE } from '../flow.ts';
import type { Task } from '../flow.ts';
import { isSameCollation } from '../query/collation.ts';
import { refuse } from '../refusal.ts';
import { idIndexSpec, makeCollection, makeIndex, writeDefinition } from './collection.ts';
import type { Collection, Index } from './collection.ts';
import { duplicateKey } from './duplicate-key.ts';
import { newUuid } from './engine.ts';
import type { Engine } from './engine.ts';
import { freshKeys, keysOf } from './index-key.ts';
import { Blocked, keyLock } from './locks.ts';
import { collectionEvent } from './oplog.ts';
import type { ChangeEvent } from './oplog.ts';
import type { Transaction } from './transaction.ts';

/** Finds a collection; one that a transaction made is only seen by it. */
export function findCollection(
  engine: Engine,
  namespace: string,
  transaction?: Transaction,
): Collection | undefined {
  return engine.collections.get(namespace) ?? transaction?.fresh.get(namespace);
}

/** Stores the definition of a collection. */
export function saveCollection(engine: Engine, collection: Collection): void {
  if (collection.isFresh) return;
  engine.committer.touch();
  engine.store.putCollection(collection.id, writeDefinition(collection));
}

/**
 * Makes a collection or view.
 *
 * @throws {CommandRefusal} 48 when there is one
 */
export function createCollection(
  engine: Engine,
  database: string,
  name: string,
  options: Document = new Map(),
  transaction?: Transaction,
): Collection {
  const namespace = `${database}.${name}`;
  if (findCollection(engine, namespace, transaction) !== undefined)
    throw refuse(48, `Collection ${namespace} already exists.`);
  const isView = options.has('viewOn');
  const idIndex = { id: engine.nextId(), spec: idIndexSpec(), isMultikey: false };
  const collection = makeCollection(
    engine.nextId(),
    { database, name, uuid: newUuid(), options, indexes: isView ? [] : [idIndex] },
    engine.snapshots.sequence(),
  );
  const detail = document({
    operationDescription: new Map([
      ...(isView ? [] : [['idIndex', idIndexSpec()] as const]),
      ...options,
    ]),
  });
  if (transaction === undefined) {
    addCollection(engine, collection);
    engine.oplog.append([collectionEvent('create', collection, detail)]);
  } else {
    collection.isFresh = true;
    transaction.fresh.set(namespace, collection);
    transaction.events.push(collectionEvent('create', collection, detail));
  }
  return collection;
}

/** Gives a collection its tables and its place in the catalogue. */
export function addCollection(engine: Engine, collection: Collection): void {
  collection.since = engine.snapshots.beforeChange();
  collection.isFresh = false;
  if (collection.view === undefined) engine.store.createRecords(collection.id);
  for (const index of collection.indexes) {
    engine.store.createEntries(index.id);
    index.since = collection.since;
  }
  engine.collections.set(collection.namespace, collection);
  saveCollection(engine, collection);
}

/**
 * Looks for a transaction that changed the collection.
 *
 * @throws {Blocked} when there is one
 */
export function waitForLocks(engine: Engine, collection: Collection): void {
  const holder = engine.locks.holderOf(`r${collection.id}:`);
  if (holder !== undefined) throw new Blocked(holder);
}

/** Removes a collection with everything in it. */
export function dropCollection(engine: Engine, collection: Collection, isLogged = true): void {
  waitForLocks(engine, collection);
  engine.snapshots.beforeChange();
  for (const index of collection.indexes) engine.store.dropEntries(index.id);
  engine.store.dropCollection(collection.id);
  engine.counted.delete(collection);
  engine.collections.delete(collection.namespace);
  if (isLogged) engine.oplog.append([collectionEvent('drop', collection)]);
}

/** Gives a collection another name, in place of `target` if there is one. */
export function renameCollection(
  engine: Engine,
  collection: Collection,
  to: { database: string; name: string },
  target: Collection | undefined,
): void {
  waitForLocks(engine, collection);
  if (target !== undefined) dropCollection(engine, target, false);
  engine.snapshots.beforeChange();
  const event = collectionEvent(
    'rename',
    collection,
    document({ to: document({ db: to.database, coll: to.name }), dropTarget: target?.uuid }),
  );
  engine.collections.delete(collection.namespace);
  collection.database = to.database;
  collection.name = to.name;
  collection.namespace = `${to.database}.${to.name}`;
  engine.collections.set(collection.namespace, collection);
  saveCollection(engine, collection);
  engine.oplog.append([event]);
}

/**
 * Finds an index that already does what a specification asks for.
 *
 * @throws {CommandRefusal} 85 or 86 when one with the same name or the same keys does something else
 */
export function matchingIndex(collection: Collection, asked: Index): Index | undefined {
  checkOneText(collection, asked);
  for (const index of collection.indexes) {
    if (index.name === asked.name) return sameNamed(index, asked);
    if (index.name === '_id_' && areIdentical(index.key, asked.key)) return index;
    if (!isSameShape(index, asked)) continue;
    throw refuse(85, `Index already exists with a different name: ${index.name}`);
  }
  return undefined;
}

function checkOneText({ indexes }: Collection, asked: Index): void {
  if (asked.kind?.kind !== 'text') return;
  const other = indexes.find(({ kind }) => kind?.kind === 'text');
  if (other !== undefined && (other.name !== asked.name || !isSameShape(other, asked)))
    throw refuse(
      85,
      `An equivalent index already exists with a different name and options. Requested index: ${showDocument(asked.spec)}, existing index: ${showDocument(other.spec)}`,
    );
}

function sameNamed(index: Index, asked: Index): Index {
  const isSame = isSameShape(index, asked);
  if (index.name === '_id_' || (isSame && hasSameOptions(index, asked))) return index;
  throw isSame ? optionsConflict(index, asked) : keysConflict(index, asked);
}

function isSameShape(index: Index, asked: Index): boolean {
  return (
    areIdentical(index.key, asked.key) &&
    // Since MongoDB 5.0 these two are part of what an index is.
    index.isUnique === asked.isUnique &&
    index.isSparse === asked.isSparse &&
    isSameCollation(index.collation, asked.collation) &&
    areIdentical(index.partialSpec, asked.partialSpec) &&
    areIdentical(index.spec.get('weights'), asked.spec.get('weights')) &&
    areIdentical(index.spec.get('wildcardProjection'), asked.spec.get('wildcardProjection'))
  );
}

function hasSameOptions(index: Index, asked: Index): boolean {
  return index.expireAfterSeconds === asked.expireAfterSeconds;
}

function conflictText(index: Index, asked: Index): string {
  return `Requested index: ${showDocument(asked.spec)}, existing index: ${showDocument(index.spec)}`;
}

function optionsConflict(index: Index, asked: Index): Error {
  return refuse(
    85,
    `An equivalent index already exists with the same name but different options. ${conflictText(index, asked)}`,
  );
}

function keysConflict(index: Index, asked: Index): Error {
  return refuse(
    86,
    `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${conflictText(index, asked)}`,
  );
}

const BUILD_CHUNK = 500;

/**
 * Builds indexes, those that are not there already: all of them or, where one is refused, none. Writes go on meanwhile.
 *
 * @returns how many were built
 * @throws {CommandRefusal} 85, 86; 11000 when documents break a unique index, which leaves nothing behind
 * @throws {Blocked} when a transaction has to end first; nothing is left behind
 */
export function* createIndexes(
  engine: Engine,
  collection: Collection,
  specs: readonly Document[],
  transaction?: Transaction,
): Task<number> {
  while (isBuiltByOthers(engine, collection, specs)) yield PAUSE;
  const asked: Index[] = [];
  try {
    // All at once, so that two who ask for the same ones never wait for each other.
    for (const spec of specs) asked.push(...beginIndex(engine, collection, spec, transaction));
    if (!collection.isFresh) for (const index of asked) yield* fillIndex(engine, collection, index);
    checkThere(engine, collection, asked);
  } catch (error) {
    for (const index of asked) removeIndex(engine, collection, index);
    throw error;
  }
  const events = asked.map(({ spec }) =>
    collectionEvent(
      'createIndexes',
      collection,
      document({ operationDescription: document({ indexes: [spec] }) }),
    ),
  );
  if (collection.isFresh) transaction?.events.push(...events);
  else if (asked.length > 0) publishIndexes(engine, collection, asked, events);
  return asked.length;
}

/** One that somebody else builds may yet be refused: only then is it known whether it is there. */
function isBuiltByOthers(
  engine: Engine,
  collection: Collection,
  specs: readonly Document[],
): boolean {
  checkThere(engine, collection, []);
  return specs.some(
    (spec) => matchingIndex(collection, newIndex(0, collection, spec))?.isBuilding === true,
  );
}

function newIndex(id: number, collection: Collection, spec: Document): Index {
  return makeIndex(id, spec, collection.collation, false, 0);
}

/** Adds an index that is not there yet; it is empty. */
function beginIndex(
  engine: Engine,
  collection: Collection,
  spec: Document,
  transaction?: Transaction,
): Index[] {
  const index = newIndex(engine.nextId(), collection, spec);
  if (matchingIndex(collection, index) !== undefined) return [];
  if (collection.isFresh) {
    checkOverlay(collection, index, transaction);
  } else {
    waitForLocks(engine, collection);
    engine.snapshots.beforeChange();
    engine.store.createEntries(index.id);
    // From here on writes keep its entries; what was there before is added in order.
    index.isBuilding = true;
  }
  collection.indexes.push(index);
  return [index];
}

/** From here on queries may use them, and they are there after a restart. */
function publishIndexes(
  engine: Engine,
  collection: Collection,
  built: readonly Index[],
  events: readonly ChangeEvent[],
): void {
  const since = engine.snapshots.beforeChange();
  for (const index of built) {
    index.isBuilding = false;
    index.since = since;
  }
  saveCollection(engine, collection);
  engine.oplog.append(events);
}

function checkThere(engine: Engine, collection: Collection, building: readonly Index[]): void {
  if (collection.isFresh) return;
  if (engine.collections.get(collection.namespace) !== collection)
    throw refuse(
      26,
      `the collection was dropped while an index was built: ${collection.namespace}`,
    );
  const gone = building.find((index) => !collection.indexes.includes(index));
  if (gone !== undefined)
    throw refuse(276, `Index build aborted: ${gone.name} was dropped while it was built`);
}

/** A collection that is made in a transaction is small: its documents are looked at once. */
function checkOverlay(
  collection: Collection,
  index: Index,
  transaction: Transaction | undefined,
): void {
  const seen = new Set<string>();
  for (const { document: source } of transaction?.overlays.get(collection.id)?.records.values() ??
    []) {
    if (source === undefined) continue;
    for (const key of keysOf(index, source).keys) {
      const text = key.toString('latin1');
      if (index.isUnique && seen.has(text)) throw duplicateKey(collection, index, source);
      seen.add(text);
    }
  }
}

function* fillIndex(engine: Engine, collection: Collection, index: Index): Task<void> {
  let after = 0;
  for (;;) {
    const records = engine.store.records(collection.id, after, BUILD_CHUNK, false);
    engine.committer.touch();
    for (const { id, bytes } of records) {
      after = id;
      addKeys(engine, collection, index, id, readDocument(bytes));
    }
    if (records.length < BUILD_CHUNK) return;
    yield PAUSE;
    checkThere(engine, collection, [index]);
  }
}

function addKeys(
  engine: Engine,
  collection: Collection,
  index: Index,
  id: number,
  source: Document,
): void {
  for (const key of freshKeys(index, source)) {
    // A transaction may be about to add the same key, or to take this one away: then the build begins anew after it.
    if (index.isUnique) engine.locks.acquire(keyLock(index.id, key), undefined);
    if (index.isUnique && engine.store.holders(index.id, key).some((holder) => holder !== id))
      throw duplicateKey(collection, index, source);
    engine.store.putEntry(index.id, key, id);
  }
}

function removeIndex(engine: Engine, collection: Collection, index: Index): void {
  const at = collection.indexes.indexOf(index);
  if (at >= 0) collection.indexes.splice(at, 1);
  if (collection.isFresh) return;
  engine.snapshots.beforeChange();
  engine.store.dropEntries(index.id);
}

/** Removes an index. */
export function dropIndex(engine: Engine, collection: Collection, index: Index): void {
  waitForLocks(engine, collection);
  removeIndex(engine, collection, index);
  saveCollection(engine, collection);
  engine.oplog.append([
    collectionEvent(
      'dropIndexes',
      collection,
      document({ operationDescription: document({ indexes: [index.spec] }) }),
    ),
  ]);
}
