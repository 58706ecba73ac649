// The keys under which an index holds a document.
import { encodeKey } from '../bson/key.ts';
import { isIndex } from '../bson/path.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Index } from './collection.ts';
import { derivedKeys, isDerived } from './index-kind.ts';

/** Keys of one document, and whether an array made several of them. */
export type Keys = { keys: Buffer[]; isMultikey: boolean };

const NONE: Keys = { keys: [], isMultikey: false };

/**
 * The keys of a document in an index.
 *
 * @throws {CommandRefusal} 171 when two fields of the index would go through different arrays
 */
export function keysOf(index: Index, source: Document): Keys {
  if (index.partial?.matches(source) === false) return NONE;
  if (isDerived(index.kind))
    return { keys: derivedKeys(source, index.kind, index.collation?.fold), isMultikey: true };
  const values = plainValues(index, source);
  if (values === undefined) {
    if (index.kind !== undefined) throw hashedArray(index);
    return multikeys(index, source);
  }
  if (index.isSparse && values.every((value) => value === undefined)) return NONE;
  return {
    keys: [
      encode(
        index,
        values.map((value) => value ?? null),
      ),
    ],
    isMultikey: false,
  };
}

function hashedArray({ fields }: Index): Error {
  const paths = fields.map(({ path }) => path).join(', ');
  return refuse(
    16_766,
    `hashed indexes do not currently support array values. Found array at path: ${paths}`,
  );
}

/**
 * The keys of a document in an index that is written to; remembers which of its fields hold arrays.
 *
 * @throws {CommandRefusal} 171
 */
export function freshKeys(index: Index, source: Document): Buffer[] {
  const { keys, isMultikey } = keysOf(index, source);
  if (isMultikey) {
    index.isMultikey = true;
    for (const [at, { parts }] of index.fields.entries())
      if (!index.arrays.has(at) && crossesArray(parts, source)) index.arrays.add(at);
  }
  return keys;
}

function crossesArray(parts: readonly string[], source: Document): boolean {
  let value: Maybe = source;
  for (const part of parts) {
    if (Array.isArray(value)) return true;
    value = isDocument(value) ? value.get(part) : undefined;
  }
  return Array.isArray(value);
}

function encode(index: Index, values: readonly Maybe[]): Buffer {
  return encodeKey(values, index.directions, index.collation?.fold);
}

/** The values of all fields, or undefined when an array is on the way. */
function plainValues(index: Index, source: Document): Maybe[] | undefined {
  const values: Maybe[] = [];
  for (const { parts } of index.fields) {
    let value: Maybe = source;
    for (const part of parts) {
      if (Array.isArray(value)) return undefined;
      value = isDocument(value) ? value.get(part) : undefined;
    }
    if (Array.isArray(value)) return undefined;
    values.push(value);
  }
  return values;
}

/** How far a field's path has been followed. */
type Cursor = {
  value: Maybe;
  at: number;
  /** The value is an element: an array in it is indexed as it is. */
  isElement: boolean;
  /** Stood on an empty array at its end: neither null nor a value. */
  isEmpty: boolean;
};

type Row = { values: Maybe[]; isPresent: boolean };

function multikeys(index: Index, source: Document): Keys {
  const rows: Row[] = [];
  expand(
    index,
    index.fields.map(() => ({ value: source, at: 0, isElement: false, isEmpty: false })),
    rows,
  );
  if (index.isSparse && !rows.some(({ isPresent }) => isPresent))
    return { keys: [], isMultikey: true };
  const keys = new Map<string, Buffer>();
  for (const { values } of rows) {
    const key = encode(index, values);
    keys.set(key.toString('latin1'), key);
  }
  return { keys: [...keys.values()], isMultikey: true };
}

/** Follows all paths up to the first array, and from each of its elements on. */
function expand(index: Index, cursors: readonly Cursor[], rows: Row[]): void {
  const moved = cursors.map((cursor, field) => advance(cursor, index.fields[field]?.parts ?? []));
  const array = commonArray(index, moved);
  if (array === undefined) {
    rows.push({
      values: moved.map(({ value, isEmpty }) => (value === undefined && !isEmpty ? null : value)),
      isPresent: moved.some(({ value }) => value !== undefined),
    });
    return;
  }
  if (array.length === 0)
    expand(
      index,
      moved.map((cursor, field) => onEmpty(cursor, array, index, field)),
      rows,
    );
  for (const element of array)
    expand(
      index,
      moved.map((cursor, field) => intoElement(cursor, array, element, index, field)),
      rows,
    );
}

function advance(cursor: Cursor, parts: readonly string[]): Cursor {
  let { value, at } = cursor;
  while (at < parts.length) {
    const part = parts[at] ?? '';
    if (Array.isArray(value)) {
      // A number leads into an array by position, unless its elements have such a field.
      if (!isIndex(part) || hasField(value, part)) break;
      value = value[Number(part)];
    } else value = isDocument(value) ? value.get(part) : undefined;
    at += 1;
  }
  return { ...cursor, value, at };
}

function hasField(array: readonly Value[], part: string): boolean {
  return array.some((element) => isDocument(element) && element.has(part));
}

function commonArray(index: Index, cursors: readonly Cursor[]): readonly Value[] | undefined {
  let found: { array: readonly Value[]; field: number } | undefined;
  for (const [field, { value, isElement }] of cursors.entries()) {
    if (!Array.isArray(value) || isElement) continue;
    if (found !== undefined && found.array !== value)
      throw refuse(
        171,
        `cannot index parallel arrays [${lastPart(index, field)}] [${lastPart(index, found.field)}]`,
      );
    found ??= { array: value, field };
  }
  return found?.array;
}

function lastPart(index: Index, field: number): string {
  return index.fields[field]?.parts.at(-1) ?? '';
}

function isAtEnd(cursor: Cursor, index: Index, field: number): boolean {
  return cursor.at >= (index.fields[field]?.parts.length ?? 0);
}

const PAST_END = Number.MAX_SAFE_INTEGER;

function onEmpty(cursor: Cursor, array: readonly Value[], index: Index, field: number): Cursor {
  if (cursor.value !== array) return cursor;
  return {
    value: undefined,
    at: PAST_END,
    isElement: true,
    isEmpty: isAtEnd(cursor, index, field),
  };
}

function intoElement(
  cursor: Cursor,
  array: readonly Value[],
  element: Value,
  index: Index,
  field: number,
): Cursor {
  if (cursor.value !== array || cursor.isElement) return cursor;
  if (isAtEnd(cursor, index, field)) return { ...cursor, value: element, isElement: true };
  // An array directly inside of an array is not looked into.
  return Array.isArray(element)
    ? { value: undefined, at: PAST_END, isElement: true, isEmpty: false }
    : { ...cursor, value: element };
}
