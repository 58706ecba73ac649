// Who may connect, and what cannot bring the server down.
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BSON, MongoClient, MongoServerError } from 'mongodb';
import type { Document } from 'mongodb';
import { startDatabase } from './server.ts';
import type { Database } from './server.ts';

let folder: string;
let database: Database;
let client: MongoClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'database-protection-'));
  const listen = { path: join(folder, 'private', 'database.sock') };
  database = await startDatabase({ file: join(folder, 'data.db'), listen, synchronous: 'NORMAL' });
  client = await MongoClient.connect(database.uri);
});

afterAll(async () => {
  await client.close();
  await database.close();
  rmSync(folder, { recursive: true });
});

function socketPath(): string {
  return join(folder, 'private', 'database.sock');
}

/** A document with so many levels. */
function nested(levels: number): Document {
  let deep: Document = {};
  for (let level = 1; level < levels; level += 1) deep = { deep };
  return deep;
}

describe('the door', () => {
  it('is a socket that only its owner can reach', () => {
    expect(statSync(join(folder, 'private')).mode & 0o777).toBe(0o700);
    expect(statSync(socketPath()).mode & 0o777).toBe(0o600);
  });

  it('is not opened to other machines without a password', async () => {
    const listen = { host: '0.0.0.0', port: 0 };
    await expect(startDatabase({ file: join(folder, 'wide.db'), listen })).rejects.toThrow(
      /password/,
    );
  });

  it('asks for the password, when there is one', async () => {
    const listen = { host: '127.0.0.1', port: 0 };
    const credentials = { user: 'op=er,ator', password: 'pässword' };
    const closed = await startDatabase({ file: join(folder, 'closed.db'), listen, credentials });
    const right = await MongoClient.connect(closed.uri);
    await right.db('d').collection('c').insertOne({ a: 1 });
    const named = { user: credentials.user, db: 'admin', roles: [{ role: 'root', db: 'admin' }] };
    const asks = [
      1,
      credentials.user,
      { user: credentials.user, db: 'admin' },
      { forAllDBs: true },
    ];
    for (const usersInfo of asks)
      expect(await right.db('admin').command({ usersInfo })).toMatchObject({ users: [named] });
    expect(await right.db('admin').command({ usersInfo: 'other' })).toMatchObject({ users: [] });
    expect(await right.db('d').command({ usersInfo: 1 })).toMatchObject({ users: [] });
    await right.close();
    const bare = closed.uri.replace(/\/\/[^@]*@/, '//');
    const nobody = await MongoClient.connect(bare);
    await expect(nobody.db('d').collection('c').findOne()).rejects.toMatchObject({ code: 13 });
    await nobody.close();
    const wrong = new MongoClient(bare, {
      auth: { username: credentials.user, password: 'wrong' },
    });
    await expect(wrong.connect()).rejects.toMatchObject({ code: 18 });
    await wrong.close();
    await closed.close();
  });
});

function payload(text: string): BSON.Binary {
  return new BSON.Binary(Buffer.from(text));
}

describe('signing in', () => {
  const credentials = { user: 'operator', password: 'pencil' };
  let closed: Database;
  let path: string;

  beforeAll(async () => {
    path = join(folder, 'signing', 'database.sock');
    closed = await startDatabase({ file: join(folder, 'in.db'), listen: { path }, credentials });
  });

  afterAll(async () => {
    await closed.close();
  });

  /** What a client that signs in by itself is answered. */
  async function ask(...commands: Record<string, unknown>[]): Promise<BSON.Document[]> {
    const socket = await openSocket(path);
    const answers: BSON.Document[] = [];
    for (const command of commands) {
      socket.write(message({ ...command, $db: 'admin' }));
      const [bytes] = await once(socket, 'data');
      answers.push(BSON.deserialize(bytes.subarray(21)));
    }
    socket.destroy();
    return answers;
  }

  const first = {
    saslStart: 1,
    mechanism: 'SCRAM-SHA-256',
    payload: payload('n,,n=operator,r=abc'),
  };

  it('goes on with the nonce of the server, and with the salt of every other name', async () => {
    const [own] = await ask(first);
    const [other] = await ask({ ...first, payload: payload('n,,n=nobody,r=abc') });
    for (const answer of [own, other])
      expect(String(answer?.['payload'])).toMatch(/^r=abc.{20,},s=[\w+/=]{24},i=15000$/);
  });

  it('takes one proof for each beginning, and none without one', async () => {
    const wrong = { saslContinue: 1, payload: payload('c=biws,r=abc,p=AAAA') };
    const [, refused, again] = await ask(first, wrong, wrong);
    expect([refused?.['code'], again?.['code']]).toEqual([18, 17]);
    const [bare] = await ask(wrong);
    expect(bare?.['code']).toBe(17);
    const [unknown] = await ask({ ...first, mechanism: 'PLAIN' });
    expect(unknown?.['code']).toBe(334);
  });

  it('is not needed to say hello, and a broken attempt in it is passed over', async () => {
    const speculativeAuthenticate = { ...first, db: 'admin', payload: payload('nonsense') };
    const [hello, ping, find] = await ask(
      { hello: 1, speculativeAuthenticate },
      { ping: 1 },
      { find: 'c' },
    );
    expect(hello).toMatchObject({ ok: 1, isWritablePrimary: true });
    expect(hello).not.toHaveProperty('speculativeAuthenticate');
    expect(ping).toMatchObject({ ok: 1 });
    expect(find).toMatchObject({ ok: 0, code: 13 });
  });
});

