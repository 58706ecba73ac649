/** Names and words in two languages, and how they are compared. */

/** A name or a passage in Korean and English; at least one of them. */
export interface Text {
  ko: string | null;
  en: string | null;
}

/** Text as it is kept: NFC, trimmed, runs of white space folded to one space. */
export function tidy(text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/gu, ' ');
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
