// English stems: "running" and "runs" are found by "run".
// The Porter2 algorithm. @see https://snowballstem.org/algorithms/english/stemmer.html

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word): [string, string] => [
    word,
    word,
  ]),
]);

const FINISHED = new Set([
  'inning',
  'outing',
  'canning',
  'herring',
  'earring',
  'proceed',
  'exceed',
  'succeed',
]);

const VOWEL = /[aeiouy]/;
// A consonant, a vowel, and a consonant that is not w, x or Y; or a vowel and a consonant as the whole word.
const SHORT_SYLLABLE = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;

/** A word on its way to its stem, and where its two regions begin. */
type Word = { text: string; first: number; second: number };

/** The stem of an English word in lower case. */
export function stemEnglish(word: string): string {
  if (word.length <= 2) return word;
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  const marked = word.replace(/^'/, '').replace(/^y|(?<=[aeiouy])y/g, 'Y');
  const first = regionAfter(marked, 0, /^(?:gener|commun|arsen)/);
  const stem: Word = { text: marked, first, second: regionAfter(marked, first) };
  stem.text = stem.text.replace(/'(?:s'?)?$/, '');
  removePlural(stem);
  if (FINISHED.has(stem.text)) return stem.text;
  removeParticiple(stem);
  stem.text = stem.text.replace(/(?<=.[^aeiouy])[yY]$/, 'i');
  replaceEnding(stem, SECOND_STEP);
  replaceEnding(stem, THIRD_STEP);
  removeEnding(stem);
  removeLast(stem);
  return stem.text.toLowerCase();
}

/** The region after the first consonant that follows a vowel. */
function regionAfter(text: string, from: number, exceptions?: RegExp): number {
  const exception = exceptions?.exec(text);
  if (exception !== null && exception !== undefined) return exception[0].length;
  const found = /[aeiouy][^aeiouy]/.exec(text.slice(from));
  return found === null ? text.length : from + found.index + 2;
}

function cut(word: Word, ending: string): string {
  return word.text.slice(0, -ending.length);
}

function isIn(word: Word, ending: string, region: number): boolean {
  return word.text.length - ending.length >= region;
}

function removePlural(word: Word): void {
  const { text } = word;
  if (text.endsWith('sses')) word.text = text.slice(0, -2);
  else if (/(?:ied|ies)$/.test(text)) word.text = text.slice(0, text.length > 4 ? -2 : -1);
  else if (/[^us]s$/.test(text) && VOWEL.test(text.slice(0, -2))) word.text = text.slice(0, -1);
}

function removeParticiple(word: Word): void {
  const early = /(?:eedly|eed)$/.exec(word.text)?.[0];
  if (early !== undefined) {
    if (isIn(word, early, word.first)) word.text = `${cut(word, early)}ee`;
    return;
  }
  const ending = /(?:ingly|edly|ing|ed)$/.exec(word.text)?.[0];
  if (ending === undefined || !VOWEL.test(cut(word, ending))) return;
  word.text = cut(word, ending);
  if (/(?:at|bl|iz)$/.test(word.text) || isShort(word)) word.text += 'e';
  else if (DOUBLE.test(word.text)) word.text = word.text.slice(0, -1);
}

function isShort(word: Word): boolean {
  return word.first >= word.text.length && SHORT_SYLLABLE.test(word.text);
}

/** An ending, what takes its place, and what else must hold. */
type Rule = readonly [
  ending: string,
  replacement: string,
  holds?: (rest: string, word: Word) => boolean,
];

const SECOND_STEP: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['abli', 'able'],
  ['entli', 'ent'],
  ['ization', 'ize'],
  ['izer', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['alli', 'al'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['ousli', 'ous'],
  ['iveness', 'ive'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['bli', 'ble'],
  ['ogi', 'og', (rest) => rest.endsWith('l')],
  ['fulli', 'ful'],
  ['lessli', 'less'],
  ['li', '', (rest) => /[cdeghkmnrt]$/.test(rest)],
];

const THIRD_STEP: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
  ['ative', '', (_, word) => isIn(word, 'ative', word.second)],
];

/** Only the longest ending that fits is looked at. */
function replaceEnding(word: Word, rules: readonly Rule[]): void {
  const [rule] = rules
    .filter(([ending]) => word.text.endsWith(ending))
    .toSorted(([left], [right]) => right.length - left.length);
  if (rule === undefined) return;
  const [ending, replacement, holds] = rule;
  const rest = cut(word, ending);
  if (isIn(word, ending, word.first) && (holds === undefined || holds(rest, word)))
    word.text = rest + replacement;
}

const LATE_ENDING =
  /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/;

function removeEnding(word: Word): void {
  const ending = LATE_ENDING.exec(word.text)?.[0];
  if (ending === undefined || !isIn(word, ending, word.second)) return;
  const rest = cut(word, ending);
  if (ending !== 'ion' || /[st]$/.test(rest)) word.text = rest;
}

function removeLast(word: Word): void {
  const { text } = word;
  if (text.endsWith('e')) {
    const rest = text.slice(0, -1);
    if (isIn(word, 'e', word.second)) word.text = rest;
    else if (isIn(word, 'e', word.first) && !SHORT_SYLLABLE.test(rest)) word.text = rest;
  } else if (text.endsWith('ll') && isIn(word, 'l', word.second)) word.text = text.slice(0, -1);
}
