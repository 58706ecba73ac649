// The store: SQLite tables for records, index entries, the log of changes, and what must survive a crash.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { openFile, openReader } from './open.ts';
import type { Synchronous } from './open.ts';
import { bufferOf, makeReader, prepareStatements } from './reader.ts';
import type { Reader, Statements } from './reader.ts';

/** A record of a retryable write: what was answered, so that it is answered again and not done twice. */
export type RetryRecord = { session: string; number: string; at: number; reply: Buffer };

/** One entry of the log of changes. */
export type LogRow = { position: number; entry: Buffer };

/** A reader that sees the file as it was at one moment. */
export type SnapshotReader = { reader: Reader; close: () => void };

/** Everything the engine needs of the file. All calls are synchronous; writes belong between begin and commit. */
export type Store = Reader & {
  begin: () => void;
  commit: () => void;
  setting: (name: string) => number | undefined;
  putSetting: (name: string, value: number) => void;
  collections: () => { id: number; definition: Buffer; records: number }[];
  putCollection: (id: number, definition: Buffer) => void;
  putRecordCount: (id: number, records: number) => void;
  dropCollection: (id: number) => void;
  createRecords: (collection: number) => void;
  createEntries: (index: number) => void;
  dropEntries: (index: number) => void;
  /** Drops tables that no collection or index owns: what a crash in the middle of building left. */
  dropOrphans: (collections: ReadonlySet<number>, indexes: ReadonlySet<number>) => void;
  lastRecordId: (collection: number) => number;
  putRecord: (collection: number, id: number, bytes: Buffer) => void;
  deleteRecord: (collection: number, id: number) => void;
  putEntry: (index: number, key: Buffer, id: number) => void;
  deleteEntry: (index: number, key: Buffer, id: number) => void;
  appendLog: (position: number, total: number, entry: Buffer) => void;
  readLog: (after: number, upTo: number, count: number) => LogRow[];
  logEnds: () => { first: LogEnd | undefined; last: LogEnd | undefined };
  /** Removes the oldest entries, no more than `most`; gives the last position removed. */
  pruneLog: (before: { position: number; total: number }, most: number) => number | undefined;
  retryRecords: () => RetryRecord[];
  putRetryRecord: (record: RetryRecord) => void;
  pruneRetryRecords: (before: number) => void;
  openSnapshot: () => SnapshotReader;
  size: () => number;
  close: () => void;
};

/** Position and running byte total of an entry at one end of the log. */
export type LogEnd = { position: number; total: number };

const MOST_IDLE_READERS = 8;

/**
 * Opens the store of a file.
 *
 * @throws {DatabaseFault} when the file is locked, foreign or damaged
 */
