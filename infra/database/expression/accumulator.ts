// What gathers one value out of many: for $group, for windows, and for arrays.
import { decimalOf, divideDecimals } from '../bson/decimal.ts';
import { keyText } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import type { CompareStrings } from '../bson/order.ts';
import {
  Decimal128,
  double,
  isDocument,
  isInt32,
  isNullish,
  isNumeric,
  typeName,
} from '../bson/value.ts';
import type { Document, Maybe, Numeric, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { addNumbers } from './arithmetic.ts';

/** Takes values one by one and gives what they come to. */
export type Accumulator = { add: (value: Maybe) => void; result: () => Maybe };

/** Makes an empty accumulator. */
export type MakeAccumulator = (strings?: CompareStrings) => Accumulator;

/** Most bytes (about) that one `$push` or `$addToSet` may gather. */
export const MOST_GATHERED_BYTES = 100 * 1024 * 1024;

function sum(): Accumulator {
  let fast = 0;
  let exact: Numeric | undefined;
  return {
    add: (value) => {
      if (typeof value === 'number' && exact === undefined && isInt32(value)) {
        fast += value;
        if (!isInt32(fast)) exact = BigInt(fast);
      } else if (isNumeric(value)) exact = addNumbers(exact ?? fast, value);
    },
    result: () => exact ?? fast,
  };
}

function average(): Accumulator {
  const total = sum();
  let count = 0;
  return {
    add: (value) => {
      if (!isNumeric(value)) return;
      // In doubles from the start, as the result is one.
      total.add(value instanceof Decimal128 ? value : double(toNumber(value)));
      count += 1;
    },
    result: () => (count === 0 ? null : quotient(total.result(), count)),
  };
}

function quotient(total: Maybe, count: number): Maybe {
  if (total instanceof Decimal128) return divideDecimals(total, decimalOf(count));
  return isNumeric(total) ? double(toNumber(total) / count) : null;
}

function extreme(sign: 1 | -1): MakeAccumulator {
  return (strings) => {
    let best: Maybe;
    return {
      add: (value) => {
        if (isNullish(value)) return;
        if (best === undefined || compareValues(value, best, strings) * sign < 0) best = value;
      },
      result: () => best ?? null,
    };
  };
}

/** Welford's method: one pass, and stable. */
function deviation(isSample: boolean): Accumulator {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (value) => {
      if (!isNumeric(value)) return;
      count += 1;
      const distance = toNumber(value) - mean;
      mean += distance / count;
      squares += distance * (toNumber(value) - mean);
    },
    result: () => {
      const divisor = isSample ? count - 1 : count;
      return divisor <= 0 ? null : double(Math.sqrt(squares / divisor));
    },
  };
}

function first(): Accumulator {
  let value: Maybe;
  let isSet = false;
  return {
    add: (next) => {
      if (!isSet) value = next;
      isSet = true;
    },
    result: () => value ?? null,
  };
}

function last(): Accumulator {
  let value: Maybe;
  return {
    add: (next) => {
      value = next;
    },
    result: () => value ?? null,
  };
}

/** About how many bytes a value takes. */
export function weigh(value: Value): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (Array.isArray(value))
    return value.reduce<number>((total, element) => total + weigh(element), 32);
  if (isDocument(value))
    return [...value].reduce((total, [name, field]) => total + name.length + 24 + weigh(field), 64);
  return 16;
}

function gatherer(name: string): (value: Value) => void {
  let weight = 0;
  return (value) => {
    weight += weigh(value);
    if (weight > MOST_GATHERED_BYTES)
      throw refuse(
        146,
        `${name} used too much memory and cannot spill to disk. Memory limit: ${MOST_GATHERED_BYTES} bytes`,
      );
  };
}

function push(): Accumulator {
  const values: Value[] = [];
  const count = gatherer('$push');
  return {
    add: (value) => {
      if (value === undefined) return;
      count(value);
      values.push(value);
    },
    result: () => values,
  };
}

function addToSet(): Accumulator {
  const members = new Map<string, Value>();
  const count = gatherer('$addToSet');
  return {
    add: (value) => {
      if (value === undefined) return;
      const key = keyText(value);
      if (members.has(key)) return;
      count(value);
      members.set(key, value);
    },
    result: () => [...members.values()],
  };
}

function concatArrays(): Accumulator {
  const values: Value[] = [];
  const count = gatherer('$concatArrays');
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (!Array.isArray(value))
        throw refuse(14, `$concatArrays only supports arrays, not ${typeName(value)}`);
      count(value);
      values.push(...value);
    },
    result: () => values,
  };
}

function setUnion(): Accumulator {
  const members = addToSet();
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (!Array.isArray(value))
        throw refuse(14, `$setUnion only supports arrays, not ${typeName(value)}`);
      for (const element of value) members.add(element);
    },
    result: members.result,
  };
}

function mergeObjects(): Accumulator {
  const merged: Document = new Map();
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (!isDocument(value))
        throw refuse(
          40_400,
          `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`,
        );
      for (const [name, field] of value) merged.set(name, field);
    },
    result: () => merged,
  };
}

/** Percentiles of the numbers given, exactly. */
export function percentiles(values: readonly Maybe[], ranks: readonly number[]): Value[] {
  const sorted = values
    .filter(isNumeric)
    .map(toNumber)
    .sort((left, right) => left - right);
  return ranks.map((rank) => {
    const value = sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)];
    return value === undefined ? null : double(value);
  });
}

/** Accumulators of one expression, by name. */
export const ACCUMULATORS: ReadonlyMap<string, MakeAccumulator> = new Map<string, MakeAccumulator>([
  ['$sum', sum],
  ['$avg', average],
  ['$min', extreme(1)],
  ['$max', extreme(-1)],
  ['$stdDevPop', () => deviation(false)],
  ['$stdDevSamp', () => deviation(true)],
  ['$first', first],
  ['$last', last],
  ['$push', push],
  ['$addToSet', addToSet],
  ['$mergeObjects', mergeObjects],
  ['$concatArrays', concatArrays],
  ['$setUnion', setUnion],
]);
