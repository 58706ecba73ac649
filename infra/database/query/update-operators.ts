// What each update operator does to one value.
import { calculate, wholeNumber } from '../bson/number.ts';
import { areEqual, areIdentical, compareValues } from '../bson/order.ts';
import { showValue } from '../bson/show.ts';
import { BSONRegExp, copyValue, isDocument, isInt32, isNumeric, typeName } from '../bson/value.ts';
import type { Document, Maybe, Numeric, Value } from '../bson/value.ts';
import type { Scope } from '../expression/scope.ts';
import { refuse } from '../refusal.ts';
import { compileCondition, compileFilter, isOperators } from './filter.ts';
import { compilePush } from './push.ts';
import type { Appended, Place } from './push.ts';

/**
 * What is done at a path.
 *
 * `set` gives a new value; `clock` the time of the update; `unset` takes the field away; an `array` operator changes an array that must be there
 * unless it `creates` one; `renamed` and `renameFrom` are the two ends of a `$rename`.
 */
export type Action =
  | {
      kind: 'set';
      onInsertOnly: boolean;
      value: (current: Maybe, place: Place) => Maybe;
    }
  | { kind: 'clock'; type: 'date' | 'timestamp' }
  | { kind: 'unset' }
  | {
      kind: 'array';
      creates: boolean;
      change: (current: Maybe, place: Place) => Appended | undefined;
    }
  | { kind: 'renamed' }
  | { kind: 'renameFrom'; source: readonly string[]; path: string };

type Compile = (argument: Value, path: string, scope: Scope) => Action;

function setting(value: (current: Maybe, place: Place) => Maybe): Action {
  return { kind: 'set', onInsertOnly: false, value };
}

function arithmetic(operator: '$inc' | '$mul'): Compile {
  const verb = operator === '$inc' ? 'increment' : 'multiply';
  return (argument, path) => {
    if (!isNumeric(argument))
      throw refuse(
        14,
        `Cannot ${verb} with non-numeric argument: {${path}: ${showValue(argument)}}`,
      );
    return setting((current, place) => {
      if (current === undefined)
        return operator === '$inc' ? argument : calculate('multiply', 0, argument);
      if (!isNumeric(current))
        throw refuse(
          14,
          `Cannot apply ${operator} to a value of non-numeric type. {_id: ${showValue(place.id)}} has the field '${place.name}' of non-numeric type ${typeName(current)}`,
        );
      return result(operator, current, argument, place);
    });
  };
}

function result(operator: string, current: Numeric, argument: Numeric, place: Place): Numeric {
  const value = calculate(operator === '$inc' ? 'add' : 'multiply', current, argument);
  if (value === undefined)
    throw refuse(
      2,
      `Failed to apply ${operator} operations to current value (${showValue(current)}) for document {_id: ${showValue(place.id)}}`,
    );
  return value;
}

function extreme(sign: 1 | -1): Compile {
  return (argument, _path, scope) =>
    setting((current) =>
      current === undefined || compareValues(argument, current, scope.collation?.compare) * sign < 0
        ? copyValue(argument)
        : current,
    );
}

