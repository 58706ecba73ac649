// Numeric types: conversions that lose nothing unasked, and MongoDB's promotion rules for arithmetic.
import {
  addDecimals,
  compareDecimals,
  decimalOf,
  decimalToNumber,
  multiplyDecimals,
  partsOf,
  subtractDecimals,
} from './decimal.ts';
import type { DecimalParts } from './decimal.ts';
import { Decimal128, Double, double, isInt32 } from './value.ts';
import type { Numeric } from './value.ts';

/** The numeric types from narrow to wide. */
export type NumberType = 'int' | 'long' | 'double' | 'decimal';

/** Bounds of an int64. */
export const MIN_INT64 = -9_223_372_036_854_775_808n;
export const MAX_INT64 = 9_223_372_036_854_775_807n;

/** Which of the four types a number has. */
export function numberType(value: Numeric): NumberType {
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint') return 'long';
  return value instanceof Double ? 'double' : 'decimal';
}

/** The nearest double as a JavaScript number. */
export function toNumber(value: Numeric): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Double ? value.value : decimalToNumber(value);
}

/** Whether the value is NaN in its type. */
export function isNaNValue(value: Numeric): boolean {
  return Number.isNaN(toNumber(value));
}

/** The number as mantissa and power of ten, exactly; undefined for NaN and infinities. */
export function exactParts(value: Numeric): DecimalParts | undefined {
  if (typeof value === 'bigint') return { mantissa: value, exponent: 0 };
  if (value instanceof Decimal128) return partsOf(value);
  const number = toNumber(value);
  return Number.isFinite(number) ? doubleParts(number) : undefined;
}

function doubleParts(value: number): DecimalParts {
  if (Number.isSafeInteger(value)) return { mantissa: BigInt(value), exponent: 0 };
  let scaled = value;
  let halvings = 0;
  // Doubling is exact; at most 1074 steps for the smallest double.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings += 1;
  }
  // value = scaled / 2^n = scaled * 5^n / 10^n
  return { mantissa: BigInt(scaled) * 5n ** BigInt(halvings), exponent: -halvings };
}

/** Numeric order over all types, exactly; NaN equals itself and comes first. */
export function compareNumbers(left: Numeric, right: Numeric): number {
  if (left instanceof Decimal128 || right instanceof Decimal128) return compareExact(left, right);
  const a = left instanceof Double ? left.value : left;
  const b = right instanceof Double ? right.value : right;
  // JavaScript compares a bigint with a number exactly.
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? compareNaN(a, b) : 0;
}

function compareNaN(left: number | bigint, right: number | bigint): number {
  return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
}

function compareExact(left: Numeric, right: Numeric): number {
  const a = exactParts(left);
  const b = exactParts(right);
  return a === undefined || b === undefined
    ? compareNumbers(toNumber(left), toNumber(right))
    : compareDecimals(a, b);
}

/** A number of the wider of two integer types, or undefined where an int64 cannot hold it. */
export function integer(value: bigint, isLong: boolean): number | bigint | undefined {
  if (!isLong && value >= -2_147_483_648n && value <= 2_147_483_647n) return Number(value);
  return value >= MIN_INT64 && value <= MAX_INT64 ? value : undefined;
}

type Operation = 'add' | 'subtract' | 'multiply';

const DOUBLES: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};
const INTEGERS: Readonly<Record<Operation, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};
const DECIMALS: Readonly<Record<Operation, (a: Decimal128, b: Decimal128) => Decimal128>> = {
  add: addDecimals,
  subtract: subtractDecimals,
  multiply: multiplyDecimals,
};

/**
 * Adds, subtracts or multiplies as MongoDB does: decimal wins over double, double over integers,
 * an int32 that overflows becomes an int64.
 *
 * @returns undefined when an int64 overflows; `$inc` refuses then, expressions go on with a double
 */
export function calculate(
  operation: Operation,
  left: Numeric,
  right: Numeric,
): Numeric | undefined {
  if (left instanceof Decimal128 || right instanceof Decimal128)
    return DECIMALS[operation](decimalOf(left), decimalOf(right));
  if (numberType(left) === 'double' || numberType(right) === 'double')
    return double(DOUBLES[operation](toNumber(left), toNumber(right)));
  return calculateIntegers(operation, left, right);
}

function calculateIntegers(
  operation: Operation,
  left: number | bigint | Double,
  right: number | bigint | Double,
): Numeric | undefined {
  if (typeof left === 'number' && typeof right === 'number' && operation !== 'multiply') {
    const sum = DOUBLES[operation](left, right);
    return isInt32(sum) ? sum : BigInt(sum);
  }
  const isLong = typeof left === 'bigint' || typeof right === 'bigint';
  return integer(INTEGERS[operation](wholeOf(left), wholeOf(right)), isLong);
}

function wholeOf(value: number | bigint | Double): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value));
}

/** The number as a whole JavaScript number when it is one (of any numeric type), else undefined. */
export function wholeNumber(value: Numeric): number | undefined {
  const number = toNumber(value);
  return Number.isSafeInteger(number) && compareNumbers(value, number) === 0 ? number : undefined;
}
