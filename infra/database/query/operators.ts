// The operators of a filter that look at one field.
import { showValue } from '../bson/show.ts';
import { toNumber, wholeNumber } from '../bson/number.ts';
import { areEqual, compareValues } from '../bson/order.ts';
import type { CompareStrings } from '../bson/order.ts';
import {
  Binary,
  BSONRegExp,
  bytesOf,
  Decimal128,
  isDocument,
  isNumeric,
  MaxKey,
  MinKey,
  ObjectId,
  rankOf,
  typeName,
} from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Leaf } from './leaf.ts';
import { makeTest } from './linear-regex.ts';
import { regularExpression } from './regex.ts';
import { readTypes } from './type-names.ts';

/** The condition of an operator; `all` are the operators that stand beside it. */
export type LeafOperator = (
  argument: Value,
  strings: CompareStrings | undefined,
  all: Document,
) => Leaf;

/** Equality; null also stands for missing. */
export function equals(wanted: Value, strings?: CompareStrings): Leaf {
  if (wanted === null)
    return { test: (value) => value === null || value === undefined, missing: true };
  if (typeof wanted === 'string' && strings === undefined)
    return { test: (value) => value === wanted };
  return { test: (value) => areEqual(value, wanted, strings) };
}

/** A regular expression; it also equals itself as a stored value. */
export function matchesPattern(pattern: Value, options?: string): Leaf {
  const isFound = makeTest(regularExpression(pattern, options));
  return {
    test: (value) =>
      typeof value === 'string'
        ? isFound(value)
        : value instanceof BSONRegExp && areEqual(value, pattern),
  };
}

const ACCEPTS = {
  $gt: (order: number) => order > 0,
  $gte: (order: number) => order >= 0,
  $lt: (order: number) => order < 0,
  $lte: (order: number) => order <= 0,
} as const;

function compares(operator: keyof typeof ACCEPTS): LeafOperator {
  const accepts = ACCEPTS[operator];
  return (wanted, strings) => {
    if (wanted === null) return accepts(0) ? equals(null) : { test: () => false };
    if (wanted instanceof MinKey || wanted instanceof MaxKey)
      return {
        test: (value) => accepts(compareValues(value, wanted)),
        missing: accepts(compareValues(null, wanted)),
      };
    if (wanted instanceof BSONRegExp)
      throw refuse(2, `Can't have RegEx as arg to predicate over field.`);
    return comparesAlike(wanted, accepts, strings);
  };
}

/** Type bracketing: only values of the same kind compare, and NaN only with itself. */
function comparesAlike(
  wanted: Value,
  accepts: (order: number) => boolean,
  strings?: CompareStrings,
): Leaf {
  const rank = rankOf(wanted);
  const isWantedNaN = isNumeric(wanted) && Number.isNaN(toNumber(wanted));
  return {
    test: (value) => {
      if (rankOf(value) !== rank) return false;
      if (isNumeric(value) && Number.isNaN(toNumber(value)) !== isWantedNaN) return false;
      return accepts(compareValues(value, wanted, strings));
    },
  };
}

const FEW = 8;

const oneOf: LeafOperator = (wanted, strings) => {
  if (!Array.isArray(wanted)) throw refuse(2, '$in needs an array');
  for (const value of wanted)
    if (
      isDocument(value) &&
      [...value.keys()].some((name) => name.startsWith('$') && !isReference(name))
    )
      throw refuse(2, 'cannot nest $ under $in');
  const patterns = wanted
    .filter((value) => value instanceof BSONRegExp)
    .map((value) => matchesPattern(value));
  const values = wanted.filter((value) => !(value instanceof BSONRegExp));
  const isValue =
    values.length > FEW && strings === undefined ? inSet(values) : inList(values, strings);
  return {
    test: (value, context) =>
      isValue(value) || patterns.some((pattern) => pattern.test(value, context)),
    missing: values.includes(null),
  };
};

const isReference = (name: string): boolean => name === '$ref' || name === '$id' || name === '$db';

function inList(
  values: readonly Value[],
  strings: CompareStrings | undefined,
): (value: Maybe) => boolean {
  const leaves = values.map((value) => equals(value, strings));
  const context = { position: undefined };
  return (value) => leaves.some((leaf) => leaf.test(value, context));
}

/** What stands for a value in a set; undefined where only comparison can tell. */
function setMember(value: Maybe): string | number | boolean | undefined {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'boolean') return value;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (typeof value === 'bigint' || value instanceof Decimal128) return undefined;
  return isNumeric(value) ? toNumber(value) : undefined;
}

