import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { scannerOf } from './scanner.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oca-scanner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program of these lines of shell. */
async function program(name: string, lines: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
  return path;
}

const clean = Buffer.from('협약서');
const infected = Buffer.from('X5O!P%@AP EICAR');

describe('a program as scanner', () => {
  it('reads the bytes and says by its end whether they are clean', async () => {
    const scan = scannerOf(await program('finds', 'if grep -q EICAR; then exit 1; fi'));
    expect(await scan(clean)).toBe(true);
    expect(await scan(infected)).toBe(false);
  });

  it('takes bytes for unclean when it ends in trouble, and is an error when it is killed or late', async () => {
    expect(await scannerOf(await program('fails', 'exit 2'))(clean)).toBe(false);
    await expect(scannerOf(await program('dies', 'kill -9 $$'))(clean)).rejects.toThrow('SIGKILL');
    await expect(scannerOf(await program('hangs', 'exec sleep 30'), 200)(clean)).rejects.toThrow(
      'SIGKILL',
    );
  });

  it('may end before it has read everything', async () => {
    expect(await scannerOf(await program('quick', 'exit 1'))(Buffer.alloc(4_000_000))).toBe(false);
  });
});

/** A server that answers an INSTREAM as clamd does; null: it never answers. */
async function clamd(answer: (bytes: Buffer) => string | null): Promise<Server> {
  const server = createServer((socket) => {
    let seen = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (part) => {
      seen = Buffer.concat([seen, part]);
      const bytes = streamed(seen);
      const said = bytes && answer(bytes);
      if (said != null) socket.end(`${said}\0`);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

/** What was streamed; null before the length of zero came. */
function streamed(seen: Buffer): Buffer | null {
  const command = 'zINSTREAM\0';
  if (seen.subarray(0, command.length).toString() !== command) return null;
  const parts: Buffer[] = [];
  for (let place = command.length; place + 4 <= seen.length;) {
    const length = seen.readUInt32BE(place);
    if (length === 0) return Buffer.concat(parts);
    parts.push(seen.subarray(place + 4, place + 4 + length));
    place += 4 + length;
  }
  return null;
}

const addressOf = (server: Server) => `clamd://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('clamd as scanner', () => {
  it('is streamed the bytes, and believed', async () => {
    const sizes: number[] = [];
    const server = await clamd((bytes) => {
      sizes.push(bytes.length);
      return bytes.includes('EICAR') ? 'stream: Eicar-Signature FOUND' : 'stream: OK';
    });
    const scan = scannerOf(addressOf(server));
    expect(await scan(clean)).toBe(true);
    expect(await scan(infected)).toBe(false);
    expect(await scan(Buffer.alloc(1_000_000))).toBe(true);
    expect(sizes).toEqual([clean.length, infected.length, 1_000_000]);
    server.close();
  });

  it('is an error when it complains, never answers, or is not there', async () => {
    const full = await clamd(() => 'INSTREAM size limit exceeded. ERROR');
    await expect(scannerOf(addressOf(full))(clean)).rejects.toThrow('size limit');
    const silent = await clamd(() => null);
    await expect(scannerOf(addressOf(silent), 200)(clean)).rejects.toThrow('in time');
    const address = addressOf(full);
    full.close();
    silent.close();
    await expect(scannerOf(address)(clean)).rejects.toThrow('ECONNREFUSED');
    await expect(scannerOf(`clamd://${join(folder, 'no.sock')}`)(clean)).rejects.toThrow('ENOENT');
  });
});
