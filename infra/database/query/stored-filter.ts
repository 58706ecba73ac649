// Filters that are kept with a collection: they look at one document alone, without an index.
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { compileFilter } from './filter.ts';

const NEEDS_INDEX = new Set(['$text', '$near', '$nearSphere']);

function findIn(value: Value): string | undefined {
  if (Array.isArray(value)) return value.map(findIn).find((name) => name !== undefined);
  if (!isDocument(value)) return undefined;
  for (const [name, inner] of value) {
    const found = NEEDS_INDEX.has(name) ? name : findIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Refuses a filter that cannot be kept as a validator or for a partial index.
 *
 * @throws {CommandRefusal} with the given code for an operator that needs an index, others for what is malformed
 */
export function checkStoredFilter(filter: Document, code: number): void {
  const found = findIn(filter);
  if (found !== undefined) throw refuse(code, `${found} is not allowed in this context`);
  compileFilter(filter);
}
