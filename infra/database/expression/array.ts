// Arrays as wholes: their elements, size, order and parts.
import { toNumber, wholeNumber } from '../bson/number.ts';
import { areEqual } from '../bson/order.ts';
import { document, isDocument, isNullish, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { namedArguments, unary, variadic } from './operands.ts';
import type { Operator } from './operands.ts';

/** A whole number from an argument. */
export function integerOf(value: Maybe, complaint: string, code: number): number {
  const whole = isNumeric(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) throw refuse(code, complaint);
  return whole;
}

const elementAt = variadic(
  ([array, index]) => {
    if (isNullish(array) || isNullish(index)) return null;
    if (!Array.isArray(array))
      throw refuse(
        28_689,
        `$arrayElemAt's first argument must be an array, but is ${typeName(array)}`,
      );
    if (!isNumeric(index))
      throw refuse(
        28_690,
        `$arrayElemAt's second argument must be a numeric value, but is ${typeName(index)}`,
      );
    return array.at(
      integerOf(
        index,
        "$arrayElemAt's second argument must be representable as a 32-bit integer",
        28_691,
      ),
    );
  },
  2,
  2,
);

function end(code: number, at: 0 | -1): Operator {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    if (!Array.isArray(value))
      throw refuse(code, `${name}'s argument must be an array, but is ${typeName(value)}`);
    return value.at(at);
  });
}

const concat = variadic((arrays) => {
  if (arrays.some(isNullish)) return null;
  return arrays.flatMap((array) => {
    if (!Array.isArray(array))
      throw refuse(
        28_664,
        `$concatArrays only supports arrays, not ${array === undefined ? 'missing' : typeName(array)}`,
      );
    return array;
  });
});

const size = unary((value) => {
  if (!Array.isArray(value))
    throw refuse(
      17_124,
      `The argument to $size must be an array, but was of type: ${value === undefined ? 'missing' : typeName(value)}`,
    );
  return value.length;
});

const slice = variadic(
  ([array, first, second]) => {
    if (isNullish(array) || isNullish(first)) return null;
    if (!Array.isArray(array))
      throw refuse(
        28_724,
        `First argument to $slice must be an array, but is of type: ${typeName(array)}`,
      );
    const start = integerOf(first, 'Second argument to $slice must be a 32-bit integer', 28_726);
    if (second === undefined) return start < 0 ? array.slice(start) : array.slice(0, start);
    if (second === null) return null;
    const count = integerOf(second, 'Third argument to $slice must be a 32-bit integer', 28_728);
    if (count <= 0) throw refuse(28_729, `Third argument to $slice must be positive: ${count}`);
    const from = start < 0 ? Math.max(0, array.length + start) : start;
    return array.slice(from, from + count);
  },
  2,
  3,
);

const MOST_ELEMENTS = 5_000_000;

const range = variadic(
  ([from, to, by]) => {
    const start = integerOf(from, '$range requires a numeric starting value', 34_443);
    const stop = integerOf(to, '$range requires a numeric ending value', 34_445);
    const step =
      by === undefined ? 1 : integerOf(by, '$range requires a numeric step value', 34_447);
    if (step === 0) throw refuse(34_449, '$range requires a non-zero step value');
    const length = Math.max(0, Math.ceil((stop - start) / step));
    if (length > MOST_ELEMENTS) throw refuse(146, '$range would exceed the memory limit');
    return Array.from({ length }, (_, at) => start + at * step);
  },
  2,
  3,
);

const reverse = unary((value) => {
  if (isNullish(value)) return null;
  if (!Array.isArray(value))
    throw refuse(
      34_435,
      `The argument to $reverseArray must be an array, but was of type: ${typeName(value)}`,
    );
  return value.toReversed();
});

const indexOf = variadic(
  ([array, wanted, from, to]) => {
    if (isNullish(array)) return null;
    if (!Array.isArray(array))
      throw refuse(
        40_090,
        `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`,
      );
    const start = from === undefined ? 0 : startIndex(from, '$indexOfArray');
    const stop = to === undefined ? array.length : startIndex(to, '$indexOfArray');
    for (let at = start; at < Math.min(stop, array.length); at += 1)
      if (areEqual(array[at], wanted)) return at;
    return -1;
  },
  2,
  4,
);

