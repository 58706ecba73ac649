// From one type to another.
import { showValue } from '../bson/show.ts';
import { UUID } from 'bson';
import { decimalOf, parseParts, roundDecimal } from '../bson/decimal.ts';
import { MAX_INT64, MIN_INT64, toNumber } from '../bson/number.ts';
import {
  Binary,
  bytesOf,
  Decimal128,
  double,
  isDocument,
  isInt32,
  isNullish,
  isNumeric,
  ObjectId,
  Timestamp,
  TYPE_NUMBERS,
  typeName,
} from '../bson/value.ts';
import type { Maybe, Numeric, TypeName, Value } from '../bson/value.ts';
import { CommandRefusal, refuse } from '../refusal.ts';
import { CONVERSION_FAILURE, unreadable, unsupported } from './conversion-failure.ts';
import { binaryOf, FROM_BYTES, valueOfBinary } from './convert-binary.ts';
import type { ByteForm } from './convert-binary.ts';
import { parseDate } from './date-parse.ts';
import { namedArguments, unary } from './operands.ts';
import type { Operator } from './operands.ts';
import type { Evaluate } from './scope.ts';

type Convert = (value: Value) => Value;

const toBool: Convert = (value) => {
  if (isNumeric(value)) return toNumber(value) !== 0;
  return typeof value === 'boolean' ? value : true;
};

const DECIMAL_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER_TEXT = /^[+-]?\d+$/;

function numberFromText(text: string, to: string): number {
  const isWord = /^[+-]?(?:inf|infinity|nan)$/i.test(text);
  if (!isWord && !DECIMAL_TEXT.test(text)) throw unreadable(text, `number`);
  if (!isWord) return Number(text);
  if (to !== 'double') throw unreadable(text, 'number');
  if (/nan/i.test(text)) return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const toDouble: Convert = (value) => {
  if (isNumeric(value)) return double(toNumber(value));
  if (typeof value === 'string') return double(numberFromText(value, 'double'));
  if (typeof value === 'boolean') return double(Number(value));
  if (value instanceof Date) return double(value.getTime());
  throw unsupported(value, 'double');
};

const toDecimal: Convert = (value) => {
  if (isNumeric(value)) return decimalOf(value);
  if (typeof value === 'boolean') return decimalOf(Number(value));
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (typeof value === 'string') return decimalFromText(value);
  throw unsupported(value, 'decimal');
};

function decimalFromText(text: string): Decimal128 {
  try {
    return Decimal128.fromStringWithRounding(text);
  } catch {
    throw unreadable(text, 'number');
  }
}

/** The whole part of a number, as a bigint. */
function truncate(value: Numeric, to: string): bigint {
  if (typeof value === 'bigint') return value;
  const number = toNumber(value);
  if (!Number.isFinite(number))
    throw refuse(
      CONVERSION_FAILURE,
      `Attempt to convert ${number} to ${to}, which has no such value, in $convert with no onError value`,
    );
  if (!(value instanceof Decimal128)) return BigInt(Math.trunc(number));
  const parts = parseParts(roundDecimal(value, 0, 'truncate').toString());
  return parts === undefined ? 0n : parts.mantissa * 10n ** BigInt(Math.max(0, parts.exponent));
}

function overflow(value: Value): Error {
  return refuse(
    CONVERSION_FAILURE,
    `Conversion would overflow target type in $convert with no onError value: ${showValue(value)}`,
  );
}

const toLong: Convert = (value) => {
  if (typeof value === 'boolean') return BigInt(value);
  if (value instanceof Date) return BigInt(value.getTime());
  if (typeof value === 'string') {
    if (!INTEGER_TEXT.test(value)) throw unreadable(value, 'number');
    return inLong(BigInt(value.replace('+', '')), value);
  }
  if (isNumeric(value)) return inLong(truncate(value, 'long'), value);
  throw unsupported(value, 'long');
};

function inLong(whole: bigint, value: Value): bigint {
  if (whole > MAX_INT64 || whole < MIN_INT64) throw overflow(value);
  return whole;
}

const toInt: Convert = (value) => {
  if (value instanceof Date || value instanceof ObjectId) throw unsupported(value, 'int');
  const whole = Number(toLong(value)) + 0;
  if (!isInt32(whole)) throw overflow(value);
  return whole;
};

const toObjectId: Convert = (value) => {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string') throw unsupported(value, 'objectId');
  if (!/^[\da-f]{24}$/i.test(value)) throw unreadable(value, 'objectId');
  return new ObjectId(value);
};

const toDate: Convert = (value) => {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  if (typeof value === 'string') return parseDate(value);
  if (isNumeric(value) && typeName(value) !== 'int')
    return new Date(Number(truncate(value, 'date')));
  throw unsupported(value, 'date');
};

/** The text of a value, as `$toString` writes it. */
export function textOfValue(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Binary) return textOfBinary(value);
  if (isNumeric(value)) return value instanceof Decimal128 ? value.toString() : String(value);
  if (typeof value === 'boolean') return String(value);
  throw unsupported(value, 'string');
}

