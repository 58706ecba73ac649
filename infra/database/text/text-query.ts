// `$text`: what is looked for, whether a document has it, and how well it fits.
import { showValue } from '../bson/show.ts';
import { isDocument, typeName } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { languageOf } from './language.ts';
import { passagesOf, scoresOf } from './text-index.ts';
import type { TextIndex } from './text-index.ts';
import { INSENSITIVE, plainText, wordsOf } from './words.ts';
import type { Sensitivity } from './words.ts';

/** What `$text` asks for, as it is written. */
export type TextRequest = {
  search: string;
  language: string | undefined;
  sensitivity: Sensitivity;
};

/** What `$text` looks for in an index. */
export type TextSearch = {
  /** As they stand in the index; a document that matches has one of them. */
  words: ReadonlySet<string>;
  matches: (source: Document) => boolean;
  score: (source: Document) => number;
};

const FIELDS = new Set(['$search', '$language', '$caseSensitive', '$diacriticSensitive']);

/**
 * Reads the argument of `$text`.
 *
 * @throws {CommandRefusal} 9, 2 or 14 for what it does not take
 */
export function readTextRequest(argument: Value): TextRequest {
  if (!isDocument(argument)) throw refuse(2, '$text expects an object');
  for (const name of argument.keys())
    if (!FIELDS.has(name)) throw refuse(2, `extra fields in $text: ${showValue(argument)}`);
  const search = argument.get('$search');
  if (typeof search !== 'string') throw refuse(14, '"$search" had the wrong type. Expected string');
  const language = argument.get('$language');
  if (language !== undefined && typeof language !== 'string')
    throw refuse(14, '"$language" had the wrong type. Expected string');
  if (language !== undefined) languageOf(language, 2);
  return {
    search,
    language,
    sensitivity: {
      case: readFlag(argument, '$caseSensitive'),
      diacritics: readFlag(argument, '$diacriticSensitive'),
    },
  };
}

function readFlag(argument: Document, name: string): boolean {
  const flag = argument.get(name) ?? false;
  if (typeof flag !== 'boolean')
    throw refuse(14, `"${name}" had the wrong type. Expected bool, found ${typeName(flag)}`);
  return flag;
}

/** The parts of a search text. */
type Parts = { wanted: string[]; unwanted: string[]; phrases: string[]; banned: string[] };

const PART = /(?<=^|\s)(-?)"([^"]*)"|"([^"]*)"|(?<=^|\s)-([^\s"]+)|([^\s"]+)/g;

function partsOf(search: string): Parts {
  const parts: Parts = { wanted: [], unwanted: [], phrases: [], banned: [] };
  for (const [, sign, first, second, unwanted, wanted] of search.matchAll(PART)) {
    const phrase = first ?? second;
    if (phrase !== undefined && sign === '-') parts.banned.push(phrase);
    else if (phrase !== undefined) {
      parts.phrases.push(phrase);
      parts.wanted.push(phrase);
    } else if (unwanted !== undefined) parts.unwanted.push(unwanted);
    else parts.wanted.push(wanted ?? '');
  }
  return parts;
}

/** Prepares a search in an index: any of the words, all of the phrases, nothing that is negated. */
export function searchText(request: TextRequest, index: TextIndex): TextSearch {
  const { sensitivity } = request;
  const language =
    request.language === undefined ? index.language : languageOf(request.language, 2);
  const parts = partsOf(request.search);
  const words = (texts: readonly string[], how: Sensitivity): Set<string> =>
    new Set(texts.flatMap((text) => wordsOf(text, language, how)));
  const lookups = words(parts.wanted, INSENSITIVE);
  const conditions = {
    wanted: words(parts.wanted, sensitivity),
    unwanted: words(parts.unwanted, sensitivity),
    phrases: parts.phrases.map((phrase) => plainText(phrase, sensitivity)),
    banned: parts.banned.map((phrase) => plainText(phrase, sensitivity)),
  };
  return {
    words: lookups,
    matches: (source) => isFound(source, index, conditions, sensitivity),
    score: (source) => {
      let score = 0;
      for (const [word, weight] of scoresOf(source, index)) if (lookups.has(word)) score += weight;
      return score;
    },
  };
}

type TextConditions = {
  wanted: ReadonlySet<string>;
  unwanted: ReadonlySet<string>;
  phrases: readonly string[];
  banned: readonly string[];
};

function isFound(
  source: Document,
  index: TextIndex,
  { wanted, unwanted, phrases, banned }: TextConditions,
  sensitivity: Sensitivity,
): boolean {
  const passages = passagesOf(source, index);
  let isWanted = false;
  for (const { text, language } of passages)
    for (const word of wordsOf(text, language, sensitivity)) {
      if (unwanted.has(word)) return false;
      isWanted ||= wanted.has(word);
    }
  if (!isWanted) return false;
  if (phrases.length === 0 && banned.length === 0) return true;
  const texts = passages.map(({ text }) => plainText(text, sensitivity));
  const holds = (phrase: string): boolean => texts.some((text) => text.includes(phrase));
  return phrases.every(holds) && !banned.some(holds);
}
