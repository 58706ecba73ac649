// Keys whose byte order is MongoDB's order of values, for indexes, grouping and sorting on disk.
import { divideHalfEven, parseParts } from './decimal.ts';
import type { DecimalParts } from './decimal.ts';
import { compareNumbers, toNumber } from './number.ts';
import {
  Binary,
  BSONRegExp,
  bytesOf,
  Code,
  Decimal128,
  isDocument,
  ObjectId,
  RANK,
  rankOf,
  textOf,
  Timestamp,
} from './value.ts';
import type { Document, Maybe, Numeric, Value } from './value.ts';

/** How a collation changes a string before it becomes part of a key. */
export type FoldString = (text: string) => string;

type Sink = { bytes: Buffer; at: number; fold: FoldString | undefined };

const sink: Sink = { bytes: Buffer.allocUnsafe(4096), at: 0, fold: undefined };

function reserve(length: number): void {
  if (sink.at + length <= sink.bytes.length) return;
  const wider = Buffer.allocUnsafe(Math.max(sink.bytes.length * 2, sink.at + length));
  sink.bytes.copy(wider, 0, 0, sink.at);
  sink.bytes = wider;
}

/** The first byte of every value of a rank; ranks are spread so that `rankByte + 1` ends the rank. */
export function rankByte(rank: number): number {
  return rank * 10;
}

/**
 * The key of one or more values. No key of one value is the beginning of another's, so keys of several fields
 * can simply follow each other.
 *
 * @param directions for each field 1, or -1 to turn its order round
 */
export function encodeKey(
  values: readonly Maybe[],
  directions?: readonly number[],
  fold?: FoldString,
): Buffer {
  sink.at = 0;
  sink.fold = fold;
  for (const [index, value] of values.entries()) {
    const start = sink.at;
    writeValue(value);
    if (directions?.[index] === -1) invertBytes(sink.bytes, start, sink.at);
  }
  const key = Buffer.allocUnsafe(sink.at);
  sink.bytes.copy(key, 0, 0, sink.at);
  return key;
}

/** A key as a string, for maps in memory. */
export function keyText(value: Maybe, fold?: FoldString): string {
  return encodeKey([value], undefined, fold).toString('latin1');
}

/** Turns the order of these bytes round. */
export function invertBytes(bytes: Buffer, start = 0, end = bytes.length): void {
  for (let index = start; index < end; index += 1) bytes[index] = ~(bytes[index] ?? 0) & 0xff;
}

/** The first key behind all keys that begin with this one; undefined when there is none. */
export function keyAfter(prefix: Buffer): Buffer | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return undefined;
  const after = Buffer.from(prefix.subarray(0, end));
  after[end - 1] = (after[end - 1] ?? 0) + 1;
  return after;
}

function writeByte(byte: number): void {
  reserve(1);
  sink.bytes[sink.at] = byte;
  sink.at += 1;
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  sink.bytes.set(bytes, sink.at);
  sink.at += bytes.length;
}

/** Text ends with 00 00; a zero inside is 00 ff, which is greater than the end. */
function writeText(text: string): void {
  reserve(text.length * 3 + 2);
  if (text.includes('\0')) {
    for (const byte of Buffer.from(text)) {
      writeByte(byte);
      if (byte === 0) writeByte(0xff);
    }
  } else sink.at += sink.bytes.write(text, sink.at);
  writeByte(0);
  writeByte(0);
}

function writeDouble(value: number): void {
  reserve(8);
  const start = sink.at;
  // Adding zero makes -0 into 0.
  sink.bytes.writeDoubleBE(value + 0, start);
  sink.at += 8;
  if ((sink.bytes[start] ?? 0) & 0x80) invertBytes(sink.bytes, start, sink.at);
  else sink.bytes[start] = (sink.bytes[start] ?? 0) | 0x80;
}

// One less for a value below its nearest double, one more for one above.
const EXACT = 2;

/**
 * The nearest double, then whether the value lies below, on or above it, and for those beside it the exact
 * decimal. Rounding to the nearest double never changes the order of two values, so this keeps it.
 */
function writeNumber(value: Numeric): void {
  const nearest = toNumber(value);
  if (Number.isNaN(nearest)) {
    reserve(9);
    sink.bytes.fill(0, sink.at, sink.at + 8);
    sink.at += 8;
    writeByte(EXACT);
    return;
  }
  writeDouble(nearest);
  const side =
    typeof value === 'bigint' || value instanceof Decimal128 ? compareNumbers(value, nearest) : 0;
  writeByte(EXACT + side);
  if (side !== 0) writeExact(value);
}