export function openStore(file: string, synchronous: Synchronous): Store {
  const { database, release } = openFile(file, synchronous);
  const statements = prepareStatements(database);
  const run = (sql: string, ...parameters: SQLInputValue[]): void => {
    statements.of(sql).run(...parameters);
  };
  const number = (sql: string): number => Number(statements.all(sql)[0]?.[0] ?? 0);
  const drop = (table: string): void => {
    statements.forget(Number(table.slice(1)));
    database.exec(`DROP TABLE IF EXISTS ${table}`);
  };
  const { each } = statements;
  const putRecord = each((collection) => `INSERT OR REPLACE INTO c${collection} VALUES(?,?)`);
  const deleteRecord = each((collection) => `DELETE FROM c${collection} WHERE r=?`);
  const putEntry = each((index) => `INSERT OR IGNORE INTO i${index} VALUES(?,?)`);
  const deleteEntry = each((index) => `DELETE FROM i${index} WHERE k=? AND r=?`);
  const snapshots = makeSnapshots(file);
  return {
    ...makeReader(statements),
    begin: () => {
      run('BEGIN IMMEDIATE');
    },
    commit: () => {
      run('COMMIT');
    },
    setting: (name) => {
      const [row] = statements.all('SELECT value FROM setting WHERE name=?', name);
      return row === undefined ? undefined : Number(row[0]);
    },
    putSetting: (name, value) => {
      run('INSERT OR REPLACE INTO setting VALUES(?,?)', name, value);
    },
    collections: () =>
      statements
        .all('SELECT id, definition, records FROM collection ORDER BY id')
        .map(([id, definition, records]) => ({
          id: Number(id),
          definition: bufferOf(definition),
          records: Number(records),
        })),
    putCollection: (id, definition) => {
      run(
        'INSERT INTO collection VALUES(?1,?2,0) ON CONFLICT(id) DO UPDATE SET definition=?2',
        id,
        definition,
      );
    },
    putRecordCount: (id, records) => {
      run('UPDATE collection SET records=? WHERE id=?', records, id);
    },
    dropCollection: (id) => {
      run('DELETE FROM collection WHERE id=?', id);
      drop(`c${id}`);
    },
    createRecords: (collection) => {
      database.exec(`CREATE TABLE c${collection}(r INTEGER PRIMARY KEY, d BLOB NOT NULL)`);
    },
    createEntries: (index) => {
      database.exec(`CREATE TABLE i${index}(k BLOB, r INTEGER, PRIMARY KEY(k,r)) WITHOUT ROWID`);
    },
    dropEntries: (index) => {
      drop(`i${index}`);
    },
    dropOrphans: (collections, indexes) => {
      for (const [name] of statements.all(
        "SELECT name FROM sqlite_schema WHERE type='table' AND name GLOB '[ci][0-9]*'",
      )) {
        const table = String(name);
        const owners = table.startsWith('c') ? collections : indexes;
        if (!owners.has(Number(table.slice(1)))) drop(table);
      }
    },
    lastRecordId: (collection) => number(`SELECT max(r) FROM c${collection}`),
    putRecord: (collection, id, bytes) => {
      putRecord(collection).run(id, bytes);
    },
    deleteRecord: (collection, id) => {
      deleteRecord(collection).run(id);
    },
    putEntry: (index, key, id) => {
      putEntry(index).run(key, id);
    },
    deleteEntry: (index, key, id) => {
      deleteEntry(index).run(key, id);
    },
    appendLog: (position, total, entry) => {
      run('INSERT INTO oplog VALUES(?,?,?)', position, total, entry);
    },
    readLog: (after, upTo, count) =>
      statements
        .all(
          'SELECT position, entry FROM oplog WHERE position>? AND position<=? ORDER BY position LIMIT ?',
          after,
          upTo,
          count,
        )
        .map(([position, entry]) => ({ position: Number(position), entry: bufferOf(entry) })),
    logEnds: () => ({ first: logEnd(statements, 'ASC'), last: logEnd(statements, 'DESC') }),
    pruneLog: (before, most) => {
      // Totals grow with positions, so what may go is at the beginning.
      const last = statements
        .all('SELECT position, total FROM oplog ORDER BY position LIMIT ?', most)
        .map(([position, total]) => ({ position: Number(position), total: Number(total) }))
        .findLast((row) => row.position < before.position || row.total < before.total);
      if (last === undefined) return undefined;
      run('DELETE FROM oplog WHERE position<=?', last.position);
      return last.position;
    },
    retryRecords: () =>
      statements
        .all('SELECT session, number, at, reply FROM retry')
        .map(([session, txn, at, reply]) => ({
          session: String(session),
          number: String(txn),
          at: Number(at),
          reply: bufferOf(reply),
        })),
    putRetryRecord: ({ session, number: txn, at, reply }) => {
      run('INSERT OR REPLACE INTO retry VALUES(?,?,?,?)', session, txn, at, reply);
    },
    pruneRetryRecords: (before) => {
      run('DELETE FROM retry WHERE at<?', before);
    },
    openSnapshot: snapshots.open,
    size: () => number('SELECT page_count*page_size FROM pragma_page_count, pragma_page_size'),
    close: () => {
      snapshots.close();
      closeDatabase(database);
      release();
    },
  };
}

function logEnd(statements: Statements, order: 'ASC' | 'DESC'): LogEnd | undefined {
  const [row] = statements.all(
    `SELECT position, total FROM oplog ORDER BY position ${order} LIMIT 1`,
  );
  return row === undefined ? undefined : { position: Number(row[0]), total: Number(row[1]) };
}

function closeDatabase(database: DatabaseSync): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

type Connection = { database: DatabaseSync; reader: Reader };

/** Further connections, each in a read transaction while it is in use. */
function makeSnapshots(file: string): { open: () => SnapshotReader; close: () => void } {
  const idle: Connection[] = [];
  const inUse = new Set<Connection>();
  const connect = (): Connection => {
    const database = openReader(file);
    return { database, reader: makeReader(prepareStatements(database)) };
  };
  return {
    open: () => {
      const connection = idle.pop() ?? connect();
      // A read transaction begins with the first read.
      connection.database.exec('BEGIN; SELECT 1 FROM setting LIMIT 1');
      inUse.add(connection);
      return {
        reader: connection.reader,
        close: () => {
          if (!inUse.delete(connection)) return;
          connection.database.exec('COMMIT');
          if (idle.length < MOST_IDLE_READERS) idle.push(connection);
          else connection.database.close();
        },
      };
    },
    close: () => {
      for (const { database } of [...idle, ...inUse]) database.close();
      idle.length = 0;
      inUse.clear();
    },
  };
}
