// Reading records and index entries over one connection.
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** A stored document with its place in the collection. */
export type StoredRecord = { id: number; bytes: Buffer };

/** A stored document with the index key that led to it. */
export type IndexedRecord = StoredRecord & { key: Buffer };

/** Keys from `low` to before `high`; `isOneKey` when `low` is the only key that there can be. */
export type KeyRange = { low: Buffer; high: Buffer; isOneKey?: boolean };

/** Prepared statements of one connection. */
export type Statements = {
  /** The statement for this text; rows come as arrays. */
  of: (sql: string) => StatementSync;
  all: (sql: string, ...parameters: SQLInputValue[]) => SQLOutputValue[][];
  /** One statement for each collection or index, by its id. */
  each: (sqlOf: (id: number, other: number) => string) => StatementOf;
  /** Forgets what is about a collection or index whose table is about to be dropped. */
  forget: (id: number) => void;
};

/** The statement for a collection or an index; of an index, `other` is its collection. */
export type StatementOf = (id: number, other?: number) => StatementSync;

/** Makes the statement cache of a connection. */
export function prepareStatements(database: DatabaseSync): Statements {
  const known = new Map<string, StatementSync>();
  const families: Map<number, StatementSync>[] = [];
  const prepare = (sql: string): StatementSync => {
    const made = database.prepare(sql);
    made.setReturnArrays(true);
    return made;
  };
  const of = (sql: string): StatementSync => {
    const found = known.get(sql);
    if (found !== undefined) return found;
    const made = prepare(sql);
    known.set(sql, made);
    return made;
  };
  return {
    of,
    all: (sql, ...parameters) => rowsOf(of(sql).all(...parameters)),
    each: (sqlOf) => {
      // Looked up by number: making and hashing the text again would take as long as a short query.
      const family = new Map<number, StatementSync>();
      families.push(family);
      return (id, other = 0) => {
        const found = family.get(id);
        if (found !== undefined) return found;
        const made = prepare(sqlOf(id, other));
        family.set(id, made);
        return made;
      };
    },
    forget: (id) => {
      for (const family of families) family.delete(id);
    },
  };
}

/** Statements that return arrays still have the type of those that return objects. */
export function rowsOf(rows: unknown): SQLOutputValue[][] {
  return isRows(rows) ? rows : [];
}

/** The same for a single row. */
function rowOf(row: unknown): readonly SQLOutputValue[] | undefined {
  return isRow(row) ? row : undefined;
}

function isRow(row: unknown): row is readonly SQLOutputValue[] {
  return Array.isArray(row);
}

function isRows(rows: unknown): rows is SQLOutputValue[][] {
  return Array.isArray(rows);
}

