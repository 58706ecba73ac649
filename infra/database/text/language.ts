// Languages of text indexes: which words do not count, and what stands for a word.
import { refuse } from '../refusal.ts';
import { stemEnglish } from './stem.ts';

/** How the words of a language are taken. */
export type Language = {
  name: string;
  /** Words that are not indexed and not looked for. */
  stopWords: ReadonlySet<string>;
  stem: (word: string) => string;
};

const ENGLISH_STOP_WORDS = `a about above after again against all am an and any are aren't as at be because been
  before being below between both but by can't cannot could couldn't did didn't do does doesn't doing don't down
  during each few for from further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers
  herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it's its itself let's me more most
  mustn't my myself no nor not of off on once only or other ought our ours ourselves out over own same shan't she
  she'd she'll she's should shouldn't so some such than that that's the their theirs them themselves then there
  there's these they they'd they'll they're they've this those through to too under until up very was wasn't we we'd
  we'll we're we've were weren't what what's when when's where where's which while who who's whom why why's with
  won't would wouldn't you you'd you'll you're you've your yours yourself yourselves`;

const ENGLISH: Language = {
  name: 'english',
  stopWords: new Set(ENGLISH_STOP_WORDS.split(/\s+/)),
  stem: stemEnglish,
};

function plain(name: string): Language {
  return { name, stopWords: new Set(), stem: (word) => word };
}

/** MongoDB's names and abbreviations. @see https://www.mongodb.com/docs/manual/reference/text-search-languages/ */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['da', 'danish'],
  ['nl', 'dutch'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['de', 'german'],
  ['hu', 'hungarian'],
  ['it', 'italian'],
  ['nb', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['ru', 'russian'],
  ['es', 'spanish'],
  ['sv', 'swedish'],
  ['tr', 'turkish'],
]);

/** English is stemmed; the words of other languages are taken as they stand. */
const LANGUAGES: ReadonlyMap<string, Language> = new Map<string, Language>([
  ['english', ENGLISH],
  ['en', ENGLISH],
  ['none', plain('none')],
  ...[...NAMES].flatMap(([short, name]): [string, Language][] => [
    [short, plain(name)],
    [name, plain(name)],
  ]),
]);

/** A language by its name or abbreviation; undefined for one that MongoDB does not have either. */
export function findLanguage(name: string): Language | undefined {
  return LANGUAGES.get(name.toLowerCase());
}

/**
 * A language by its name or abbreviation.
 *
 * @throws {CommandRefusal} with the given code for one that MongoDB does not have either
 */
export function languageOf(name: string, code: number): Language {
  const found = findLanguage(name);
  if (found === undefined)
    throw refuse(code, `unsupported language: "${name}" for text index version 3`);
  return found;
}
