/** Where the bytes of files lie, each under its own hash: on disk, or in a bucket of an S3-compatible storage. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError, optional, text, wholeNumber, type Setting } from './config.ts';
import { newId } from './id.ts';
import type { Log } from './log.ts';
import { refusal } from './refusal.ts';
import { s3Bytes } from './s3-store.ts';
import { scannerOf } from './scanner.ts';

/** Keeps bytes under their SHA-256; the same bytes are kept once. */
export interface DocumentStore {
  /** Keeps bytes; gives their SHA-256, hexadecimal. */
  put(bytes: Buffer): Promise<string>;
  /** @throws when nothing is kept under the hash, or what is kept does not have it */
  get(sha256: string): Promise<Buffer>;
  /** Whether a scanner, where one is configured, finds the bytes clean. @throws when it gives no answer */
  isClean(bytes: Buffer): Promise<boolean>;
}

/** Settings of a service that keeps files; to be read among its own. */
export const fileStoreSettings = {
  /** The folder for data; files lie in `documents` below it unless a bucket is named. */
  DATA_DIR: text('.data'),
  /** Largest file, bytes. */
  DOCUMENT_BYTES: wholeNumber(5 * 1024 * 1024, 1, 64 * 1024 * 1024),
  /** What looks at files before they are kept: a program, or `clamd://host:port`. */
  DOCUMENT_SCANNER: optional(),
  /** The S3-compatible storage that files lie in instead of the folder. */
  DOCUMENTS_S3_ENDPOINT: endpoint,
  DOCUMENTS_S3_REGION: text('us-east-1'),
  DOCUMENTS_S3_BUCKET: optional(),
  DOCUMENTS_S3_PREFIX: optional(),
  DOCUMENTS_S3_ACCESS_KEY_ID: optional(),
  DOCUMENTS_S3_SECRET_ACCESS_KEY: optional(),
  /** A file that holds the secret instead. */
  DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE: optional(),
} satisfies Record<string, Setting<unknown>>;

/** What was read of `fileStoreSettings`. */
export type FileStoreConfig = {
  [Name in keyof typeof fileStoreSettings]: ReturnType<(typeof fileStoreSettings)[Name]>;
};

/**
 * The store that the settings name.
 *
 * @throws {ConfigError} naming every variable that a bucket needs and that is missing
 */
export function fileStore(config: FileStoreConfig): DocumentStore {
  const place = config.DOCUMENTS_S3_ENDPOINT;
  if (place === null) return diskStore(join(config.DATA_DIR, 'documents'), config.DOCUMENT_SCANNER);
  const needed = {
    DOCUMENTS_S3_BUCKET: config.DOCUMENTS_S3_BUCKET,
    DOCUMENTS_S3_ACCESS_KEY_ID: config.DOCUMENTS_S3_ACCESS_KEY_ID,
    DOCUMENTS_S3_SECRET_ACCESS_KEY: secretOf(config),
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0)
    throw new ConfigError(
      missing.map((name) => `${name}: must be set where DOCUMENTS_S3_ENDPOINT is`),
    );
  return {
    ...s3Bytes({
      endpoint: place,
      region: config.DOCUMENTS_S3_REGION,
      bucket: config.DOCUMENTS_S3_BUCKET ?? '',
      prefix: config.DOCUMENTS_S3_PREFIX ?? '',
      accessKeyId: config.DOCUMENTS_S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: needed.DOCUMENTS_S3_SECRET_ACCESS_KEY ?? '',
    }),
    isClean: scannerOf(config.DOCUMENT_SCANNER),
  };
}

/**
 * Refuses bytes that are not known to be clean; an outage of the scanner is logged, and may be over at the next try.
 *
 * @throws {Refusal} INVALID at `path` (rule SCAN); WRONG_STATE at `path` (rule SCANNER_AWAY) while the scanner gives no
 * answer
 */
export async function refuseUnclean(
  store: Pick<DocumentStore, 'isClean'>,
  bytes: Buffer,
  path: string[],
  log: Log,
): Promise<void> {
  const isClean = await store.isClean(bytes).catch((error: unknown) => {
    log.error({ error }, 'the scanner of files gives no answer');
    throw refusal('WRONG_STATE', 'Files cannot be looked at now; try again later.', path, {
      rule: 'SCANNER_AWAY',
      limit: 'an answer',
      found: 'none',
    });
  });
  if (!isClean)
    throw refusal('INVALID', 'A scanner refuses this file.', path, {
      rule: 'SCAN',
      limit: 'clean',
      found: 'refused',
    });
}

/**
 * A store in a folder, which is made when it is first needed.
 *
 * @param scanner as `scannerOf` takes it; null: none
 */
export function diskStore(folder: string, scanner: string | null): DocumentStore {
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    put: async (bytes) => {
      const sha256 = hashOf(bytes);
      const target = place(sha256);
      await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true });
      // Written aside and moved, so that nobody ever reads half a file.
      const aside = `${target}.${newId()}`;
      await writeFile(aside, bytes);
      await rename(aside, target);
      return sha256;
    },
    get: async (sha256) => {
      const bytes = await readFile(place(sha256));
      if (hashOf(bytes) !== sha256) throw new Error(`Document ${sha256} is damaged on disk.`);
      return bytes;
    },
    isClean: scannerOf(scanner),
  };
}

/** @throws {ConfigError} when the file that should hold the secret cannot be read */
function secretOf(config: FileStoreConfig): string | null {
  const file = config.DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE;
  if (config.DOCUMENTS_S3_SECRET_ACCESS_KEY !== null || file === null)
    return config.DOCUMENTS_S3_SECRET_ACCESS_KEY;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new ConfigError(['DOCUMENTS_S3_SECRET_ACCESS_KEY_FILE: cannot be read']);
  }
}

/** An address of HTTP that may be absent. */
function endpoint(value: string | undefined): string | null {
  if (value === undefined) return null;
  if (!URL.canParse(value) || !/^https?:$/u.test(new URL(value).protocol))
    throw new Error('must be an http or https address');
  return value;
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
