// Puts a backup in the place of a database that is stopped: npm run database:restore -- --from COPY --data FILE [--replace]
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { checkCopy } from './backup.ts';
import { lockFile } from './store/lock.ts';
import { isProgram } from './program.ts';

/** What may be overwritten. */
export type RestoreOptions = { replaces: boolean };

/**
 * Makes a database file of a backup. What was there before is kept beside it, with `.before-restore` behind its name.
 *
 * @throws {DatabaseFault} when the backup is damaged or not ours, or a database is running on the file
 * @throws {Error} when there is a file and nothing says that it may be replaced
 */
export function restore(copy: string, file: string, { replaces }: RestoreOptions): void {
  if (!existsSync(copy)) throw new Error(`${copy} does not exist.`);
  checkCopy(copy);
  mkdirSync(dirname(file), { recursive: true });
  const release = lockFile(file);
  try {
    if (existsSync(file) && !replaces)
      throw new Error(`${file} exists already; say --replace to put the backup in its place.`);
    const unfinished = `${file}.unfinished`;
    copyFileSync(copy, unfinished, constants.COPYFILE_FICLONE);
    // The log of a file that was not closed belongs to it, and must not be applied to another.
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.before-restore${suffix}`);
    rmSync(`${file}-shm`, { force: true });
    renameSync(unfinished, file);
  } finally {
    release();
  }
}

function run(): void {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      data: { type: 'string' },
      replace: { type: 'boolean', default: false },
    },
  });
  if (values.from === undefined || values.data === undefined)
    throw new Error('npm run database:restore -- --from COPY --data FILE [--replace]');
  restore(values.from, values.data, { replaces: values.replace });
  process.stdout.write(`${values.data} is restored from ${values.from}\n`);
}

if (isProgram(import.meta.url))
  try {
    run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
