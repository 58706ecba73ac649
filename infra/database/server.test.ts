import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import mongoose from 'mongoose';
import type { ClientSession, Collection, Document } from 'mongodb';
import { MongoClient, MongoServerError } from 'mongodb';
import { startDatabase } from './server.ts';
import type { Database } from './server.ts';

let folder: string;
let database: Database;
let client: MongoClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'database-'));
  database = await startDatabase({
    file: join(folder, 'data.db'),
    listen: { path: join(folder, 'socket', 'database.sock') },
    synchronous: 'NORMAL',
  });
  client = await MongoClient.connect(database.uri);
});

afterAll(async () => {
  await client.close();
  await database.close();
  rmSync(folder, { recursive: true });
});

let counter = 0;

function aCollection(): Collection {
  counter += 1;
  return client.db('smoke').collection(`things${counter}`);
}

async function serverError(work: Promise<unknown>): Promise<MongoServerError> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof MongoServerError)) throw error;
  return error;
}

async function next(stream: { next(): Promise<unknown> }): Promise<Document> {
  const event = await stream.next();
  if (typeof event !== 'object' || event === null) throw new Error('the stream ended');
  return event;
}

describe('the driver', () => {
  it('writes, finds, changes and removes documents', async () => {
    const things = aCollection();
    await things.insertMany([
      { n: 1, tags: ['a', 'b'] },
      { n: 2, tags: ['b'] },
      { n: 3, deep: { er: true } },
    ]);
    expect(await things.countDocuments({ tags: 'b' })).toBe(2);
    await things.updateMany({ n: { $gte: 2 } }, { $inc: { n: 10 }, $set: { tags: ['c'] } });
    const found = await things
      .find({}, { projection: { _id: 0, n: 1 }, sort: { n: -1 } })
      .toArray();
    expect(found).toEqual([{ n: 13 }, { n: 12 }, { n: 1 }]);
    expect((await things.deleteMany({ tags: 'c' })).deletedCount).toBe(2);
    expect(await things.distinct('n')).toEqual([1]);
  });

  it('refuses a duplicate key as MongoDB does', async () => {
    const things = aCollection();
    await things.createIndex({ email: 1 }, { unique: true });
    await things.insertOne({ email: 'a@example.org' });
    const error = await serverError(things.insertOne({ email: 'a@example.org' }));
    expect(error.code).toBe(11_000);
    expect(error.errmsg ?? error.message).toBe(
      `E11000 duplicate key error collection: ${things.namespace} index: email_1 dup key: { email: "a@example.org" }`,
    );
    expect(error['keyPattern']).toEqual({ email: 1 });
    expect(error['keyValue']).toEqual({ email: 'a@example.org' });
  });

  it('uses an index and says so', async () => {
    const things = aCollection();
    await things.createIndex({ tags: 1, n: -1 });
    await things.insertMany(
      Array.from({ length: 50 }, (_, n) => ({ n, tags: [`t${n % 5}`, 'all'] })),
    );
    const plan = await things.find({ tags: 't3' }).sort({ n: -1 }).explain('executionStats');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('tags_1_n_-1');
  });

  it('aggregates', async () => {
    const orders = aCollection();
    const people = aCollection();
    await people.insertMany([{ key: 'p1', name: 'Kim' }]);
    await orders.insertMany([
      { person: 'p1', lines: [{ won: 5 }, { won: 7 }] },
      { person: 'p1', lines: [{ won: 1 }] },
      { person: 'p2', lines: [] },
    ]);
    const result = await orders
      .aggregate([
        { $unwind: '$lines' },
        { $group: { _id: '$person', won: { $sum: '$lines.won' } } },
        {
          $lookup: {
            from: people.collectionName,
            localField: '_id',
            foreignField: 'key',
            as: 'who',
          },
        },
        { $addFields: { name: { $first: '$who.name' } } },
        { $project: { who: 0 } },
        { $facet: { rows: [{ $sort: { won: 1 } }], size: [{ $count: 'n' }] } },
      ])
      .toArray();
    expect(result).toEqual([{ rows: [{ _id: 'p1', won: 13, name: 'Kim' }], size: [{ n: 1 }] }]);
  });

  it('commits a transaction whole or not at all', async () => {
    const things = aCollection();
    await things.insertOne({ n: 0 });
    await client.withSession(async (session: ClientSession) => {
      await session.withTransaction(async () => {
        await things.insertOne({ n: 1 }, { session });
        expect(await things.countDocuments({ n: 1 })).toBe(0);
      });
      await expect(
        session.withTransaction(async () => {
          await things.insertOne({ n: 2 }, { session });
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
    });
    expect(await things.distinct('n')).toEqual([0, 1]);
  });

  it('refuses the second of two transactions that change one document', async () => {
    const things = aCollection();
    await things.insertOne({ n: 0 });
    const [first, second] = [client.startSession(), client.startSession()];
    first.startTransaction();
    second.startTransaction();
    await things.updateOne({}, { $inc: { n: 1 } }, { session: first });
    const error = await serverError(things.updateOne({}, { $inc: { n: 1 } }, { session: second }));
    expect(error.code).toBe(112);
    expect(error.hasErrorLabel('TransientTransactionError')).toBe(true);
    await first.commitTransaction();
    await Promise.all([first.endSession(), second.endSession()]);
    expect(await things.distinct('n')).toEqual([1]);
  });

  it('follows changes and resumes after the last one seen', async () => {
    const things = aCollection();
    await things.insertOne({ n: 0 });
    const stream = things.watch();
    // The stream is open once its first batch came back.
    await stream.tryNext();
    await things.insertOne({ n: 1 });
    await things.updateOne({ n: 1 }, { $set: { m: 2 } });
    const inserted = await next(stream);
    expect(inserted['operationType']).toBe('insert');
    await stream.close();
    const resumed = things.watch([], { resumeAfter: inserted['_id'] });
    const updated = await next(resumed);
    expect(updated['updateDescription'].updatedFields).toEqual({ m: 2 });
    await resumed.close();
  });
});

it('serves mongoose with indexes, validation and populate', async () => {
  const connection = await mongoose
    .createConnection(database.uri, { dbName: 'models' })
    .asPromise();
  const Person = connection.model(
    'Person',
    new mongoose.Schema({ name: { type: String, unique: true } }),
  );
  const Book = connection.model(
    'Book',
    new mongoose.Schema({ title: String, by: { type: mongoose.Types.ObjectId, ref: 'Person' } }),
  );
  await Person.init();
  const person = await Person.create({ name: 'Han' });
  await Book.create({ title: 'One', by: person.id });
  const book = await Book.findOne({ title: 'One' }).populate('by').lean();
  expect(book?.by).toMatchObject({ name: 'Han' });
  await expect(Person.create({ name: 'Han' })).rejects.toMatchObject({ code: 11_000 });
  await connection.close();
});

describe('a file', () => {
  const listen = { host: '127.0.0.1', port: 0 };

  it('is refused while another database has it', async () => {
    const file = join(folder, 'data.db');
    await expect(startDatabase({ file, listen })).rejects.toMatchObject({
      code: 'DATABASE_LOCKED',
      file,
    });
  });

  it('is named when the system does not let it be opened', async () => {
    const file = join(folder, 'closed.db');
    mkdirSync(`${file}.lock`);
    await expect(startDatabase({ file, listen })).rejects.toThrow(`${file} cannot be opened: `);
  });

  it('is refused and left alone when it is not a database', async () => {
    const file = join(folder, 'letter.txt');
    writeFileSync(file, 'Dear Sir or Madam, this is a letter.');
    await expect(startDatabase({ file, listen })).rejects.toMatchObject({
      code: 'DATABASE_FOREIGN',
    });
    expect(readFileSync(file, 'utf8')).toBe('Dear Sir or Madam, this is a letter.');
  });

  it("is refused and left alone when it is another program's", async () => {
    const file = join(folder, 'other.db');
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE letters(t TEXT)');
    other.close();
    const before = readFileSync(file);
    await expect(startDatabase({ file, listen })).rejects.toMatchObject({
      code: 'DATABASE_FOREIGN',
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is refused and left alone when it is cut off', async () => {
    const file = join(folder, 'cut.db');
    const made = await startDatabase({ file, listen });
    await made.close();
    const cut = readFileSync(file).subarray(0, 8192 + 100);
    writeFileSync(file, cut);
    await expect(startDatabase({ file, listen })).rejects.toMatchObject({
      code: 'DATABASE_CORRUPT',
    });
    expect(readFileSync(file).equals(cut)).toBe(true);
  });

  it('keeps what was written when it is closed and opened again', async () => {
    const file = join(folder, 'again.db');
    const first = await startDatabase({ file, listen });
    const writer = await MongoClient.connect(first.uri);
    await writer.db('d').collection<{ n: number }>('c').insertOne({ n: 7 });
    await writer.close();
    await first.close();
    const second = await startDatabase({ file, listen });
    const reader = await MongoClient.connect(second.uri);
    expect(await reader.db('d').collection('c').distinct('n')).toEqual([7]);
    await reader.close();
    await second.close();
  });
});
