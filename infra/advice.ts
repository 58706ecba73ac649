/** What a person can do about a fault at the start, in one line. */
import { ConfigError } from '#kit/config.ts';
import { DatabaseFault } from './database/server.ts';

const byCode: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'The port is in use. Stop what uses it, or set PORT to another one (PORT=0 takes a free one).',
  EEXIST: 'DATA_DIR names a file. Set it to a folder.',
  ENOTDIR: 'DATA_DIR lies below a file. Set it to a folder.',
  ENOSPC: 'The disk is full. Free some space, or set DATA_DIR to a folder on another disk.',
  EROFS: 'The data folder cannot be written. Set DATA_DIR to another one.',
  EACCES: 'The port or the data folder is not ours to use. Set PORT or DATA_DIR.',
};

/** One line for a fault that the environment, the port or the data folder explains; null for any other. */
export function adviceFor(error: unknown): string | null {
  if (error instanceof ConfigError) return `The environment has a fault: ${error.message}`;
  if (error instanceof DatabaseFault && error.code === 'DATABASE_LOCKED')
    return `Another process uses the data folder. Stop it, or set DATA_DIR to another folder. (${error.message})`;
  if (error instanceof DatabaseFault)
    return `${error.message} Nothing was changed. Set DATA_DIR to another folder, or restore a backup (docs/embedded-database.md).`;
  return error instanceof Error ? adviceForSystem(error) : null;
}

function adviceForSystem(error: Error): string | null {
  if (error.name.endsWith('ServerSelectionError'))
    return 'MongoDB does not answer. Check MONGODB_URI: it names a replica set, and the set has a primary.';
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' && 'path' in error)
    return `${String(error.path)} is not there. Check SUPERGRAPH and DATA_DIR; "npm run compose" writes the supergraph.`;
  return byCode[code] ?? null;
}
