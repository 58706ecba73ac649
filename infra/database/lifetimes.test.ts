// What ends by itself: transactions that last too long or lost their client, and history that is too old.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import type { ChangeStream, ResumeToken } from 'mongodb';
import type { DatabaseOptions } from './server.ts';
import { startDatabase } from './server.ts';
import type { Database } from './server.ts';

let folder: string;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-lifetimes-'));
});

afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function start(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await startDatabase({
    file: join(folder, `${randomBytes(4).toString('hex')}.db`),
    listen: { host: '127.0.0.1', port: 0 },
    synchronous: 'NORMAL',
    ...options,
  });
  ending.push(() => database.close());
  return database;
}

async function open(uri: string): Promise<MongoClient> {
  const client = await MongoClient.connect(uri);
  ending.push(() => client.close());
  return client;
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

describe('a transaction', () => {
  it('is aborted after its lifetime, and what it held is free', async () => {
    const client = await open((await start()).uri);
    const things = client.db('d').collection('c');
    await things.insertOne({ key: 1, n: 0 });
    const session = client.startSession();
    session.startTransaction();
    await things.updateOne({ key: 1 }, { $inc: { n: 1 } }, { session });
    const short = { setParameter: 1, transactionLifetimeLimitSeconds: 1 };
    await client.db('admin').command(short);
    // Waits for the lock until the transaction is given up.
    await things.updateOne({ key: 1 }, { $inc: { n: 10 } });
    expect(await codeOf(things.insertOne({ key: 2 }, { session }))).toBe(251);
    await session.endSession();
    expect(await things.distinct('n')).toEqual([10]);
  });

  it('is aborted when its client is gone', async () => {
    const { uri } = await start({ graceMillis: 100 });
    const relay = await startRelay(uri);
    const client = await open(relay.uri);
    const other = await open(uri);
    const things = client.db('d').collection('c');
    await things.insertOne({ key: 1, n: 0 });
    const session = client.startSession();
    session.startTransaction();
    await things.updateOne({ key: 1 }, { $inc: { n: 1 } }, { session });
    relay.cut();
    await other
      .db('d')
      .collection('c')
      .updateOne({ key: 1 }, { $inc: { n: 10 } });
    expect(await other.db('d').collection('c').distinct('n')).toEqual([10]);
  });

  it('goes on with a client that comes back on another connection', async () => {
    const { uri } = await start({ graceMillis: 5_000 });
    const relay = await startRelay(uri);
    const client = await open(relay.uri);
    const things = client.db('d').collection('c');
    await things.insertOne({ key: 1, n: 0 });
    const session = client.startSession();
    session.startTransaction();
    await things.updateOne({ key: 1 }, { $inc: { n: 1 } }, { session });
    relay.drop();
    // The driver repeats a commit whose connection failed.
    await session.commitTransaction();
    await session.endSession();
    await sleep(5_500);
    expect(await things.distinct('n')).toEqual([1]);
  });
});

type Relay = { uri: string; drop: () => void; cut: () => void };

/** Stands between a client and the server, and loses their connections when it is told to. */
async function startRelay(uri: string): Promise<Relay> {
  const target = Number(/:(\d+)\//.exec(uri)?.[1]);
  const sockets = new Set<Socket>();
  const relay: Server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        sockets.delete(one);
        (one === socket ? onward : socket).destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, '127.0.0.1', resolve);
  });
  const { port } = relay.address() as AddressInfo;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = (): void => {
    relay.close();
    drop();
  };
  ending.push(async () => {
    cut();
  });
  return { uri: `mongodb://127.0.0.1:${port}/?directConnection=true`, drop, cut };
}

async function openStream(client: MongoClient): Promise<[ChangeStream, ResumeToken]> {
  const stream = client.db('d').collection('c').watch();
  await stream.tryNext();
  return [stream, stream.resumeToken];
}

/** Resumes after the token again and again until it is refused. */
async function refusalOf(client: MongoClient, token: ResumeToken): Promise<unknown> {
  for (;;) {
    const stream = client.db('d').collection('c').watch([], { resumeAfter: token });
    const code = await codeOf(stream.tryNext());
    await stream.close();
    if (code !== undefined) return code;
    await client
      .db('d')
      .collection('c')
      .insertOne({ pad: 'x'.repeat(1000) });
    await sleep(100);
  }
}

