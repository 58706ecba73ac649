// What indexes, transactions and restarts must not change.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Long, MongoClient } from 'mongodb';
import type { Collection, Db, Document, Filter, IndexSpecification, Sort } from 'mongodb';
import { startDatabase } from './server.ts';
import type { Database } from './server.ts';

let folder: string;
let database: Database;
let client: MongoClient;
let db: Db;

const listen = { host: '127.0.0.1', port: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'database-model-'));
  database = await startDatabase({ file: join(folder, 'data.db'), listen, synchronous: 'NORMAL' });
  client = await MongoClient.connect(database.uri);
  db = client.db('model');
});

afterAll(async () => {
  await client.close();
  await database.close();
  rmSync(folder, { recursive: true });
});

const scalar = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    'a',
    'ab',
    'b',
    '',
    0.5,
    Long.fromNumber(2),
    new Date(5),
  ),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ x: scalar }, { requiredKeys: [] }),
  fc.array(fc.record({ x: scalar, y: scalar }, { requiredKeys: [] }), { maxLength: 3 }),
);
const thingsOf = fc.array(fc.record({ a: value, b: value, c: scalar }, { requiredKeys: [] }), {
  minLength: 1,
  maxLength: 25,
});

const path = fc.constantFrom('a', 'b', 'c', 'a.x', 'a.y', 'b.x', 'a.0');
const condition: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  scalar.map((one) => ({ $eq: one })),
  scalar.map((one) => ({ $gt: one })),
  scalar.map((one) => ({ $lte: one })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.array(scalar, { maxLength: 4 }).map((some) => ({ $in: some })),
  fc.array(scalar, { maxLength: 2 }).map((some) => ({ $nin: some })),
  fc.array(scalar, { minLength: 1, maxLength: 2 }).map((some) => ({ $all: some })),
  scalar.map((one) => ({ $ne: one })),
  fc.boolean().map((wanted) => ({ $exists: wanted })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $elemMatch: { $gte: low, $lte: high } })),
  fc.tuple(scalar, scalar).map(([x, y]) => ({ $elemMatch: { x, y } })),
  fc.constantFrom({ $regex: '^a' }, { $regex: '^ab?' }, { $type: 'array' }, { $size: 1 }),
);
const simple = fc.dictionary(path, condition, { minKeys: 1, maxKeys: 3 });
const filter = fc.oneof(
  simple,
  fc.array(simple, { minLength: 1, maxLength: 3 }).map(($or) => ({ $or })),
  fc.array(simple, { minLength: 1, maxLength: 3 }).map(($and) => ({ $and })),
  fc
    .tuple(simple, fc.array(simple, { minLength: 2, maxLength: 2 }))
    .map(([one, $or]) => ({ ...one, $or })),
);
const direction = fc.constantFrom(1 as const, -1 as const);
const order = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a.x'), direction, { maxKeys: 2 });

const INDEXES: IndexSpecification[] = [
  { a: 1 },
  { a: -1, c: 1 },
  { c: 1, b: -1 },
  { 'a.x': 1, 'a.y': -1 },
  { 'b.x': 1, c: -1 },
  // Gives the order that the queries below ask for.
  { c: 1, number: 1 },
  { number: -1 },
  // Arrays under its first field leave the order by the others.
  { a: 1, c: 1, number: 1 },
];

let counter = 0;

async function twoCollections(
  documents: readonly Document[],
  createIndexes = createAll,
): Promise<[Collection, Collection]> {
  counter += 1;
  const [plain, indexed] = [db.collection(`plain${counter}`), db.collection(`indexed${counter}`)];
  await Promise.all([createIndexes(indexed), plain.createIndex({ zzz: 1 })]);
  const numbered = documents.map((one, at) => ({ number: at, ...one }));
  const copies = (): Document[] => numbered.map((one) => ({ ...one }));
  // One by one, as a document with two arrays under one index is refused in both.
  for (const copy of copies()) {
    const isTaken = await insertOr(indexed, copy);
    if (isTaken) await plain.insertOne(copy);
  }
  return [plain, indexed];
}

async function createAll(collection: Collection): Promise<void> {
  for (const key of INDEXES) await collection.createIndex(key);
  await collection.createIndex({ c: 1 }, { name: 'sparse', sparse: true });
  await collection.createIndex(
    { b: 1 },
    { name: 'partial', partialFilterExpression: { c: { $gt: 0 } } },
  );
}

