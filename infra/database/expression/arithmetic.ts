// Arithmetic on the four numeric types and on dates.
import { decimalOf, divideDecimals, remainderOfDecimals, roundDecimal } from '../bson/decimal.ts';
import {
  exponentialOfDecimal,
  logarithmOfDecimal,
  logarithmToBase,
  powerOfDecimal,
  rootOfDecimal,
} from '../bson/decimal-function.ts';
import type { Rounding } from '../bson/decimal.ts';
import { calculate, integer, numberType, toNumber, wholeNumber } from '../bson/number.ts';
import { Decimal128, double, isNullish, isNumeric, typeName } from '../bson/value.ts';
import type { Maybe, Numeric, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { operands, unary, variadic, binary } from './operands.ts';
import type { Operator } from './operands.ts';

function typeOf(value: Maybe): string {
  return value === undefined ? 'missing' : typeName(value);
}

/** Sum of numbers; an int64 that overflows goes on as a double. */
export function addNumbers(left: Numeric, right: Numeric): Numeric {
  return calculate('add', left, right) ?? double(toNumber(left) + toNumber(right));
}

function addToDate(date: Date, millis: Numeric): Date {
  return new Date(date.getTime() + Math.round(toNumber(millis)));
}

const add = variadic((values) => {
  if (values.some(isNullish)) return null;
  let sum: Numeric = 0;
  let date: Date | undefined;
  for (const value of values)
    if (isNumeric(value)) sum = addNumbers(sum, value);
    else if (value instanceof Date && date === undefined) date = value;
    else if (value instanceof Date)
      throw refuse(16_612, 'only one date allowed in an $add expression');
    else throw refuse(14, `$add only supports numeric or date types, not ${typeOf(value)}`);
  return date === undefined ? sum : addToDate(date, sum);
});

const subtract = binary((left, right) => {
  if (isNullish(left) || isNullish(right)) return null;
  if (isNumeric(left) && isNumeric(right))
    return calculate('subtract', left, right) ?? double(toNumber(left) - toNumber(right));
  if (left instanceof Date && right instanceof Date)
    return BigInt(left.getTime() - right.getTime());
  if (left instanceof Date && isNumeric(right)) return addToDate(left, double(-toNumber(right)));
  throw refuse(14, `can't $subtract ${typeOf(right)} from ${typeOf(left)}`);
});

/** Product of numbers; an int64 that overflows goes on as a double. */
export function multiplyNumbers(left: Numeric, right: Numeric): Numeric {
  return calculate('multiply', left, right) ?? double(toNumber(left) * toNumber(right));
}

const multiply = variadic((values) => {
  if (values.some(isNullish)) return null;
  let product: Numeric = 1;
  for (const value of values) {
    if (!isNumeric(value))
      throw refuse(14, `$multiply only supports numeric types, not ${typeOf(value)}`);
    product = multiplyNumbers(product, value);
  }
  return product;
});

/** Quotient; a double unless one side is a decimal. */
export function divideNumbers(left: Numeric, right: Numeric): Numeric {
  if (toNumber(right) === 0) throw refuse(2, "can't $divide by zero");
  return left instanceof Decimal128 || right instanceof Decimal128
    ? divideDecimals(decimalOf(left), decimalOf(right))
    : double(toNumber(left) / toNumber(right));
}

const divide = binary((left, right) => {
  if (isNullish(left) || isNullish(right)) return null;
  if (!isNumeric(left) || !isNumeric(right))
    throw refuse(
      14,
      `$divide only supports numeric types, not ${typeOf(left)} and ${typeOf(right)}`,
    );
  return divideNumbers(left, right);
});

const remainder = binary((left, right) => {
  if (isNullish(left) || isNullish(right)) return null;
  if (!isNumeric(left) || !isNumeric(right))
    throw refuse(
      16_611,
      `$mod only supports numeric types, not ${typeOf(left)} and ${typeOf(right)}`,
    );
  if (toNumber(right) === 0) throw refuse(16_610, "can't $mod by zero");
  if (left instanceof Decimal128 || right instanceof Decimal128)
    return remainderOfDecimals(decimalOf(left), decimalOf(right));
  return remainderOf(left, right);
});

function remainderOf(left: Numeric, right: Numeric): Numeric {
  if (numberType(left) === 'double' || numberType(right) === 'double')
    return double(toNumber(left) % toNumber(right));
  if (typeof left === 'bigint' || typeof right === 'bigint')
    return BigInt(toNumber(left) === 0 ? 0 : String(left)) % BigInt(String(right));
  return (toNumber(left) % toNumber(right)) + 0;
}

/** An operator on one number that keeps null. */
function onNumber(apply: (value: Numeric, name: string) => Numeric): Operator {
  return unary((value, name) => {
    if (isNullish(value)) return null;
    if (!isNumeric(value))
      throw refuse(28_765, `${name} only supports numeric types, not ${typeOf(value)}`);
    return apply(value, name);
  });
}

/** An operator whose result is a double, or a decimal for a decimal: exact where there is a function for it. */
export function onDouble(
  apply: (value: number, name: string) => number,
  exactly?: (value: Decimal128) => Decimal128,
): Operator {
  return onNumber((value, name) => {
    const result = apply(toNumber(value), name);
    if (value instanceof Decimal128 && exactly !== undefined) return exactly(value);
    return value instanceof Decimal128 ? decimalOf(double(result)) : double(result);
  });
}

const absolute = onNumber((value) => {
  if (typeof value === 'bigint') {
    if (value === -9_223_372_036_854_775_808n)
      throw refuse(28_680, "can't take $abs of long long min");
    return value < 0n ? -value : value;
  }
  if (value instanceof Decimal128) return Decimal128.fromString(value.toString().replace(/^-/, ''));
  const result = Math.abs(toNumber(value));
  return numberType(value) === 'int' ? result : double(result);
});

function whole(rounding: Rounding, apply: (value: number) => number): Operator {
  return onNumber((value) => {
    if (value instanceof Decimal128) return roundDecimal(value, 0, rounding);
    return numberType(value) === 'double' ? double(apply(toNumber(value))) : value;
  });
}

/** Rounds half to even at a number of places, by the decimal digits of the double. */
function roundDouble(value: number, places: number, rounding: Rounding): number {
  if (!Number.isFinite(value)) return value;
  return toNumber(roundDecimal(Decimal128.fromString(String(value)), places, rounding));
}

function roundInteger(value: number | bigint, places: number, rounding: Rounding): Numeric {
  if (places >= 0) return value;
  const rounded = BigInt(toNumber(roundDecimal(decimalOf(value), places, rounding)));
  return typeof value === 'bigint' ? rounded : Number(rounded);
}

function roundTo(rounding: 'halfEven' | 'truncate'): Operator {
  return (argument, compiling) => {
    const [operand = () => null, places = () => 0] = operands(argument, compiling, 1, 2);
    return (root) => {
      const value = operand(root);
      const at = places(root);
      if (isNullish(value) || isNullish(at)) return null;
      if (!isNumeric(value))
        throw refuse(51_081, `${compiling.name} only supports numeric types, not ${typeOf(value)}`);
      return roundAt(value, placesOf(at, compiling.name), rounding);
    };
  };
}

function placesOf(value: Value, name: string): number {
  const places = isNumeric(value) ? wholeNumber(value) : undefined;
  if (places === undefined)
    throw refuse(51_082, `precision argument to ${name} must be a integral value`);
  if (places < -20 || places > 100)
    throw refuse(
      51_083,
      `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`,
    );
  return places;
}

function roundAt(value: Numeric, places: number, rounding: Rounding): Numeric {
  if (value instanceof Decimal128) return roundDecimal(value, places, rounding);
  if (typeof value === 'bigint') return roundInteger(value, places, rounding);
  const number = toNumber(value);
  return numberType(value) === 'int'
    ? roundInteger(number, places, rounding)
    : double(roundDouble(number, places, rounding));
}

const power = binary((base, exponent) => {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumeric(base)) throw refuse(28_762, `$pow's base must be numeric, not ${typeOf(base)}`);
  if (!isNumeric(exponent))
    throw refuse(28_763, `$pow's exponent must be numeric, not ${typeOf(exponent)}`);
  if (toNumber(base) === 0 && toNumber(exponent) < 0)
    throw refuse(28_764, '$pow cannot take a base of 0 and a negative exponent');
  return raise(base, exponent);
});

