// Messages of MongoDB's wire protocol. @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
import { readDocument } from '../bson/reader.ts';
import type { Document } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { checksum } from './checksum.ts';

/** Kinds of messages that we know. */
export const OP_REPLY = 1;
export const OP_QUERY = 2004;
export const OP_MSG = 2013;

const HEADER_BYTES = 16;
const MAX_MESSAGE_BYTES = 48_000_000 + 16_384;

/** One message as it came. */
export type Message = {
  requestId: number;
  opCode: number;
  command: Document;
  /** The client wants no answer. */
  isSilent: boolean;
};

/**
 * The length of the message that begins here; undefined until it is known.
 *
 * @throws {CommandRefusal} 17 for a length that no message has
 */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readInt32LE(0);
  if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
    throw refuse(17, `a message of ${length} bytes`);
  return length;
}

/**
 * Reads a message.
 *
 * @throws {CommandRefusal} 17 for one that breaks the protocol, 22 for malformed BSON
 */
export function readMessage(bytes: Buffer): Message {
  try {
    const requestId = bytes.readInt32LE(4);
    const opCode = bytes.readInt32LE(12);
    if (opCode === OP_MSG) return { requestId, opCode, ...readBody(bytes) };
    if (opCode === OP_QUERY)
      return { requestId, opCode, command: readQuery(bytes), isSilent: false };
    throw refuse(17, `a message of kind ${opCode}`);
  } catch (error) {
    if (error instanceof RangeError) throw refuse(17, 'a message that ends too early');
    throw error;
  }
}

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
// The lower 16 flags must be understood; the others may be ignored.
const UNKNOWN_FLAGS = 0xff_ff & ~(CHECKSUM_PRESENT | MORE_TO_COME);
const CHECKSUM_BYTES = 4;

function readBody(bytes: Buffer): { command: Document; isSilent: boolean } {
  const flags = bytes.readUInt32LE(HEADER_BYTES);
  if ((flags & UNKNOWN_FLAGS) !== 0) throw refuse(17, 'unknown flags in a message');
  const end = (flags & CHECKSUM_PRESENT) === 0 ? bytes.length : checkedEnd(bytes);
  const bodies: Document[] = [];
  const sequences: [string, Document[]][] = [];
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const next = sectionEnd(bytes, at, end);
    if (bytes[at] === 0) bodies.push(readDocument(bytes.subarray(at + 1, next)));
    else sequences.push(readSequence(bytes, at + 5, next));
    at = next;
  }
  const [command] = bodies;
  if (command === undefined || bodies.length > 1)
    throw refuse(17, 'a message without a body, or with two');
  for (const [name, documents] of sequences) command.set(name, documents);
  return { command, isSilent: (flags & MORE_TO_COME) !== 0 };
}

/** Where a message ends that its checksum follows. */
function checkedEnd(bytes: Buffer): number {
  const end = bytes.length - CHECKSUM_BYTES;
  if (checksum(bytes.subarray(0, end)) !== bytes.readUInt32LE(end))
    throw refuse(17, 'a message whose checksum is not its own');
  return end;
}

function sectionEnd(bytes: Buffer, at: number, end: number): number {
  if (bytes.readUInt8(at) > 1) throw refuse(17, 'a section of an unknown kind');
  const length = bytes.readInt32LE(at + 1);
  const next = at + 1 + length;
  if (length < 5 || next > end) throw refuse(17, 'a section reaches over the end of its message');
  return next;
}

function readSequence(bytes: Buffer, start: number, end: number): [string, Document[]] {
  const zero = bytes.indexOf(0, start);
  if (zero < 0 || zero >= end) throw refuse(17, 'a document sequence without a name');
  const documents: Document[] = [];
  let at = zero + 1;
  while (at < end) {
    const length = bytes.readInt32LE(at);
    if (length < 5 || at + length > end)
      throw refuse(17, 'a document reaches over the end of its sequence');
    documents.push(readDocument(bytes.subarray(at, at + length)));
    at += length;
  }
  return [bytes.toString('utf8', start, zero), documents];
}

/** The old form of a command; drivers still begin a connection with it. */
function readQuery(bytes: Buffer): Document {
  const zero = bytes.indexOf(0, HEADER_BYTES + 4);
  if (zero < 0) throw refuse(17, 'a query without a namespace');
  return readDocument(bytes, zero + 1 + 8);
}

/** The answer to a message. */
export function writeMessage(to: Message, answer: Buffer): Buffer {
  return to.opCode === OP_QUERY
    ? writeOldReply(to.requestId, answer)
    : writeBody(to.requestId, answer);
}

function writeHeader(length: number, requestId: number, opCode: number): Buffer {
  const head = Buffer.alloc(length);
  head.writeInt32LE((requestId + 1) | 0, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(opCode, 12);
  return head;
}

function writeBody(requestId: number, answer: Buffer): Buffer {
  const head = writeHeader(HEADER_BYTES + 5, requestId, OP_MSG);
  head.writeInt32LE(head.length + answer.length, 0);
  return Buffer.concat([head, answer]);
}

const AWAIT_CAPABLE = 8;

function writeOldReply(requestId: number, answer: Buffer): Buffer {
  const head = writeHeader(HEADER_BYTES + 20, requestId, OP_REPLY);
  head.writeInt32LE(head.length + answer.length, 0);
  head.writeInt32LE(AWAIT_CAPABLE, 16);
  head.writeInt32LE(1, 32);
  return Buffer.concat([head, answer]);
}
