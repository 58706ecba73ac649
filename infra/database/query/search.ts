// What a command's `$text` looks for, and what was found out about documents on the way.
import { showValue } from '../bson/show.ts';
import { double } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { searchText } from '../text/text-query.ts';
import type { TextRequest, TextSearch } from '../text/text-query.ts';
import type { TextIndex } from '../text/text-index.ts';

/** The search of one query; shared by everything that the query is compiled to. */
export type Search = {
  /** The text index of the collection that is asked; undefined before that is known, or when there is none. */
  textIndex: TextIndex | undefined;
  request: TextRequest | undefined;
  found: TextSearch | undefined;
  /** How far a document is from what `$near` names; undefined for one that it does not match. */
  distance: ((source: Document) => number | undefined) | undefined;
};

/** A search of nothing. */
export function makeSearch(): Search {
  return { textIndex: undefined, request: undefined, found: undefined, distance: undefined };
}

/** Notes what a `$text` asks for; there may be one of them. */
export function requestText(search: Search, request: TextRequest): void {
  search.request = request;
  search.found = undefined;
}

/**
 * The search in the index of the collection.
 *
 * @throws {CommandRefusal} 27 when the collection has no text index
 */
export function textSearch(search: Search): TextSearch {
  const { textIndex, request } = search;
  if (search.found !== undefined) return search.found;
  if (textIndex === undefined || request === undefined)
    throw refuse(27, 'text index required for $text query');
  search.found = searchText(request, textIndex);
  return search.found;
}

/** Numbers that go with a document without being part of it. */
export type Measure = 'textScore' | 'geoNearDistance';

const MEASURES = new WeakMap<Document, Map<Measure, number>>();

/** Notes a number that goes with a document. */
export function noteMeasure(source: Document, name: Measure, value: number): Document {
  const known = MEASURES.get(source);
  if (known === undefined) MEASURES.set(source, new Map([[name, value]]));
  else known.set(name, value);
  return source;
}

/** A number that goes with a document. */
export function measureOf(source: Document, name: Measure): number | undefined {
  return MEASURES.get(source)?.get(name);
}

/** Lets what goes with one document go with another that was made of it. */
export function carryMeasures(from: Document, to: Document): Document {
  const known = from === to ? undefined : MEASURES.get(from);
  if (known !== undefined) MEASURES.set(to, known);
  return to;
}

const NAMES = new Set<Value>(['textScore', 'geoNearDistance']);

function isMeasure(name: Value): name is Measure {
  return NAMES.has(name);
}

/**
 * Reads a number that goes with a document: `$meta`.
 *
 * @throws {CommandRefusal} with the given code for a name that is none; 40218 later, where nothing was searched for
 */
export function readMeasure(
  name: Value,
  search: Search,
  code: number,
): (source: Document) => Value {
  if (!isMeasure(name)) throw refuse(code, `Unsupported argument to $meta: ${showValue(name)}`);
  return (source) => {
    const known = measureOf(source, name);
    if (known !== undefined) return double(known);
    if (name === 'geoNearDistance' && search.distance !== undefined)
      return double(search.distance(source) ?? Number.POSITIVE_INFINITY);
    if (name !== 'textScore' || search.request === undefined)
      throw refuse(
        40_218,
        `query requires ${name === 'textScore' ? 'text score' : '$geoNear distance'} metadata, but it is not available`,
      );
    return double(textSearch(search).score(source));
  };
}