function raise(base: Numeric, exponent: Numeric): Numeric {
  if (base instanceof Decimal128 || exponent instanceof Decimal128)
    return powerOfDecimal(decimalOf(base), decimalOf(exponent));
  const result = toNumber(base) ** toNumber(exponent);
  const isWhole = numberType(base) !== 'double' && numberType(exponent) !== 'double';
  if (!isWhole || toNumber(exponent) < 0) return double(result);
  return raiseExactly(base, exponent) ?? double(result);
}

/** The power of two integers, or undefined where an int64 cannot hold it. */
function raiseExactly(base: Numeric, exponent: Numeric): Numeric | undefined {
  if (toNumber(exponent) > 64 && Math.abs(toNumber(base)) > 1) return undefined;
  const exact = BigInt(String(base)) ** BigInt(String(exponent));
  return integer(exact, typeof base === 'bigint' || typeof exponent === 'bigint');
}

function positive(value: number, name: string, code: number): number {
  if (value <= 0)
    throw refuse(code, `${name}'s argument must be a positive number, but is ${value}`);
  return value;
}

const logarithm = binary((value, base) => {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumeric(value))
    throw refuse(28_756, `$log's argument must be numeric, not ${typeOf(value)}`);
  if (!isNumeric(base)) throw refuse(28_757, `$log's base must be numeric, not ${typeOf(base)}`);
  positive(toNumber(value), '$log', 28_758);
  if (toNumber(base) <= 0 || toNumber(base) === 1)
    throw refuse(
      28_759,
      `$log's base must be a positive number not equal to 1, but is ${toNumber(base)}`,
    );
  return value instanceof Decimal128 || base instanceof Decimal128
    ? logarithmToBase(decimalOf(value), decimalOf(base))
    : double(Math.log(toNumber(value)) / Math.log(toNumber(base)));
});

