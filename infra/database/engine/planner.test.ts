// Which index a query reads, and how much of it.
import { Decimal128, Long } from 'mongodb';
import type { Document, Filter, Sort } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

let sample: Sample;

/** Of 300 firms all have `common`, every third `third`, and one `rare`. */
beforeAll(async () => {
  sample = await startSample();
  const firms = Array.from({ length: 300 }, (_, number) => ({
    number,
    state: number % 2 === 0 ? 'open' : 'closed',
    name: `n${String((number * 7) % 300).padStart(3, '0')}`,
    terms: ['common', ...(number % 3 === 0 ? ['third'] : []), ...(number === 150 ? ['rare'] : [])],
  }));
  await firmsOf().insertMany(firms);
  await firmsOf().createIndex({ terms: 1, state: 1, name: 1 });
});

afterAll(() => sample.stop());

function firmsOf() {
  return sample.client.db('known').collection('firms');
}

function thingsOf() {
  return sample.client.db('known').collection('things');
}

type Seen = { keys: number; documents: number; stages: string[]; found: Document[] };

async function look(filter: Filter<Document>, sort: Sort = {}, limit = 0): Promise<Seen> {
  const cursor = firmsOf().find(filter).sort(sort).limit(limit);
  const found = await cursor.clone().toArray();
  const { executionStats, queryPlanner } = await cursor.explain('executionStats');
  return {
    keys: executionStats.totalKeysExamined,
    documents: executionStats.totalDocsExamined,
    stages: stagesOf(queryPlanner.winningPlan),
    found,
  };
}

function stagesOf(plan: Document): string[] {
  const inner = plan['inputStage'] ? [plan['inputStage']] : (plan['inputStages'] ?? []);
  return [plan['stage'], ...inner.flatMap((stage: Document) => stagesOf(stage))];
}

const many = { $all: ['common', 'third', 'rare'] };

describe('of the values that an array must all hold', () => {
  it.each<[string, Filter<Document>]>([
    ['at the top of the filter', { terms: many }],
    ['within $and', { $and: [{ number: { $gte: 0 } }, { $and: [{ terms: many }] }] }],
    ['in two conditions', { $and: [{ terms: 'common' }, { terms: 'rare' }] }],
    ['beside $in', { $and: [{ terms: { $in: ['common', 'third'] } }, { terms: 'rare' }] }],
    ['in a branch of $or', { $or: [{ terms: many }, { terms: { $all: ['common', 'rare'] } }] }],
  ])('the rarest leads the way %s', async (_, filter) => {
    const { documents, found, stages } = await look(filter);
    expect(found.map(({ number }) => number)).toEqual([150]);
    expect(stages).toContain('IXSCAN');
    expect(documents).toBeLessThanOrEqual(2);
  });
});

describe('an index of one field with arrays', () => {
  /** Of 1,500 things every second has `even`, every third `third`, every 250th `rare`; every tenth has a single value. */
  beforeAll(async () => {
    const things = Array.from({ length: 1500 }, (_, number) => ({
      number,
      marks:
        number % 10 === 9
          ? 'even'
          : [
              ...(number % 2 === 0 ? ['even', 'even'] : []),
              ...(number % 3 === 0 ? ['third'] : []),
              ...(number % 250 === 0 ? ['rare', null] : []),
              number % 7,
            ],
    }));
    await thingsOf().insertMany(things);
    await thingsOf().createIndex({ marks: 1 });
  });

  it.each<[string, Filter<Document>]>([
    ['two values that many have', { marks: { $all: ['even', 'third'] } }],
    ['three of them', { marks: { $all: ['even', 'third', 5] } }],
    ['one that is there once', { marks: { $all: ['third', 'rare', 'even'] } }],
    ['a number of another type', { marks: { $all: [Long.fromNumber(3), 'third', 'even'] } }],
    ['two conditions', { $and: [{ marks: 'even' }, { marks: 'third' }] }],
    ['a value that nothing has', { marks: { $all: ['even', 'nowhere', 'third'] } }],
  ])('reads only what has all of %s', async (_, filter) => {
    const plain = await thingsOf().find(filter).hint({ $natural: 1 }).toArray();
    const found = await thingsOf().find(filter).toArray();
    expect(found).toEqual(plain);
    const { executionStats } = await thingsOf().find(filter).explain('executionStats');
    // Where few have the rarest, one more is asked for.
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(Math.max(6, plain.length * 1.5));
    expect(executionStats.totalKeysExamined).toBeGreaterThanOrEqual(plain.length);
  });

  it('finds null, arrays and downward keys among several as without it', async () => {
    await thingsOf().createIndex({ marks: -1 }, { name: 'down' });
    for (const filter of [
      { $and: [{ marks: null }, { marks: 'rare' }, { marks: 'even' }] },
      { $and: [{ marks: ['even', 'even', 'third', 0] }, { marks: 'third' }] },
      { marks: { $all: ['even', 'third', 'rare'] } },
    ]) {
      const plain = await thingsOf().find(filter).hint({ $natural: 1 }).toArray();
      for (const hint of ['down', 'marks_1'])
        expect(await thingsOf().find(filter).hint(hint).toArray()).toEqual(plain);
    }
  });

  it('sees what its own transaction changed', async () => {
    const filter = { marks: { $all: ['even', 'third', 'rare'] } };
    const session = sample.client.startSession();
    try {
      session.startTransaction();
      await thingsOf().updateOne({ number: 0 }, { $set: { marks: [] } }, { session });
      await thingsOf().updateOne(
        { number: 1 },
        { $set: { marks: ['rare', 'third', 'even'] } },
        { session },
      );
      const numbers = await thingsOf()
        .find(filter, { session })
        .map(({ number }) => Number(number))
        .toArray();
      expect(numbers.toSorted((left, right) => left - right)).toEqual([1, 750]);
      await session.abortTransaction();
    } finally {
      await session.endSession();
    }
  });
});

