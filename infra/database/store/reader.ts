// Reading records and index entries over one connection.
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** A stored document with its place in the collection. */
export type StoredRecord = { id: number; bytes: Buffer };

/** A stored document with the index key that led to it. */
export type IndexedRecord = StoredRecord & { key: Buffer };

/** Keys from `low` to before `high`. */
export type KeyRange = { low: Buffer; high: Buffer };

/** Prepared statements of one connection. */
export type Statements = {
  /** The statement for this text; rows come as arrays. */
  of: (sql: string) => StatementSync;
  all: (sql: string, ...parameters: SQLInputValue[]) => SQLOutputValue[][];
  /** Forgets what mentions a table that is about to be dropped. */
  forget: (table: string) => void;
};

/** Makes the statement cache of a connection. */
export function prepareStatements(database: DatabaseSync): Statements {
  const known = new Map<string, StatementSync>();
  const of = (sql: string): StatementSync => {
    const found = known.get(sql);
    if (found !== undefined) return found;
    const made = database.prepare(sql);
    made.setReturnArrays(true);
    known.set(sql, made);
    return made;
  };
  return {
    of,
    all: (sql, ...parameters) => rowsOf(of(sql).all(...parameters)),
    forget: (table) => {
      const mention = new RegExp(String.raw`\b${table}\b`);
      for (const sql of known.keys()) if (mention.test(sql)) known.delete(sql);
    },
  };
}

/** Statements that return arrays still have the type of those that return objects. */
function rowsOf(rows: unknown): SQLOutputValue[][] {
  return isRows(rows) ? rows : [];
}

function isRows(rows: unknown): rows is SQLOutputValue[][] {
  return Array.isArray(rows);
}

/** A blob as a Buffer over the same bytes. */
export function bufferOf(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('expected a blob');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** What can be read from a connection. */
export type Reader = {
  record: (collection: number, id: number) => Buffer | undefined;
  /** Records after (or, in reverse, before) this one. */
  records: (collection: number, after: number, count: number, isReverse: boolean) => StoredRecord[];
  /** Index entries with their documents, going on after one that was seen. */
  entries: (
    index: number,
    collection: number,
    range: KeyRange,
    count: number,
    isReverse: boolean,
    after?: { key: Buffer; id: number },
  ) => IndexedRecord[];
  /** Records under exactly this key. */
  holders: (index: number, key: Buffer) => number[];
  /** How many entries a range has, counted no further than `most`. */
  countEntries: (index: number, range: KeyRange, most: number) => number;
};

/** Reads over these statements. */
export function makeReader(statements: Statements): Reader {
  return {
    record: (collection, id) => {
      const [row] = statements.all(`SELECT d FROM c${collection} WHERE r=?`, id);
      return row === undefined ? undefined : bufferOf(row[0]);
    },
    records: (collection, after, count, isReverse) =>
      statements
        .all(
          isReverse
            ? `SELECT r,d FROM c${collection} WHERE r<? ORDER BY r DESC LIMIT ?`
            : `SELECT r,d FROM c${collection} WHERE r>? ORDER BY r LIMIT ?`,
          after,
          count,
        )
        .map(([id, bytes]) => ({ id: Number(id), bytes: bufferOf(bytes) })),
    entries: (index, collection, range, count, isReverse, after) =>
      statements
        .all(
          entriesSql(index, collection, isReverse, after !== undefined),
          ...entryParameters(range, isReverse, after),
          count,
        )
        .map(([key, id, bytes]) => ({
          key: bufferOf(key),
          id: Number(id),
          bytes: bufferOf(bytes),
        })),
    holders: (index, key) =>
      statements.all(`SELECT r FROM i${index} WHERE k=?`, key).map(([id]) => Number(id)),
    countEntries: (index, { low, high }, most) => {
      const [row] = statements.all(
        `SELECT count(*) FROM (SELECT 1 FROM i${index} WHERE k>=? AND k<? LIMIT ?)`,
        low,
        high,
        most,
      );
      return Number(row?.[0]);
    },
  };
}

function entriesSql(
  index: number,
  collection: number,
  isReverse: boolean,
  isContinued: boolean,
): string {
  const head = `SELECT i.k,i.r,c.d FROM i${index} i CROSS JOIN c${collection} c ON c.r=i.r WHERE`;
  if (isReverse)
    return isContinued
      ? `${head} i.k>=? AND (i.k,i.r)<(?,?) ORDER BY i.k DESC,i.r DESC LIMIT ?`
      : `${head} i.k>=? AND i.k<? ORDER BY i.k DESC,i.r DESC LIMIT ?`;
  return isContinued
    ? `${head} (i.k,i.r)>(?,?) AND i.k<? ORDER BY i.k,i.r LIMIT ?`
    : `${head} i.k>=? AND i.k<? ORDER BY i.k,i.r LIMIT ?`;
}

function entryParameters(
  { low, high }: KeyRange,
  isReverse: boolean,
  after: { key: Buffer; id: number } | undefined,
): SQLInputValue[] {
  if (after === undefined) return [low, high];
  return isReverse ? [low, after.key, after.id] : [after.key, after.id, high];
}