const EXPONENT_BIAS = 16_384;
const DIGITS = 34n;

function writeExact(value: Numeric): void {
  const parts = parseParts(String(value));
  if (parts === undefined) return;
  const { mantissa, exponent } = normalize(parts);
  const start = sink.at;
  reserve(18);
  sink.bytes.writeUInt16BE(exponent + EXPONENT_BIAS, start);
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString(16).padStart(32, '0');
  sink.bytes.write(digits, start + 2, 'hex');
  sink.at = start + 18;
  if (mantissa < 0n) invertBytes(sink.bytes, start, sink.at);
}

/** The same number with exactly 34 digits, so that exponents compare. */
function normalize({ mantissa, exponent }: DecimalParts): DecimalParts {
  if (mantissa === 0n) return { mantissa, exponent: -EXPONENT_BIAS };
  const length = BigInt((mantissa < 0n ? -mantissa : mantissa).toString().length);
  const missing = DIGITS - length;
  return missing >= 0n
    ? { mantissa: mantissa * 10n ** missing, exponent: exponent - Number(missing) }
    : { mantissa: divideHalfEven(mantissa, 10n ** -missing), exponent: exponent - Number(missing) };
}

type WriteKey = (value: Value) => void;

const writeArray: WriteKey = (value) => {
  if (!Array.isArray(value)) return;
  for (const element of value) writeValue(element);
  writeByte(0);
};

const writeDocument: WriteKey = (value) => {
  if (isDocument(value)) writeFields(value);
};

function writeFields(source: Document): void {
  for (const [name, value] of source) {
    writeByte(rankByte(rankOf(value)));
    writeText(name);
    writeValue(value);
  }
  writeByte(0);
}

const writeBinary: WriteKey = (value) => {
  if (!(value instanceof Binary)) return;
  const bytes = bytesOf(value);
  reserve(5);
  sink.at = sink.bytes.writeUInt32BE(bytes.length, sink.at);
  writeByte(value.sub_type);
  writeBytes(bytes);
};

const writeTimestamp: WriteKey = (value) => {
  if (!(value instanceof Timestamp)) return;
  reserve(8);
  sink.at = sink.bytes.writeUInt32BE(value.t, sink.at);
  sink.at = sink.bytes.writeUInt32BE(value.i, sink.at);
};

const writeRegExp: WriteKey = (value) => {
  if (!(value instanceof BSONRegExp)) return;
  writeText(value.pattern);
  writeText(value.options);
};

const writeString: WriteKey = (value) => {
  const text = textOf(value);
  writeText(sink.fold === undefined ? text : sink.fold(text));
};

const writeCode: WriteKey = (value) => {
  if (value instanceof Code) writeText(value.code);
};

const WRITERS: readonly (WriteKey | undefined)[] = writersByRank([
  [RANK.string, writeString],
  [RANK.object, writeDocument],
  [RANK.array, writeArray],
  [RANK.binData, writeBinary],
  [
    RANK.objectId,
    (value) => {
      if (value instanceof ObjectId) writeBytes(value.id);
    },
  ],
  [
    RANK.bool,
    (value) => {
      writeByte(Number(value));
    },
  ],
  [
    RANK.date,
    (value) => {
      writeDouble(Number(value));
    },
  ],
  [RANK.timestamp, writeTimestamp],
  [RANK.regex, writeRegExp],
  [RANK.code, writeCode],
  [RANK.codeWithScope, writeCode],
]);

function writersByRank(
  entries: readonly (readonly [number, WriteKey])[],
): readonly (WriteKey | undefined)[] {
  const table: (WriteKey | undefined)[] = [];
  for (const [rank, write] of entries) table[rank] = write;
  return table;
}

function writeValue(value: Maybe): void {
  const rank = rankOf(value);
  writeByte(rankByte(rank));
  if (value === undefined) return;
  if (typeof value === 'number') writeNumber(value);
  else if (rank === RANK.number) writeWrapped(value);
  else WRITERS[rank]?.(value);
}

function writeWrapped(value: Value): void {
  if (typeof value === 'bigint' || value instanceof Decimal128) writeNumber(value);
  else writeNumber(Number(value));
}
