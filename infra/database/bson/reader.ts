// Reads BSON strictly: every length is checked, numeric types and field order are kept.
import { Long } from 'bson';
import { refuse } from '../refusal.ts';
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from './value.ts';
import type { Document, Value } from './value.ts';

/** How deep documents may nest. @see https://www.mongodb.com/docs/manual/reference/limits/ */
export const MAX_NESTING = 100;

/** How deep a message may nest: it wraps documents. @see https://github.com/mongodb/mongo/blob/master/src/mongo/bson/bson_depth.h */
export const MESSAGE_NESTING = 180;

type Source = { bytes: Buffer; at: number; depth: number };

function malformed(reason: string): Error {
  return refuse(22, `invalid BSON: ${reason}`);
}

/**
 * Reads one document.
 *
 * @param bytes holds exactly one document from `at` on, or more behind it
 * @throws {CommandRefusal} 22 for malformed bytes, 15 for deeper nesting than 180
 */
export function readDocument(bytes: Buffer, at = 0): Document {
  return guarded(() => readMap({ bytes, at, depth: 0 }));
}

/** Reads only these top-level fields, and steps over the others. */
export function readFields(bytes: Buffer, names: ReadonlySet<string>): Document {
  return guarded(() => readWanted({ bytes, at: 0, depth: 0 }, names));
}

function guarded(read: () => Document): Document {
  try {
    return read();
  } catch (error) {
    // Node's own bounds check met a length that points behind the end.
    if (error instanceof RangeError) throw malformed('a length points behind the end');
    throw error;
  }
}

/** Enters a document: checks its length and returns the position of its closing zero. */
function enter(source: Source): number {
  const length = source.bytes.readInt32LE(source.at);
  const close = source.at + length - 1;
  if (length < 5 || close >= source.bytes.length || source.bytes[close] !== 0)
    throw malformed('a document does not end where its length says');
  source.depth += 1;
  if (source.depth > MESSAGE_NESTING)
    throw refuse(15, `BSON exceeds ${MESSAGE_NESTING} levels of nesting`);
  source.at += 4;
  return close;
}

function leave(source: Source, close: number): void {
  if (source.at !== close) throw malformed('an element reaches over the end of its document');
  source.at = close + 1;
  source.depth -= 1;
}

function readMap(source: Source): Document {
  const close = enter(source);
  const made: Document = new Map();
  while (source.at < close) {
    const read = READERS[source.bytes.readUInt8(source.at)];
    source.at += 1;
    const name = readName(source);
    made.set(name, (read ?? unknownType)(source));
  }
  leave(source, close);
  return made;
}

function readWanted(source: Source, names: ReadonlySet<string>): Document {
  const close = enter(source);
  const made: Document = new Map();
  while (source.at < close) {
    const type = source.bytes.readUInt8(source.at);
    source.at += 1;
    const name = readName(source);
    if (names.has(name)) {
      made.set(name, (READERS[type] ?? unknownType)(source));
      if (made.size === names.size) return made;
    } else skipValue(source, type);
  }
  leave(source, close);
  return made;
}

function readArray(source: Source): Value[] {
  const close = enter(source);
  const made: Value[] = [];
  while (source.at < close) {
    const read = READERS[source.bytes.readUInt8(source.at)];
    source.at += 1;
    skipName(source);
    made.push((read ?? unknownType)(source));
  }
  leave(source, close);
  return made;
}

function unknownType(): never {
  throw malformed(
    'an element has a type that is unknown, or deprecated as undefined and DBPointer are',
  );
}

function skipName(source: Source): void {
  const { bytes } = source;
  while (bytes[source.at] !== 0) {
    if (source.at >= bytes.length) throw malformed('a field name has no end');
    source.at += 1;
  }
  source.at += 1;
}

// Field names repeat in every document: one string for each spares decoding and hashing.
const NAME_SLOTS = 4096;
const names: (string | undefined)[] = Array.from({ length: NAME_SLOTS });
const MAX_CACHED_NAME = 40;

function readName(source: Source): string {
  const { bytes, at: start } = source;
  let at = start;
  let hash = 0;
  let highest = 0;
  for (;;) {
    const byte = bytes[at];
    if (byte === 0) break;
    if (byte === undefined) throw malformed('a field name has no end');
    hash = (Math.imul(hash, 31) + byte) | 0;
    highest |= byte;
    at += 1;
  }
  source.at = at + 1;
  if (highest > 127 || at - start > MAX_CACHED_NAME) return bytes.toString('utf8', start, at);
  const slot = hash & (NAME_SLOTS - 1);
  const known = names[slot];
  if (known !== undefined && isWritten(known, bytes, start, at)) return known;
  const name = bytes.toString('latin1', start, at);
  names[slot] = name;
  return name;
}

