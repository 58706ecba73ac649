/** What a person can do about a fault at the start, in one line. */
import { ConfigError } from '#kit/config.ts';
import { DatabaseFault } from './database/server.ts';

const byCode: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'The port is in use. Stop what uses it, or set PORT to another one (PORT=0 takes a free one).',
  EACCES: 'The port or the data folder is not ours to use. Set PORT or DATA_DIR.',
};

/** One line for a fault that the environment, the port or the data folder explains; null for any other. */
export function adviceFor(error: unknown): string | null {
  if (error instanceof ConfigError) return `The environment has a fault: ${error.message}`;
  if (error instanceof DatabaseFault && error.code === 'DATABASE_LOCKED')
    return `Another process uses the data folder. Stop it, or set DATA_DIR to another folder. (${error.message})`;
  if (error instanceof DatabaseFault)
    return `${error.message} Nothing was changed. Set DATA_DIR to another folder, or restore a backup (docs/embedded-database.md).`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return byCode[code] ?? null;
}