async function openSocket(path = socketPath()): Promise<Socket> {
  const socket = connect(path);
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function frame(body: Uint8Array, opCode = 2013): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + body.length, 0);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, body]);
}

function message(command: Record<string, unknown>): Buffer {
  return frame(Buffer.concat([Buffer.alloc(4), Buffer.from([0]), BSON.serialize(command)]));
}

/** A good message, damaged in one of many ways. */
function broken(good: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: good.length - 1 });
  const hits = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 3, maxLength: 3 });
  const hit = hits.map((all) => {
    const bytes = Buffer.from(good);
    for (const [at, byte] of all) bytes[at] = byte;
    return bytes;
  });
  const overwritten = fc
    .tuple(fc.integer(), fc.integer({ min: 16, max: 27 }))
    .map(([value, at]) => {
      const bytes = Buffer.from(good);
      bytes.writeInt32LE(value, at);
      return bytes;
    });
  const strange = fc
    .tuple(fc.uint8Array({ maxLength: 63 }), fc.constantFrom(2013, 2004))
    .map(([body, opCode]) => frame(body, opCode));
  return fc.oneof(
    { weight: 50, arbitrary: hit },
    { weight: 20, arbitrary: overwritten },
    { weight: 15, arbitrary: strange },
    { weight: 15, arbitrary: place.map((end) => good.subarray(0, end)) },
  );
}

