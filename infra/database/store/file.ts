import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFault } from '../fault.ts';

/** Says in the SQLite header whose file it is: the letters OCAD. @see https://sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x4f434144;

/** The layout of our tables. A newer file is refused, never guessed at. */
export const LAYOUT_VERSION = 1;

const SQLITE_HEADER = 'SQLite format 3\0';
const PAGE_SIZE = 8192;
const CACHE_KIB = 65_536;
const CHECKPOINT_PAGES = 2_000;

/** How a commit reaches the disk: FULL survives a power failure, NORMAL may lose the last commits in one. */
export type Synchronous = 'FULL' | 'NORMAL';

/**
 * Opens the database file, or makes a new one where there is none.
 *
 * Takes SQLite's exclusive lock, so that no second process can write beside us.
 *
 * @throws {DatabaseFault} DATABASE_LOCKED, DATABASE_FOREIGN, DATABASE_CORRUPT; the file stays as it was
 */
export function openFile(file: string, synchronous: Synchronous): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  refuseOther(file);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    prepare(database, file, synchronous);
    return database;
  } catch (error) {
    database?.close();
    throw faultOf(error, file);
  }
}

/** Any file that does not begin as SQLite's do is somebody else's: SQLite itself would only say so after it wrote. */
function refuseOther(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size === 0) return;
  if (!stat.isFile())
    throw new DatabaseFault('DATABASE_FOREIGN', file, `${file} is not a regular file.`);
  const head = Buffer.alloc(SQLITE_HEADER.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head.toString('latin1') !== SQLITE_HEADER)
    throw new DatabaseFault('DATABASE_FOREIGN', file, `${file} is not a database of ours.`);
}

function prepare(database: DatabaseSync, file: string, synchronous: Synchronous): void {
  database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA busy_timeout=0;');
  // Reads the header under the lock, before anything is written.
  const isEmpty = readNumber(database, 'SELECT count(*) AS value FROM sqlite_schema') === 0;
  const application = readNumber(
    database,
    'SELECT application_id AS value FROM pragma_application_id',
  );
  const version = readNumber(database, 'SELECT user_version AS value FROM pragma_user_version');
  if (!isEmpty && application !== APPLICATION_ID)
    throw new DatabaseFault('DATABASE_FOREIGN', file, `${file} belongs to another program.`);
  if (!isEmpty && version !== LAYOUT_VERSION)
    throw new DatabaseFault(
      'DATABASE_FOREIGN',
      file,
      `${file} has layout ${version}; this program reads layout ${LAYOUT_VERSION}.`,
    );
  database.exec(
    `PRAGMA page_size=${PAGE_SIZE}; PRAGMA journal_mode=WAL; PRAGMA synchronous=${synchronous};
     PRAGMA cache_size=-${CACHE_KIB}; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES};
     BEGIN IMMEDIATE; PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${LAYOUT_VERSION};
     CREATE TABLE IF NOT EXISTS meta(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS oplog(ts INTEGER PRIMARY KEY, e BLOB);
     CREATE TABLE IF NOT EXISTS retry(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID; COMMIT;`,
  );
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Number(database.prepare(sql).get()?.['value']);
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Names SQLite's refusal in our words; anything else passes unchanged. */
export function faultOf(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  // The low byte is the primary result code. @see https://sqlite.org/rescode.html
  const code = Number(error.errcode) & 0xff;
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED)
    return new DatabaseFault('DATABASE_LOCKED', file, `${file} is open in another process.`);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new DatabaseFault('DATABASE_CORRUPT', file, `${file} is damaged: ${error.message}.`);
  return error;
}
