// The projection operators that only find has.
import type { Evaluate, Scope } from '../expression/scope.ts';
import { toNumber } from '../bson/number.ts';
import { valueAt, withValueAt } from '../bson/path.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { compileFilter } from './filter.ts';
import type { Filter } from './filter.ts';

/** `{ 'array.$': 1 }`: the one element that the filter found. */
export function positional(
  path: string,
  filter: Filter,
): (made: Document, source: Document) => Document {
  const parts = path.split('.');
  return (made, source) => {
    const array = valueAt(source, parts);
    if (!Array.isArray(array)) return made;
    const position = filter.positionIn(source);
    const element = position === undefined ? undefined : array[position];
    if (element === undefined)
      throw refuse(
        51_246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    return withValueAt(made, parts, [element]);
  };
}

/** `{ array: { $slice: n } }` or `{ array: { $slice: [skip, n] } }`. */
export function sliceOf(parts: readonly string[], slice: Value): (made: Document) => Document {
  const [first, second] = (Array.isArray(slice) ? slice : [slice]).map((part) =>
    isNumeric(part) ? toNumber(part) : 0,
  );
  if (second !== undefined && second <= 0)
    throw refuse(28_724, 'First argument to $slice must be an array, but is of type: int');
  const cut = (array: readonly Value[]): Value[] => {
    const from = first ?? 0;
    if (second === undefined) return from < 0 ? array.slice(from) : array.slice(0, from);
    const start = from < 0 ? Math.max(0, array.length + from) : from;
    return array.slice(start, start + second);
  };
  return (made) => sliceIn(made, parts, cut);
}

function sliceIn(
  source: Document,
  parts: readonly string[],
  cut: (array: readonly Value[]) => Value[],
): Document {
  const [first = '', ...rest] = parts;
  const value = source.get(first);
  if (value === undefined) return source;
  const made = new Map(source);
  if (rest.length > 0) made.set(first, sliceInside(value, rest, cut));
  else if (Array.isArray(value)) made.set(first, cut(value));
  return made;
}

function sliceInside(
  value: Value,
  parts: readonly string[],
  cut: (array: readonly Value[]) => Value[],
): Value {
  if (isDocument(value)) return sliceIn(value, parts, cut);
  return Array.isArray(value) ? value.map((element) => sliceInside(element, parts, cut)) : value;
}

/** `{ array: { $elemMatch: … } }`: the first element that matches. */
export function elementMatch(path: string, argument: Value, scope: Scope): Evaluate {
  if (path.includes('.'))
    throw refuse(31_275, 'Cannot use $elemMatch projection on a nested field');
  const filter = compileFilter(new Map([[path, new Map([['$elemMatch', argument]])]]), scope);
  return (source) => {
    const array = source.get(path);
    const position = Array.isArray(array) ? filter.positionIn(source) : undefined;
    const element = position === undefined || !Array.isArray(array) ? undefined : array[position];
    return element === undefined ? undefined : [element];
  };
}
