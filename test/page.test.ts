import type { Connection, Model } from 'mongoose';
import { Schema } from 'mongoose';

import { connect, modelOf, plainSchema, prepare } from '#kit/mongo.ts';
import { findPage, type Order, type PageRequest } from '#kit/page.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

interface Item {
  _id: string;
  group: string;
  at: Date;
}
const itemSchema = new Schema(
  { _id: String, group: String, at: Date },
  { ...plainSchema, collection: 'items' },
).index({ group: 1, at: -1, _id: 1 });

const order: Order = [
  ['at', -1],
  ['_id', 1],
];

let database: TestDatabase;
let connection: Connection;
let items: Model<Item>;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'items');
  items = modelOf<Item>(connection, 'items', itemSchema);
  await prepare([items]);
  // Three share each instant, so that the second field of the order must decide.
  await items.insertMany(
    Array.from({ length: 30 }, (_, i) => ({
      _id: String(i).padStart(2, '0'),
      group: i < 25 ? 'a' : 'b',
      at: new Date(Math.floor(i / 3) * 1000),
    })),
  );
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

const page = (request: PageRequest) => findPage(items, { group: 'a' }, order, request);

it('gives every record once, in order, whatever the page size', async () => {
  const expected = (await items.find({ group: 'a' }).sort({ at: -1, _id: 1 }).lean()).map(
    (r) => r._id,
  );
  for (const first of [1, 2, 7, 25, 100]) {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { edges, pageInfo } = await page({ first, after });
      seen.push(...edges.map(({ node }) => node._id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(expected);
  }
});

it('is not moved by a record that is inserted before the cursor', async () => {
  const first = await page({ first: 5 });
  await items.create([{ _id: '99', group: 'a', at: new Date(60_000) }]);
  const next = await page({ first: 5, after: first.pageInfo.endCursor });
  await items.deleteOne({ _id: '99' });
  const all = await page({ first: 10 });
  expect([...first.edges, ...next.edges].map(({ node }) => node._id)).toEqual(
    all.edges.map(({ node }) => node._id),
  );
});

it('counts all that match only when asked', async () => {
  expect(await (await page({ first: 1 })).count()).toBe(25);
});

it('answers an empty list', async () => {
  const empty = await findPage(items, { group: 'z' }, order, {});
  expect(empty.edges).toEqual([]);
  expect(empty.pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  });
});

it.each([0, 101, -1, 1.5])('refuses a page of %d', async (first) => {
  await expect(page({ first })).rejects.toThrow('from 1 to 100');
});

it.each(['', 'x', 'WzFd', Buffer.from('[{"$gt":1},"1"]').toString('base64url')])(
  'refuses the cursor %p',
  async (after) => {
    await expect(page({ after })).rejects.toThrow('cursor');
  },
);

it('is served by the index from the first page to the last', async () => {
  const plan = await items
    .find({ group: 'a' })
    .sort({ at: -1, _id: 1 })
    .limit(6)
    .explain('executionStats');
  expect(JSON.stringify(plan)).toContain('IXSCAN');
  expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
});