/** A blob as a Buffer over the same bytes. */
export function bufferOf(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('expected a blob');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Where reading a range goes on. */
export type EntryPlace = { key: Buffer; id: number };

/** Reads entries of an index with their documents, going on after one that was seen. */
export type ReadEntries<T> = (
  index: number,
  collection: number,
  range: KeyRange,
  count: number,
  isReverse: boolean,
  after?: EntryPlace,
) => T[];

/** Documents under several keys; how many were under the first, and the last of those. */
export type JointRecords = { seen: number; last: number; records: StoredRecord[] };

/** What can be read from a connection. */
export type Reader = {
  record: (collection: number, id: number) => Buffer | undefined;
  /** Records after (or, in reverse, before) this one. */
  records: (collection: number, after: number, count: number, isReverse: boolean) => StoredRecord[];
  /** Index entries with their keys and documents. */
  entries: ReadEntries<IndexedRecord>;
  /** The documents of index entries, for who does not need the keys. */
  entryRecords: ReadEntries<StoredRecord>;
  /** The documents under exactly this key; for one that few have, as all are read at once. */
  keyRecords: (index: number, collection: number, key: Buffer) => StoredRecord[];
  /** The documents under all of these two or three keys, of so many after a record that are under the first. */
  jointRecords: (
    index: number,
    collection: number,
    keys: readonly Buffer[],
    after: number,
    count: number,
  ) => JointRecords;
  /** Records under exactly this key. */
  holders: (index: number, key: Buffer) => number[];
  /** How many entries a range has, counted no further than `most`. */
  countEntries: (index: number, range: KeyRange, most: number) => number;
  /** Whether a range has so many entries. */
  hasEntries: (index: number, range: KeyRange, count: number) => boolean;
};

/** Reads over these statements. */
export function makeReader({ each }: Statements): Reader {
  const one = each((collection) => `SELECT d FROM c${collection} WHERE r=?`);
  const onwards = each(
    (collection) => `SELECT r,d FROM c${collection} WHERE r>? ORDER BY r LIMIT ?`,
  );
  const backwards = each(
    (collection) => `SELECT r,d FROM c${collection} WHERE r<? ORDER BY r DESC LIMIT ?`,
  );
  // Half as long as the range of one key takes.
  const underKey = each(
    (index, collection) =>
      `SELECT i.r,c.d FROM i${index} i CROSS JOIN c${collection} c ON c.r=i.r WHERE i.k=?`,
  );
  const holding = each((index) => `SELECT r FROM i${index} WHERE k=?`);
  const underTwo = each((index, collection) => jointStatement(index, collection, 1));
  const underThree = each((index, collection) => jointStatement(index, collection, 2));
  const counting = each(
    (index) => `SELECT count(*) FROM (SELECT 1 FROM i${index} WHERE k>=? AND k<? LIMIT ?)`,
  );
  const reachingOne = each((index) => `SELECT 1 FROM i${index} WHERE k=? LIMIT 1 OFFSET ?`);
  const reaching = each((index) => `SELECT 1 FROM i${index} WHERE k>=? AND k<? LIMIT 1 OFFSET ?`);
  const withKeys = entryStatements(each, 'i.r,c.d,i.k');
  const withoutKeys = entryStatements(each, 'i.r,c.d');
  return {
    record: (collection, id) => {
      const row = rowOf(one(collection).get(id));
      return row === undefined ? undefined : bufferOf(row[0]);
    },
    records: (collection, after, count, isReverse) =>
      rowsOf((isReverse ? backwards : onwards)(collection).all(after, count)).map(recordOf),
    entries: (index, collection, range, count, isReverse, after) =>
      rowsOf(
        withKeys(index, collection, isReverse, after !== undefined).all(
          ...entryParameters(range, isReverse, after),
          count,
        ),
      ).map((row) => ({ id: Number(row[0]), bytes: bufferOf(row[1]), key: bufferOf(row[2]) })),
    entryRecords: (index, collection, range, count, isReverse, after) =>
      rowsOf(
        withoutKeys(index, collection, isReverse, after !== undefined).all(
          ...entryParameters(range, isReverse, after),
          count,
        ),
      ).map(recordOf),
    keyRecords: (index, collection, key) =>
      rowsOf(underKey(index, collection).all(key)).map(recordOf),
    jointRecords: (index, collection, [key = NO_KEY, ...others], after, count) =>
      jointOf(
        rowsOf(
          (others.length === 1 ? underTwo : underThree)(index, collection).all(
            ...others.slice(0, 2),
            key,
            after,
            count,
          ),
        ),
      ),
    holders: (index, key) => rowsOf(holding(index).all(key)).map(([id]) => Number(id)),
    countEntries: (index, { low, high }, most) =>
      Number(rowOf(counting(index).get(low, high, most))?.[0]),
    hasEntries: (index, { low, high, isOneKey }, count) =>
      (isOneKey === true
        ? reachingOne(index).get(low, count - 1)
        : reaching(index).get(low, high, count - 1)) !== undefined,
  };
}

const NO_KEY = Buffer.alloc(0);

/** Other keys are asked for in the index, so that a document is read only when it has them. */
function jointStatement(index: number, collection: number, others: number): string {
  const has = `EXISTS(SELECT 1 FROM i${index} o WHERE o.k=? AND o.r=i.r)`;
  const all = Array.from({ length: others }, () => has).join(' AND ');
  return `SELECT i.r,CASE WHEN ${all} THEN (SELECT d FROM c${collection} c WHERE c.r=i.r) END
    FROM i${index} i WHERE i.k=? AND i.r>? ORDER BY i.r LIMIT ?`;
}

function jointOf(rows: readonly (readonly SQLOutputValue[])[]): JointRecords {
  return {
    seen: rows.length,
    last: Number(rows.at(-1)?.[0] ?? 0),
    records: rows.filter((row) => row[1] !== null).map(recordOf),
  };
}

function recordOf(row: readonly SQLOutputValue[]): StoredRecord {
  return { id: Number(row[0]), bytes: bufferOf(row[1]) };
}

type EntryStatements = (
  index: number,
  collection: number,
  isReverse: boolean,
  isContinued: boolean,
) => StatementSync;

function entryStatements(each: Statements['each'], columns: string): EntryStatements {
  const family = (where: string): StatementOf =>
    each(
      (index, collection) =>
        `SELECT ${columns} FROM i${index} i CROSS JOIN c${collection} c ON c.r=i.r WHERE ${where} LIMIT ?`,
    );
  const first = family('i.k>=? AND i.k<? ORDER BY i.k,i.r');
  const next = family('(i.k,i.r)>(?,?) AND i.k<? ORDER BY i.k,i.r');
  const last = family('i.k>=? AND i.k<? ORDER BY i.k DESC,i.r DESC');
  const previous = family('i.k>=? AND (i.k,i.r)<(?,?) ORDER BY i.k DESC,i.r DESC');
  return (index, collection, isReverse, isContinued) => {
    if (isReverse) return (isContinued ? previous : last)(index, collection);
    return (isContinued ? next : first)(index, collection);
  };
}

function entryParameters(
  { low, high }: KeyRange,
  isReverse: boolean,
  after: EntryPlace | undefined,
): SQLInputValue[] {
  if (after === undefined) return [low, high];
  return isReverse ? [low, after.key, after.id] : [after.key, after.id, high];
}
