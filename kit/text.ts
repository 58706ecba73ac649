/** Names and words in two languages, and how they are compared. */

/** A name or a passage in Korean and English; at least one of them. */
export interface Text {
  ko: string | null;
  en: string | null;
}

/** What turns text around or hides in it: zero-width space, word joiner, byte order mark, bidirectional overrides. */
const unseen = /[\u200B\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text as it is kept: NFC, trimmed, runs of white space folded to one space, without control characters and characters
 * that nobody sees, half a surrogate pair replaced by U+FFFD: what is kept can be written into XML and calendars.
 */
export function tidy(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(unseen, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

/** Both languages tidied; an empty one becomes null. */
export function tidyText(text: { ko?: string | null; en?: string | null }): Text {
  return { ko: tidy(text.ko ?? '') || null, en: tidy(text.en ?? '') || null };
}

/** Text as it is searched: NFKC, lower case, letters and digits only (no spaces, no punctuation). */
export function searchForm(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Every run of `size` characters of a search form, each once: what a multikey index keeps. */
export function grams(form: string, size: number): string[] {
  const characters = Array.from(form);
  const found = new Set<string>();
  for (let start = 0; start + size <= characters.length; start += 1)
    found.add(characters.slice(start, start + size).join(''));
  return [...found];
}
