// One database process for a file, held by a lock that the system frees when the process ends, however it ends.
import { DatabaseSync } from 'node:sqlite';
import { DatabaseFault } from '../fault.ts';
import { sqliteCode, SQLITE_BUSY } from './sqlite-code.ts';

/** Frees the lock. */
export type Release = () => void;

/**
 * Locks the file by locking a neighbour of it, so that readers of the file itself (a backup) are not kept out.
 *
 * @throws {DatabaseFault} DATABASE_LOCKED when another process has it
 */
export function lockFile(file: string): Release {
  const neighbour = new DatabaseSync(`${file}.lock`);
  try {
    neighbour.exec('PRAGMA busy_timeout=0; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    neighbour.close();
    if (sqliteCode(error) !== SQLITE_BUSY) throw error;
    throw new DatabaseFault('DATABASE_LOCKED', file, `${file} is open in another process.`);
  }
  return () => {
    neighbour.close();
  };
}
