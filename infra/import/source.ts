import { open } from 'node:fs/promises';

import { ImportFault } from './fault.ts';

/** A file to import: read once, so that what was checked is what is imported. */
export interface Source {
  /** Path as the operator gave it. */
  path: string;
  bytes: Buffer;
}

/** How large a file may be, in bytes. */
export const maxSourceBytes = 64 * 1024 * 1024;

/**
 * Reads a file into memory.
 *
 * @throws {ImportFault} IMPORT_UNREADABLE, IMPORT_TOO_LARGE
 */
export async function readSource(path: string, most = maxSourceBytes): Promise<Source> {
  const file = await open(path).catch((error: unknown) => {
    throw new ImportFault('IMPORT_UNREADABLE', `The file cannot be read: ${messageOf(error)}.`);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new ImportFault('IMPORT_UNREADABLE', 'This is not a file.');
    if (stat.size > most) throw tooLarge(most);
    const bytes = await file.readFile();
    if (bytes.length > most) throw tooLarge(most);
    return { path, bytes };
  } finally {
    await file.close();
  }
}

/**
 * The bytes as text, without a byte order mark.
 *
 * @throws {ImportFault} IMPORT_FORMAT when they are not UTF-8, IMPORT_TRUNCATED when the last character is cut,
 *   IMPORT_TOO_LARGE above `most` bytes
 */
export function textOf({ bytes }: Source, most = maxSourceBytes): string {
  if (bytes.length > most) throw tooLarge(most);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text: string;
  try {
    text = decoder.decode(bytes, { stream: true });
  } catch {
    throw new ImportFault('IMPORT_FORMAT', 'The file is not UTF-8 text.', badLine(bytes));
  }
  try {
    return text + decoder.decode();
  } catch {
    throw new ImportFault('IMPORT_TRUNCATED', 'The file ends within a character.', lines(text));
  }
}

/** How many lines a text has begun. */
export function lines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function badLine(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  return lines(text.slice(0, Math.max(text.indexOf('\uFFFD'), 0)));
}

function tooLarge(most: number): ImportFault {
  const reason = `The file is larger than the ${Math.floor(most / 1024 / 1024)} MiB that one import takes; split it.`;
  return new ImportFault('IMPORT_TOO_LARGE', reason);
}

function messageOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
