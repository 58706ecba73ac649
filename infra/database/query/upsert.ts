// The document that an upsert begins with: what its filter says by equality.
import { BSONRegExp, copyValue, isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { isOperators } from './filter.ts';

/**
 * Collects the fields that a filter fixes.
 *
 * @throws {CommandRefusal} 54 for a path that it fixes twice
 */
export function upsertBase(filter: Document): Document {
  const base: Document = new Map();
  collect(filter, base);
  return base;
}

function collect(filter: Document, base: Document): void {
  for (const [name, argument] of filter)
    if (name === '$and' || (name === '$or' && Array.isArray(argument) && argument.length === 1))
      collectBranches(argument, base);
    else if (!name.startsWith('$')) {
      const value = fixedValue(argument);
      if (value !== undefined) place(base, name.split('.'), value, name);
    }
}

function collectBranches(branches: Value, base: Document): void {
  if (!Array.isArray(branches)) return;
  for (const branch of branches) if (isDocument(branch)) collect(branch, base);
}

function fixedValue(argument: Value): Maybe {
  if (argument instanceof BSONRegExp) return undefined;
  if (!isOperators(argument)) return argument;
  const equal = argument.get('$eq');
  if (equal !== undefined) return equal;
  return single(argument.get('$in')) ?? single(argument.get('$all'));
}

function single(list: Maybe): Maybe {
  if (!Array.isArray(list) || list.length !== 1) return undefined;
  const [only] = list;
  return only instanceof BSONRegExp || isOperators(only) ? undefined : only;
}

function place(base: Document, parts: readonly string[], value: Value, path: string): void {
  let level = base;
  for (const part of parts.slice(0, -1)) {
    const next = level.get(part);
    if (next !== undefined && !isDocument(next)) throw matchedTwice(path);
    const child: Document = next ?? new Map();
    level.set(part, child);
    level = child;
  }
  const last = parts.at(-1) ?? '';
  if (level.has(last)) throw matchedTwice(path);
  level.set(last, copyValue(value));
}

function matchedTwice(path: string): Error {
  return refuse(54, `cannot infer query fields to set, path '${path}' is matched twice`);
}
