// Dotted paths into documents.
import { isDocument } from './value.ts';
import type { Document, Maybe, Value } from './value.ts';

const INDEX_PATTERN = /^(?:0|[1-9]\d*)$/;

/** Whether a path part names an array position. */
export function isIndex(part: string): boolean {
  return INDEX_PATTERN.test(part);
}

/** What a path means for arrays on its way: one value, or an array of what its elements have. */
export function valueAt(root: Maybe, parts: readonly string[], from = 0): Maybe {
  let value = root;
  for (let index = from; index < parts.length; index += 1) {
    if (Array.isArray(value)) return collectAt(value, parts, index);
    if (!isDocument(value)) return undefined;
    value = value.get(parts[index] ?? '');
  }
  return value;
}

/** Elements that have no such field are left out; elements that are no documents too. */
function collectAt(array: readonly Value[], parts: readonly string[], from: number): Value[] {
  const found: Value[] = [];
  for (const element of array) {
    if (!isDocument(element)) continue;
    const value = valueAt(element, parts, from);
    if (value !== undefined) found.push(value);
  }
  return found;
}

/** Like {@link valueAt}, but a part that is a number also reaches into an array. */
export function reachedValue(root: Maybe, parts: readonly string[]): Maybe {
  let value = root;
  for (const [index, part] of parts.entries()) {
    if (Array.isArray(value)) {
      if (!isIndex(part)) return collectAt(value, parts, index);
      value = value[Number(part)];
    } else if (isDocument(value)) value = value.get(part);
    else return undefined;
  }
  return value;
}

/**
 * Sets a path in a copy-on-write manner: containers on the way are new, everything else is shared.
 * An array on the way gets the value in each of its elements, as `$addFields` does.
 */
export function withValueAt(root: Document, parts: readonly string[], value: Value): Document {
  const changed = new Map(root);
  const [first = '', ...rest] = parts;
  changed.set(first, rest.length === 0 ? value : nested(root.get(first), rest, value));
  return changed;
}

function nested(current: Maybe, parts: readonly string[], value: Value): Value {
  if (Array.isArray(current)) return current.map((element) => nested(element, parts, value));
  return withValueAt(isDocument(current) ? current : new Map(), parts, value);
}
