/** Why a database file cannot be opened. Stable; never reused for something else. */
export type DatabaseFaultCode = 'DATABASE_LOCKED' | 'DATABASE_FOREIGN' | 'DATABASE_CORRUPT';

/**
 * A file that the database refuses to open. The file is left as it was.
 *
 * `DATABASE_LOCKED`: another process has it open. `DATABASE_FOREIGN`: it is not one of ours.
 * `DATABASE_CORRUPT`: it is ours, but SQLite cannot read it.
 */
export class DatabaseFault extends Error {
  readonly code: DatabaseFaultCode;
  readonly file: string;

  constructor(code: DatabaseFaultCode, file: string, message: string) {
    super(message);
    this.name = 'DatabaseFault';
    this.code = code;
    this.file = file;
  }
}
