/** Settings of the platform as one process; the only file of infra that reads the environment. */
import { resolve } from 'node:path';

import { oneOf, optional, readConfig, text, type Environment } from '#kit/config.ts';

/** What one process needs to know besides what each service reads for itself. */
export interface PlatformConfig {
  /** `DATA_DIR` (.data): the folder that holds the embedded database; absolute. */
  dataDir: string;
  /** `MONGODB_URI` (none): a MongoDB replica set instead of the embedded database. */
  mongoUri: string | null;
  /** `LOG_LEVEL` (info; warn for commands that print themselves). */
  logLevel: string;
}

const levels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** The environment this process was started with. */
export const processEnvironment: Environment = process.env;

/**
 * Reads the platform's settings.
 *
 * @throws {ConfigError} naming every variable that is malformed
 */
export function readPlatformConfig(environment: Environment): PlatformConfig {
  const { DATA_DIR, MONGODB_URI, LOG_LEVEL } = readConfig(environment, {
    DATA_DIR: text('.data'),
    MONGODB_URI: optional(),
    LOG_LEVEL: oneOf(levels, 'warn'),
  });
  return { dataDir: resolve(DATA_DIR), mongoUri: MONGODB_URI, logLevel: LOG_LEVEL };
}
