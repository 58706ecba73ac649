// What changed between two versions of a document, for updates by pipeline.
import { areIdentical } from '../bson/order.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { withPaths } from './apply.ts';
import type { Description } from './apply.ts';

/** The difference as a change stream tells it. */
export function describeDifference(before: Document, after: Document): Description {
  const description: Description = {
    updatedFields: new Map(),
    removedFields: [],
    truncatedArrays: [],
  };
  compareDocuments(before, after, '', description);
  return withPaths(description, after);
}

function compareDocuments(
  before: Document,
  after: Document,
  prefix: string,
  description: Description,
): void {
  for (const name of before.keys())
    if (!after.has(name)) description.removedFields.push(prefix + name);
  for (const [name, value] of after)
    compareField(before.get(name), value, prefix + name, description);
}

function compareField(
  before: Value | undefined,
  after: Value,
  path: string,
  description: Description,
): void {
  if (before !== undefined && areIdentical(before, after)) return;
  if (isDocument(before) && isDocument(after))
    compareDocuments(before, after, `${path}.`, description);
  else if (Array.isArray(before) && Array.isArray(after))
    compareArrays(before, after, path, description);
  else description.updatedFields.set(path, after);
}

function compareArrays(
  before: readonly Value[],
  after: Value[],
  path: string,
  description: Description,
): void {
  const shared = Math.min(before.length, after.length);
  const changed = after.filter(
    (value, at) => at < shared && !areIdentical(before[at], value),
  ).length;
  // Where most of it is new, the whole is shorter to tell.
  if (changed > shared / 2) {
    description.updatedFields.set(path, after);
    return;
  }
  if (after.length < before.length)
    description.truncatedArrays.push({ field: path, newSize: after.length });
  for (const [at, value] of after.entries())
    compareField(before[at], value, `${path}.${at}`, description);
}
