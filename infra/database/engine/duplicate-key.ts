// The refusal of a second document with a unique key, in the shape that drivers and mongoose read.
import { showDocument } from '../bson/show.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Collection, Index } from './collection.ts';

/** Error 11000 with `keyPattern` and `keyValue`. */
export function duplicateKey(collection: Collection, index: Index, source: Document): Error {
  const value: Document = new Map(
    index.fields.map(({ path, parts }) => [path, keyValue(source, parts)]),
  );
  return refuse(
    11_000,
    `E11000 duplicate key error collection: ${collection.namespace} index: ${index.name} dup key: ${showDocument(value)}`,
    {
      fields: new Map<string, Value>([
        ['keyPattern', index.key],
        ['keyValue', value],
      ]),
    },
  );
}

function keyValue(source: Document, parts: readonly string[]): Value {
  let value: Maybe = source;
  for (const part of parts) {
    if (Array.isArray(value)) value = firstWith(value, part);
    value = isDocument(value) ? value.get(part) : undefined;
  }
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

function firstWith(array: readonly Value[], part: string): Maybe {
  return array.find((element) => isDocument(element) && element.has(part));
}