/** Indexes of all paths, of some, and of the hashes of one; no ordinary one is in their way. */
async function createDerived(collection: Collection): Promise<void> {
  await collection.createIndex({ '$**': 1 }, { wildcardProjection: { b: 0 } });
  await collection.createIndex({ 'b.$**': -1 });
  await collection.createIndex({ c: 'hashed' });
}

async function insertOr(collection: Collection, one: Document): Promise<boolean> {
  try {
    await collection.insertOne(one);
    return true;
  } catch {
    return false;
  }
}

async function numbersOf(
  collection: Collection,
  query: Filter<Document>,
  sort: Sort,
): Promise<number[]> {
  const found = await collection.find(query).sort(sort).toArray();
  return found.map((one) => one['number']);
}

const byNumber = (left: number, right: number): number => left - right;

describe('an index', () => {
  it('changes neither what a query finds nor its order', async () => {
    await fc.assert(
      fc.asyncProperty(
        thingsOf,
        fc.array(fc.tuple(filter, order), { minLength: 8, maxLength: 8 }),
        async (documents, queries) => {
          const [plain, indexed] = await twoCollections(documents);
          for (const [query, sort] of queries) {
            const expected = await numbersOf(plain, query, { ...sort, number: 1 });
            const found = await numbersOf(indexed, query, { ...sort, number: 1 });
            expect({ query, sort, found }).toEqual({ query, sort, found: expected });
            const unsorted = await numbersOf(indexed, query, {});
            expect(unsorted.toSorted(byNumber)).toEqual(expected.toSorted(byNumber));
          }
          await Promise.all([plain.drop(), indexed.drop()]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of all paths or of hashes changes nothing of it either', async () => {
    await fc.assert(
      fc.asyncProperty(
        thingsOf,
        fc.array(fc.tuple(filter, order), { minLength: 8, maxLength: 8 }),
        async (documents, queries) => {
          const [plain, indexed] = await twoCollections(documents, createDerived);
          for (const [query, sort] of queries) {
            const expected = await numbersOf(plain, query, { ...sort, number: 1 });
            const found = await numbersOf(indexed, query, { ...sort, number: 1 });
            expect({ query, sort, found }).toEqual({ query, sort, found: expected });
          }
          await indexed.updateMany(
            { c: { $gt: 0 } },
            { $set: { a: [{ x: 7 }] }, $unset: { b: 1 } },
          );
          await indexed.deleteOne({ 'a.x': 7 });
          const { valid, errors } = await db.command({ validate: indexed.collectionName });
          expect({ valid, errors }).toEqual({ valid: true, errors: [] });
          await Promise.all([plain.drop(), indexed.drop()]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('of words finds what reading every word finds', async () => {
    const word = fc.constantFrom('red', 'green', 'blue', 'Grün', 'rot');
    const words = fc.array(word, { maxLength: 4 });
    const texts = fc.array(fc.record({ a: words, b: words }), { minLength: 1, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.uniqueArray(word, { minLength: 1 }),
        word,
        async (all, any, not) => {
          counter += 1;
          const texted = db.collection(`texted${counter}`);
          await texted.createIndex({ a: 'text', 'b.c': 'text' }, { default_language: 'none' });
          await texted.insertMany(
            all.map(({ a, b }, number) => ({ number, a: a.join(' '), b: b.map((c) => ({ c })) })),
          );
          const $text = { $search: `${any.join(' ')} -${not}` };
          const found = await texted.find({ $text }).sort({ number: 1 }).toArray();
          const expected = all.flatMap(({ a, b }, number) => {
            const has = new Set([...a, ...b]);
            return any.some((one) => has.has(one)) && !has.has(not) ? [number] : [];
          });
          expect(found.map((one) => one['number'])).toEqual(expected);
          await texted.drop();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has exactly the keys of its documents after updates and removals', async () => {
    await fc.assert(
      fc.asyncProperty(
        thingsOf,
        fc.array(fc.tuple(simple, fc.constantFrom('a', 'b', 'c'), value), { maxLength: 10 }),
        async (documents, changes) => {
          const [plain, indexed] = await twoCollections(documents);
          for (const [query, field, given] of changes) {
            await Promise.allSettled(
              [plain, indexed].map((one) => one.updateMany(query, { $set: { [field]: given } })),
            );
            await indexed.deleteOne(query);
          }
          const { valid, errors } = await db.command({ validate: indexed.collectionName });
          expect({ valid, errors }).toEqual({ valid: true, errors: [] });
          await Promise.all([plain.drop(), indexed.drop()]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a transaction', () => {
  it('sees its own writes in every order, and others see nothing of them before it commits', async () => {
    await fc.assert(
      fc.asyncProperty(thingsOf, thingsOf, order, async (before, inside, sort) => {
        const [plain, indexed] = await twoCollections(before);
        const added = inside.map((one, at) => ({ number: 1000 + at, c: one.c ?? null }));
        await client.withSession(async (session) => {
          session.startTransaction();
          await indexed.insertMany(added, { session });
          await indexed.updateMany({ number: { $lt: 3 } }, { $set: { c: 'changed' } }, { session });
          await indexed.deleteMany({ number: { $gte: 3, $lt: 5 } }, { session });
          const outside = await numbersOf(indexed, {}, { number: 1 });
          expect(outside).toEqual(await numbersOf(plain, {}, { number: 1 }));
          const own = await indexed
            .find({}, { session })
            .sort({ ...sort, number: 1 })
            .toArray();
          await session.commitTransaction();
          const committed = await indexed
            .find()
            .sort({ ...sort, number: 1 })
            .toArray();
          expect(own).toEqual(committed);
        });
        await Promise.all([plain.drop(), indexed.drop()]);
      }),
      { numRuns: 15 },
    );
  });

  it('reads what was there when it began, whatever others write meanwhile', async () => {
    const things = db.collection('history');
    await things.createIndex({ n: 1 });
    await things.insertMany(Array.from({ length: 300 }, (_, n) => ({ n })));
    const session = client.startSession();
    session.startTransaction();
    const cursor = things.find({}, { session, batchSize: 50 }).sort({ n: 1 });
    const seen = [await cursor.next()];
    await things.deleteMany({ n: { $gte: 200 } });
    await things.updateMany({ n: { $lt: 200 } }, { $inc: { n: 1000 } });
    for await (const one of cursor) seen.push(one);
    expect(seen.map((one) => one?.['n'])).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(await things.countDocuments({ n: 5 }, { session })).toBe(1);
    await session.abortTransaction();
    await session.endSession();
    expect(await things.countDocuments({ n: 5 })).toBe(0);
  });
});

it('gives the same answers with restarts in between as without', async () => {
  const steps = fc.sample(fc.tuple(fc.nat(9), fc.constantFrom('insert', 'raise', 'remove')), {
    numRuns: 40,
    seed: 7,
  });
  const play = async (file: string, restarts: boolean): Promise<unknown> => {
    let own = await startDatabase({ file: join(folder, file), listen, synchronous: 'NORMAL' });
    let reader = await MongoClient.connect(own.uri);
    for (const [at, [n, step]] of steps.entries()) {
      const played = reader.db('play').collection('played');
      if (at === 0) {
        await played.createIndex({ n: 1 }, { unique: true });
        await played.createIndex({ '$**': 1 });
        await played.createIndex({ name: 'text' });
      }
      if (step === 'insert') await insertOr(played, { n, times: 0, name: `number ${n}` });
      else if (step === 'raise')
        await played.updateMany({ n: { $gte: n } }, { $inc: { times: 1 } });
      else await played.deleteOne({ n });
      if (!restarts || at % 10 !== 9) continue;
      await reader.close();
      await own.close();
      own = await startDatabase({ file: join(folder, file), listen, synchronous: 'NORMAL' });
      reader = await MongoClient.connect(own.uri);
    }
    const played = reader.db('play').collection('played');
    const filters = [{}, { times: { $gte: 1 } }, { $text: { $search: '3 5 7' } }];
    const answers = await Promise.all(
      filters.map((asked) =>
        played
          .find(asked, { projection: { _id: 0 } })
          .sort({ n: 1 })
          .toArray(),
      ),
    );
    const { valid } = await reader.db('play').command({ validate: 'played' });
    await reader.close();
    await own.close();
    return { answers, valid };
  };
  const restarted = await play('with.db', true);
  expect(restarted).toEqual(await play('without.db', false));
  expect(restarted).toMatchObject({ valid: true });
});
