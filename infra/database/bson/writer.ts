// Writes BSON. Raw documents (Buffers) may stand in a reply, so that stored bytes go out as they are.
import { refuse } from '../refusal.ts';
import { MESSAGE_NESTING } from './reader.ts';
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  bytesOf,
  Code,
  Decimal128,
  Double,
  isInt32,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from './value.ts';
import type { Value } from './value.ts';

/** What can be written: BSON values, and documents that are already bytes. */
export type Writable = Value | Buffer | Writable[] | WritableDocument;

/** A document of a reply. */
export type WritableDocument = ReadonlyMap<string, Writable>;

type Sink = { bytes: Buffer; at: number; depth: number; deepest: number };

// A reply wraps documents once more.
const REPLY_NESTING = MESSAGE_NESTING + 4;

const SHARED_SIZE = 65_536;
let shared: Buffer = Buffer.allocUnsafe(SHARED_SIZE);

/**
 * The document as bytes of its own.
 *
 * @param deepest how many levels it may have
 * @throws {CommandRefusal} 15 when it nests deeper
 */
export function writeDocument(source: WritableDocument, deepest = REPLY_NESTING): Buffer {
  const sink: Sink = { bytes: shared, at: 0, depth: 0, deepest };
  writeMap(sink, source);
  const made = Buffer.allocUnsafe(sink.at);
  sink.bytes.copy(made, 0, 0, sink.at);
  // A buffer that grew for a large document is kept while it is of moderate size.
  if (sink.bytes.length > shared.length && sink.bytes.length <= 16 * SHARED_SIZE)
    shared = sink.bytes;
  return made;
}

function reserve(sink: Sink, length: number): void {
  if (sink.at + length <= sink.bytes.length) return;
  const wider = Buffer.allocUnsafe(Math.max(sink.bytes.length * 2, sink.at + length));
  sink.bytes.copy(wider, 0, 0, sink.at);
  sink.bytes = wider;
}

function open(sink: Sink): number {
  sink.depth += 1;
  if (sink.depth > sink.deepest)
    throw refuse(15, `cannot insert document because it exceeds ${sink.deepest} levels of nesting`);
  reserve(sink, 5);
  const start = sink.at;
  sink.at += 4;
  return start;
}

function close(sink: Sink, start: number): void {
  reserve(sink, 1);
  sink.bytes[sink.at] = 0;
  sink.at += 1;
  sink.bytes.writeInt32LE(sink.at - start, start);
  sink.depth -= 1;
}

function writeMap(sink: Sink, source: WritableDocument): void {
  const start = open(sink);
  for (const [name, value] of source) writeElement(sink, name, value);
  close(sink, start);
}

function writeArray(sink: Sink, values: readonly Writable[]): void {
  const start = open(sink);
  for (const [index, value] of values.entries()) writeElement(sink, String(index), value);
  close(sink, start);
}

/** Reserves room for type, name and a small value, and writes type and name. */
function writeHead(sink: Sink, type: number, name: string): void {
  // A UTF-16 unit becomes at most three bytes.
  reserve(sink, name.length * 3 + 24);
  sink.bytes[sink.at] = type;
  sink.at += 1;
  writeZeroEnded(sink, name);
}

function writeZeroEnded(sink: Sink, text: string): void {
  if (text.includes('\0')) throw refuse(2, 'a field name or pattern must not contain a zero byte');
  sink.at += sink.bytes.write(text, sink.at);
  sink.bytes[sink.at] = 0;
  sink.at += 1;
}

function writeElement(sink: Sink, name: string, value: Writable): void {
  if (typeof value === 'string') {
    writeHead(sink, 0x02, name);
    writeText(sink, value);
  } else if (typeof value === 'number') writeNumber(sink, name, value);
  else if (typeof value === 'bigint') {
    writeHead(sink, 0x12, name);
    sink.at = sink.bytes.writeBigInt64LE(value, sink.at);
  } else if (typeof value === 'boolean') {
    writeHead(sink, 0x08, name);
    sink.bytes[sink.at] = Number(value);
    sink.at += 1;
  } else writeObject(sink, name, value);
}

function writeNumber(sink: Sink, name: string, value: number): void {
  if (isInt32(value)) {
    writeHead(sink, 0x10, name);
    sink.at = sink.bytes.writeInt32LE(value, sink.at);
  } else writeDouble(sink, name, value);
}

function writeDouble(sink: Sink, name: string, value: number): void {
  writeHead(sink, 0x01, name);
  sink.at = sink.bytes.writeDoubleLE(value, sink.at);
}

