/** Files beside what people write: checked, kept under their hash, read by whoever may read the text. */
import { refuseUnclean } from '#kit/file-store.ts';
import { newId } from '#kit/id.ts';
import { readGiven, type GivenFile } from '#kit/media.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { AttachmentRecord } from './attachment.model.ts';

/** How many files one text may have. */
export const mostFiles = 5;

/** What is wrong with files that somebody hands in. */
export function fileProblems(
  { config }: Pick<Context, 'config'>,
  files: readonly GivenFile[],
): Problem[] {
  if (files.length > mostFiles) {
    const detail = { rule: 'FILES', limit: String(mostFiles), found: String(files.length) };
    return [problem('LIMIT_REACHED', `At most ${mostFiles} files.`, ['files'], detail)];
  }
  return files.flatMap(
    (file, index) => readGiven(file, config.documentBytes, ['files', String(index)]).faults,
  );
}

/**
 * Keeps files that have no problems: all, once each was found clean, or none.
 *
 * @throws {Refusal} INVALID (files; rule SCAN), WRONG_STATE (files; rule SCANNER_AWAY)
 */
export async function keepFiles(
  { config, store, log }: Pick<Context, 'config' | 'store' | 'log'>,
  files: readonly GivenFile[],
): Promise<AttachmentRecord[]> {
  const read = files.map((given) => readGiven(given, config.documentBytes).file);
  for (const [index, { bytes }] of read.entries())
    await refuseUnclean(store, bytes, ['files', String(index), 'content'], log);
  const kept: AttachmentRecord[] = [];
  for (const { name: fileName, mediaType, bytes } of read) {
    const sha256 = await store.put(bytes);
    kept.push({ _id: newId(), fileName, mediaType, size: bytes.length, sha256 });
  }
  return kept;
}

/** The bytes of a file in base64; they have the hash that was recorded. */
export async function contentOf(
  { store }: Pick<Context, 'store'>,
  { sha256 }: AttachmentRecord,
): Promise<string> {
  return (await store.get(sha256)).toString('base64');
}
