// The log of changes: what change streams read, and where time comes from.
import { Timestamp } from 'bson';
import { writeDocument } from '../bson/writer.ts';
import type { Writable, WritableDocument } from '../bson/writer.ts';
import { readDocument } from '../bson/reader.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import type { Store } from '../store/store.ts';
import type { Collection } from './collection.ts';
import type { Description } from '../query/apply.ts';

/** What happened to one document, collection or database. */
export type ChangeEvent = {
  operation: string;
  database: string;
  collection: string;
  uuid?: string | undefined;
  key?: Document | undefined;
  /** The whole document, as it was stored. */
  bytes?: Buffer | undefined;
  description?: Description | undefined;
  before?: Buffer | undefined;
  after?: Buffer | undefined;
  detail?: Document | undefined;
};

/** To which transaction events belong. */
export type TransactionMark = { session: Value; number: Value };

/** A logged event with its place. */
export type LogEntry = { position: number; event: Document };

/** How much of the log is kept. */
export type LogLimits = { seconds: number; bytes: number };

/** The log and the clock. */
export type Oplog = {
  /** The position of the newest event or tick. */
  now: () => number;
  /** A position that no event had before. */
  tick: () => number;
  append: (events: readonly ChangeEvent[], mark?: TransactionMark) => void;
  /** Entries after a position, up to what is durable. */
  read: (after: number, count: number) => readonly LogEntry[];
  /** Up to where everything is durable. */
  durable: () => number;
  settle: () => void;
  /** The newest position that was removed: a stream from before it has lost events. */
  pruned: () => number;
  prune: (limits: LogLimits) => boolean;
};

// A position is seconds × 2^20 + a counter, which a double holds exactly until the year 2242.
const PER_SECOND = 1_048_576;

/** The timestamp of a position. */
export function timestampOf(position: number): Timestamp {
  return new Timestamp({ t: Math.floor(position / PER_SECOND), i: position % PER_SECOND });
}

/** The position of a timestamp. */
export function positionOf(timestamp: Timestamp): number {
  return timestamp.t * PER_SECOND + Math.min(timestamp.i, PER_SECOND - 1);
}

/** The first position of a second. */
export function positionAt(seconds: number): number {
  return seconds * PER_SECOND;
}

const TAIL_ENTRIES = 2000;
const TAIL_BYTES = 8 * 1024 * 1024;
const PRUNE_CHUNK = 2000;
const PRUNED = 'oplog.pruned';

/** Opens the log of a store. */
export function openOplog(store: Store, touch: () => void): Oplog {
  const { last } = store.logEnds();
  let newest = last?.position ?? store.setting(PRUNED) ?? 0;
  let total = last?.total ?? 0;
  let durable = newest;
  const tail = makeTail(newest);
  const tick = (): number => {
    newest = Math.max(newest + 1, positionAt(Math.floor(Date.now() / 1000)) + 1);
    return newest;
  };
  tick();
  return {
    now: () => newest,
    tick,
    append: (events, mark) => {
      touch();
      const clusterTime = tick();
      const wall = new Date();
      for (const [at, event] of events.entries()) {
        const position = at === 0 ? clusterTime : tick();
        const bytes = writeDocument(eventDocument(event, clusterTime, wall, mark));
        total += bytes.length;
        store.appendLog(position, total, bytes);
        tail.add(position, bytes);
      }
    },
    read: (after, count) =>
      tail.read(after, durable, count) ??
      store
        .readLog(after, durable, count)
        .map(({ position, entry }) => ({ position, event: readDocument(entry) })),
    durable: () => durable,
    settle: () => {
      durable = newest;
    },
    pruned: () => store.setting(PRUNED) ?? 0,
    prune: ({ seconds, bytes }) => {
      const oldest = positionAt(Math.floor(Date.now() / 1000) - seconds);
      const removed = store.pruneLog({ position: oldest, total: total - bytes }, PRUNE_CHUNK);
      if (removed === undefined) return false;
      touch();
      store.putSetting(PRUNED, removed);
      return true;
    },
  };
}

type TailRow = { position: number; bytes: Buffer; event: Document | undefined };

/** The newest entries in memory, read once for all streams that wait for them. */
function makeTail(start: number): {
  add: (position: number, bytes: Buffer) => void;
  read: (after: number, upTo: number, count: number) => LogEntry[] | undefined;
} {
  const rows: TailRow[] = [];
  let since = start;
  let weight = 0;
  return {
    add: (position, bytes) => {
      rows.push({ position, bytes, event: undefined });
      weight += bytes.length;
      while (rows.length > TAIL_ENTRIES || weight > TAIL_BYTES) {
        const oldest = rows.shift();
        if (oldest === undefined) break;
        since = oldest.position;
        weight -= oldest.bytes.length;
      }
    },
    read: (after, upTo, count) => {
      if (after < since) return undefined;
      const first = firstAfter(rows, after);
      const found: LogEntry[] = [];
      for (let at = first; at < rows.length && found.length < count; at += 1) {
        const row = rows[at];
        if (row === undefined || row.position > upTo) break;
        row.event ??= readDocument(row.bytes);
        found.push({ position: row.position, event: row.event });
      }
      return found;
    },
  };
}

function firstAfter(rows: readonly TailRow[], after: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.position ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function eventDocument(
  event: ChangeEvent,
  clusterTime: number,
  wall: Date,
  mark: TransactionMark | undefined,
): WritableDocument {
  const made = new Map<string, Writable>([
    ['operation', event.operation],
    ['database', event.database],
    ['collection', event.collection],
    ['clusterTime', timestampOf(clusterTime)],
    ['wall', wall],
  ]);
  const optional: [string, Writable | undefined][] = [
    ['uuid', event.uuid],
    ['key', event.key],
    ['document', event.bytes],
    [
      'description',
      event.description === undefined ? undefined : descriptionDocument(event.description),
    ],
    ['before', event.before],
    ['after', event.after],
    ['detail', event.detail],
    ['session', mark?.session],
    ['number', mark?.number],
  ];
  for (const [name, value] of optional) if (value !== undefined) made.set(name, value);
  return made;
}

function descriptionDocument(description: Description): Document {
  const truncated: Value[] = description.truncatedArrays.map(
    ({ field, newSize }): Document =>
      new Map<string, Value>([
        ['field', field],
        ['newSize', newSize],
      ]),
  );
  return new Map<string, Value>([
    ['updatedFields', description.updatedFields],
    ['removedFields', description.removedFields],
    ['truncatedArrays', truncated],
    ['disambiguatedPaths', description.disambiguatedPaths ?? new Map()],
  ]);
}

/** An event about a whole collection. */
export function collectionEvent(
  operation: string,
  collection: Collection,
  detail?: Document,
): ChangeEvent {
  return {
    operation,
    database: collection.database,
    collection: collection.name,
    uuid: collection.uuid,
    detail,
  };
}

/** The value of a field of a logged event, when it is a string. */
export function eventText(event: Document, name: string): string {
  const value: Maybe = event.get(name);
  return typeof value === 'string' ? value : '';
}
