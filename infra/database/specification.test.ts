// What drivers' specifications ask of a server beyond reading and writing.
import { MongoClient } from 'mongodb';
import type { Db, Document } from 'mongodb';
import { startSample } from './sample.ts';
import type { Sample } from './sample.ts';

let sample: Sample;
let db: Db;

beforeAll(async () => {
  sample = await startSample();
  db = sample.client.db('specified');
});

afterAll(async () => {
  await sample.stop();
});

describe('a clustered collection', () => {
  const clusteredIndex = { key: { _id: 1 }, unique: true, name: 'by id' };

  it('is listed with its index, whose name it keeps', async () => {
    await db.createCollection('clustered', { clusteredIndex });
    const [listed] = await db.listCollections({ name: 'clustered' }).toArray();
    expect(listed).toMatchObject({ options: { clusteredIndex: { ...clusteredIndex, v: 2 } } });
    expect(await db.collection('clustered').indexes()).toEqual([
      { ...clusteredIndex, clustered: true, v: 2 },
    ]);
  });

  it('lets documents expire by an _id that is a date', async () => {
    const options = { clusteredIndex, expireAfterSeconds: 60 };
    const dated = await db.createCollection<{ _id: Date | string }>('dated', options);
    const [old, young] = [new Date(Date.now() - 120_000), new Date()];
    await dated.insertMany([{ _id: old }, { _id: young }, { _id: 'no date' }]);
    while ((await dated.countDocuments()) > 2)
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    expect(await dated.distinct('_id')).toEqual(['no date', young]);
  });

  it('is refused by another key, and an expiry without it is', async () => {
    for (const given of [
      { key: { a: 1 }, unique: true },
      { key: { _id: 1 }, unique: false },
    ])
      await expect(db.createCollection('wrong', { clusteredIndex: given })).rejects.toMatchObject({
        code: 197,
      });
    await expect(db.createCollection('wrong', { expireAfterSeconds: 5 })).rejects.toMatchObject({
      code: 72,
    });
    const timeseries = { timeField: 'at' };
    await expect(db.createCollection('wrong', { timeseries })).rejects.toMatchObject({ code: 238 });
  });
});

it('an index is made unique in two steps, and what is in the way is named', async () => {
  const things = db.collection<{ _id: number; x: number }>('unique');
  await things.insertMany([
    { _id: 1, x: 1 },
    { _id: 2, x: 1 },
  ]);
  await things.createIndex({ x: 1 });
  const change = (index: Record<string, unknown>): Promise<unknown> =>
    db.command({ collMod: 'unique', index: { keyPattern: { x: 1 }, ...index } });
  await expect(change({ unique: true })).rejects.toMatchObject({ code: 72 });
  await change({ prepareUnique: true });
  await expect(things.insertOne({ _id: 3, x: 1 })).rejects.toMatchObject({ code: 11_000 });
  await expect(change({ unique: true })).rejects.toMatchObject({
    code: 359,
    errorResponse: { violations: [{ ids: [1, 2] }] },
  });
  await things.deleteOne({ _id: 2 });
  await change({ unique: true });
  expect(await things.indexes()).toContainEqual({ v: 2, key: { x: 1 }, name: 'x_1', unique: true });
});

describe('a client of the stable API alone', () => {
  it('is refused commands and stages beyond it', async () => {
    const options = { serverApi: { version: '1', strict: true } } as const;
    const { hosts } = sample.client.options;
    const strict = await MongoClient.connect(`mongodb://${hosts[0]?.toString()}/`, options);
    try {
      const things = strict.db('known').collection('things');
      expect(await things.countDocuments()).toBe(4);
      expect(await things.estimatedDocumentCount()).toBe(4);
      await expect(things.distinct('n')).rejects.toMatchObject({ code: 323 });
      const sessions = strict.db('admin').aggregate([{ $listLocalSessions: {} }]);
      await expect(sessions.toArray()).rejects.toMatchObject({ code: 323 });
    } finally {
      await strict.close();
    }
  });
});

describe('a snapshot session', () => {
  it('reads what was there at its first reading, and is refused to write and to list', async () => {
    const things = db.collection<{ n: number }>('snapshots');
    await things.insertOne({ n: 1 });
    await sample.client.withSession({ snapshot: true }, async (session) => {
      expect(await things.distinct('n', {}, { session })).toEqual([1]);
      await things.insertOne({ n: 2 });
      expect(await things.find({}, { session }).toArray()).toHaveLength(1);
      expect(await things.countDocuments({}, { session })).toBe(1);
      const refused = [
        things.insertOne({ n: 3 }, { session }),
        things.updateOne({}, { $inc: { n: 1 } }, { session }),
        things.deleteOne({}, { session }),
        things.findOneAndUpdate({}, { $inc: { n: 1 } }, { session }),
        db.admin().listDatabases({ session }),
        db.listCollections({}, { session }).toArray(),
        things.listIndexes({ session }).toArray(),
      ];
      for (const { status } of await Promise.allSettled(refused)) expect(status).toBe('rejected');
    });
    expect(await things.countDocuments()).toBe(2);
  });
});

describe('a bulk write of the client', () => {
  it('tells which of its operations failed, and what the others did', async () => {
    const namespace = 'specified.bulk';
    await db.collection<{ _id: number }>('bulk').insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const filters: Document[] = [{ _id: 1 }, { $expr: { $eq: ['$_id', '$$nobody'] } }, { _id: 3 }];
    const models = filters.map((filter) => ({ name: 'deleteOne' as const, namespace, filter }));
    const ordered = sample.client.bulkWrite(models, { verboseResults: true });
    await expect(ordered).rejects.toMatchObject({
      writeErrors: new Map([[1, expect.objectContaining({ code: 17_276 })]]),
      partialResult: expect.objectContaining({ deletedCount: 1 }),
    });
    const loose = sample.client.bulkWrite(models, { ordered: false, verboseResults: true });
    await expect(loose).rejects.toMatchObject({
      partialResult: expect.objectContaining({ deletedCount: 1 }),
    });
    expect(await db.collection('bulk').distinct('_id')).toEqual([2]);
  });
});
