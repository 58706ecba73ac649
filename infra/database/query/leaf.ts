// One condition on the values that a path reaches.
import { isIndex } from '../bson/path.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';

/** Where a match was found: the array position that the positional operator `$` stands for. */
export type MatchContext = { position: number | undefined };

/** Whether a document matches. */
export type Matches = (source: Document, context: MatchContext) => boolean;

/** A condition on single values. */
export type Leaf = {
  test: (value: Maybe, context: MatchContext) => boolean;
  /** Whether the condition may hold where the path leads nowhere. */
  missing?: boolean;
  /** Whether it is about an array itself and not about its elements. */
  whole?: boolean;
};

/** Applies a condition to what a path reaches: the value, and each element of an array. */
export function matchPath(parts: readonly string[], leaf: Leaf): Matches {
  const [first = ''] = parts;
  return parts.length === 1
    ? (source, context) => testValue(source.get(first), leaf, context)
    : (source, context) => walk(source.get(first), parts, 1, leaf, context);
}

function testValue(value: Maybe, leaf: Leaf, context: MatchContext): boolean {
  if (value === undefined) return leaf.missing === true && leaf.test(undefined, context);
  if (leaf.test(value, context)) return true;
  return Array.isArray(value) && leaf.whole !== true && testElements(value, leaf, context);
}

function testElements(array: readonly Value[], leaf: Leaf, context: MatchContext): boolean {
  for (const [position, element] of array.entries())
    if (leaf.test(element, context)) {
      context.position ??= position;
      return true;
    }
  return false;
}

function walk(
  value: Maybe,
  parts: readonly string[],
  at: number,
  leaf: Leaf,
  context: MatchContext,
): boolean {
  const part = parts[at];
  if (part === undefined) return testValue(value, leaf, context);
  if (isDocument(value)) return walk(value.get(part), parts, at + 1, leaf, context);
  if (Array.isArray(value)) return walkArray(value, parts, at, leaf, context);
  return leaf.missing === true && leaf.test(undefined, context);
}

function walkArray(
  array: readonly Value[],
  parts: readonly string[],
  at: number,
  leaf: Leaf,
  context: MatchContext,
): boolean {
  const part = parts[at] ?? '';
  if (
    isIndex(part) &&
    Number(part) < array.length &&
    walk(array[Number(part)], parts, at + 1, leaf, context)
  )
    return true;
  for (const [position, element] of array.entries())
    if (isDocument(element) && walk(element, parts, at, leaf, { position: undefined })) {
      context.position ??= position;
      return true;
    }
  return false;
}