function bitwise(identity: bigint, apply: (left: bigint, right: bigint) => bigint): Operator {
  return variadic((values, name) => {
    if (values.some(isNullish)) return null;
    let isLong = false;
    let bits = identity;
    for (const value of values) {
      if (!isNumeric(value) || !['int', 'long'].includes(numberType(value)))
        throw refuse(14, `${name} only supports int and long operands.`);
      isLong ||= typeof value === 'bigint';
      bits = apply(bits, BigInt(String(value)));
    }
    return isLong ? BigInt.asIntN(64, bits) : Number(BigInt.asIntN(32, bits));
  });
}

const TEN = Decimal128.fromString('10');

/** Arithmetic operators. */
export const ARITHMETIC: readonly (readonly [string, Operator])[] = [
  ['$add', add],
  ['$subtract', subtract],
  ['$multiply', multiply],
  ['$divide', divide],
  ['$mod', remainder],
  ['$abs', absolute],
  ['$ceil', whole('ceiling', Math.ceil)],
  ['$floor', whole('floor', Math.floor)],
  ['$round', roundTo('halfEven')],
  ['$trunc', roundTo('truncate')],
  ['$pow', power],
  [
    '$sqrt',
    onDouble((value) => {
      if (value < 0) throw refuse(28_714, "$sqrt's argument must be greater than or equal to 0");
      return Math.sqrt(value);
    }, rootOfDecimal),
  ],
  ['$exp', onDouble(Math.exp, exponentialOfDecimal)],
  ['$ln', onDouble((value, name) => Math.log(positive(value, name, 28_766)), logarithmOfDecimal)],
  ['$log', logarithm],
  [
    '$log10',
    onDouble(
      (value, name) => Math.log10(positive(value, name, 28_761)),
      (value) => logarithmToBase(value, TEN),
    ),
  ],
  ['$sigmoid', onDouble((value) => 1 / (1 + Math.exp(-value)))],
  ['$bitAnd', bitwise(-1n, (left, right) => left & right)],
  ['$bitOr', bitwise(0n, (left, right) => left | right)],
  ['$bitXor', bitwise(0n, (left, right) => left ^ right)],
  [
    '$bitNot',
    unary((value) => {
      if (isNullish(value)) return null;
      if (typeof value === 'bigint') return ~value;
      if (isNumeric(value) && numberType(value) === 'int') return ~toNumber(value);
      throw refuse(14, `$bitNot only supports int and long, not: ${typeOf(value)}.`);
    }),
  ],
];