describe('the history of changes', () => {
  it.each([
    ['age', { changeHistorySeconds: 1 }, { changeHistorySeconds: 3600 }],
    ['size', { changeHistoryBytes: 5000 }, { changeHistoryBytes: 1_000_000 }],
  ])('that is too old by its %s is told to be so', async (_by, parameters, longer) => {
    const client = await open((await start({ parameters })).uri);
    const [stream, token] = await openStream(client);
    await stream.close();
    await client.db('d').collection<{ n: number }>('c').insertOne({ n: 1 });
    expect(await refusalOf(client, token)).toBe(286);
    // What comes now is not too old before it is read.
    await client.db('admin').command({ setParameter: 1, ...longer });
    const [fresh] = await openStream(client);
    await client.db('d').collection<{ n: number }>('c').insertOne({ n: 2 });
    expect(await fresh.next()).toMatchObject({ fullDocument: { n: 2 } });
    await fresh.close();
  });
});

describe('what may be set', () => {
  it('is set while the server runs, and told', async () => {
    const admin = (await open((await start()).uri)).db('admin');
    const set = { setParameter: 1, transactionLifetimeLimitSeconds: 5 };
    expect(await admin.command(set)).toMatchObject({ was: 60, ok: 1 });
    expect(await admin.command(set)).toMatchObject({ was: 5 });
    expect(await admin.command({ getParameter: '*' })).toMatchObject({
      transactionLifetimeLimitSeconds: 5,
      changeHistorySeconds: 3600,
      changeHistoryBytes: 536_870_912,
    });
  });

  it('shortens the history at once', async () => {
    const client = await open((await start()).uri);
    const [stream, token] = await openStream(client);
    await stream.close();
    await client.db('d').collection<{ n: number }>('c').insertOne({ n: 1 });
    await client.db('admin').command({ setParameter: 1, changeHistoryBytes: 5000 });
    expect(await refusalOf(client, token)).toBe(286);
  });

  it.each([
    ['what is unknown', { nothing: 1 }, 72],
    ['nothing', {}, 72],
    ['two at once', { changeHistorySeconds: 9, changeHistoryBytes: 9 }, 72],
    ['what is fixed', { enableTestCommands: 1 }, 20],
    ['no number', { changeHistorySeconds: '9' }, 2],
    ['too little', { transactionLifetimeLimitSeconds: 0 }, 2],
    ['part of a second', { changeHistorySeconds: 1.5 }, 2],
  ])('is not %s', async (_what, asked, code) => {
    const admin = (await open((await start()).uri)).db('admin');
    expect(await codeOf(admin.command({ setParameter: 1, ...asked }))).toBe(code);
    expect(await admin.command({ getParameter: '*' })).toMatchObject({
      transactionLifetimeLimitSeconds: 60,
      changeHistorySeconds: 3600,
    });
  });

  it('is set in the database admin alone', async () => {
    const client = await open((await start()).uri);
    const set = { setParameter: 1, changeHistorySeconds: 9 };
    expect(await codeOf(client.db('d').command(set))).toBe(13);
  });
});

function findIn(client: MongoClient, collection: string): Promise<unknown> {
  return client.db('d').collection(collection).findOne();
}

describe('fail points', () => {
  const failPing = {
    configureFailPoint: 'failCommand',
    mode: { times: 1 },
    data: { failCommands: ['ping'], errorCode: 7 },
  };
  const asked = { getParameter: 1, enableTestCommands: 1 };

  it('are unknown where the server was not started for them', async () => {
    const admin = (await open((await start()).uri)).db('admin');
    expect(await codeOf(admin.command(failPing))).toBe(59);
    expect(await admin.command(asked)).toMatchObject({ enableTestCommands: false });
    expect(await admin.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('make a command fail where it was', async () => {
    const admin = (await open((await start({ testCommands: true })).uri)).db('admin');
    expect(await admin.command(asked)).toMatchObject({ enableTestCommands: true });
    await admin.command(failPing);
    expect(await codeOf(admin.command({ ping: 1 }))).toBe(7);
    expect(await admin.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it('make those fail alone that they name', async () => {
    const { uri } = await start({ testCommands: true });
    const admin = (await open(uri)).db('admin');
    const named = await MongoClient.connect(uri, { appName: 'named' });
    ending.push(() => named.close());
    const data = { failCommands: ['find'], errorCode: 20, appName: 'named', namespace: 'd.c' };
    await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data });
    expect(await findIn(await open(uri), 'c')).toBeNull();
    expect(await findIn(named, 'other')).toBeNull();
    expect(await codeOf(findIn(named, 'c'))).toBe(20);
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
    expect(await findIn(named, 'c')).toBeNull();
  });
});
