/** The text of a file that is too large to be held: decoded chunk by chunk. */
import { ImportFault } from './fault.ts';
import { lines } from './source.ts';

/**
 * Bytes as text, without a byte order mark; a character may begin in one chunk and end in the next.
 *
 * @throws {ImportFault} IMPORT_FORMAT when they are not UTF-8, IMPORT_TRUNCATED when the last character is cut
 */
export async function* textIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const strict = new TextDecoder('utf-8', { fatal: true });
  // Reads what the strict one refuses, so that the place of the fault is known.
  const lenient = new TextDecoder('utf-8');
  let line = 1;
  for await (const chunk of bytes) {
    const shown = lenient.decode(chunk, { stream: true });
    let text: string;
    try {
      text = strict.decode(chunk, { stream: true });
    } catch {
      const before = shown.slice(0, Math.max(shown.indexOf('\uFFFD'), 0));
      throw new ImportFault('IMPORT_FORMAT', 'The file is not UTF-8 text.', line + lines(before) - 1); // prettier-ignore
    }
    line += lines(text) - 1;
    yield text;
  }
  try {
    strict.decode();
  } catch {
    throw new ImportFault('IMPORT_TRUNCATED', 'The file ends within a character.', line);
  }
}
