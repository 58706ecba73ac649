// $push with its modifiers.
import { wholeNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import { showValue } from '../bson/show.ts';
import { copyValue, isDocument, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import type { Scope } from '../expression/scope.ts';
import { refuse } from '../refusal.ts';
import { compareSortValues, readSort, sortValues } from './sort.ts';

/** Where an operator is at work, for its messages. */
export type Place = { path: string; name: string; id: Maybe };

/** An array after a change, and from where on it only grew: the change stream then tells only the new elements. */
export type Appended = { values: Value[]; appendedFrom: number | undefined };

const MODIFIERS = new Set(['$each', '$slice', '$sort', '$position']);

function wholeOf(modifiers: Document, name: string): number | undefined {
  const value = modifiers.get(name);
  if (value === undefined) return undefined;
  const whole = isNumeric(value) ? wholeNumber(value) : undefined;
  if (whole === undefined)
    throw refuse(
      2,
      `The value for ${name} must be an integer value but was given type: ${typeName(value)}`,
    );
  return whole;
}

/** Compiles `$push` for one path. */
export function compilePush(
  argument: Value,
  path: string,
  scope: Scope,
): (current: Maybe, place: Place) => Appended | undefined {
  const modifiers: Document =
    isDocument(argument) && argument.has('$each') ? argument : new Map([['$each', [argument]]]);
  const each = checkModifiers(modifiers, argument, path);
  const position = wholeOf(modifiers, '$position');
  const slice = wholeOf(modifiers, '$slice');
  const compare = comparison(modifiers.get('$sort'), scope);
  return (current, place) => {
    const before = arrayAt(current, place);
    const values = [...before];
    values.splice(startOf(position, before.length), 0, ...each.map(copyValue));
    if (compare !== undefined) values.sort(compare);
    const isAppended =
      compare === undefined &&
      slice === undefined &&
      startOf(position, before.length) === before.length;
    return {
      values: cut(values, slice),
      appendedFrom: isAppended && current !== undefined ? before.length : undefined,
    };
  };
}

function checkModifiers(modifiers: Document, argument: Value, path: string): readonly Value[] {
  for (const name of modifiers.keys())
    if (!MODIFIERS.has(name)) throw refuse(2, `Unrecognized clause in $push: ${name}`);
  if (modifiers !== argument && isDocument(argument))
    for (const name of argument.keys())
      if (MODIFIERS.has(name))
        throw refuse(
          52,
          `The dollar ($) prefixed field '${name}' in '${path}.${name}' is not valid for storage.`,
        );
  const each = modifiers.get('$each');
  if (!Array.isArray(each))
    throw refuse(
      2,
      `The argument to $each in $push must be an array but it was of type: ${typeName(each ?? null)}`,
    );
  return each;
}

function arrayAt(current: Maybe, place: Place): readonly Value[] {
  if (current === undefined) return [];
  if (!Array.isArray(current))
    throw refuse(
      2,
      `The field '${place.path}' must be an array but is of type ${typeName(current)} in document {_id: ${showValue(place.id)}}`,
    );
  return current;
}

function startOf(position: number | undefined, length: number): number {
  if (position === undefined) return length;
  return position < 0 ? Math.max(0, length + position) : Math.min(position, length);
}

function cut(values: Value[], slice: number | undefined): Value[] {
  if (slice === undefined) return values;
  if (slice === 0) return [];
  return slice > 0 ? values.slice(0, slice) : values.slice(slice);
}

const fieldsOf = (value: Value): Document => (isDocument(value) ? value : new Map());

function comparison(by: Maybe, scope: Scope): ((left: Value, right: Value) => number) | undefined {
  if (by === undefined) return undefined;
  if (isDocument(by)) {
    const sort = readSort(by, scope.collation);
    return (left, right) =>
      compareSortValues(sortValues(fieldsOf(left), sort), sortValues(fieldsOf(right), sort), sort);
  }
  const direction = isNumeric(by) ? wholeNumber(by) : undefined;
  if (direction !== 1 && direction !== -1)
    throw refuse(2, 'The $sort element value must be either 1 or -1');
  return (left, right) => compareValues(left, right, scope.collation?.compare) * direction;
}
