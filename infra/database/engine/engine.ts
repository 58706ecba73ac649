// What the parts of the engine share.
import { randomUUID } from 'node:crypto';
import type { Timestamp } from 'bson';
import { makeCommitter } from '../store/committer.ts';
import type { Committer } from '../store/committer.ts';
import type { Store } from '../store/store.ts';
import { makeCollection, readDefinition } from './collection.ts';
import type { Collection } from './collection.ts';
import { makeLocks } from './locks.ts';
import type { Locks } from './locks.ts';
import { openOplog, timestampOf } from './oplog.ts';
import type { LogLimits, Oplog } from './oplog.ts';
import { makeSnapshots } from './snapshot.ts';
import type { Snapshots } from './snapshot.ts';

/** How the engine is set up. */
export type EngineOptions = {
  log: LogLimits;
  /** Called when the store fails: the process must not go on. */
  onFailure: (error: unknown) => void;
};

/** The state of the database. */
export type Engine = {
  store: Store;
  committer: Committer;
  oplog: Oplog;
  snapshots: Snapshots;
  locks: Locks;
  collections: Map<string, Collection>;
  /** Raised at every start, so that clients see that the server is a new one. */
  epoch: number;
  /** Number of open transactions. */
  transactions: number;
  logLimits: LogLimits;
  nextId: () => number;
  /** Collections whose number of documents changed since the last commit. */
  counted: Set<Collection>;
  /** Called after every commit: change streams look for news. */
  watchers: Set<() => void>;
  timestamp: () => Timestamp;
  /** Call when the file turns out to be damaged: nothing may go on. */
  fail: (error: unknown) => void;
  /** Set when the server ends. */
  isClosing: boolean;
};

/** Opens the engine on a store. */
export function openEngine(store: Store, options: EngineOptions): Engine {
  const counted = new Set<Collection>();
  const watchers = new Set<() => void>();
  const hooks = {
    beforeCommit: () => {
      for (const collection of counted) store.putRecordCount(collection.id, collection.records);
      counted.clear();
    },
    afterCommit: () => {
      engine.oplog.settle();
      for (const watcher of watchers) watcher();
    },
    onFailure: options.onFailure,
  };
  const committer = makeCommitter(store, hooks);
  const collections = loadCollections(store);
  let lastId = highestId(collections);
  const engine: Engine = {
    store,
    committer,
    oplog: openOplog(store, committer.touch),
    snapshots: makeSnapshots(store, committer),
    locks: makeLocks(),
    collections,
    epoch: (store.setting('epoch') ?? 0) + 1,
    transactions: 0,
    logLimits: options.log,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    counted,
    watchers,
    timestamp: () => timestampOf(engine.oplog.now()),
    fail: options.onFailure,
    isClosing: false,
  };
  committer.touch();
  store.putSetting('epoch', engine.epoch);
  store.dropOrphans(
    new Set([...collections.values()].filter(({ view }) => view === undefined).map(({ id }) => id)),
    new Set([...collections.values()].flatMap(({ indexes }) => indexes.map(({ id }) => id))),
  );
  committer.flush();
  return engine;
}

function loadCollections(store: Store): Map<string, Collection> {
  const collections = new Map<string, Collection>();
  for (const { id, definition, records } of store.collections()) {
    const collection = makeCollection(id, readDefinition(definition), 0);
    if (collection.view === undefined) {
      collection.records = records;
      collection.nextRecord = store.lastRecordId(id) + 1;
    }
    collections.set(collection.namespace, collection);
  }
  return collections;
}

function highestId(collections: ReadonlyMap<string, Collection>): number {
  let highest = 0;
  for (const { id, indexes } of collections.values())
    for (const used of [id, ...indexes.map((index) => index.id)]) highest = Math.max(highest, used);
  return highest;
}

/** An identifier for a new collection. */
export function newUuid(): string {
  return randomUUID();
}