/** A position that is not negative. */
export function startIndex(value: Maybe, name: string): number {
  const index = integerOf(value, `${name} requires an integral starting index`, 40_096);
  if (index < 0)
    throw refuse(40_097, `${name} requires a nonnegative starting index, found: ${index}`);
  return index;
}

function pair(element: Value): [string, Value] {
  if (Array.isArray(element)) {
    const [name, value] = element;
    if (element.length !== 2 || typeof name !== 'string' || value === undefined)
      throw refuse(
        40_396,
        '$arrayToObject requires an array of size 2 arrays of a string and a value',
      );
    return [name, value];
  }
  if (!isDocument(element))
    throw refuse(40_398, `Unrecognised input type format for $arrayToObject: ${typeName(element)}`);
  const name = element.get('k');
  const value = element.get('v');
  if (element.size !== 2 || typeof name !== 'string' || value === undefined)
    throw refuse(40_392, "$arrayToObject requires an object keys of 'k' and 'v'");
  return [name, value];
}

const arrayToObject = unary((value) => {
  if (isNullish(value)) return null;
  if (!Array.isArray(value))
    throw refuse(40_386, `$arrayToObject requires an array input, found: ${typeName(value)}`);
  return new Map(value.map(pair));
});

const objectToArray = unary((value) => {
  if (isNullish(value)) return null;
  if (!isDocument(value))
    throw refuse(40_390, `$objectToArray requires a document input, found: ${typeName(value)}`);
  return [...value].map(([k, v]) => document({ k, v }));
});

const zip: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['inputs'], ['useLongestLength', 'defaults']);
  const inputs = parts.take('inputs');
  const defaults = parts.get('defaults');
  const isLongest = parts.document.get('useLongestLength') === true;
  if (defaults !== undefined && !isLongest)
    throw refuse(34_467, 'cannot specify defaults unless useLongestLength is true');
  return (root) => {
    const arrays = inputs(root);
    if (!Array.isArray(arrays)) throw refuse(34_461, 'inputs must be an array of expressions');
    if (arrays.includes(null)) return null;
    const fills = defaults?.(root);
    return zipArrays(arrays.map(arrayIn), isLongest, Array.isArray(fills) ? fills : []);
  };
};

function arrayIn(value: Value): Value[] {
  if (!Array.isArray(value))
    throw refuse(34_468, `$zip found a non-array expression in input: ${typeName(value)}`);
  return value;
}

function zipArrays(
  arrays: readonly Value[][],
  isLongest: boolean,
  fills: readonly Value[],
): Value[] {
  const lengths = arrays.map((array) => array.length);
  const length = lengths.length === 0 ? 0 : isLongest ? Math.max(...lengths) : Math.min(...lengths);
  return Array.from({ length }, (_, at) =>
    arrays.map((array, which) => array[at] ?? fills[which] ?? null),
  );
}

const mergeObjects = variadic((values) => {
  const merged: Document = new Map();
  for (const value of values.flatMap((one) => (Array.isArray(one) ? one : [one])))
    if (isDocument(value)) for (const [name, field] of value) merged.set(name, field);
    else if (!isNullish(value))
      throw refuse(
        40_400,
        `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`,
      );
  return merged;
});

/** Operators on arrays as wholes. */
export const ARRAYS: readonly (readonly [string, Operator])[] = [
  ['$arrayElemAt', elementAt],
  ['$first', end(28_689, 0)],
  ['$last', end(28_689, -1)],
  ['$concatArrays', concat],
  ['$size', size],
  ['$slice', slice],
  ['$range', range],
  ['$reverseArray', reverse],
  ['$indexOfArray', indexOf],
  ['$isArray', unary((value) => Array.isArray(value))],
  ['$arrayToObject', arrayToObject],
  ['$objectToArray', objectToArray],
  ['$zip', zip],
  ['$mergeObjects', mergeObjects],
  ['$isNumber', unary((value) => isNumeric(value))],
  ['$rand', () => () => Math.random()],
  ['$sampleRate', unary((rate) => isNumeric(rate) && Math.random() < toNumber(rate))],
];
