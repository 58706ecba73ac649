/** How words are found in names: grams that an index holds, and a pattern that decides. Korean and English. */
import { grams, searchForm } from '#kit/text.ts';

const firstSyllable = 0xac00;
const lastSyllable = 0xd7a3;
/** Syllables that begin with the same consonant stand together, this many. */
const syllablesOfInitial = 588;
/** Conjoining initial consonants, U+1100 to U+1112; a typed `ㅋ` becomes one of them in a search form (NFKC). */
const firstInitial = 0x1100;
const lastInitial = 0x1112;

/** A search form with each Hangul syllable replaced by its initial consonant: 클라우드 becomes ㅋㄹㅇㄷ. */
export function initialsOf(form: string): string {
  return Array.from(form, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < firstSyllable || code > lastSyllable) return character;
    const initial = Math.floor((code - firstSyllable) / syllablesOfInitial);
    return String.fromCodePoint(firstInitial + initial);
  }).join('');
}

/** What an index keeps of a search form: every gram that a word within it may be looked up by. */
export function termsOfForm(form: string): string[] {
  const initials = initialsOf(form);
  return [
    ...grams(form, 1).filter((gram) => !isCommon(gram)),
    ...grams(form, 2),
    ...grams(form, 3).filter(isLetters),
    ...(initials === form ? [] : grams(initials, 2).filter(hasInitial)),
    ...(initials === form ? [] : grams(initials, 1).filter(hasInitial)),
  ];
}

/** What is looked up for one word: terms that every form it is found in has; none for one of the letters a to z, or a digit. */
export function termsOfWord(word: string): string[] {
  const looked = hasInitial(word) ? initialsOf(word) : word;
  const length = Array.from(looked).length;
  if (length === 1) return isCommon(looked) ? [] : [looked];
  return grams(looked, length >= 3 && isLetters(looked) ? 3 : 2);
}

/** Matches the search forms that a word is found in; a lone initial consonant stands for any of its syllables. */
export function patternOfWord(word: string): string {
  return Array.from(word, (character) => {
    if (!hasInitial(character)) return character;
    const initial = (character.codePointAt(0) ?? 0) - firstInitial;
    const from = firstSyllable + initial * syllablesOfInitial;
    const to = from + syllablesOfInitial - 1;
    return `[${String.fromCodePoint(from)}-${String.fromCodePoint(to)}]`;
  }).join('');
}

/** What a Korean firm is by law, as it stands before or after its name; ㈜ is one of them in NFKC. */
const legalForm = /\(\s*[주유합자재사]\s*\)|주식회사|유한회사/gu;

/**
 * The words of a search as typed, each in search form; they hold letters and digits only. What a firm is by law counts only
 * where nothing else is asked for: 구름다리㈜, (주)구름다리 and 주식회사 구름다리 are one name.
 */
export function wordsOf(text: string): string[] {
  const typed = text.normalize('NFKC');
  const named = formsIn(typed.replaceAll(legalForm, ' '));
  return named.length > 0 ? named : formsIn(typed);
}

function formsIn(text: string): string[] {
  const words = text.split(/\s+/u).map(searchForm);
  return [...new Set(words)].filter((word) => word !== '');
}

function hasInitial(text: string): boolean {
  return Array.from(text).some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= firstInitial && code <= lastInitial;
  });
}

/** Whether a letter or digit is in so many names that looking at them in order finds it soon. */
function isCommon(character: string): boolean {
  return /^[a-z0-9]$/.test(character);
}

function isLetters(text: string): boolean {
  return /^[\p{Script=Latin}\p{N}]+$/u.test(text);
}
