/** Where the bytes of documents lie: on disk, each under its own hash. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { newId } from './id.ts';

/** Keeps bytes under their SHA-256; the same bytes are kept once. */
export interface DocumentStore {
  /** Keeps bytes; gives their SHA-256, hexadecimal. */
  put(bytes: Buffer): Promise<string>;
  /** @throws when nothing is kept under the hash, or what is kept does not have it */
  get(sha256: string): Promise<Buffer>;
  /** Whether a scanner, where one is configured, finds the bytes clean. */
  isClean(bytes: Buffer): Promise<boolean>;
}

/**
 * A store in a folder, which is made when it is first needed.
 *
 * @param scanner program that reads the bytes on its standard input and ends with 0 when they are clean; null: none
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
    isClean: (bytes) => (scanner === null ? Promise.resolve(true) : scan(scanner, bytes)),
  };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A scanner that cannot be started is an error, not a clean file. */
function scan(scanner: string, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const program = spawn(scanner, [], { stdio: ['pipe', 'ignore', 'ignore'] });
    program.on('error', reject);
    program.on('close', (code) => resolve(code === 0));
    // A scanner may end as soon as it has seen enough.
    program.stdin.on('error', () => {});
    program.stdin.end(bytes);
  });
}
