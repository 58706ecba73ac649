// Decimal128 arithmetic on exact mantissas, rounded half-even to 34 digits as IEEE 754-2008 says.
import { Decimal128, Double } from './value.ts';
import type { Numeric } from './value.ts';

/** A finite decimal: mantissa × 10^exponent. */
export type DecimalParts = { mantissa: bigint; exponent: number };

const DIGITS = 34;
const MIN_EXPONENT = -6176;
const MAX_EXPONENT = 6111;
const NUMBER_PATTERN = /^([+-]?)(\d+)(?:\.(\d*))?(?:E([+-]?\d+))?$/i;

/** The finite number written in this text, or undefined. */
export function parseParts(text: string): DecimalParts | undefined {
  const found = NUMBER_PATTERN.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const mantissa = BigInt(whole + fraction);
  return {
    mantissa: sign === '-' ? -mantissa : mantissa,
    exponent: Number(exponent) - fraction.length,
  };
}

/** Mantissa and exponent of a decimal; undefined for NaN and infinities. */
export function partsOf(value: Decimal128): DecimalParts | undefined {
  return parseParts(value.toString());
}

/** The nearest double. */
export function decimalToNumber(value: Decimal128): number {
  return Number(value.toString());
}

/** The decimal of mantissa × 10^exponent, rounded to 34 digits. */
export function decimalFrom({ mantissa, exponent }: DecimalParts): Decimal128 {
  const rounded = roundTo(mantissa, exponent, DIGITS);
  if (rounded.exponent > MAX_EXPONENT) return padded(rounded);
  if (rounded.exponent < MIN_EXPONENT) return underflown(rounded);
  const sign = rounded.mantissa < 0n ? '-' : '';
  return Decimal128.fromString(`${sign}${magnitude(rounded.mantissa)}E${rounded.exponent}`);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function roundTo(mantissa: bigint, exponent: number, digits: number): DecimalParts {
  const length = magnitude(mantissa).toString().length;
  return length <= digits
    ? { mantissa, exponent }
    : {
        mantissa: divideHalfEven(mantissa, 10n ** BigInt(length - digits)),
        exponent: exponent + length - digits,
      };
}

/** Divides and rounds to the nearest whole number, ties to even. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const isNegative = dividend < 0n !== divisor < 0n;
  const [top, bottom] = [magnitude(dividend), magnitude(divisor)];
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  const isUp = twice > bottom || (twice === bottom && quotient % 2n === 1n);
  const rounded = isUp ? quotient + 1n : quotient;
  return isNegative ? -rounded : rounded;
}

function padded({ mantissa, exponent }: DecimalParts): Decimal128 {
  if (mantissa === 0n) return Decimal128.fromString(`0E${MAX_EXPONENT}`);
  const zeros = exponent - MAX_EXPONENT;
  const wide = mantissa * 10n ** BigInt(Math.min(zeros, DIGITS));
  if (magnitude(wide).toString().length > DIGITS)
    return Decimal128.fromString(mantissa < 0n ? '-Infinity' : 'Infinity');
  return Decimal128.fromString(`${wide}E${MAX_EXPONENT}`);
}

function underflown({ mantissa, exponent }: DecimalParts): Decimal128 {
  const dropped = Math.min(MIN_EXPONENT - exponent, DIGITS + 1);
  return Decimal128.fromString(
    `${divideHalfEven(mantissa, 10n ** BigInt(dropped))}E${MIN_EXPONENT}`,
  );
}

/** Order of two finite decimals. */
export function compareDecimals(left: DecimalParts, right: DecimalParts): number {
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.mantissa * 10n ** BigInt(left.exponent - exponent);
  const b = right.mantissa * 10n ** BigInt(right.exponent - exponent);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A number of any type as a decimal; a double is taken at 15 significant digits, as MongoDB converts it. */
export function decimalOf(value: Numeric): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (typeof value === 'bigint') return Decimal128.fromString(value.toString());
  const number = value instanceof Double ? value.value : value;
  if (!Number.isFinite(number)) return Decimal128.fromString(String(number));
  return value instanceof Double || !Number.isInteger(number)
    ? fromDouble(number)
    : Decimal128.fromString(String(number));
}

function fromDouble(number: number): Decimal128 {
  const parts = parseParts(number.toPrecision(15));
  return parts === undefined ? Decimal128.fromString(String(number)) : decimalFrom(parts);
}

function combine(
  left: Decimal128,
  right: Decimal128,
  finite: (a: DecimalParts, b: DecimalParts) => DecimalParts,
  other: (a: number, b: number) => number,
): Decimal128 {
  const a = partsOf(left);
  const b = partsOf(right);
  if (a !== undefined && b !== undefined) return decimalFrom(finite(a, b));
  return Decimal128.fromString(String(other(decimalToNumber(left), decimalToNumber(right))));
}

function align(a: DecimalParts, b: DecimalParts): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  return [
    a.mantissa * 10n ** BigInt(a.exponent - exponent),
    b.mantissa * 10n ** BigInt(b.exponent - exponent),
    exponent,
  ];
}

