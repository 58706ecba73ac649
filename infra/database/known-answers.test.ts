// Filters and updates through the driver: what MongoDB's manual gives.
import { readFileSync } from 'node:fs';
import { Decimal128, Double, Long } from 'mongodb';
import type { Document, Filter } from 'mongodb';
import { FILTER_OPERATORS } from './query/filter.ts';
import { UPDATE_OPERATORS } from './query/update-operators.ts';
import { startSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { supportMatrix } from './support.ts';

let sample: Sample;

beforeAll(async () => {
  sample = await startSample();
  await sample.things.createIndex({ text: 'text' });
  await sample.things.updateOne({ n: 1 }, { $set: { at: { type: 'Point', coordinates: [0, 0] } } });
  await sample.things.updateOne({ n: 2 }, { $set: { at: [10, 10] } });
  await sample.things.createIndex({ at: '2dsphere' });
});

afterAll(async () => {
  await sample.stop();
});

const FILTERS: readonly (readonly [string, Filter<Document>, number[]])[] = [
  ['$eq', { kind: { $eq: 'a' } }, [1, 3]],
  ['$ne', { kind: { $ne: 'a' } }, [2, 4]],
  ['$gt', { n: { $gt: 2 } }, [3, 4]],
  ['$gte', { price: { $gte: 4 } }, [2, 4]],
  ['$lt', { price: { $lt: 3 } }, [3]],
  ['$lte', { list: { $lte: 1 } }, [1]],
  ['$in', { list: { $in: [4, /^no/] } }, [2, 4]],
  ['$nin', { kind: { $nin: ['a', 'b'] } }, [4]],
  ['$and', { $and: [{ kind: 'a' }, { n: 3 }] }, [3]],
  ['$or', { $or: [{ n: 1 }, { kind: 'c' }] }, [1, 4]],
  ['$nor', { $nor: [{ kind: 'a' }, { n: 2 }] }, [4]],
  ['$not', { n: { $not: { $gt: 1 } } }, [1]],
  ['$exists', { nothing: { $exists: true } }, [3]],
  ['$type', { price: { $type: ['decimal', 'long'] } }, [3, 4]],
  ['$expr', { $expr: { $gt: ['$bits', '$n'] } }, [1]],
  ['$mod', { n: { $mod: [2, 1] } }, [1, 3]],
  ['$regex', { text: { $regex: '^b', $options: 'i' } }, [2]],
  ['$options', { text: { $regex: 'A$', $options: 'i' } }, [1, 2]],
  ['$all', { list: { $all: [3, 2] } }, [1]],
  ['$elemMatch', { deep: { $elemMatch: { x: 1, y: 2 } } }, [2]],
  ['$size', { list: { $size: 0 } }, [3]],
  ['$bitsAllSet', { bits: { $bitsAllSet: [0, 2] } }, [1]],
  ['$bitsAnySet', { bits: { $bitsAnySet: 3 } }, [1, 2]],
  ['$bitsAllClear', { bits: { $bitsAllClear: [0] } }, [2, 3]],
  ['$bitsAnyClear', { bits: { $bitsAnyClear: 5 } }, [2, 3]],
  [
    '$jsonSchema',
    { $jsonSchema: { required: ['price'], properties: { n: { maximum: 3 } } } },
    [2, 3],
  ],
  ['$comment', { n: 1, $comment: 'why' }, [1]],
  ['$sampleRate', { $sampleRate: 1 }, [1, 2, 3, 4]],
  ['$sampleRate', { $sampleRate: 0 }, []],
  ['$geoWithin', { at: { $geoWithin: { $centerSphere: [[0, 0], 0.1] } } }, [1]],
  [
    '$within',
    {
      at: {
        $within: {
          $box: [
            [9, 9],
            [11, 11],
          ],
        },
      },
    },
    [2],
  ],
  [
    '$geoIntersects',
    { at: { $geoIntersects: { $geometry: { type: 'Point', coordinates: [10, 10] } } } },
    [2],
  ],
  ['$near', { at: { $near: { $geometry: { type: 'Point', coordinates: [1, 0] } } } }, [1, 2]],
  ['$nearSphere', { at: { $nearSphere: [1, 0], $maxDistance: 0.1 } }, [1]],
  ['$maxDistance', { at: { $nearSphere: [1, 0], $maxDistance: 1 } }, [1, 2]],
  ['$minDistance', { at: { $nearSphere: [1, 0], $minDistance: 0.1 } }, [2]],
  ['$text', { $text: { $search: 'BETA gamma' } }, [2]],
];

describe('a filter', () => {
  it.each(FILTERS)('finds by %s', async (_operator, filter, expected) => {
    const found = await sample.things.find(filter).sort({ n: 1 }).toArray();
    expect(found.map((one) => one['n'])).toEqual(expected);
  });

  it('is known for every operator that is supported', () => {
    const known = new Set(FILTERS.map(([operator]) => operator));
    expect(FILTER_OPERATORS.filter((name) => !known.has(name))).toEqual([]);
  });
});

type Updated = readonly [string, Document, Document, Document];

const UPDATES: readonly Updated[] = [
  ['$set', { b: 1 }, { $set: { 'a.x': 1, b: 2 } }, { b: 2, a: { x: 1 } }],
  ['$setOnInsert', { a: 1 }, { $setOnInsert: { a: 2 }, $set: { b: 1 } }, { a: 1, b: 1 }],
  ['$unset', { a: 1, l: [1, 2] }, { $unset: { a: '', 'l.0': '' } }, { l: [null, 2] }],
  ['$inc', { a: 1 }, { $inc: { a: 2, b: 1 } }, { a: 3, b: 1 }],
  ['$mul', { a: 3 }, { $mul: { a: 2, b: 5 } }, { a: 6, b: 0 }],
  ['$min', { a: 5 }, { $min: { a: 3 } }, { a: 3 }],
  ['$max', { a: 5 }, { $max: { a: 3, b: 1 } }, { a: 5, b: 1 }],
  ['$bit', { a: 13 }, { $bit: { a: { and: 10 } } }, { a: 8 }],
  ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c.d' } }, { b: 2, c: { d: 1 } }],
  ['$push', { l: [3] }, { $push: { l: { $each: [1, 2], $sort: -1, $slice: 2 } } }, { l: [3, 2] }],
  ['$push', { l: [3] }, { $push: { l: { $each: [9], $position: 0 } } }, { l: [9, 3] }],
  ['$addToSet', { l: [1] }, { $addToSet: { l: { $each: [1, 2] } } }, { l: [1, 2] }],
  ['$pop', { l: [1, 2] }, { $pop: { l: -1 } }, { l: [2] }],
  ['$pull', { l: [{ x: 1 }, { x: 5 }] }, { $pull: { l: { x: { $gte: 3 } } } }, { l: [{ x: 1 }] }],
  ['$pullAll', { l: [1, 2, 1] }, { $pullAll: { l: [1] } }, { l: [2] }],
  [
    '$currentDate',
    { a: 1 },
    { $currentDate: { at: true }, $unset: { at2: 1 } },
    { a: 1, at: expect.any(Date) },
  ],
];

describe('an update', () => {
  it.each(UPDATES)('changes by %s (%#)', async (_operator, before, update, expected) => {
    const collection = sample.client.db('known').collection('updates');
    const { insertedId } = await collection.insertOne({ ...before });
    await collection.updateOne({ _id: insertedId }, update);
    const after = await collection.findOne({ _id: insertedId }, { projection: { _id: 0 } });
    expect(after).toEqual(expected);
    expect(Object.keys(after ?? {})).toEqual(Object.keys(expected));
  });

  it('is known for every operator that is supported', () => {
    const known = new Set(UPDATES.map(([operator]) => operator));
    expect(UPDATE_OPERATORS.filter((name) => !known.has(name))).toEqual([]);
  });

  it('reaches elements by position, all of them, or those of a filter', async () => {
    const collection = sample.client.db('known').collection('positions');
    await collection.insertOne({ l: [{ x: 1 }, { x: 2 }, { x: 3 }] });
    await collection.updateOne({ 'l.x': 2 }, { $set: { 'l.$.hit': true } });
    await collection.updateOne({}, { $inc: { 'l.$[].x': 10 } });
    await collection.updateOne(
      {},
      { $set: { 'l.$[big].big': 1 } },
      { arrayFilters: [{ 'big.x': { $gt: 12 } }] },
    );
    const [one] = await collection.find().toArray();
    expect(one?.['l']).toEqual([{ x: 11 }, { x: 12, hit: true }, { x: 13, big: 1 }]);
  });

  it('is refused as MongoDB refuses it', async () => {
    const collection = sample.client.db('known').collection('refusals');
    await collection.insertOne({ n: 1, text: 'x', list: [1] });
    const refused: [Document, number][] = [
      [{ $inc: { text: 1 } }, 14],
      [{ $set: { 'text.y': 1 } }, 28],
      [{ $set: { a: 1, 'a.b': 2 } }, 40],
      [{ $push: { text: 1 } }, 2],
      [{ $set: { _id: 5 } }, 66],
      [{ $rename: { text: 'text' } }, 2],
      [{ $foo: { a: 1 } }, 9],
    ];
    for (const [update, code] of refused)
      await expect(collection.updateOne({ n: 1 }, update)).rejects.toMatchObject({ code });
  });
});

it('keeps numeric types through storing, changing and grouping', async () => {
  const numbers = sample.client.db('known').collection('numbers');
  await numbers.insertOne({
    real: new Double(1),
    long: Long.fromNumber(1),
    exact: Decimal128.fromString('1.0'),
  });
  await numbers.updateOne({}, { $inc: { real: 1, long: 1, exact: 1 } });
  const [types] = await numbers
    .aggregate([
      {
        $project: {
          _id: 0,
          real: { $type: '$real' },
          long: { $type: '$long' },
          exact: { $toString: '$exact' },
        },
      },
    ])
    .toArray();
  expect(types).toEqual({ real: 'double', long: 'long', exact: '2.0' });
});

it('sorts an empty array before null and what is missing, in memory and by an index', async () => {
  const empties = sample.client.db('known').collection<{ _id: number; v?: unknown }>('empties');
  await empties.insertMany([{ _id: 1, v: null }, { _id: 2, v: 1 }, { _id: 3, v: [] }, { _id: 4 }]);
  const inOrder = async (v: 1 | -1, hint: Record<string, 1>): Promise<number[]> =>
    (await empties.find().hint(hint).sort({ v, _id: 1 }).toArray()).map(({ _id }) => _id);
  await empties.createIndex({ v: 1, _id: 1 });
  for (const hint of [{ $natural: 1 }, { v: 1, _id: 1 }] as const) {
    expect(await inOrder(1, hint)).toEqual([3, 1, 4, 2]);
    expect(await inOrder(-1, hint)).toEqual([2, 1, 4, 3]);
  }
});

it('holds what the README says it supports', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  expect(readme).toContain(supportMatrix().trim());
});