function writeText(sink: Sink, text: string): void {
  reserve(sink, text.length * 3 + 5);
  const length = sink.bytes.write(text, sink.at + 4);
  sink.bytes.writeInt32LE(length + 1, sink.at);
  sink.at += length + 4;
  sink.bytes[sink.at] = 0;
  sink.at += 1;
}

function writeBytes(sink: Sink, bytes: Uint8Array): void {
  reserve(sink, bytes.length);
  sink.bytes.set(bytes, sink.at);
  sink.at += bytes.length;
}

type ObjectValue = Exclude<Writable, string | number | bigint | boolean>;

function writeObject(sink: Sink, name: string, value: ObjectValue): void {
  if (value === null) writeHead(sink, 0x0a, name);
  else if (value instanceof Map) {
    writeHead(sink, 0x03, name);
    writeMap(sink, value);
  } else if (Array.isArray(value)) {
    writeHead(sink, 0x04, name);
    writeArray(sink, value);
  } else writeScalar(sink, name, value);
}

type Write = (sink: Sink, name: string, value: object) => void;

function writeScalar(sink: Sink, name: string, value: object): void {
  const write = WRITERS.get(value.constructor);
  if (write === undefined) throw new TypeError(`${value.constructor.name} is not a BSON value`);
  write(sink, name, value);
}

/** A writer for values of one class; the check is what tells TypeScript the class. */
function writerOf<T extends object>(
  type: new (...parameters: never[]) => T,
  write: (sink: Sink, name: string, value: T) => void,
): [unknown, Write] {
  return [
    type,
    (sink, name, value) => {
      if (value instanceof type) write(sink, name, value);
    },
  ];
}

const WRITERS: ReadonlyMap<unknown, Write> = new Map<unknown, Write>([
  [
    Buffer,
    (sink, name, value) => {
      writeHead(sink, 0x03, name);
      if (Buffer.isBuffer(value)) writeBytes(sink, value);
    },
  ],
  writerOf(Double, (sink, name, value) => {
    writeDouble(sink, name, value.value);
  }),
  writerOf(ObjectId, (sink, name, value) => {
    writeHead(sink, 0x07, name);
    writeBytes(sink, value.id);
  }),
  writerOf(Date, (sink, name, value) => {
    writeHead(sink, 0x09, name);
    sink.at = sink.bytes.writeBigInt64LE(BigInt(value.getTime()), sink.at);
  }),
  writerOf(Binary, (sink, name, value) => {
    writeHead(sink, 0x05, name);
    writeBinary(sink, value);
  }),
  writerOf(Decimal128, (sink, name, value) => {
    writeHead(sink, 0x13, name);
    writeBytes(sink, value.bytes);
  }),
  writerOf(Timestamp, (sink, name, value) => {
    writeHead(sink, 0x11, name);
    sink.at = sink.bytes.writeInt32LE(value.low, sink.at);
    sink.at = sink.bytes.writeInt32LE(value.high, sink.at);
  }),
  writerOf(BSONRegExp, (sink, name, value) => {
    writeHead(sink, 0x0b, name);
    reserve(sink, value.pattern.length * 3 + value.options.length + 2);
    writeZeroEnded(sink, value.pattern);
    writeZeroEnded(sink, value.options);
  }),
  writerOf(BSONSymbol, (sink, name, value) => {
    writeHead(sink, 0x0e, name);
    writeText(sink, value.value);
  }),
  writerOf(Code, writeCode),
  writerOf(MinKey, (sink, name) => {
    writeHead(sink, 0xff, name);
  }),
  writerOf(MaxKey, (sink, name) => {
    writeHead(sink, 0x7f, name);
  }),
]);

const OLD_BINARY = 2;

function writeBinary(sink: Sink, value: Binary): void {
  const bytes = bytesOf(value);
  const isOld = value.sub_type === OLD_BINARY;
  reserve(sink, 9);
  sink.at = sink.bytes.writeInt32LE(bytes.length + (isOld ? 4 : 0), sink.at);
  sink.bytes[sink.at] = value.sub_type;
  sink.at += 1;
  if (isOld) sink.at = sink.bytes.writeInt32LE(bytes.length, sink.at);
  writeBytes(sink, bytes);
}

function writeCode(sink: Sink, name: string, value: Code): void {
  if (value.scope === null) {
    writeHead(sink, 0x0d, name);
    writeText(sink, value.code);
    return;
  }
  writeHead(sink, 0x0f, name);
  const start = sink.at;
  sink.at += 4;
  writeText(sink, value.code);
  writeMap(sink, new Map(Object.entries(value.scope)));
  sink.bytes.writeInt32LE(sink.at - start, start);
}
