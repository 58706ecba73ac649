// Paths that could be read in two ways: a number may be a position or a name, and a name may hold a dot.
import { isIndex } from '../bson/path.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';

/**
 * For each path that could be read in two ways its parts in the document: positions as numbers, names as texts.
 * A field that is gone is taken as a name.
 */
export function disambiguate(source: Document, paths: Iterable<string>): Document {
  const found: Document = new Map();
  for (const path of paths) {
    const parts = path.split('.');
    const read = readParts(source, parts);
    if (parts.some(isIndex) || read.length < parts.length) found.set(path, read);
  }
  return found;
}

function readParts(source: Document, parts: readonly string[]): Value[] {
  const read: Value[] = [];
  let value: Maybe = source;
  let at = 0;
  while (at < parts.length) {
    const part = parts[at] ?? '';
    if (Array.isArray(value) && isIndex(part)) {
      read.push(Number(part));
      value = value[Number(part)];
      at += 1;
    } else {
      const name = nameIn(value, parts.slice(at));
      read.push(name.join('.'));
      value = isDocument(value) ? value.get(name.join('.')) : undefined;
      at += name.length;
    }
  }
  return read;
}

/** The shortest beginning of the parts that is a field. */
function nameIn(value: Maybe, parts: readonly string[]): readonly string[] {
  if (isDocument(value))
    for (let length = 1; length <= parts.length; length += 1)
      if (value.has(parts.slice(0, length).join('.'))) return parts.slice(0, length);
  return parts.slice(0, 1);
}
