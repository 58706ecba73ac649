// Arrays as sets: order and repetition do not count.
import { keyText } from '../bson/key.ts';
import { isNullish, typeName } from '../bson/value.ts';
import type { Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { binary, unary, variadic } from './operands.ts';
import type { Operator } from './operands.ts';
import { isTruthy } from './truth.ts';

type Members = Map<string, Value>;

function membersOf(value: Maybe, name: string): Members {
  if (!Array.isArray(value))
    throw refuse(
      17_042,
      `All operands of ${name} must be arrays. One argument is of type: ${value === undefined ? 'missing' : typeName(value)}`,
    );
  const members: Members = new Map();
  for (const element of value) {
    const key = keyText(element);
    if (!members.has(key)) members.set(key, element);
  }
  return members;
}

/** The elements of an array, each once, in key order. */
function ordered(members: Members): Value[] {
  return [...members].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, value]) => value);
}

const union = variadic((arrays, name) => {
  if (arrays.some(isNullish)) return null;
  const all: Members = new Map();
  for (const array of arrays)
    for (const [key, value] of membersOf(array, name)) if (!all.has(key)) all.set(key, value);
  return ordered(all);
});

const intersection = variadic((arrays, name) => {
  if (arrays.some(isNullish)) return null;
  const [first, ...others] = arrays.map((array) => membersOf(array, name));
  if (first === undefined) return [];
  return ordered(new Map([...first].filter(([key]) => others.every((other) => other.has(key)))));
});

const difference = binary((left, right, name) => {
  if (isNullish(left) || isNullish(right)) return null;
  const removed = membersOf(right, name);
  return [...membersOf(left, name)].filter(([key]) => !removed.has(key)).map(([, value]) => value);
});

const isContained = (inner: Members, outer: Members): boolean =>
  [...inner.keys()].every((key) => outer.has(key));

const areSame = variadic((arrays, name) => {
  const [first, ...others] = arrays.map((array) => membersOf(array, name));
  return others.every(
    (other) => first !== undefined && first.size === other.size && isContained(first, other),
  );
}, 2);

const isSubset = binary((left, right, name) =>
  isContained(membersOf(left, name), membersOf(right, name)),
);

function elements(value: Maybe, name: string, code: number): readonly Value[] {
  if (!Array.isArray(value)) throw refuse(code, `${name}'s argument must be an array`);
  return value;
}

/** Operators on sets. */
export const SETS: readonly (readonly [string, Operator])[] = [
  ['$setUnion', union],
  ['$setIntersection', intersection],
  ['$setDifference', difference],
  ['$setEquals', areSame],
  ['$setIsSubset', isSubset],
  ['$allElementsTrue', unary((value, name) => elements(value, name, 17_040).every(isTruthy))],
  ['$anyElementTrue', unary((value, name) => elements(value, name, 17_041).some(isTruthy))],
];
