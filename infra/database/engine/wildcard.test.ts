// Wildcard and hashed indexes through the driver.
import type { Collection, CreateIndexesOptions, Document, Filter, IndexDirection } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

let sample: Sample;
let products: Collection;

beforeAll(async () => {
  sample = await startSample();
  products = sample.client.db('known').collection('products');
  await products.createIndex({ '$**': 1 });
  await products.insertMany(
    Array.from({ length: 100 }, (_, n) => ({
      n,
      attributes: { color: `c${n % 10}`, sizes: [n, n + 1], parts: [{ kind: `k${n % 4}` }] },
    })),
  );
});

afterAll(async () => {
  await sample.stop();
});

async function examined(filter: Filter<Document>): Promise<{ keys: number; found: number }> {
  const { executionStats } = await products.find(filter).explain('executionStats');
  expect(await products.countDocuments(filter)).toBe(executionStats.nReturned);
  return { keys: executionStats.totalKeysExamined, found: executionStats.nReturned };
}

describe('a wildcard index', () => {
  it('serves equality, ranges, lists and prefixes on any path', async () => {
    expect(await examined({ 'attributes.color': 'c3' })).toEqual({ keys: 10, found: 10 });
    expect(await examined({ 'attributes.sizes': 5 })).toEqual({ keys: 2, found: 2 });
    expect(await examined({ n: { $gte: 95 } })).toEqual({ keys: 5, found: 5 });
    expect(await examined({ n: { $in: [1, 2, 1000] } })).toEqual({ keys: 2, found: 2 });
    expect(await examined({ 'attributes.color': /^c1/ })).toEqual({ keys: 10, found: 10 });
    expect(await examined({ 'attributes.parts.kind': 'k1' })).toEqual({ keys: 25, found: 25 });
    expect(await examined({ $or: [{ n: 4 }, { 'attributes.color': 'c9' }] })).toEqual({
      keys: 11,
      found: 11,
    });
  });

  it('chooses the path that leaves the fewest', async () => {
    expect(await examined({ 'attributes.color': 'c3', n: 13 })).toEqual({ keys: 1, found: 1 });
  });

  it('leaves to a scan what it has no keys for', async () => {
    for (const filter of [{ nothing: null }, { nothing: { $exists: false } }, { attributes: {} }])
      expect((await examined(filter)).keys).toBe(0);
  });

  it('takes the paths of its projection alone', async () => {
    const some = sample.client.db('known').collection('some');
    await some.createIndex({ '$**': 1 }, { wildcardProjection: { a: 1, 'b.c': 1 }, name: 'in' });
    await some.createIndex({ 'd.$**': -1 }, { name: 'under' });
    await some.insertOne({ a: 1, b: { c: 2, x: 3 }, d: { e: [4] } });
    const indexOf = async (filter: Filter<Document>): Promise<unknown> => {
      const plan = await some.find(filter).explain('queryPlanner');
      return plan['queryPlanner'].winningPlan.inputStage?.indexName;
    };
    expect(await indexOf({ a: 1 })).toBe('in');
    expect(await indexOf({ 'b.c': { $gt: 1 } })).toBe('in');
    expect(await indexOf({ 'b.x': 3 })).toBeUndefined();
    expect(await indexOf({ 'd.e': { $lte: 4 } })).toBe('under');
    expect(await some.countDocuments({ 'd.e': { $lte: 4 } })).toBe(1);
  });
});

const REFUSED: readonly (readonly [
  string,
  Record<string, IndexDirection>,
  CreateIndexesOptions,
  number,
])[] = [
  ['a unique wildcard index', { '$**': 1 }, { unique: true }, 67],
  ['a wildcard index that expires', { '$**': 1 }, { expireAfterSeconds: 5 }, 67],
  ['a projection without a wildcard', { a: 1 }, { wildcardProjection: { a: 1 } }, 2],
  ['a projection under a path', { 'a.$**': 1 }, { wildcardProjection: { a: 1 } }, 67],
  ['a unique hashed index', { a: 'hashed' }, { unique: true }, 16_764],
  ['two hashed fields', { a: 'hashed', b: 'hashed' }, {}, 31_303],
  ['a kind that there is not', { a: 'geoHaystack' }, {}, 238],
];

it.each(REFUSED)('%s is refused', async (_title, key, options, code) => {
  const own = sample.client.db('known').collection('refused');
  await expect(own.createIndex(key, options)).rejects.toMatchObject({ code });
  expect(await own.indexes().catch(() => [])).not.toContainEqual(expect.objectContaining({ key }));
});

it('a hashed index serves equality and takes no arrays', async () => {
  const hashed = sample.client.db('known').collection('hashed');
  await hashed.createIndex({ a: 'hashed' });
  await hashed.insertMany([{ a: 1 }, { a: 'x' }, {}]);
  await expect(hashed.insertOne({ a: [1] })).rejects.toMatchObject({ code: 16_766 });
  const plan = await hashed.find({ a: 'x' }).explain('executionStats');
  expect(plan['executionStats'].totalKeysExamined).toBe(1);
  expect(await hashed.countDocuments()).toBe(3);
});
