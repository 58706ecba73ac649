// Between bytes and the texts and numbers that they stand for.
// @see https://www.mongodb.com/docs/manual/reference/operator/aggregation/convert/
import { isUtf8 } from 'node:buffer';
import { UUID } from 'bson';
import { toNumber, wholeNumber } from '../bson/number.ts';
import { Binary, bytesOf, double, isNumeric, typeName } from '../bson/value.ts';
import type { Maybe, TypeName, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { CONVERSION_FAILURE, unreadable, unsupported } from './conversion-failure.ts';

/** How bytes are written and read; what was left out is undefined. */
export type ByteForm = { format: Maybe; byteOrder: Maybe; subtype: Maybe };

const FORMATS = new Set<Maybe>(['base64', 'base64url', 'hex', 'utf8', 'uuid']);
const MOST_SUBTYPE = 255;

type Format = 'base64' | 'base64url' | 'hex' | 'utf8' | 'uuid';

function formatOf({ format }: ByteForm, from: TypeName, to: TypeName): Format {
  if (format === undefined || format === null)
    throw refuse(
      4_341_115,
      `Format must be specified when converting from '${from}' to '${to}' in $convert`,
    );
  if (!isFormat(format))
    throw refuse(
      4_341_125,
      "$convert's 'format' must be one of base64, base64url, hex, utf8 and uuid",
    );
  return format;
}

function isFormat(format: Maybe): format is Format {
  return FORMATS.has(format);
}

function isLittle({ byteOrder = 'little' }: ByteForm): boolean {
  if (byteOrder !== 'little' && byteOrder !== 'big')
    throw refuse(9_130_001, "$convert's 'byteOrder' must be 'little' or 'big'");
  return byteOrder === 'little';
}

function subtypeOf({ subtype = 0 }: ByteForm): number {
  const number = isNumeric(subtype) ? wholeNumber(subtype) : undefined;
  if (number === undefined || number < 0 || number > MOST_SUBTYPE)
    throw refuse(4_341_107, "$convert's 'subtype' must be a whole number from 0 to 255");
  return number;
}

/**
 * The bytes of a text or a number.
 *
 * @throws {CommandRefusal} 241 for what has none, 4341115 for a text without a format
 */
export function binaryOf(value: Value, form: ByteForm): Binary {
  const subtype = subtypeOf(form);
  if (value instanceof Binary) {
    if (value.sub_type === subtype) return value;
    throw refuse(
      CONVERSION_FAILURE,
      'Conversions between different binData subtypes are not supported in $convert with no onError value',
    );
  }
  if (typeof value === 'string') return new Binary(bytesOfText(value, form, subtype), subtype);
  return new Binary(bytesOfNumber(value, isLittle(form)), subtype);
}

function bytesOfText(text: string, form: ByteForm, subtype: number): Uint8Array {
  const format = formatOf(form, 'string', 'binData');
  if ((format === 'uuid') !== (subtype === Binary.SUBTYPE_UUID))
    throw refuse(4_341_106, 'The format uuid and the subtype 4 belong together in $convert');
  if (format === 'uuid') {
    if (!UUID.isValid(text)) throw unreadable(text, 'UUID');
    return new UUID(text).buffer;
  }
  const bytes = Buffer.from(text, format);
  // Node reads as far as it can; what it would write again must be what was given.
  if (!isSameText(bytes.toString(format), text, format)) throw unreadable(text, format);
  return bytes;
}

function isSameText(written: string, given: string, format: Format): boolean {
  if (format === 'hex') return written === given.toLowerCase();
  return format === 'base64url' ? written === given.replace(/={1,2}$/, '') : written === given;
}

function bytesOfNumber(value: Value, little: boolean): Uint8Array {
  const type = typeName(value);
  const bytes = Buffer.alloc(type === 'int' ? 4 : 8);
  if (typeof value === 'bigint') {
    if (little) bytes.writeBigInt64LE(value);
    else bytes.writeBigInt64BE(value);
  } else if (isNumeric(value) && (type === 'int' || type === 'double'))
    writeNumber(bytes, toNumber(value), type, little);
  else throw unsupported(value, 'binData');
  return bytes;
}

function writeNumber(bytes: Buffer, value: number, type: 'int' | 'double', little: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === 'int') view.setInt32(0, value, little);
  else view.setFloat64(0, value, little);
}

/** The types that bytes can stand for. */
export const FROM_BYTES: ReadonlySet<TypeName> = new Set<TypeName>([
  'string',
  'int',
  'long',
  'double',
]);

/**
 * What bytes stand for.
 *
 * @throws {CommandRefusal} 241 for bytes that do not, 4341115 for a text without a format
 */
export function valueOfBinary(value: Binary, target: TypeName, form: ByteForm): Value {
  if (target === 'string') return textOfBytes(value, formatOf(form, 'binData', 'string'));
  const bytes = bytesOf(value);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const read = target === 'double' ? FLOATS.get(bytes.length) : INTEGERS.get(bytes.length);
  if (read === undefined || (target === 'int' && bytes.length > 4))
    throw refuse(
      CONVERSION_FAILURE,
      `Failed to convert ${bytes.length} bytes of binData to ${target} in $convert with no onError value`,
    );
  const number = read(view, isLittle(form));
  if (target === 'double') return double(Number(number));
  return target === 'long' ? BigInt(number) : Number(number);
}

type ReadNumber = (view: DataView, little: boolean) => number | bigint;

const INTEGERS: ReadonlyMap<number, ReadNumber> = new Map<number, ReadNumber>([
  [1, (view) => view.getInt8(0)],
  [2, (view, little) => view.getInt16(0, little)],
  [4, (view, little) => view.getInt32(0, little)],
  [8, (view, little) => view.getBigInt64(0, little)],
]);

const FLOATS: ReadonlyMap<number, ReadNumber> = new Map<number, ReadNumber>([
  [4, (view, little) => view.getFloat32(0, little)],
  [8, (view, little) => view.getFloat64(0, little)],
]);

function textOfBytes(value: Binary, format: Format): string {
  const bytes = Buffer.from(bytesOf(value));
  const isUuid = value.sub_type === Binary.SUBTYPE_UUID && bytes.length === 16;
  if ((format === 'uuid' && !isUuid) || (format === 'utf8' && !isUtf8(bytes)))
    throw refuse(CONVERSION_FAILURE, `binData is not ${format}, in $convert with no onError value`);
  return format === 'uuid' ? value.toUUID().toString() : bytes.toString(format);
}
