// arrayFilters: which elements `$[name]` stands for.
import { isDocument } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import type { Scope } from '../expression/scope.ts';
import { refuse } from '../refusal.ts';
import { compileFilter } from './filter.ts';

/** For each identifier whether an element is meant. */
export type ArrayFilters = ReadonlyMap<string, (element: Value) => boolean>;

/**
 * Reads array filters.
 *
 * @throws {CommandRefusal} 9 for a filter of no or of several identifiers, or two of the same
 */
export function compileArrayFilters(specs: readonly Document[], scope: Scope): ArrayFilters {
  const filters = new Map<string, (element: Value) => boolean>();
  for (const spec of specs) {
    const [identifier, other] = identifiersOf(spec);
    if (identifier === undefined)
      throw refuse(9, 'Cannot use an expression without a top-level field name in arrayFilters');
    if (other !== undefined)
      throw refuse(
        9,
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${other}'`,
      );
    if (!/^[a-z][\dA-Za-z]*$/.test(identifier))
      throw refuse(
        2,
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      );
    if (filters.has(identifier))
      throw refuse(
        9,
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    const filter = compileFilter(spec, scope);
    filters.set(identifier, (element) => filter.matches(new Map([[identifier, element]])));
  }
  return filters;
}

function identifiersOf(spec: Document): string[] {
  const found = new Set<string>();
  for (const [name, value] of spec)
    if (!name.startsWith('$')) found.add(name.split('.')[0] ?? '');
    else if (Array.isArray(value))
      for (const branch of value)
        if (isDocument(branch)) for (const inner of identifiersOf(branch)) found.add(inner);
  return [...found];
}
