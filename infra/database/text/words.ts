// Words of a text, in the form in which they are indexed and looked for.
import type { Language } from './language.ts';

/** Which differences between letters count. */
export type Sensitivity = { case: boolean; diacritics: boolean };

/** Neither case nor accents: how words stand in the index. */
export const INSENSITIVE: Sensitivity = { case: false, diacritics: false };

const WORD = /[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*/gu;
const MARKS = /\p{M}/gu;

/** A text without the differences that do not count. */
export function plainText(text: string, { case: isCase, diacritics }: Sensitivity): string {
  const plain = diacritics
    ? text.normalize('NFC')
    : text.normalize('NFD').replace(MARKS, '').normalize('NFC');
  return isCase ? plain : plain.toLowerCase();
}

/** The words of a text as stems, in their order; stop words are left out. */
export function wordsOf(text: string, language: Language, sensitivity = INSENSITIVE): string[] {
  const words: string[] = [];
  for (const [found] of text.matchAll(WORD)) {
    const word = found.replaceAll('’', "'");
    if (language.stopWords.has(word.toLowerCase())) continue;
    const plain = plainText(word, sensitivity);
    words.push(sensitivity.case ? stemWithCase(plain, language) : language.stem(plain));
  }
  return words;
}

/** The stem in the letters of the word, as far as it is its beginning. */
function stemWithCase(word: string, language: Language): string {
  const lower = word.toLowerCase();
  const stem = language.stem(lower);
  let length = 0;
  while (length < stem.length && stem[length] === lower[length]) length += 1;
  return word.slice(0, length) + stem.slice(length);
}
