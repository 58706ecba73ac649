// Operators that go through an array with a variable or an order.
import { compareValues } from '../bson/order.ts';
import { toNumber } from '../bson/number.ts';
import { isDocument, isNullish, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { readSort, sortValues, compareSortValues } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { integerOf } from './array.ts';
import { namedArguments } from './operands.ts';
import type { Compiling, Operator } from './operands.ts';
import { bindVariable } from './scope.ts';
import { isTruthy } from './truth.ts';

function variableName(parts: Document, compiling: Compiling): string {
  const name = parts.get('as');
  if (name === undefined) return 'this';
  if (typeof name !== 'string') throw refuse(9, `${compiling.name} 'as' must be a string`);
  return name;
}

function arrayOr(value: Maybe, code: number, name: string): readonly Value[] | undefined {
  if (isNullish(value)) return undefined;
  if (!Array.isArray(value))
    throw refuse(code, `input to ${name} must be an array not ${typeName(value)}`);
  return value;
}

const map: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['input', 'in'], ['as']);
  const input = parts.take('input');
  const { scope, slot } = bindVariable(compiling.scope, variableName(parts.document, compiling));
  const each = parts.take('in', scope);
  return (root) => {
    const array = arrayOr(input(root), 16_883, '$map');
    return array === undefined
      ? null
      : array.map((element) => {
          scope.pace();
          scope.slots[slot] = element;
          return each(root) ?? null;
        });
  };
};

const filter: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['input', 'cond'], ['as', 'limit']);
  const input = parts.take('input');
  const limit = parts.get('limit');
  const { scope, slot } = bindVariable(compiling.scope, variableName(parts.document, compiling));
  const condition = parts.take('cond', scope);
  return (root) => {
    const array = arrayOr(input(root), 28_651, '$filter');
    if (array === undefined) return null;
    const most = limit?.(root);
    const count = isNullish(most)
      ? Number.POSITIVE_INFINITY
      : positiveCount(most, '$filter', 'limit');
    const kept: Value[] = [];
    for (const element of array) {
      if (kept.length >= count) break;
      scope.pace();
      scope.slots[slot] = element;
      if (isTruthy(condition(root))) kept.push(element);
    }
    return kept;
  };
};

/** A count that must be positive. */
export function positiveCount(value: Maybe, name: string, what: string): number {
  const count = integerOf(
    value,
    `${name}: ${what} must be represented as a 32-bit integral value`,
    327_391,
  );
  if (count <= 0) throw refuse(327_392, `${name}: ${what} must be greater than 0`);
  return count;
}

const reduce: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['input', 'initialValue', 'in']);
  const input = parts.take('input');
  const initial = parts.take('initialValue');
  const value = bindVariable(compiling.scope, 'value');
  const current = bindVariable(value.scope, 'this');
  const step = parts.take('in', current.scope);
  const { slots, pace } = compiling.scope;
  return (root) => {
    const array = arrayOr(input(root), 40_080, '$reduce');
    if (array === undefined) return null;
    let result = initial(root);
    for (const element of array) {
      pace();
      slots[value.slot] = result;
      slots[current.slot] = element;
      result = step(root);
    }
    return result;
  };
};

const sortArray: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['input', 'sortBy']);
  const input = parts.take('input');
  const by = parts.document.get('sortBy') ?? null;
  const compare = orderOf(by, compiling);
  return (root) => {
    const array = arrayOr(input(root), 2_942_504, '$sortArray');
    return array === undefined ? null : array.toSorted(compare);
  };
};

function orderOf(by: Value, compiling: Compiling): (left: Value, right: Value) => number {
  const { collation } = compiling.scope;
  if (isDocument(by)) {
    const sort = readSort(by, collation);
    return (left, right) =>
      compareSortValues(sortValues(fieldsOf(left), sort), sortValues(fieldsOf(right), sort), sort);
  }
  const direction = isNumeric(by) ? toNumber(by) : 0;
  if (direction !== 1 && direction !== -1)
    throw refuse(2_942_507, 'The $sort element value must be either 1 or -1');
  return (left, right) => compareValues(left, right, collation?.compare) * direction;
}

const fieldsOf = (value: Value): Document => (isDocument(value) ? value : new Map());

/** What `$firstN` and its kin do with the array. */
function counted(take: (array: readonly Value[], count: number) => Value[]): Operator {
  return (argument, compiling) => {
    const parts = namedArguments(argument, compiling, ['input', 'n']);
    const input = parts.take('input');
    const n = parts.take('n');
    return (root) => {
      const array = input(root);
      if (!Array.isArray(array))
        throw refuse(5_788_200, `${compiling.name} input must be an array`);
      return take(array, positiveCount(n(root), compiling.name, "'n'"));
    };
  };
}

const known = (array: readonly Value[]): Value[] => array.filter((value) => value !== null);

/** Operators with a variable, a count or an order. */
export const ARRAY_WALKS: readonly (readonly [string, Operator])[] = [
  ['$map', map],
  ['$filter', filter],
  ['$reduce', reduce],
  ['$sortArray', sortArray],
  ['$firstN', counted((array, count) => array.slice(0, count))],
  ['$lastN', counted((array, count) => array.slice(-count))],
  [
    '$minN',
    counted((array, count) =>
      known(array)
        .sort((a, b) => compareValues(a, b))
        .slice(0, count),
    ),
  ],
  [
    '$maxN',
    counted((array, count) =>
      known(array)
        .sort((a, b) => compareValues(b, a))
        .slice(0, count),
    ),
  ],
];
