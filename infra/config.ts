/** Settings of the platform as one process; the only file of infra that reads the environment. */
import { resolve } from 'node:path';

import {
  oneOf,
  optional,
  port,
  readConfig,
  text,
  wholeNumber,
  type Environment,
} from '#kit/config.ts';
import { readViewerKeys, type ViewerKeys } from '#kit/viewer.ts';
import { readParameters, type DatabaseParameters } from './database/server.ts';

/** What one process needs to know besides what each service reads for itself. */
export interface PlatformConfig {
  /** `DATA_DIR` (.data): the folder that holds the embedded database; absolute. */
  dataDir: string;
  /** `MONGODB_URI` (none): a MongoDB replica set instead of the embedded database. */
  mongoUri: string | null;
  /** `DATABASE_PARAMETERS` (none): `NAME=NUMBER,…` of the embedded database, as `npm run database -- --set-parameter` takes them. */
  databaseParameters: Partial<DatabaseParameters>;
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
  const { DATA_DIR, MONGODB_URI, DATABASE_PARAMETERS, LOG_LEVEL } = readConfig(environment, {
    DATA_DIR: text('.data'),
    MONGODB_URI: optional(),
    DATABASE_PARAMETERS: (value) => readParameters(value?.split(',') ?? []),
    LOG_LEVEL: oneOf(levels, 'warn'),
  });
  return {
    dataDir: resolve(DATA_DIR),
    mongoUri: MONGODB_URI,
    databaseParameters: DATABASE_PARAMETERS,
    logLevel: LOG_LEVEL,
  };
}

/** `PUBLIC_URL` (none): the platform's address, without a slash at its end; empty when nobody says it. */
export function readPublicUrl(environment: Environment): string {
  const { PUBLIC_URL } = readConfig(environment, { PUBLIC_URL: optional() });
  return (PUBLIC_URL ?? '').replace(/\/+$/, '');
}

/**
 * The environment of `npm start`: on one's own machine, with neither production nor a mail server, whoever tries the
 * platform out reads its mails in the mailbox. Elsewhere only operators do, unless `MAILBOX_OPEN` says otherwise.
 */
export function localEnvironment(environment: Environment): Environment {
  const { MAILBOX_OPEN, MAIL_URL, NODE_ENV, HOST } = environment;
  const isOwn = !HOST || ['127.0.0.1', 'localhost', '::1'].includes(HOST);
  const isOpen = isOwn && !MAILBOX_OPEN && !MAIL_URL && NODE_ENV !== 'production';
  return isOpen ? { ...environment, MAILBOX_OPEN: 'true' } : environment;
}

/** What one subgraph needs to know to run alone. */
export interface SubgraphConfig {
  /** `HOST` (127.0.0.1): where it listens; only the gateway needs to reach it. */
  host: string;
  /** `PORT` (4001 and on, in the order of the subgraphs). */
  port: number;
  /** `MONGODB_URI`: the deployment, without a database. */
  mongoUri: string;
  /** `VIEWER_KEYS` (`kid:secret,kid:secret`): whose signature it believes; the same as the gateway's. Null where a file has them. */
  viewerKeys: ViewerKeys | null;
  /** `VIEWER_KEYS_FILE` (none): a file with such keys, read again when it changes. */
  viewerKeysFile: string | null;
  /** `WATCH_MILLIS` (2000): how often that file is looked at; 0 never. */
  watchMillis: number;
  /** `LOG_LEVEL` (info). */
  logLevel: string;
}

/**
 * Reads the settings of a subgraph that runs alone.
 *
 * @throws {ConfigError} naming every variable that is missing or malformed
 */
export function readSubgraphConfig(environment: Environment, defaultPort: number): SubgraphConfig {
  const read = readConfig(environment, {
    HOST: text('127.0.0.1'),
    PORT: port(defaultPort),
    MONGODB_URI: text(),
    VIEWER_KEYS: (value) =>
      value === undefined && environment['VIEWER_KEYS_FILE'] ? null : readViewerKeys(value ?? ''),
    VIEWER_KEYS_FILE: optional(),
    WATCH_MILLIS: wholeNumber(2_000, 0, 3_600_000),
    LOG_LEVEL: oneOf(levels, 'info'),
  });
  return {
    host: read.HOST,
    port: read.PORT,
    mongoUri: read.MONGODB_URI,
    viewerKeys: read.VIEWER_KEYS,
    viewerKeysFile: read.VIEWER_KEYS_FILE,
    watchMillis: read.WATCH_MILLIS,
    logLevel: read.LOG_LEVEL,
  };
}
