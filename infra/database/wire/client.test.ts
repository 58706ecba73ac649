// Clients that send and do not read, and such that go away at once.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BSON, MongoClient } from 'mongodb';
import { deploy } from '../deployment.ts';
import type { Deployment } from '../deployment.ts';

const ANSWERS = 20;
const LETTERS = 4_000_000;
const MORE_TO_COME = 2;

let folder: string;
let deployment: Deployment;
let client: MongoClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'database-client-'));
  const listen = { path: join(folder, 'database.sock') };
  deployment = await deploy({ file: join(folder, 'data.db'), listen, synchronous: 'NORMAL' });
  client = await MongoClient.connect(deployment.uri);
});

afterAll(async () => {
  await client.close();
  await deployment.close();
  rmSync(folder, { recursive: true });
});

function message(command: BSON.Document, flags = 0): Buffer {
  const body = BSON.serialize({ ...command, $db: 'clients' });
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(2013, 12);
  head.writeInt32LE(flags, 16);
  return Buffer.concat([head, body]);
}

async function open(): Promise<Socket> {
  const socket = connect(join(folder, 'database.sock'));
  await once(socket, 'connect');
  return socket;
}

async function requests(): Promise<number> {
  const { network } = await client.db('admin').command({ serverStatus: 1 });
  return network.numRequests;
}

describe('a client that does not read', () => {
  it('is served no further until it does, and then gets every answer', async () => {
    const large = client.db('clients').collection('large');
    await large.insertOne({ text: 'x'.repeat(LETTERS) });
    const socket = await open();
    socket.pause();
    const before = await requests();
    for (let at = 0; at < ANSWERS; at += 1) socket.write(message({ find: 'large' }));
    // Each of ours gives the other as many turns as it needs for one of its own.
    for (let at = 0; at < 5 * ANSWERS; at += 1) await large.findOne({});
    expect((await requests()) - before).toBeLessThan(6 * ANSWERS);
    let read = 0;
    socket.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read >= ANSWERS * LETTERS) socket.emit('whole');
    });
    socket.resume();
    await once(socket, 'whole');
    expect(read).toBeGreaterThanOrEqual(ANSWERS * LETTERS);
    socket.destroy();
  });
});

describe('a client that goes away', () => {
  it('leaves its writes that want no answer, and they are done', async () => {
    const socket = await open();
    for (let n = 0; n < 50; n += 1)
      socket.write(message({ insert: 'left', documents: [{ n }] }, MORE_TO_COME));
    socket.end();
    const left = client.db('clients').collection('left');
    while ((await left.countDocuments()) < 50)
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    expect(await left.distinct('n')).toHaveLength(50);
  });
});
