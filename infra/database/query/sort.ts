// Sorting: which value of a document counts, and how documents compare.
import { showValue } from '../bson/show.ts';
import { encodeKey } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import { isIndex } from '../bson/path.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Collation } from './collation.ts';
import { readMeasure } from './search.ts';
import type { Search } from './search.ts';

/** One field of a sort: its path and 1 (ascending) or -1. */
export type SortField = {
  path: string;
  parts: readonly string[];
  direction: 1 | -1;
  /** What counts instead of a field: `{ $meta: 'textScore' }`. */
  measure?: ((source: Document) => Value) | undefined;
};

/** A sort that has been read. */
export type Sort = { fields: readonly SortField[]; collation: Collation | undefined };

const MOST_FIELDS = 32;

/**
 * Reads a sort specification.
 *
 * @throws {CommandRefusal} 15974, 15975 or 16410 for a direction or path that is none, 17312 for an unknown `$meta`
 */
export function readSort(spec: Document, collation?: Collation, search?: Search): Sort {
  if (spec.size > MOST_FIELDS) throw refuse(13_103, `too many compound keys: ${spec.size}`);
  const fields = [...spec].map(([path, value]): SortField =>
    isDocument(value)
      ? measureField(path, value, search)
      : { path, parts: partsOf(path), direction: directionOf(path, value) },
  );
  return { fields, collation };
}

/** The best come first, whatever the field is called. */
function measureField(path: string, value: Document, search: Search | undefined): SortField {
  const name = value.get('$meta');
  if (value.size !== 1 || name === undefined || search === undefined)
    throw refuse(15_974, `Illegal key in $sort specification: ${path}: ${showValue(value)}`);
  const measure = readMeasure(name, search, 17_312);
  const direction = name === 'textScore' ? -1 : 1;
  return { path: `$meta.${path}`, parts: [], direction, measure };
}

/** Whether any field of a sort is a measure, for which whole documents are needed. */
export function sortsByMeasure(sort: Sort | undefined): boolean {
  return sort?.fields.some(({ measure }) => measure !== undefined) === true;
}

function partsOf(path: string): string[] {
  const parts = path.split('.');
  if (parts.includes('')) throw refuse(15_998, 'FieldPath field names may not be empty strings.');
  if (path.startsWith('$') && path !== '$natural')
    throw refuse(
      16_410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  return parts;
}

function directionOf(path: string, value: Value): 1 | -1 {
  if (!isNumeric(value))
    throw refuse(15_974, `Illegal key in $sort specification: ${path}: ${showValue(value)}`);
  const direction = toNumber(value);
  if (direction !== 1 && direction !== -1)
    throw refuse(15_975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  return direction;
}

/** The values by which a document is sorted: of an array the least (ascending) or greatest element. */
export function sortValues(source: Document, sort: Sort): Maybe[] {
  return sort.fields.map((field) => sortValue(source, field, sort.collation));
}

function sortValue(source: Document, field: SortField, collation: Collation | undefined): Maybe {
  if (field.measure !== undefined) return field.measure(source);
  const [first = ''] = field.parts;
  const direct = source.get(first);
  // The usual case: a top-level field that is no array.
  if (field.parts.length === 1 && !Array.isArray(direct)) return direct ?? null;
  let best: Maybe;
  let isFound = false;
  const consider = (value: Maybe): void => {
    if (!isFound || compareValues(value, best, collation?.compare) * field.direction < 0)
      best = value;
    isFound = true;
  };
  visit(source, field.parts, 0, consider);
  return best;
}

type Consider = (value: Maybe) => void;

function visit(value: Maybe, parts: readonly string[], at: number, consider: Consider): void {
  const part = parts[at];
  if (part === undefined) visitLeaf(value, consider);
  else if (Array.isArray(value)) visitArray(value, parts, at, consider);
  else if (isDocument(value)) visit(value.get(part), parts, at + 1, consider);
  else consider(null);
}

/** An empty array stands before null: the value is missing. */
function visitLeaf(value: Maybe, consider: Consider): void {
  if (!Array.isArray(value)) consider(value ?? null);
  else if (value.length === 0) consider(undefined);
  else for (const element of value) consider(element);
}

function visitArray(
  array: readonly Value[],
  parts: readonly string[],
  at: number,
  consider: Consider,
): void {
  const part = parts[at] ?? '';
  if (isIndex(part) && Number(part) < array.length) {
    visit(array[Number(part)], parts, at + 1, consider);
    return;
  }
  if (array.length === 0) consider(null);
  for (const element of array)
    if (isDocument(element)) visit(element, parts, at, consider);
    else consider(null);
}

/** Order of two rows of sort values. */
export function compareSortValues(
  left: readonly Maybe[],
  right: readonly Maybe[],
  sort: Sort,
): number {
  for (const [index, field] of sort.fields.entries()) {
    const order = compareValues(left[index], right[index], sort.collation?.compare);
    if (order !== 0) return order * field.direction;
  }
  return 0;
}

/** A byte string in sort order; only for sorts without a collation. */
export function sortKey(values: readonly Maybe[], sort: Sort): Buffer {
  return encodeKey(
    values,
    sort.fields.map((field) => field.direction),
  );
}

/** Sorts documents in memory; equal ones keep their order. */
export function sortDocuments(documents: readonly Document[], sort: Sort): Document[] {
  return documents
    .map((source) => ({ source, values: sortValues(source, sort) }))
    .sort((left, right) => compareSortValues(left.values, right.values, sort))
    .map(({ source }) => source);
}
