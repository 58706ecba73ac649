/** Primary result codes of SQLite. @see https://sqlite.org/rescode.html */
export const SQLITE_BUSY = 5;
export const SQLITE_LOCKED = 6;
const SQLITE_IOERR = 10;
export const SQLITE_CORRUPT = 11;
export const SQLITE_NOTADB = 26;

/** The primary code of an error of SQLite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  // The low byte; the rest tells more than we need.
  return Number(error.errcode) & 0xff;
}

const FILE_FAILURES = new Set<number | undefined>([SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB]);

/** Whether an error says that the file is damaged or that its disk fails. */
export function isFileFailure(error: unknown): boolean {
  return FILE_FAILURES.has(sqliteCode(error));
}
