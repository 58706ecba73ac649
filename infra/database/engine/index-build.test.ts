// Building an index while others write.
import type { Collection } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

const DOCUMENTS = 20_000;

let sample: Sample;
let numbers: Collection<{ _id: number | string; x: number }>;

beforeAll(async () => {
  sample = await startSample();
  numbers = sample.client.db('known').collection('numbers');
  await numbers.insertMany(Array.from({ length: DOCUMENTS }, (_, x) => ({ _id: x, x })));
});

afterEach(async () => {
  await numbers.deleteMany({ _id: { $type: 'string' } });
  await numbers.dropIndexes();
});

afterAll(() => sample.stop());

const turns = Array.from({ length: 8 }, (_, at) => at * 8);

async function indexNames(): Promise<string[]> {
  return (await numbers.indexes()).map(({ name }) => name ?? '');
}

describe('a unique index that is built', () => {
  it.each(turns)(
    'holds no key twice, whenever a transaction adds it: after %d ms',
    async (millis) => {
      const building = numbers.createIndex({ x: 1 }, { unique: true }).then(
        () => 'built',
        () => 'refused',
      );
      await new Promise((resolve) => {
        setTimeout(resolve, millis);
      });
      const session = sample.client.startSession();
      session.startTransaction();
      const written = numbers
        .insertOne({ _id: 'again', x: DOCUMENTS - 1 }, { session })
        .then(() => session.commitTransaction())
        .then(
          () => 'written',
          () => 'refused',
        );
      const results = [await building, await written];
      await session.endSession();
      expect(results).toContain('refused');
      const count = await numbers.countDocuments({ x: DOCUMENTS - 1 });
      expect(count).toBe(results[1] === 'written' ? 2 : 1);
      expect(await indexNames()).toEqual(results[0] === 'built' ? ['_id_', 'x_1'] : ['_id_']);
      expect(await sample.client.db('known').command({ validate: 'numbers' })).toMatchObject({
        valid: true,
      });
    },
  );

  it('is gone when it is dropped meanwhile', async () => {
    const building = Promise.allSettled([numbers.createIndex({ x: -1 })]);
    await numbers.dropIndexes();
    const [{ status }] = await building;
    const names = await indexNames();
    // What was built may have come after the drop, or have been dropped whole.
    expect(status === 'fulfilled' ? names.filter((name) => name !== 'x_-1') : names).toEqual([
      '_id_',
    ]);
    expect(await sample.client.db('known').command({ validate: 'numbers' })).toMatchObject({
      valid: true,
    });
  });
});

describe('validation', () => {
  it('waits for a transaction before rules change, so that none is committed by the rules of before', async () => {
    await numbers.createIndex({ x: 1 });
    const session = sample.client.startSession();
    session.startTransaction();
    await numbers.insertOne({ _id: 'again', x: 5 }, { session });
    const db = sample.client.db('known');
    const index = { keyPattern: { x: 1 } };
    const prepared = db.command({ collMod: 'numbers', index: { ...index, prepareUnique: true } });
    await session.commitTransaction();
    await session.endSession();
    await prepared;
    await expect(
      db.command({ collMod: 'numbers', index: { ...index, unique: true } }),
    ).rejects.toMatchObject({ code: 359 });
  });
});

describe('several indexes that are asked for at once', () => {
  it('are all refused when the documents break one of them', async () => {
    await numbers.insertOne({ _id: 'again', x: 5 });
    await expect(
      numbers.createIndexes([{ key: { x: 1 } }, { key: { x: -1 }, unique: true }]),
    ).rejects.toMatchObject({ code: 11_000 });
    expect(await indexNames()).toEqual(['_id_']);
  });

  it('are all refused when one of them contradicts one that is there', async () => {
    await numbers.createIndex({ x: 1 }, { name: 'taken' });
    await expect(
      numbers.createIndexes([
        { key: { x: -1 }, name: 'down' },
        { key: { y: 1 }, name: 'taken' },
      ]),
    ).rejects.toMatchObject({ code: 86 });
    expect(await indexNames()).toEqual(['_id_', 'taken']);
  });
});

describe('an index that two ask for at the same time', () => {
  it('is refused to both when the documents break it', async () => {
    await numbers.insertOne({ _id: 'again', x: DOCUMENTS - 1 });
    const asked = Array.from({ length: 2 }, () => numbers.createIndex({ x: 1 }, { unique: true }));
    const answers = await Promise.allSettled(asked);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await indexNames()).toEqual(['_id_']);
  });
});
