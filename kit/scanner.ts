/** Scanners that look at files before they are kept: a program, or clamd by its own protocol. */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';

/** Whether bytes are clean. @throws when the scanner gives no answer: such bytes are not kept */
export type Scanner = (bytes: Buffer) => Promise<boolean>;

/** How long a scanner may take, milliseconds. */
const longestMillis = 60_000;
/** clamd takes a stream in chunks, each after its length in four bytes; a length of zero ends it. */
const chunkBytes = 64 * 1024;

/**
 * The scanner at an address.
 *
 * @param address null: everything is clean; `clamd://host:port` or `clamd:///path/of/socket`: clamd, asked by INSTREAM;
 * else a program that reads the bytes on its standard input and ends with 0 when they are clean
 */
export function scannerOf(address: string | null, millis = longestMillis): Scanner {
  if (address === null) return () => Promise.resolve(true);
  if (address.startsWith('clamd:')) return (bytes) => askClamd(new URL(address), bytes, millis);
  return (bytes) => run(address, bytes, millis);
}

/** A scanner that cannot be started, or is killed, is an error, not a clean file. */
function run(program: string, bytes: Buffer, millis: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const started = spawn(program, [], { stdio: ['pipe', 'ignore', 'ignore'] });
    const timer = setTimeout(() => {
      started.kill('SIGKILL');
    }, millis);
    started.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    started.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === null) reject(new Error(`The scanner was ended by ${signal ?? 'nobody'}.`));
      else resolve(code === 0);
    });
    // A scanner may end as soon as it has seen enough.
    started.stdin.on('error', () => {});
    started.stdin.end(bytes);
  });
}

/** @see https://docs.clamav.net/manual/Usage/Scanning.html#clamd, man page clamd(8), INSTREAM */
async function askClamd(address: URL, bytes: Buffer, millis: number): Promise<boolean> {
  const socket = socketTo(address);
  const said = answerOf(socket, millis);
  socket.write('zINSTREAM\0');
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const chunk = bytes.subarray(start, start + chunkBytes);
    socket.write(lengthOf(chunk.length));
    socket.write(chunk);
  }
  socket.write(lengthOf(0));
  const answer = await said;
  if (answer === 'stream: OK') return true;
  if (answer.endsWith(' FOUND')) return false;
  throw new Error(`clamd answered: ${answer || 'nothing'}`);
}

function socketTo({ hostname, port, pathname }: URL): Socket {
  if (hostname === '') return connect({ path: pathname });
  return connect({ host: hostname, port: Number(port || 3310) });
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

/** Everything that is said until the other side closes, or a zero byte. */
function answerOf(socket: Socket, millis: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      socket.destroy(new Error('clamd gave no answer in time.'));
    }, millis);
    const settle = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said.split('\0')[0]?.trim() ?? '');
    };
    socket.on('data', (part) => {
      said += part.toString();
      if (said.includes('\0')) settle();
    });
    socket.on('end', settle);
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
