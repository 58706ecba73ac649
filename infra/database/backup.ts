// Copies a database file while it is in use: npm run database:backup -- --data FILE --to COPY
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { DatabaseFault } from './fault.ts';
import { checkOwner, faultOf, refuseOther } from './store/open.ts';
import { isProgram } from './program.ts';

/**
 * Writes everything that is committed now into one new file. The database may be running; it is not held up.
 *
 * @throws {DatabaseFault} when the file is not ours or is damaged
 * @throws {Error} when there is no such file, or the copy exists already
 */
export function backUp(file: string, copy: string): void {
  if (!existsSync(file)) throw new Error(`${file} does not exist.`);
  if (existsSync(copy)) throw new Error(`${copy} exists already; a backup overwrites nothing.`);
  refuseOther(file);
  mkdirSync(dirname(copy), { recursive: true });
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { force: true });
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    checkOwner(database, file);
    // One read transaction: a copy of one moment, without the space that is free.
    database.prepare('VACUUM INTO ?').run(unfinished);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw faultOf(error, file);
  } finally {
    database.close();
  }
  checkCopy(unfinished);
  // Only a whole copy gets the name.
  renameSync(unfinished, copy);
}

/**
 * Reads every page of a file and checks it.
 *
 * @throws {DatabaseFault} DATABASE_CORRUPT or DATABASE_FOREIGN
 */
export function checkCopy(file: string): void {
  refuseOther(file);
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    checkOwner(database, file);
    const [found] = Object.values(database.prepare('PRAGMA integrity_check').get() ?? {});
    if (found !== 'ok')
      throw new DatabaseFault('DATABASE_CORRUPT', file, `${file} is damaged: ${String(found)}`);
  } catch (error) {
    throw faultOf(error, file);
  } finally {
    database.close();
  }
}

function run(): void {
  const { values } = parseArgs({ options: { data: { type: 'string' }, to: { type: 'string' } } });
  if (values.data === undefined || values.to === undefined)
    throw new Error('npm run database:backup -- --data FILE --to COPY');
  backUp(values.data, values.to);
  process.stdout.write(`${values.data} is copied to ${values.to}\n`);
}

if (isProgram(import.meta.url))
  try {
    run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