/** Sum. */
export function addDecimals(left: Decimal128, right: Decimal128): Decimal128 {
  return combine(
    left,
    right,
    (a, b) => {
      const [x, y, exponent] = align(a, b);
      return { mantissa: x + y, exponent };
    },
    (a, b) => a + b,
  );
}

/** Difference. */
export function subtractDecimals(left: Decimal128, right: Decimal128): Decimal128 {
  return combine(
    left,
    right,
    (a, b) => {
      const [x, y, exponent] = align(a, b);
      return { mantissa: x - y, exponent };
    },
    (a, b) => a - b,
  );
}

/** Product. */
export function multiplyDecimals(left: Decimal128, right: Decimal128): Decimal128 {
  return combine(
    left,
    right,
    (a, b) => ({ mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent }),
    (a, b) => a * b,
  );
}

/** Quotient; the divisor is not zero. */
export function divideDecimals(left: Decimal128, right: Decimal128): Decimal128 {
  return combine(left, right, divideParts, (a, b) => a / b);
}

function divideParts(a: DecimalParts, b: DecimalParts): DecimalParts {
  const lengths = magnitude(a.mantissa).toString().length - magnitude(b.mantissa).toString().length;
  const shift = Math.max(0, DIGITS + 3 - lengths);
  const top = a.mantissa * 10n ** BigInt(shift);
  const exact = top % b.mantissa === 0n;
  // A sticky digit keeps the half-even decision right when the division goes on.
  const mantissa = exact ? top / b.mantissa : (top / b.mantissa) * 10n + 1n;
  const parts = { mantissa, exponent: a.exponent - b.exponent - shift - (exact ? 0 : 1) };
  return exact ? trimZeros(parts, a.exponent - b.exponent) : parts;
}

function trimZeros(parts: DecimalParts, upTo: number): DecimalParts {
  let { mantissa, exponent } = parts;
  while (exponent < upTo && mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent += 1;
  }
  return { mantissa, exponent };
}

/** Remainder with the sign of the dividend; the divisor is not zero. */
export function remainderOfDecimals(left: Decimal128, right: Decimal128): Decimal128 {
  return combine(
    left,
    right,
    (a, b) => {
      const [x, y, exponent] = align(a, b);
      return { mantissa: x % y, exponent };
    },
    (a, b) => a % b,
  );
}

/** How a decimal is brought to a number of places. */
export type Rounding = 'halfEven' | 'truncate' | 'floor' | 'ceiling';

/** The decimal at this many places after the point (negative: before it). */
export function roundDecimal(value: Decimal128, places: number, rounding: Rounding): Decimal128 {
  const parts = partsOf(value);
  if (parts === undefined || -parts.exponent <= places) return value;
  const unit = 10n ** BigInt(-parts.exponent - places);
  const whole = ROUNDINGS[rounding](parts.mantissa, unit);
  return decimalFrom({ mantissa: whole, exponent: -places });
}

const ROUNDINGS: Readonly<Record<Rounding, (mantissa: bigint, unit: bigint) => bigint>> = {
  halfEven: divideHalfEven,
  truncate: (mantissa, unit) => mantissa / unit,
  floor: (mantissa, unit) =>
    mantissa < 0n && mantissa % unit !== 0n ? mantissa / unit - 1n : mantissa / unit,
  ceiling: (mantissa, unit) =>
    mantissa > 0n && mantissa % unit !== 0n ? mantissa / unit + 1n : mantissa / unit,
};
