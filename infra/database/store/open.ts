// Opens the database file, or refuses it without touching it.
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFault } from '../fault.ts';
import { lockFile } from './lock.ts';
import type { Release } from './lock.ts';
import {
  SQLITE_BUSY,
  SQLITE_CORRUPT,
  SQLITE_LOCKED,
  SQLITE_NOTADB,
  sqliteCode,
} from './sqlite-code.ts';

/** Says in the SQLite header whose file it is: the letters OCAD. @see https://sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x4f_43_41_44;

/** The layout of our tables. Another one is refused, never guessed at. */
export const LAYOUT_VERSION = 2;

const SQLITE_HEADER = 'SQLite format 3\0';
const PAGE_SIZE = 8192;
// The system keeps the file's pages too, so more of them here is little faster and only takes memory.
const CACHE_KIB = 12_288;
const READER_CACHE_KIB = 4096;
const CHECKPOINT_PAGES = 2000;
const BUSY_MILLIS = 5000;

/** How a commit reaches the disk: FULL survives a power failure, NORMAL may lose the last commits in one. */
export type Synchronous = 'FULL' | 'NORMAL';

/** The file, open and locked. */
export type OpenFile = { database: DatabaseSync; release: Release };

/**
 * Opens the database file, or makes a new one where there is none.
 *
 * @throws {DatabaseFault} DATABASE_LOCKED, DATABASE_FOREIGN, DATABASE_CORRUPT; the file stays as it was
 */
export function openFile(file: string, synchronous: Synchronous): OpenFile {
  mkdirSync(dirname(file), { recursive: true });
  refuseOther(file);
  let release: Release | undefined;
  let database: DatabaseSync | undefined;
  try {
    release = lockFile(file);
    database = new DatabaseSync(file);
    checkOwner(database, file);
    prepare(database, synchronous);
    return { database, release };
  } catch (error) {
    database?.close();
    release?.();
    throw named(faultOf(error, file), file);
  }
}

/** SQLite itself says what is wrong, but not with which file: a folder that takes no files, a disk that is full. */
function named(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || sqliteCode(error) === undefined) return error;
  return new Error(`${file} cannot be opened: ${error.message}.`, { cause: error });
}

/** A further connection that only reads. */
export function openReader(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec(`PRAGMA busy_timeout=${BUSY_MILLIS}; PRAGMA cache_size=-${READER_CACHE_KIB};`);
  return database;
}

/** Any file that does not begin as SQLite's do is somebody else's: SQLite itself would only say so after it wrote. */
export function refuseOther(file: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isFile() && stat.size === 0)) return;
  if (!stat.isFile() || readHead(file) !== SQLITE_HEADER)
    throw new DatabaseFault('DATABASE_FOREIGN', file, `${file} is not a database of ours.`);
}

function readHead(file: string): string {
  const head = Buffer.alloc(SQLITE_HEADER.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  return head.toString('latin1');
}

/** Reads whose file it is; nothing is written. */
export function checkOwner(database: DatabaseSync, file: string): void {
  if (readNumber(database, 'SELECT count(*) AS value FROM sqlite_schema') === 0) return;
  const application = readNumber(
    database,
    'SELECT application_id AS value FROM pragma_application_id',
  );
  if (application !== APPLICATION_ID)
    throw new DatabaseFault('DATABASE_FOREIGN', file, `${file} belongs to another program.`);
  const version = readNumber(database, 'SELECT user_version AS value FROM pragma_user_version');
  if (version !== LAYOUT_VERSION)
    throw new DatabaseFault(
      'DATABASE_FOREIGN',
      file,
      `${file} has layout ${version}; this program reads layout ${LAYOUT_VERSION}.`,
    );
}

function prepare(database: DatabaseSync, synchronous: Synchronous): void {
  database.exec(
    `PRAGMA busy_timeout=${BUSY_MILLIS}; PRAGMA page_size=${PAGE_SIZE}; PRAGMA journal_mode=WAL;
     PRAGMA synchronous=${synchronous}; PRAGMA cache_size=-${CACHE_KIB}; PRAGMA temp_store=MEMORY;
     PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES};
     BEGIN IMMEDIATE; PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${LAYOUT_VERSION};
     CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS collection(id INTEGER PRIMARY KEY, definition BLOB NOT NULL, records INTEGER NOT NULL);
     CREATE TABLE IF NOT EXISTS oplog(position INTEGER PRIMARY KEY, total INTEGER NOT NULL, entry BLOB NOT NULL);
     CREATE TABLE IF NOT EXISTS retry(session TEXT PRIMARY KEY, number TEXT NOT NULL, at INTEGER NOT NULL, reply BLOB) WITHOUT ROWID;
     COMMIT;`,
  );
}

function readNumber(database: DatabaseSync, sql: string): number {
  return Number(database.prepare(sql).get()?.['value']);
}

/** Names SQLite's refusal in our words; anything else passes unchanged. */
export function faultOf(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  const reason = error instanceof Error ? error.message : '';
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED)
    return new DatabaseFault('DATABASE_LOCKED', file, `${file} is open in another process.`);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new DatabaseFault('DATABASE_CORRUPT', file, `${file} is damaged: ${reason}.`);
  return error;
}
