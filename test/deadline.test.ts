import { setTimeout as pause } from 'node:timers/promises';

import { Schema, type Connection } from 'mongoose';

import { createLog } from '#kit/log.ts';
import { connect, modelOf, plainSchema, prepare } from '#kit/mongo.ts';
import { serve, type Served } from '#kit/serve.ts';
import { executable, type Subgraph } from '#kit/subgraph.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { federation, foreignGraph } from '../gateway/sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

const log = createLog('test', 'silent');
const viewerKeys = [{ kid: 'k', secret: 'a-secret-of-this-test-that-is-long-enough' }];
/** How long a request has, and how long each of eighteen steps takes: longer together, whatever else the machine does. */
const [timeoutMillis, stepMillis] = [1_500, 120];
const scalars = 'scalar Instant scalar Date scalar Won scalar BasisPoints scalar RegionCode\n';
const sdl = `
  type Query { step: Step! reading: Int heavy: Int behind: Int }
  type Step { next: Step! n: Int! }
`;

interface Thing {
  _id: number;
  n: number;
}
const thingSchema = new Schema(
  { _id: Number, n: Number },
  { ...plainSchema, collection: 'things' },
);

let database: TestDatabase;
let connection: Connection;
let steps = 0;
/** Resolved when a subgraph has begun with work. */
let begun = Promise.withResolvers<undefined>();
/** How the last work ended, whether or not anybody waited for it. */
let ended = Promise.withResolvers<unknown>();
const gateways = new Map<string, { gateway: Gateway; url: string }>();
let served: Served;

const things = () => modelOf<Thing>(connection, 'things', thingSchema);

async function noted<Result>(work: () => Promise<Result>): Promise<Result> {
  begun.resolve(undefined);
  try {
    const result = await work();
    ended.resolve('done');
    return result;
  } catch (error) {
    ended.resolve(error);
    throw error;
  }
}

const subgraph: Subgraph = {
  name: 'work',
  sdl: federation + scalars + sdl,
  resolvers: {
    Query: {
      step: () => ({ n: 0 }),
      reading: () =>
        noted(async () => {
          for (;;) await things().findOne({ n: 1 }).lean();
        }),
      // Every document for every document: minutes, if it were let.
      heavy: () =>
        noted(() =>
          things().aggregate([
            {
              $lookup: {
                from: 'things',
                let: { n: '$n' },
                pipeline: [{ $match: { $expr: { $gt: ['$n', '$$n'] } } }],
                as: 'all',
              },
            },
            { $count: 'n' },
          ]),
        ),
      behind: () => {
        void noted(async () => {
          await pause(stepMillis);
          return things().countDocuments({ n: 1 });
        });
        return 1;
      },
    },
    Step: {
      next: async ({ n }: { n: number }) => {
        steps += 1;
        await pause(stepMillis);
        return { n: n + 1 };
      },
    },
  },
  start: async () => ({
    createContext: async (viewer) => ({ viewer }),
    caughtUp: async () => {},
    stop: async () => {},
  }),
};

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'work');
  await prepare([things()]);
  await things().insertMany(Array.from({ length: 20_000 }, (_, n) => ({ _id: n, n })));
  served = await serve(
    subgraph,
    { mongoUri: database.uri, environment: {}, log },
    { host: '127.0.0.1', port: 0, viewerKeys },
  );
  const { supergraphSdl } = foreignGraph({ work: { sdl, resolvers: {}, url: served.url } });
  const config = readGatewayConfig({
    PORT: '0',
    REQUEST_TIMEOUT_MILLIS: String(timeoutMillis),
    VIEWER_KEYS: viewerKeys.map(({ kid, secret }) => `${kid}:${secret}`).join(','),
  });
  const service = await subgraph.start({ mongoUri: database.uri, environment: {}, log });
  const here = {
    schema: executable(subgraph),
    createContext: service.createContext.bind(service),
  };
  for (const [place, local] of [
    ['in this process', new Map([['work', here]])],
    ['elsewhere', new Map()],
  ] as const) {
    const gateway = await createGateway({ supergraphSdl, config, log, local });
    gateways.set(place, { gateway, ...(await gateway.listen()) });
  }
});
afterAll(async () => {
  for (const { gateway } of gateways.values()) await gateway.stop();
  await served.stop();
  await connection.close();
  await database.stop();
});
beforeEach(() => {
  steps = 0;
  begun = Promise.withResolvers();
  ended = Promise.withResolvers();
});

function post(place: string, query: string, signal?: AbortSignal): Promise<Response> {
  return fetch(new URL('graphql', gateways.get(place)?.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
}

const timedOut = {
  errors: [{ message: expect.any(String), extensions: { code: 'REQUEST_TIMEOUT' } }],
};

describe.each(['in this process', 'elsewhere'])('a request of a subgraph %s', (place) => {
  it('is answered in its time, and its slow resolvers go no further', async () => {
    const deep = 'next { '.repeat(18);
    const response = await post(place, `{ step { ${deep} n ${'} '.repeat(18)} } }`);
    expect([response.status, await response.json()]).toEqual([504, timedOut]);
    const before = steps;
    expect(before).toBeLessThan(18);
    await pause(3 * stepMillis);
    expect(steps).toBeLessThanOrEqual(before + 1);
  });

  it.each(['reading', 'heavy'])('asks the database nothing more: %s', async (field) => {
    const response = await post(place, `{ ${field} }`);
    expect([response.status, await response.json()]).toEqual([504, timedOut]);
    expect(await ended.promise).toMatchObject({ extensions: { code: 'REQUEST_TIMEOUT' } });
  });

  it('ends when nobody waits for it any more', async () => {
    const left = new AbortController();
    const asked = post(place, '{ reading }', left.signal).catch(() => 'left');
    await begun.promise;
    left.abort();
    expect(await asked).toBe('left');
    expect(await ended.promise).toMatchObject({ extensions: { code: 'REQUEST_TIMEOUT' } });
  });

  it('leaves running what it began for later', async () => {
    const response = await post(place, '{ behind }');
    expect(await response.json()).toEqual({ data: { behind: 1 } });
    expect(await ended.promise).toBe('done');
  });
});