const currentDate: Compile = (argument) => {
  const type = isDocument(argument) ? argument.get('$type') : 'date';
  if (typeof argument !== 'boolean' && !isDocument(argument))
    throw refuse(
      2,
      `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  if (type !== 'date' && type !== 'timestamp')
    throw refuse(
      2,
      "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
    );
  return { kind: 'clock', type };
};

const BITS: ReadonlyMap<string, (left: bigint, right: bigint) => bigint> = new Map<
  string,
  (left: bigint, right: bigint) => bigint
>([
  ['and', (left, right) => left & right],
  ['or', (left, right) => left | right],
  ['xor', (left, right) => left ^ right],
]);

function integral(value: Value): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && isInt32(value));
}

const bit: Compile = (argument) => {
  if (!isDocument(argument) || argument.size === 0)
    throw refuse(
      2,
      `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  const steps = [...argument].map(([name, operand]) => {
    const apply = BITS.get(name);
    if (apply === undefined)
      throw refuse(
        2,
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator`,
      );
    if (!integral(operand))
      throw refuse(
        2,
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here`,
      );
    return { apply, operand };
  });
  return setting((current, place) => {
    if (current !== undefined && !integral(current))
      throw refuse(
        2,
        `Cannot apply $bit to a value of non-integral type.{_id: ${showValue(place.id)}} has the field ${place.name} of non-integer type ${typeName(current)}`,
      );
    let value = current ?? 0;
    for (const { apply, operand } of steps) {
      const isLong = typeof value === 'bigint' || typeof operand === 'bigint';
      const bits = apply(BigInt(value), BigInt(operand));
      value = isLong ? BigInt.asIntN(64, bits) : Number(BigInt.asIntN(32, bits));
    }
    return value;
  });
};

const pop: Compile = (argument) => {
  const direction = isNumeric(argument) ? wholeNumber(argument) : undefined;
  if (direction !== 1 && direction !== -1)
    throw refuse(9, `$pop expects 1 or -1, found: ${showValue(argument)}`);
  return {
    kind: 'array',
    creates: false,
    change: (current, place) => {
      if (!Array.isArray(current))
        throw refuse(
          14,
          `Path '${place.path}' contains an element of non-array type '${typeName(current ?? null)}'`,
        );
      return {
        values: direction === 1 ? current.slice(0, -1) : current.slice(1),
        appendedFrom: undefined,
      };
    },
  };
};

function removal(operator: string, isRemoved: (element: Value) => boolean): Action {
  return {
    kind: 'array',
    creates: false,
    change: (current) => {
      if (!Array.isArray(current)) throw refuse(2, `Cannot apply ${operator} to a non-array value`);
      return { values: current.filter((element) => !isRemoved(element)), appendedFrom: undefined };
    },
  };
}

const LOGICAL = new Set(['$and', '$or', '$nor', '$expr']);

function pullCondition(argument: Value, scope: Scope): (element: Value) => boolean {
  if (argument instanceof BSONRegExp) {
    const filter = compileFilter(new Map([['value', argument]]), scope);
    return (element) => filter.matches(new Map([['value', element]]));
  }
  if (!isDocument(argument))
    return (element) => areEqual(element, argument, scope.collation?.compare);
  const [first = ''] = argument.keys();
  if (isOperators(argument) && !LOGICAL.has(first)) return compileCondition(argument, scope);
  const filter = compileFilter(argument, scope);
  return (element) => isDocument(element) && filter.matches(element);
}

const pullAll: Compile = (argument, _path, scope) => {
  if (!Array.isArray(argument))
    throw refuse(2, `$pullAll requires an array argument but was given a ${typeName(argument)}`);
  return removal('$pullAll', (element) =>
    argument.some((wanted) => areEqual(element, wanted, scope.collation?.compare)),
  );
};

const addToSet: Compile = (argument, _path, scope) => {
  const each = isDocument(argument) && argument.has('$each') ? eachOf(argument) : [argument];
  return {
    kind: 'array',
    creates: true,
    change: (current, place) => {
      if (current !== undefined && !Array.isArray(current))
        throw refuse(
          2,
          `Cannot apply $addToSet to non-array field. Field named '${place.name}' has non-array type ${typeName(current)}`,
        );
      const values = [...(current ?? [])];
      for (const value of each)
        if (!values.some((known) => areEqual(known, value, scope.collation?.compare)))
          values.push(copyValue(value));
      return { values, appendedFrom: current?.length };
    },
  };
};

function eachOf(argument: Document): readonly Value[] {
  const each = argument.get('$each');
  if (argument.size > 1)
    throw refuse(2, `Found unexpected fields after $each in $addToSet: ${showValue(argument)}`);
  if (!Array.isArray(each))
    throw refuse(
      14,
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(each ?? null)}`,
    );
  return each;
}

/** A value over an equal one of another type, or with other fields' order, still is a change. */
function replaceWith(argument: Value): (current: Maybe) => Value {
  return (current) =>
    current !== undefined && areIdentical(current, argument) ? current : copyValue(argument);
}

const COMPILERS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['$set', (argument) => setting(replaceWith(argument))],
  [
    '$setOnInsert',
    (argument) => ({ kind: 'set', onInsertOnly: true, value: replaceWith(argument) }),
  ],
  ['$unset', () => ({ kind: 'unset' })],
  ['$inc', arithmetic('$inc')],
  ['$mul', arithmetic('$mul')],
  ['$min', extreme(1)],
  ['$max', extreme(-1)],
  ['$currentDate', currentDate],
  ['$bit', bit],
  ['$pop', pop],
  ['$pull', (argument, _path, scope) => removal('$pull', pullCondition(argument, scope))],
  ['$pullAll', pullAll],
  ['$addToSet', addToSet],
  [
    '$push',
    (argument, path, scope) => ({
      kind: 'array',
      creates: true,
      change: compilePush(argument, path, scope),
    }),
  ],
]);

/** Update operators by name. */
export const UPDATE_OPERATORS: readonly string[] = [...COMPILERS.keys(), '$rename'];

/** Compiles one operator for one path. */
export function compileAction(
  operator: string,
  argument: Value,
  path: string,
  scope: Scope,
): Action {
  const compile = COMPILERS.get(operator);
  if (compile === undefined) throw refuse(9, `Unknown modifier: ${operator}`);
  return compile(argument, path, scope);
}