describe('an index with arrays', () => {
  it('gives the order by its other fields, so that a page reads no more than itself', async () => {
    const { documents, found, stages } = await look(
      { terms: { $all: ['common'] }, state: 'open' },
      { name: 1 },
      10,
    );
    const all = await firmsOf().find({ state: 'open' }).sort({ name: 1 }).limit(10).toArray();
    expect(found).toEqual(all);
    expect(stages).not.toContain('SORT');
    expect(documents).toBeLessThanOrEqual(11);
  });

  it('gives the order across several values, with each document once', async () => {
    const { found, stages } = await look(
      { terms: { $in: ['third', 'common'] }, state: 'open' },
      { name: -1 },
    );
    const all = await firmsOf().find({ state: 'open' }).sort({ name: -1 }).toArray();
    expect(found).toEqual(all);
    expect(stages).not.toContain('SORT');
  });

  it('does not give the order by the arrays themselves', async () => {
    const { stages, found } = await look({ terms: 'third' }, { terms: 1, number: 1 });
    expect(stages).toContain('SORT');
    expect(found).toHaveLength(100);
  });

  it('gives no order by a field once a document has an array there', async () => {
    const firms = sample.client.db('known').collection('changing');
    await firms.createIndex({ terms: 1, name: 1 });
    await firms.insertMany([
      { terms: ['x'], name: 'b' },
      { terms: ['x', 'y'], name: 'c' },
    ]);
    await firms.insertOne({ terms: 'x', name: ['a', 'd'] });
    const found = await firms.find({ terms: 'x' }).sort({ name: 1 }).toArray();
    expect(found.map(({ name }) => name)).toEqual([['a', 'd'], 'b', 'c']);
  });
});

describe('of an index are read', () => {
  beforeAll(async () => {
    await firmsOf().createIndex({ state: 1, number: -1 });
    await firmsOf().createIndex({ number: 1 });
    await firmsOf().updateMany({ number: { $lt: 5 } }, { $set: { late: true } });
    await firmsOf().createIndex({ late: 1 }, { sparse: true });
    await firmsOf().updateMany({}, [{ $set: { parts: [{ at: '$number' }, { at: -1 }] } }]);
    await firmsOf().createIndex({ 'parts.at': 1 });
  });

  it.each<[string, Filter<Document>, number]>([
    ['neither end of a range without its ends', { number: { $gt: 10, $lt: 13 } }, 2],
    ['both ends of a range with its ends', { number: { $gte: 10, $lte: 13 } }, 4],
    ['no more of a downward field', { state: 'open', number: { $gt: 10, $lt: 16 } }, 2],
    ['all of a downward field with its ends', { state: 'open', number: { $gte: 10, $lte: 16 } }, 4],
    ['nothing of a range that is empty', { number: { $gt: 10, $lt: 11 } }, 0],
    ['those that have the field, of a sparse one', { late: { $exists: true } }, 5],
    [
      'elements that match, within $all',
      { parts: { $all: [{ $elemMatch: { at: 7 } }, { $elemMatch: { at: { $lt: 0 } } }] } },
      1,
    ],
  ])('%s', async (_, filter, keys) => {
    const seen = await look(filter);
    expect(seen).toMatchObject({ keys, documents: keys, stages: ['FETCH', 'IXSCAN'] });
    expect(seen.found).toHaveLength(keys);
  });

  it('the same answers as without it, whatever the ends are', async () => {
    const ends = [
      undefined,
      10,
      10.5,
      Number.NaN,
      Long.fromNumber(12),
      Decimal128.fromString('12.0'),
    ];
    for (const $gt of ends)
      for (const $lt of ends)
        for (const [low, high] of [
          ['$gt', '$lt'],
          ['$gte', '$lt'],
          ['$gt', '$lte'],
        ] as const) {
          const range = {
            ...($gt === undefined ? {} : { [low]: $gt }),
            ...($lt === undefined ? {} : { [high]: $lt }),
            $ne: 11,
          };
          const filter = { state: { $in: ['open', 'closed'] }, number: range };
          const [indexed, scanned] = await Promise.all([
            firmsOf().find(filter).sort({ _id: 1 }).hint({ state: 1, number: -1 }).toArray(),
            firmsOf().find(filter).sort({ _id: 1 }).hint({ $natural: 1 }).toArray(),
          ]);
          expect(indexed).toEqual(scanned);
        }
  });
});

it('a page that follows an _id is read from the index of its owner, not from that of all _ids', async () => {
  const pages = sample.client.db('known').collection<{ _id: number; owner: number }>('pages');
  await pages.insertMany(Array.from({ length: 400 }, (_, _id) => ({ _id, owner: _id % 20 })));
  await pages.createIndex({ owner: 1, _id: 1 });
  const page = pages.find({ owner: 7, _id: { $gt: 200 } });
  const { executionStats } = await page.clone().explain('executionStats');
  expect(executionStats).toMatchObject({ totalKeysExamined: 10, nReturned: 10 });
  expect(await page.toArray()).toHaveLength(10);
});