function isWritten(name: string, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index += 1)
    if (name.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

function readText(source: Source): string {
  const length = source.bytes.readInt32LE(source.at);
  const start = source.at + 4;
  const end = start + length - 1;
  if (length < 1 || end >= source.bytes.length || source.bytes[end] !== 0)
    throw malformed('a string does not end where its length says');
  source.at = end + 1;
  return source.bytes.toString('utf8', start, end);
}

function readBytes(source: Source, length: number): Buffer {
  const start = source.at;
  if (length < 0 || start + length > source.bytes.length)
    throw malformed('bytes reach over the end');
  source.at = start + length;
  // A copy: the value must not hold the whole message in memory.
  return Buffer.from(source.bytes.subarray(start, start + length));
}

function readDouble(source: Source): Value {
  const value = source.bytes.readDoubleLE(source.at);
  source.at += 8;
  return double(value);
}

function readInt32(source: Source): number {
  const value = source.bytes.readInt32LE(source.at);
  source.at += 4;
  return value;
}

function readInt64(source: Source): bigint {
  const value = source.bytes.readBigInt64LE(source.at);
  source.at += 8;
  return value;
}

function readDate(source: Source): Date {
  const low = source.bytes.readUInt32LE(source.at);
  const high = source.bytes.readInt32LE(source.at + 4);
  source.at += 8;
  return new Date(high * 4_294_967_296 + low);
}

function readTimestamp(source: Source): Timestamp {
  const low = source.bytes.readInt32LE(source.at);
  const high = source.bytes.readInt32LE(source.at + 4);
  source.at += 8;
  return new Timestamp(new Long(low, high, true));
}

function readBoolean(source: Source): boolean {
  const byte = source.bytes.readUInt8(source.at);
  if (byte > 1) throw malformed('a boolean is neither true nor false');
  source.at += 1;
  return byte === 1;
}

const OLD_BINARY = 2;

function readBinary(source: Source): Binary {
  const length = readInt32(source);
  const subtype = source.bytes.readUInt8(source.at);
  source.at += 1;
  if (subtype !== OLD_BINARY) return new Binary(readBytes(source, length), subtype);
  if (readInt32(source) !== length - 4) throw malformed('a binary of subtype 2 has two lengths');
  return new Binary(readBytes(source, length - 4), subtype);
}

function readRegExp(source: Source): BSONRegExp {
  const pattern = readCString(source);
  return new BSONRegExp(pattern, readCString(source));
}

function readCString(source: Source): string {
  const start = source.at;
  skipName(source);
  return source.bytes.toString('utf8', start, source.at - 1);
}

function readScopedCode(source: Source): Code {
  source.at += 4;
  const code = readText(source);
  return new Code(code, Object.fromEntries(readMap(source)));
}

type Read = (source: Source) => Value;

const READERS: readonly (Read | undefined)[] = byType<Read>([
  [0x01, readDouble],
  [0x02, readText],
  [0x03, readMap],
  [0x04, readArray],
  [0x05, readBinary],
  [0x07, (source) => new ObjectId(readBytes(source, 12))],
  [0x08, readBoolean],
  [0x09, readDate],
  [0x0a, () => null],
  [0x0b, readRegExp],
  [0x0d, (source) => new Code(readText(source))],
  [0x0e, (source) => new BSONSymbol(readText(source))],
  [0x0f, readScopedCode],
  [0x10, readInt32],
  [0x11, readTimestamp],
  [0x12, readInt64],
  [0x13, (source) => new Decimal128(readBytes(source, 16))],
  [0x7f, () => new MaxKey()],
  [0xff, () => new MinKey()],
]);

type Measure = (source: Source) => number;

const prefixed: Measure = ({ bytes, at }) => bytes.readInt32LE(at);
const text: Measure = (source) => 4 + prefixed(source);

const LENGTHS: readonly (Measure | undefined)[] = byType<Measure>([
  [0x01, () => 8],
  [0x02, text],
  [0x03, prefixed],
  [0x04, prefixed],
  [0x05, (source) => 5 + prefixed(source)],
  [0x07, () => 12],
  [0x08, () => 1],
  [0x09, () => 8],
  [0x0a, () => 0],
  [0x0d, text],
  [0x0e, text],
  [0x0f, prefixed],
  [0x10, () => 4],
  [0x11, () => 8],
  [0x12, () => 8],
  [0x13, () => 16],
  [0x7f, () => 0],
  [0xff, () => 0],
]);

function byType<T>(entries: readonly (readonly [number, T])[]): readonly (T | undefined)[] {
  const table: (T | undefined)[] = Array.from({ length: 256 });
  for (const [type, entry] of entries) table[type] = entry;
  return table;
}

function skipValue(source: Source, type: number): void {
  const measure = LENGTHS[type];
  if (measure === undefined) {
    // A regular expression is two zero-ended texts.
    (READERS[type] ?? unknownType)(source);
    return;
  }
  const length = measure(source);
  if (length < 0) throw malformed('a length is negative');
  source.at += length;
}