function inSet(values: readonly Value[]): (value: Maybe) => boolean {
  const members = new Set(values.map(setMember).filter((member) => member !== undefined));
  const others = inList(
    values.filter((value) => setMember(value) === undefined),
    undefined,
  );
  const numbers = inList(values.filter(isNumeric), undefined);
  return (value) => {
    const member = setMember(value);
    if (member !== undefined && members.has(member)) return true;
    if (typeof value === 'bigint' || value instanceof Decimal128) return numbers(value);
    return others(value);
  };
}

const ofType: LeafOperator = (argument) => {
  const types = readTypes(argument);
  return { test: (value) => value !== undefined && types.has(typeName(value)) };
};

const ofSize: LeafOperator = (argument) => {
  const size = isNumeric(argument) ? wholeNumber(argument) : undefined;
  if (size === undefined) throw refuse(2, `Failed to parse $size. Expected an integer in: $size`);
  if (size < 0)
    throw refuse(2, `Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
  return { test: (value) => Array.isArray(value) && value.length === size, whole: true };
};

const hasRemainder: LeafOperator = (argument) => {
  if (!Array.isArray(argument)) throw refuse(2, 'malformed mod, needs to be an array');
  if (argument.length !== 2)
    throw refuse(2, `malformed mod, ${argument.length < 2 ? 'not enough' : 'too many'} elements`);
  const [divisor, remainder] = argument.map((value) => {
    if (!isNumeric(value)) throw refuse(2, 'malformed mod, divisor or remainder not a number');
    return truncated(value);
  });
  if (divisor === undefined || remainder === undefined)
    throw refuse(2, 'malformed mod, divisor or remainder value is invalid');
  if (divisor === 0n) throw refuse(2, 'divisor cannot be 0');
  return {
    test: (value) => {
      const whole = isNumeric(value) ? truncated(value) : undefined;
      return whole !== undefined && whole % divisor === remainder;
    },
  };
};

function truncated(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (!isNumeric(value)) return undefined;
  const number = toNumber(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : undefined;
}

function bitMask(argument: Value, operator: string): bigint {
  if (argument instanceof Binary) return littleEndian(bytesOf(argument));
  if (Array.isArray(argument)) return positionsMask(argument, operator);
  const number = isNumeric(argument) ? wholeNumber(argument) : undefined;
  if (number === undefined || number < 0)
    throw refuse(
      2,
      `${operator} takes an Array, a number, or a BinData but received: ${showValue(argument)}`,
    );
  return BigInt(number);
}

function positionsMask(positions: readonly Value[], operator: string): bigint {
  let mask = 0n;
  for (const position of positions) {
    const bit = isNumeric(position) ? wholeNumber(position) : undefined;
    if (bit === undefined || bit < 0)
      throw refuse(2, `bit positions of ${operator} must be integers and not negative`);
    mask |= 1n << BigInt(Math.min(bit, 63));
  }
  return mask;
}

function littleEndian(bytes: Uint8Array): bigint {
  return [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function bitsOf(value: Maybe): bigint | undefined {
  if (value instanceof Binary) return littleEndian(bytesOf(value));
  if (typeof value === 'bigint') return BigInt.asUintN(64, value);
  const whole = isNumeric(value) ? wholeNumber(value) : undefined;
  return whole === undefined ? undefined : BigInt.asUintN(64, BigInt(whole));
}

function bits(operator: string, accepts: (bits: bigint, mask: bigint) => boolean): LeafOperator {
  return (argument) => {
    const mask = bitMask(argument, operator);
    return {
      test: (value) => {
        const found = bitsOf(value);
        return found !== undefined && accepts(found, mask);
      },
    };
  };
}

const pattern: LeafOperator = (argument, _strings, all) => {
  const options = all.get('$options');
  if (options !== undefined && typeof options !== 'string')
    throw refuse(2, '$options has to be a string');
  return matchesPattern(argument, options);
};

/** Operators on single values by name. */
export const LEAF_OPERATORS: ReadonlyMap<string, LeafOperator> = new Map<string, LeafOperator>([
  ['$eq', (wanted, strings) => equals(wanted, strings)],
  ['$gt', compares('$gt')],
  ['$gte', compares('$gte')],
  ['$lt', compares('$lt')],
  ['$lte', compares('$lte')],
  ['$in', oneOf],
  ['$type', ofType],
  ['$size', ofSize],
  ['$mod', hasRemainder],
  ['$regex', pattern],
  ['$bitsAllSet', bits('$bitsAllSet', (found, mask) => (found & mask) === mask)],
  ['$bitsAnySet', bits('$bitsAnySet', (found, mask) => (found & mask) !== 0n)],
  ['$bitsAllClear', bits('$bitsAllClear', (found, mask) => (found & mask) === 0n)],
  ['$bitsAnyClear', bits('$bitsAnyClear', (found, mask) => (found & mask) !== mask)],
]);