function textOfBinary(value: Binary): string {
  if (value.sub_type === Binary.SUBTYPE_UUID) return value.toUUID().toString();
  return Buffer.from(bytesOf(value)).toString('base64');
}

const toUuid: Convert = (value) => {
  if (value instanceof Binary) return value;
  if (typeof value !== 'string') throw unsupported(value, 'binData');
  if (!UUID.isValid(value)) throw unreadable(value, 'UUID');
  return new Binary(new UUID(value).buffer, Binary.SUBTYPE_UUID);
};

const CONVERTERS: ReadonlyMap<TypeName, Convert> = new Map<TypeName, Convert>([
  ['bool', toBool],
  ['double', toDouble],
  ['decimal', toDecimal],
  ['long', toLong],
  ['int', toInt],
  ['objectId', toObjectId],
  ['date', toDate],
  ['string', textOfValue],
  ['binData', toUuid],
]);

function targetType(to: Maybe): TypeName {
  const asked = isDocument(to) ? (to.get('type') ?? null) : to;
  for (const [name, number] of TYPE_NUMBERS)
    if (asked === name || (isNumeric(asked) && toNumber(asked) === number)) return name;
  throw refuse(2, `Unknown type name: ${showValue(asked)}`);
}

function convertTo(value: Value, target: TypeName): Value {
  const convert = CONVERTERS.get(target);
  if (convert === undefined) throw unsupported(value, target);
  return convert(value);
}

function convertBytes(value: Value, target: TypeName, form: ByteForm): Value {
  if (target === 'binData') return binaryOf(value, form);
  if (value instanceof Binary && FROM_BYTES.has(target)) return valueOfBinary(value, target, form);
  return convertTo(value, target);
}

const convert: Operator = (argument, compiling) => {
  const parts = namedArguments(
    argument,
    compiling,
    ['input', 'to'],
    ['onError', 'onNull', 'format', 'byteOrder'],
  );
  const input = parts.take('input');
  const to = parts.take('to');
  const onNull = parts.get('onNull') ?? ((): null => null);
  const onError = parts.get('onError');
  const format = parts.take('format');
  const byteOrder = parts.take('byteOrder');
  return (root) => {
    const value = input(root);
    if (isNullish(value)) return onNull(root);
    const target = to(root);
    if (isNullish(target)) return null;
    return attempt(
      () =>
        convertBytes(value, targetType(target), {
          format: format(root),
          byteOrder: byteOrder(root),
          subtype: isDocument(target) ? target.get('subtype') : undefined,
        }),
      onError === undefined ? undefined : () => onError(root),
    );
  };
};

function attempt(work: () => Maybe, otherwise: (() => Maybe) | undefined): Maybe {
  try {
    return work();
  } catch (error) {
    if (
      otherwise !== undefined &&
      error instanceof CommandRefusal &&
      error.code === CONVERSION_FAILURE
    )
      return otherwise();
    throw error;
  }
}

function converter(target: TypeName): Operator {
  return (argument, compiling) => {
    const [only] = Array.isArray(argument) && argument.length === 1 ? argument : [argument];
    const operand: Evaluate = compiling.compile(only ?? null, compiling.scope);
    return (root) => {
      const value = operand(root);
      return isNullish(value) ? null : convertTo(value, target);
    };
  };
}

/** Operators that convert, and `$type`. */
export const CONVERSIONS: readonly (readonly [string, Operator])[] = [
  ['$convert', convert],
  ['$toBool', converter('bool')],
  ['$toDouble', converter('double')],
  ['$toDecimal', converter('decimal')],
  ['$toLong', converter('long')],
  ['$toInt', converter('int')],
  ['$toObjectId', converter('objectId')],
  ['$toDate', converter('date')],
  ['$toString', converter('string')],
  ['$toUUID', converter('binData')],
  ['$type', unary((value) => (value === undefined ? 'missing' : typeName(value)))],
];
