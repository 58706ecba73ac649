import { Schema, type Connection, type Model } from 'mongoose';

import {
  applyFacts,
  factsOf,
  follow,
  positionsOf,
  publishFacts,
  type Followed,
  type Follower,
} from '#kit/facts.ts';
import { createLog } from '#kit/log.ts';
import { connect, modelOf, plainSchema, prepare, transaction } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

interface Plant extends Followed {
  name: string;
}

const plantSchema = new Schema(
  { _id: String, revision: Number, gone: Boolean, name: String },
  { ...plainSchema, collection: 'plants' },
);
const log = createLog('test', 'silent');

let database: TestDatabase;
let garden: Connection;
let market: Connection;
let plants: Model<Plant>;
let follower: Follower | null = null;

beforeAll(async () => {
  database = await startTestDatabase();
  garden = await connect(database.uri, 'garden');
  market = await connect(database.uri, 'market');
  plants = modelOf<Plant>(market, 'plants', plantSchema);
  await prepare([factsOf(garden), positionsOf(market), plants]);
});

afterEach(async () => {
  await follower?.stop();
  follower = null;
});

afterAll(async () => {
  await garden.close();
  await market.close();
  await database.stop();
});

function start(): Promise<Follower> {
  return follow({
    from: 'garden',
    source: factsOf(garden),
    kinds: ['plant'],
    positions: positionsOf(market),
    apply: (facts) => applyFacts(plants, facts),
    log,
  });
}

const tell = (key: string, name: string | null) =>
  publishFacts(factsOf(garden), [{ kind: 'plant', key, state: name === null ? null : { name } }]);

it('reads what was told before, then what is told after', async () => {
  await tell('a', 'Ash');
  follower = await start();
  await tell('b', 'Birch');
  await tell('a', 'Alder');
  await follower.caughtUp();
  expect(await plants.find().sort({ _id: 1 }).lean()).toEqual([
    { _id: 'a', name: 'Alder', revision: 2, gone: false },
    { _id: 'b', name: 'Birch', revision: 1, gone: false },
  ]);
});

it('goes on from the kept position and misses nothing told while it was away', async () => {
  follower = await start();
  await follower.stop();
  await tell('c', 'Cedar');
  follower = await start();
  await follower.caughtUp();
  expect(await plants.findById('c').lean()).toMatchObject({ name: 'Cedar', gone: false });
});

it('keeps a thing that is gone as gone, and never goes back to an older state', async () => {
  follower = await start();
  await tell('d', 'Dogwood');
  await tell('d', null);
  await follower.caughtUp();
  const old = { _id: 'plant:d', kind: 'plant', key: 'd', revision: 1, state: { name: 'Dogwood' } };
  await applyFacts(plants, [{ ...old, at: new Date() }]);
  expect(await plants.findById('d').lean()).toEqual({ _id: 'd', revision: 2, gone: true });
});

it('tells nothing of a transaction that is rolled back', async () => {
  follower = await start();
  await expect(
    transaction(garden, async () => {
      await tell('e', 'Elm');
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  await follower.caughtUp();
  expect(await plants.findById('e').lean()).toBeNull();
});

it('scans again when its position is of no use', async () => {
  await positionsOf(market).updateOne(
    { _id: 'garden' },
    { $set: { resumeToken: { _data: '8200000000000000012B0229296E04' } } },
  );
  await plants.deleteMany({});
  await tell('f', 'Fir');
  follower = await start();
  await follower.caughtUp();
  expect(await plants.findById('f').lean()).toMatchObject({ name: 'Fir' });
  expect(await plants.findById('a').lean()).toMatchObject({ name: 'Alder' });
});

it('leaves out what it does not know of a state', async () => {
  follower = await start();
  const state = { name: 'Gingko', leaves: { shape: 'fan' } };
  await publishFacts(factsOf(garden), [{ kind: 'plant', key: 'g', state }]);
  await follower.caughtUp();
  expect(await plants.findById('g').lean()).toEqual({
    _id: 'g',
    name: 'Gingko',
    revision: 1,
    gone: false,
  });
});

it('applies a thousand states told in one burst', async () => {
  follower = await start();
  const states = Array.from({ length: 1000 }, (_, i) => ({
    kind: 'plant',
    key: `burst-${i}`,
    state: { name: `Plant ${i}` },
  }));
  await publishFacts(factsOf(garden), states);
  await follower.caughtUp();
  expect(await plants.countDocuments({ _id: /^burst-/ })).toBe(1000);
});
