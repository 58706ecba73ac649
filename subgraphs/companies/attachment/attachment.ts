/** Files beside what people write: checked, kept under their hash, read by whoever may read the text. */
import { newId } from '#kit/id.ts';
import { readGiven, type GivenFile } from '#kit/media.ts';
import { problem, refusal, type Problem } from '#kit/refusal.ts';
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
 * Keeps files that have no problems.
 *
 * @throws {Refusal} INVALID (files; rule SCAN)
 */
export async function keepFiles(
  { config, store }: Pick<Context, 'config' | 'store'>,
  files: readonly GivenFile[],
): Promise<AttachmentRecord[]> {
  const kept: AttachmentRecord[] = [];
  for (const [index, given] of files.entries()) {
    const { file } = readGiven(given, config.documentBytes);
    const path = ['files', String(index), 'content'];
    if (!(await store.isClean(file.bytes)))
      throw refusal('INVALID', 'A scanner refuses this file.', path, { rule: 'SCAN' });
    kept.push({
      _id: newId(),
      fileName: file.name,
      mediaType: file.mediaType,
      size: file.bytes.length,
      sha256: await store.put(file.bytes),
    });
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
