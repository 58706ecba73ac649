// Roots, powers, exponentials and logarithms of decimals: by series on whole numbers, to 34 digits.
import { decimalFrom, divideHalfEven, partsOf } from './decimal.ts';
import type { DecimalParts } from './decimal.ts';
import { Decimal128 } from './value.ts';

// Working digits behind the point: 34 and some for what rounding takes.
const PLACES = 60;
const ONE = 10n ** BigInt(PLACES);

/** A number as a whole number of 10^-60. */
type Fixed = bigint;

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function digitsOf(value: bigint): number {
  return magnitude(value).toString().length;
}

function multiply(left: Fixed, right: Fixed): Fixed {
  return divideHalfEven(left * right, ONE);
}

function divide(left: Fixed, right: Fixed): Fixed {
  return divideHalfEven(left * ONE, right);
}

function fixedOf({ mantissa, exponent }: DecimalParts): Fixed {
  const places = exponent + PLACES;
  return places >= 0
    ? mantissa * 10n ** BigInt(places)
    : divideHalfEven(mantissa, 10n ** BigInt(-places));
}

function rootOf(value: bigint): bigint {
  if (value < 2n) return value;
  // From above Newton's steps only go down.
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Drops zeros behind the last digit that counts, up to the exponent that is wanted. */
function shortened({ mantissa, exponent }: DecimalParts, wanted = 0): DecimalParts {
  let [digits, places] = [mantissa, exponent];
  if (digits === 0n) return { mantissa: 0n, exponent: 0 };
  while (places < wanted && digits % 10n === 0n) {
    digits /= 10n;
    places += 1;
  }
  return { mantissa: digits, exponent: places };
}

/** The square root; the argument is not negative. */
export function rootOfDecimal(value: Decimal128): Decimal128 {
  const parts = partsOf(value);
  if (parts === undefined) return value;
  const { mantissa, exponent } = parts;
  if (mantissa === 0n) return decimalFrom({ mantissa, exponent: Math.floor(exponent / 2) });
  const shift = 2 * PLACES + (Math.abs(exponent) % 2);
  const wide = mantissa * 10n ** BigInt(shift);
  const root = rootOf(wide);
  const half = (exponent - shift) / 2;
  if (root * root === wide)
    return decimalFrom(shortened({ mantissa: root, exponent: half }, Math.floor(exponent / 2)));
  // A last digit that is not zero keeps the rounding right.
  return decimalFrom({ mantissa: root * 10n + 1n, exponent: half - 1 });
}

/** Sum of a series whose terms become nothing. */
function sumSeries(first: Fixed, next: (term: Fixed, at: bigint) => Fixed): Fixed {
  let sum = first;
  let term = first;
  for (let at = 1n; term !== 0n; at += 1n) {
    term = next(term, at);
    sum += term;
  }
  return sum;
}

/** The logarithm of 1 + 2z/(1-z), as twice the inverse hyperbolic tangent of z. */
function logarithmOfRatio(numerator: bigint, denominator: bigint): Fixed {
  const ratio = divide(numerator - denominator, numerator + denominator);
  const square = multiply(ratio, ratio);
  let [sum, power] = [0n, ratio];
  for (let at = 1n; power !== 0n; at += 2n) {
    sum += power / at;
    power = multiply(power, square);
  }
  return 2n * sum;
}

const LN_2 = logarithmOfRatio(2n, 1n);
const LN_10 = 3n * LN_2 + logarithmOfRatio(5n, 4n);

/** The natural logarithm of a positive decimal, as a fixed number. */
function fixedLogarithm({ mantissa, exponent }: DecimalParts): Fixed {
  // mantissa = m × 10^k with m from 0.1 to 1, then halved or doubled towards 1.
  const length = digitsOf(mantissa);
  let value = fixedOf({ mantissa, exponent: -length });
  let halvings = 0n;
  while (value < (ONE * 7n) / 10n) {
    value *= 2n;
    halvings += 1n;
  }
  return BigInt(exponent + length) * LN_10 - halvings * LN_2 + logarithmOfRatio(value, ONE);
}

/** The natural logarithm; the argument is positive. */
export function logarithmOfDecimal(value: Decimal128): Decimal128 {
  const parts = partsOf(value);
  if (parts === undefined) return value;
  return decimalFrom(trimmed({ mantissa: fixedLogarithm(parts), exponent: -PLACES }));
}

/** The logarithm to another base; both are positive, and the base is not 1. */
export function logarithmToBase(value: Decimal128, base: Decimal128): Decimal128 {
  const [parts, root] = [partsOf(value), partsOf(base)];
  if (parts === undefined || root === undefined)
    return Decimal128.fromString(
      String(Math.log(Number(value.toString())) / Math.log(Number(base.toString()))),
    );
  const quotient = divide(fixedLogarithm(parts), fixedLogarithm(root));
  return decimalFrom(trimmed({ mantissa: quotient, exponent: -PLACES }));
}

/** Working digits beyond what a decimal holds are rounded off, so that whole results come out whole. */
function trimmed({ mantissa, exponent }: DecimalParts): DecimalParts {
  const spare = digitsOf(mantissa) - DIGITS;
  if (spare <= 0) return shortened({ mantissa, exponent });
  return shortened({
    mantissa: divideHalfEven(mantissa, 10n ** BigInt(spare)),
    exponent: exponent + spare,
  });
}

const DIGITS = 34;

// Beyond these e^x is more than the greatest decimal, or less than half of the least.
const MOST_EXPONENT = 14_150n * ONE;
const LEAST_EXPONENT = -14_223n * ONE;

/** e to a power. */
export function exponentialOfDecimal(value: Decimal128): Decimal128 {
  const parts = partsOf(value);
  if (parts === undefined) return value.toString() === '-Infinity' ? zero() : value;
  return parts.exponent > 5 && parts.mantissa !== 0n
    ? outOfRange(parts.mantissa > 0n)
    : exponentialOfFixed(fixedOf(parts));
}

function zero(): Decimal128 {
  return Decimal128.fromString('0');
}

function outOfRange(isHigh: boolean): Decimal128 {
  return isHigh ? Decimal128.fromString('Infinity') : Decimal128.fromString('0E-6176');
}

function exponentialOfFixed(power: Fixed): Decimal128 {
  if (power > MOST_EXPONENT) return outOfRange(true);
  if (power < LEAST_EXPONENT) return outOfRange(false);
  // e^x = 10^k × e^(x - k ln 10), and the rest is made small by halving eight times.
  const tens = divideHalfEven(power, LN_10);
  const rest = (power - tens * LN_10) / 256n;
  let value = sumSeries(ONE, (term, at) => multiply(term, rest) / at);
  for (let round = 0; round < 8; round += 1) value = multiply(value, value);
  return decimalFrom(trimmed({ mantissa: value, exponent: Number(tens) - PLACES }));
}

const MOST_EXACT = 100_000n;

/** A power: of a whole exponent by multiplying, of others by way of logarithms. */
export function powerOfDecimal(base: Decimal128, exponent: Decimal128): Decimal128 {
  const [root, power] = [partsOf(base), partsOf(exponent)];
  if (root === undefined || power === undefined)
    return Decimal128.fromString(String(Number(base.toString()) ** Number(exponent.toString())));
  const whole = wholeOf(power);
  if (whole !== undefined && magnitude(whole) <= MOST_EXACT) return wholePower(root, whole);
  if (root.mantissa === 0n) return zero();
  if (root.mantissa > 0n) return exponentialOfFixed(raised(fixedLogarithm(root), power));
  if (whole === undefined) return Decimal128.fromString('NaN');
  const logarithm = fixedLogarithm({ ...root, mantissa: -root.mantissa });
  const made = exponentialOfFixed(raised(logarithm, power)).toString();
  return Decimal128.fromString(whole % 2n === 0n ? made : `-${made}`);
}

/** A logarithm times an exponent, which may be huge: then it is out of range anyway. */
function raised(logarithm: Fixed, { mantissa, exponent }: DecimalParts): Fixed {
  const raw = logarithm * mantissa;
  if (exponent < 0) return divideHalfEven(raw, 10n ** BigInt(-exponent));
  return raw * 10n ** BigInt(Math.min(exponent, DIGITS));
}

function wholeOf({ mantissa, exponent }: DecimalParts): bigint | undefined {
  if (exponent >= 0) return exponent > DIGITS ? undefined : mantissa * 10n ** BigInt(exponent);
  const unit = 10n ** BigInt(Math.min(-exponent, 2 * DIGITS));
  return mantissa % unit === 0n ? mantissa / unit : undefined;
}

/** Squares and multiplies, with many more digits than the result will have. */
function wholePower(root: DecimalParts, power: bigint): Decimal128 {
  let [made, square]: [DecimalParts, DecimalParts] = [{ mantissa: 1n, exponent: 0 }, root];
  for (let left = magnitude(power); left > 0n; left /= 2n) {
    if (left % 2n === 1n) made = product(made, square);
    square = product(square, square);
  }
  if (power >= 0n) return decimalFrom(made);
  const top = 10n ** BigInt(digitsOf(made.mantissa) + PLACES);
  const quotient = divideHalfEven(top, made.mantissa);
  const places = digitsOf(made.mantissa) + PLACES + made.exponent;
  return decimalFrom(trimmed({ mantissa: quotient, exponent: -places }));
}

function product(left: DecimalParts, right: DecimalParts): DecimalParts {
  const mantissa = left.mantissa * right.mantissa;
  const exponent = left.exponent + right.exponent;
  const spare = digitsOf(mantissa) - 2 * PLACES;
  return spare <= 0
    ? { mantissa, exponent }
    : { mantissa: divideHalfEven(mantissa, 10n ** BigInt(spare)), exponent: exponent + spare };
}
