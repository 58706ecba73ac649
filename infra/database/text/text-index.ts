// Text indexes: which fields they take, what a word in them weighs, and under which keys a document stands.
import { encodeKey } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { languageOf } from './language.ts';
import type { Language } from './language.ts';
import { INSENSITIVE, plainText, wordsOf } from './words.ts';
import type { Sensitivity } from './words.ts';

/** What a text index is about. */
export type TextIndex = {
  kind: 'text';
  /** Weights by path; `$**` stands for every string. */
  weights: ReadonlyMap<string, number>;
  language: Language;
  /** The field of a document that names its language. */
  override: string;
};

const MOST_WEIGHT = 99_999;
const EVERYWHERE = '$**';

/** Whether a key pattern asks for a text index. */
export function isTextKey(key: Document): boolean {
  return [...key.values()].includes('text');
}

/**
 * The specification of a text index as MongoDB keeps and lists it: `_fts` and `_ftsx` for the fields, and weights.
 *
 * @throws {CommandRefusal} 67 for weights, languages or options that are none
 */
export function textSpec(spec: Document): Document {
  const key = spec.get('key');
  const fields = isDocument(key) ? [...key] : [];
  const names = fields.filter(([, kind]) => kind === 'text').map(([path]) => path);
  const weights = readWeights(spec.get('weights'), names);
  const language = spec.get('default_language') ?? 'english';
  const override = spec.get('language_override') ?? 'language';
  if (typeof language !== 'string') throw refuse(67, 'default_language needs a string type');
  if (typeof override !== 'string' || override === '' || override.includes('.'))
    throw refuse(67, 'language_override is not valid');
  languageOf(language, 67);
  const made: Document = new Map(spec);
  made.set('key', keptKey(fields));
  made.set('weights', new Map([...weights].toSorted(([left], [right]) => (left < right ? -1 : 1))));
  made.set('default_language', language);
  made.set('language_override', override);
  made.set('textIndexVersion', 3);
  return made;
}

/** All text fields stand as one, where the first of them stood. */
function keptKey(fields: readonly (readonly [string, Value])[]): Document {
  const made: Document = new Map();
  for (const [path, kind] of fields) {
    if (kind !== 'text') made.set(path, kind);
    else if (!made.has('_fts')) {
      made.set('_fts', 'text');
      made.set('_ftsx', 1);
    }
  }
  return made;
}

function readWeights(given: Maybe, names: readonly string[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const name of names) if (name !== '_fts') weights.set(name, 1);
  if (given !== undefined && !isDocument(given))
    throw refuse(67, 'text index option weights must be an object');
  for (const [name, value] of given ?? []) weights.set(name, readWeight(value));
  if (weights.size === 0) throw refuse(67, 'text index needs at least one field');
  return weights;
}

function readWeight(value: Value): number {
  const weight = isNumeric(value) ? toNumber(value) : Number.NaN;
  if (!(weight >= 1 && weight < MOST_WEIGHT))
    throw refuse(67, `text index weight must be in the exclusive interval (0,${MOST_WEIGHT + 1})`);
  return weight;
}

/** Reads the specification of a text index, as {@link textSpec} made it. */
export function readTextIndex(spec: Document): TextIndex {
  const weights = spec.get('weights');
  const language = spec.get('default_language');
  const override = spec.get('language_override');
  return {
    kind: 'text',
    weights: readWeights(isDocument(weights) ? weights : undefined, []),
    language: languageOf(typeof language === 'string' ? language : 'english', 67),
    override: typeof override === 'string' ? override : 'language',
  };
}

/** A text of a document with the weight and the language it has. */
export type Passage = { text: string; weight: number; language: Language };

/**
 * The texts of a document that the index takes.
 *
 * @throws {CommandRefusal} 17262 for a document in a language that there is not
 */
export function passagesOf(source: Document, index: TextIndex): Passage[] {
  const passages: Passage[] = [];
  const everywhere = index.weights.get(EVERYWHERE);
  collect(source, '', index.language, passages, { index, everywhere });
  return passages;
}

type Collection = { index: TextIndex; everywhere: number | undefined };

function collect(
  source: Document,
  prefix: string,
  outer: Language,
  found: Passage[],
  context: Collection,
): void {
  const given = source.get(context.index.override);
  if (given !== undefined && typeof given !== 'string')
    throw refuse(17_261, 'found language override field in document with non-string type');
  const language = given === undefined ? outer : languageOf(given, 17_262);
  for (const [name, value] of source) collectValue(value, prefix + name, language, found, context);
}

function collectValue(
  value: Value,
  path: string,
  language: Language,
  found: Passage[],
  context: Collection,
): void {
  if (isDocument(value)) collect(value, `${path}.`, language, found, context);
  else if (Array.isArray(value))
    for (const element of value) collectValue(element, path, language, found, context);
  else if (typeof value === 'string') {
    const weight = context.index.weights.get(path) ?? context.everywhere;
    if (weight !== undefined) found.push({ text: value, weight, language });
  }
}

/** The top-level fields that the index looks at; undefined for all. */
export function textFields({ weights, override }: TextIndex): ReadonlySet<string> | undefined {
  if (weights.has(EVERYWHERE)) return undefined;
  return new Set([override, ...[...weights.keys()].map((path) => path.split('.')[0] ?? '')]);
}

/**
 * What each word of a document comes to: more for a greater weight, for words that come again (each time half as
 * much), and for words that make up more of their text.
 */
export function scoresOf(
  source: Document,
  index: TextIndex,
  sensitivity: Sensitivity = INSENSITIVE,
): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const { text, weight, language } of passagesOf(source, index)) {
    const words = wordsOf(text, language, sensitivity);
    const whole = plainText(text, sensitivity);
    for (const [word, count] of countsOf(words)) {
      const frequency = 2 - 2 ** (1 - count);
      const share = (0.5 * count) / words.length + 0.5;
      const boost = whole === word ? 1.1 : 1;
      scores.set(word, (scores.get(word) ?? 0) + weight * frequency * share * boost);
    }
  }
  return scores;
}

function countsOf(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The key under which a word stands. */
export function wordKey(word: string): Buffer {
  return encodeKey([word]);
}

/** The keys of a document: one for each of its words. */
export function textKeys(source: Document, index: TextIndex): Buffer[] {
  const words = new Set<string>();
  for (const { text, language } of passagesOf(source, index))
    for (const word of wordsOf(text, language)) words.add(word);
  return [...words].map(wordKey);
}
