// What drivers' specifications ask of a server beyond reading and writing.
import {
  Binary,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  MongoClient,
  ObjectId,
  Timestamp,
} from 'mongodb';
import type { ChangeStream, Db, Document } from 'mongodb';
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
      const unknown = strict.db('known').command({ testVersion2: 1 });
      await expect(unknown).rejects.toThrow('command testVersion2 is not in API Version 1');
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

describe('an _id', () => {
  const IDS: readonly (readonly [string, unknown])[] = [
    ['double', new Double(Number.NaN)],
    ['string', ''],
    ['object', {}],
    ['object with dots', { 'a.b': 1 }],
    ['binData', new Binary(Buffer.alloc(0))],
    ['objectId', new ObjectId('507f1f77bcf86cd799439011')],
    ['bool', false],
    ['date', new Date(0)],
    ['null', null],
    ['code', new Code('')],
    ['code with scope', new Code('', { a: 1 })],
    ['int', 1],
    ['timestamp', new Timestamp({ t: 1, i: 1 })],
    ['long', Long.fromString('9223372036854775807')],
    ['decimal', Decimal128.fromString('0.10')],
    ['minKey', new MinKey()],
    ['maxKey', new MaxKey()],
  ];

  it.each(IDS)('may be of the type %s, however it comes', async (type, _id) => {
    const ids = db.collection<{ _id: unknown }>(`ids of ${type}`);
    const raw = { promoteValues: false };
    const [made] = [new Map([['_id', _id]])];
    await db.command({ insert: ids.collectionName, documents: [made] });
    const stored = await ids.findOne({}, raw);
    await ids.deleteMany({});
    const unset = { q: made, u: { $unset: { a: '' } }, upsert: true };
    await db.command({ update: ids.collectionName, updates: [unset] });
    expect(await ids.findOne({}, raw)).toEqual(stored);
    await ids.deleteMany({});
    const replaced = { q: {}, u: made, upsert: true };
    await db.command({ update: ids.collectionName, updates: [replaced] });
    expect(await ids.findOne({}, raw)).toEqual(stored);
    await expect(
      db.command({ insert: ids.collectionName, documents: [made] }),
    ).resolves.toMatchObject({ writeErrors: [{ code: 11_000 }] });
  });

  it.each([
    ['an array', [1]],
    ['a regular expression', new BSONRegExp('a')],
    ['a document with an operator', { $a: 1 }],
  ])('is refused as %s', async (_title, _id) => {
    const made = await db.command({ insert: 'ids', documents: [{ _id }] });
    expect(made).toMatchObject({ n: 0, writeErrors: [{ code: expect.any(Number) }] });
  });
});

describe('a field name', () => {
  it.each([
    [{ $a: 1 }],
    [{ 'a.b': 1 }],
    [{ a: { $b: 1 } }],
    [{ a: { 'b.c': 1 } }],
    [{ a: { $db: 'x' } }],
  ])('may have dots and dollars: %j', async (fields) => {
    const odd = db.collection('odd');
    const { insertedId } = await odd.insertOne({ ...fields });
    expect(await odd.findOne({ _id: insertedId }, { projection: { _id: 0 } })).toEqual(fields);
  });
});

async function eventsOf(stream: ChangeStream, count: number): Promise<Document[]> {
  const events: Document[] = [];
  while (events.length < count) events.push(await stream.next());
  await stream.close();
  return events;
}

describe('a stream of expanded events', () => {
  it('tells of collections, indexes and changes of options', async () => {
    const stream = db.watch([], { showExpandedEvents: true });
    await stream.tryNext();
    const told = await db.createCollection('told');
    await told.insertOne({ a: 1 });
    await told.createIndex({ x: 1 });
    await db.command({ collMod: 'told' });
    await told.dropIndex('x_1');
    await told.rename('retold');
    await db.dropCollection('retold');
    const events = await eventsOf(stream, 7);
    expect(events.map((event) => event['operationType'])).toEqual([
      'create',
      'insert',
      'createIndexes',
      'modify',
      'dropIndexes',
      'rename',
      'drop',
    ]);
    expect(events[1]).toHaveProperty('collectionUUID');
    expect(events[2]).toHaveProperty('operationDescription.indexes');
    expect(events[5]).toMatchObject({ to: { db: 'specified', coll: 'retold' } });
  });

  it('tells paths apart that could mean an array or a field', async () => {
    const paths = db.collection<{ _id: number; a: unknown }>('paths');
    await paths.insertMany([
      { _id: 1, a: { '1': 1 } },
      { _id: 2, a: [{ '1': 1 }] },
    ]);
    const expanded = paths.watch([], { showExpandedEvents: true });
    const plain = paths.watch();
    await Promise.all([expanded.tryNext(), plain.tryNext()]);
    await paths.updateOne({ _id: 1 }, { $set: { 'a.1': 2 } });
    await paths.updateOne({ _id: 2 }, { $set: { 'a.0.1': 2 } });
    const events = await eventsOf(expanded, 2);
    expect(events.map((event) => event['updateDescription'].disambiguatedPaths)).toEqual([
      { 'a.1': ['a', '1'] },
      { 'a.0.1': ['a', 0, '1'] },
    ]);
    for (const event of await eventsOf(plain, 2))
      expect(event['updateDescription']).not.toHaveProperty('disambiguatedPaths');
  });
});

it('keeps no filter that needs an index, as a validator or for a part of an index', async () => {
  const refused = [{ $text: { $search: 'a' } }, { $or: [{ at: { $near: [0, 0] } }] }];
  for (const filter of refused) {
    const made = db.command({ create: 'validated', validator: filter });
    await expect(made).rejects.toMatchObject({ code: 2 });
    const index = { key: { a: 1 }, name: 'a', partialFilterExpression: filter };
    const indexed = db.command({ createIndexes: 'validated', indexes: [index] });
    await expect(indexed).rejects.toMatchObject({ code: 67 });
  }
  expect(await db.listCollections({ name: 'validated' }).toArray()).toEqual([]);
});
