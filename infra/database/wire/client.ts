// One client's connection: messages in, answers out, in order.
import type { Socket } from 'node:net';
import { document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { answerCommand } from '../commands/dispatch.ts';
import { errorReply } from '../commands/error-reply.ts';
import type { Connection, Server } from '../commands/context.ts';
import { CommandRefusal } from '../refusal.ts';
import { messageLength, OP_QUERY, readMessage, writeMessage } from './frame.ts';
import type { Message } from './frame.ts';

const MOST_WAITING = 100;
const MOST_WAITING_BYTES = 16 * 1_048_576;

/** Serves a client until it goes away. */
export function serveClient(server: Server, socket: Socket, connection: Connection): void {
  const waiting: Buffer[] = [];
  const collector = makeCollector();
  let waitingBytes = 0;
  let isBusy = false;
  const isFull = (): boolean =>
    waiting.length >= MOST_WAITING || waitingBytes >= MOST_WAITING_BYTES;
  const forget = (): void => {
    waiting.length = 0;
    waitingBytes = 0;
  };
  const work = async (): Promise<void> => {
    isBusy = true;
    for (let bytes = waiting.shift(); bytes !== undefined; bytes = waiting.shift()) {
      waitingBytes -= bytes.length;
      // Whoever cannot be answered any more is served no further; writes that want no answer are still done.
      if (!(await serveMessage(server, socket, connection, bytes))) forget();
      // Answers that nobody reads must not fill the memory.
      if (socket.writableNeedDrain) await drained(socket);
      if (!isFull() && socket.isPaused()) socket.resume();
    }
    isBusy = false;
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const bytes of collector(chunk)) {
        waiting.push(bytes);
        waitingBytes += bytes.length;
      }
    } catch {
      // Whoever sends such a length does not speak the protocol.
      socket.destroy();
      return;
    }
    if (!isBusy) void work();
    if (isFull()) socket.pause();
  });
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      socket.off('drain', goOn);
      socket.off('close', goOn);
      resolve();
    };
    socket.on('drain', goOn);
    socket.on('close', goOn);
  });
}

/** Puts chunks together to whole messages. */
function makeCollector(): (chunk: Buffer) => Generator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  // Joining only whole messages keeps a large one from being copied again and again.
  const join = (): Buffer => {
    const all = Buffer.concat(parts, size);
    parts = [all];
    return all;
  };
  const expected = (): number | undefined => {
    const [first] = parts;
    if (first === undefined || size < 4) return undefined;
    return messageLength(first.length < 4 ? join() : first);
  };
  return function* (chunk) {
    parts.push(chunk);
    size += chunk.length;
    for (let length = expected(); length !== undefined && size >= length; length = expected()) {
      const all = join();
      parts = [all.subarray(length)];
      size -= length;
      yield all.subarray(0, length);
    }
  };
}

/** Serves one message; false when the client cannot be answered any more. */
async function serveMessage(
  server: Server,
  socket: Socket,
  connection: Connection,
  bytes: Buffer,
): Promise<boolean> {
  const message = readOrRefuse(socket, bytes);
  if (message === undefined) return socket.writable;
  const answer = await answerMessage(server, connection, message);
  const { traffic } = server;
  traffic.requests += 1;
  traffic.bytesIn += bytes.length;
  traffic.bytesOut += answer?.length ?? 0;
  if (answer === undefined) socket.destroy();
  else if (message.isSilent) return true;
  else if (socket.writable) socket.write(writeMessage(message, answer));
  return socket.writable;
}

const PROTOCOL_ERROR = 17;

/** A message that breaks the protocol ends the connection; malformed BSON in a whole message is answered. */
function readOrRefuse(socket: Socket, bytes: Buffer): Message | undefined {
  try {
    return readMessage(bytes);
  } catch (error) {
    const opCode = bytes.readInt32LE(12);
    if (error instanceof CommandRefusal && error.code !== PROTOCOL_ERROR) {
      const head: Message = {
        requestId: bytes.readInt32LE(4),
        opCode,
        command: new Map(),
        isSilent: false,
      };
      socket.write(writeMessage(head, writeDocument(errorReply(error))));
    } else socket.destroy();
    return undefined;
  }
}

async function answerMessage(
  server: Server,
  connection: Connection,
  message: Message,
): Promise<Buffer | undefined> {
  const { command, opCode } = message;
  const [name = ''] = command.keys();
  if (opCode === OP_QUERY && name !== 'hello' && name.toLowerCase() !== 'ismaster')
    return writeDocument(
      document({
        ok: 0,
        errmsg: `Unsupported OP_QUERY command: ${name}`,
        code: 352,
        codeName: 'UnsupportedOpQueryCommand',
      }),
    );
  return await answerCommand(server, connection, command);
}