describe('broken messages', () => {
  it('by the ten thousand leave the server answering', async () => {
    const good = message({
      find: 'c',
      filter: { a: [1, { b: 'text' }], d: new Date(0) },
      $db: 'd',
    });
    const messages = fc.sample(broken(good), 20_000);
    for (let round = 0; round < 500; round += 1) {
      const socket = await openSocket();
      socket.resume();
      for (const one of messages.slice(round * 40, round * 40 + 40)) socket.write(one);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.end();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))]);
      socket.destroy();
    }
    expect(await client.db('d').command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

async function manyThings(): Promise<string> {
  const things = client.db('limits').collection('many');
  if ((await things.estimatedDocumentCount()) === 0)
    await things.insertMany(
      Array.from({ length: 20_000 }, (_, n) => ({ n, text: `text ${n % 977}` })),
    );
  return things.collectionName;
}

/** Looks at every document for every document. */
function slowStages(from: string): object[] {
  const pipeline = [{ $match: { $expr: { $gt: ['$n', '$$n'] } } }];
  return [{ $lookup: { from, let: { n: '$n' }, pipeline, as: 'all' } }, { $count: 'n' }];
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof MongoServerError ? error.code : error;
}

const LONG = { $range: [0, 20_000] };
const SUMMED = { initialValue: 0, in: { $add: ['$$value', '$$this'] } };
const NONE = { input: LONG, cond: { $lt: ['$$this', 0] } };

describe('work that takes too long', () => {
  it('ends when its time is up, and others are served meanwhile', async () => {
    const name = await manyThings();
    const limits = client.db('limits');
    const work = limits.collection(name).aggregate(slowStages(name), { maxTimeMS: 300 });
    const [code] = await Promise.all([codeOf(work.toArray()), limits.command({ ping: 1 })]);
    expect(code).toBe(50);
  });

  it.each([
    ['$map', { $map: { input: LONG, in: { $reduce: { input: LONG, ...SUMMED } } } }],
    ['$filter', { $filter: { input: LONG, cond: { $reduce: { input: LONG, ...SUMMED } } } }],
    ['$reduce', { $reduce: { input: LONG, initialValue: 0, in: { $size: [{ $filter: NONE }] } } }],
  ])('ends within one expression that takes long: %s', async (_, expression) => {
    const stages = [{ $documents: [{}] }, { $project: { all: expression } }];
    const work = client.db('limits').aggregate(stages, { maxTimeMS: 50 });
    expect(await codeOf(work.toArray())).toBe(50);
  });

  it('ends within a long chain of documents, each of which leads to the next', async () => {
    const chain = client
      .db('limits')
      .collection<{ _id: number; next: number; pad: string }>('chain');
    const links = Array.from({ length: 30_000 }, (_, _id) => ({ _id, next: _id + 1, pad: 'x' }));
    await chain.insertMany(links);
    const follow = {
      from: 'chain',
      startWith: '$next',
      connectFromField: 'next',
      connectToField: '_id',
      as: 'all',
    };
    const stages = [{ $match: { _id: 0 } }, { $graphLookup: follow }, { $count: 'n' }];
    expect(await codeOf(chain.aggregate(stages, { maxTimeMS: 20 }).toArray())).toBe(50);
    const pad = 'x'.repeat(3000);
    await chain.updateMany({ _id: { $lt: 20_000 } }, { $set: { pad } });
    expect(await codeOf(chain.aggregate(stages).toArray())).toBe(292);
  });

  it('joins with a collection that does not fit into memory, but keeps no more than fits', async () => {
    const limits = client.db('limits');
    const broad = limits.collection('broad');
    const pad = 'x'.repeat(50_000);
    for (let batch = 0; batch < 12; batch += 1)
      await broad.insertMany(Array.from({ length: 100 }, (_, n) => ({ n: batch * 100 + n, pad })));
    await limits.collection('narrow').insertMany([{ n: 7 }, { n: 1111 }, { n: -1 }]);
    const joining = { from: 'broad', localField: 'n', foreignField: 'n', as: 'found' };
    const counted = { $project: { _id: 0, n: 1, count: { $size: '$found' } } };
    const joined = await limits
      .collection('narrow')
      .aggregate([{ $lookup: joining }, counted])
      .toArray();
    expect(joined).toEqual([
      { n: 7, count: 1 },
      { n: 1111, count: 1 },
      { n: -1, count: 0 },
    ]);
    for (const stage of [
      { $setWindowFields: { sortBy: { n: 1 }, output: { at: { $documentNumber: {} } } } },
      { $fill: { sortBy: { n: 1 }, output: { more: { method: 'locf' } } } },
      { $bucketAuto: { groupBy: '$n', buckets: 2, output: { pad: { $first: '$pad' } } } },
      { $densify: { field: 'n', range: { step: 1, bounds: 'full' } } },
    ])
      expect(await codeOf(broad.aggregate([stage, { $count: 'n' }]).toArray())).toBe(292);
    const all = { $lookup: { from: 'broad', pipeline: [], as: 'found' } };
    const code = await codeOf(limits.collection('narrow').aggregate([all, counted]).toArray());
    expect(code).toBe(292);
  });

  it('can be found and killed', async () => {
    const name = await manyThings();
    const work = client.db('limits').collection(name).aggregate(slowStages(name));
    const code = codeOf(work.toArray());
    const admin = client.db('admin');
    let running: { opid: number; command?: Record<string, unknown> }[] = [];
    while (running.length === 0) {
      const { inprog } = await admin.command({ currentOp: 1 });
      running = inprog.filter((one: { ns: string }) => one.ns === `limits.${name}`);
    }
    await admin.command({ killOp: 1, op: running[0]?.opid });
    expect(await code).toBe(11_601);
  });

  it('is refused memory beyond its limit, or goes to disk where it may', async () => {
    const things = client.db('limits').collection('large');
    const pad = 'x'.repeat(120_000);
    for (let batch = 0; batch < 10; batch += 1)
      await things.insertMany(
        Array.from({ length: 100 }, (_, n) => ({ n: (batch * 100 + n * 37) % 1000, pad })),
      );
    const sorted = { sort: { n: 1 } as const, projection: { n: 1, _id: 0 } };
    await expect(
      things.find({}, { ...sorted, allowDiskUse: false }).toArray(),
    ).rejects.toMatchObject({ code: 292 });
    const found = await things.find({}, { ...sorted, allowDiskUse: true }).toArray();
    const numbers = found.map((one) => one['n']);
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
    expect(numbers).toHaveLength(1000);
    // Each group keeps a text of its own.
    const grouped = [{ $group: { _id: '$_id', pad: { $first: '$pad' } } }, { $count: 'n' }];
    const inMemory = things.aggregate(grouped, { allowDiskUse: false }).toArray();
    await expect(inMemory).rejects.toMatchObject({
      code: 292,
      message: expect.stringContaining('Exceeded memory limit for $group'),
    });
    expect(await things.aggregate(grouped, { allowDiskUse: true }).toArray()).toEqual([
      { n: 1000 },
    ]);
    const gathered = things
      .aggregate([{ $group: { _id: null, all: { $push: '$$ROOT' } } }])
      .toArray();
    await expect(gathered).rejects.toMatchObject({ code: 146 });
  });

  it('takes no document of more than sixteen megabytes, and none nested deeper than a hundred levels', async () => {
    const things = client.db('limits').collection('sizes');
    await things.insertOne({ key: 1, text: 'x'.repeat(10_000_000) });
    const doubled = things.updateOne({ key: 1 }, [{ $set: { more: '$text' } }]);
    await expect(doubled).rejects.toMatchObject({ code: 10_334 });
    const pushed = { $project: { both: { $concatArrays: [['$text'], ['$text']] } } };
    await expect(
      things.aggregate([{ $match: { key: 1 } }, pushed]).toArray(),
    ).rejects.toMatchObject({
      code: 10_334,
    });
    for (const levels of [101, 150, 200])
      await expect(things.insertOne(nested(levels))).rejects.toMatchObject({ code: 15 });
    const { insertedId: _id } = await things.insertOne(nested(100));
    expect(await things.findOne({ _id })).toEqual({ _id, ...nested(100) });
    await expect(things.updateOne({ key: 1 }, { $set: { at: nested(100) } })).rejects.toMatchObject(
      { code: 15 },
    );
    await things.updateOne({ key: 1 }, { $set: { at: nested(99) } });
  });
});
