import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Connection } from 'mongoose';

import { createLog } from '#kit/log.ts';
import { connect } from '#kit/mongo.ts';
import { serve, type Served } from '#kit/serve.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import type { ViewerKeys } from '#kit/viewer.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { federation, foreignGraph } from '../gateway/sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

const log = createLog('test', 'silent');
const right = [{ kid: 'k', secret: 'a-secret-of-this-test-that-is-long-enough' }];
const wrong = [{ kid: 'k', secret: 'another-secret-that-is-long-enough-as-well' }];
const scalars = 'scalar Instant scalar Date scalar Won scalar BasisPoints scalar RegionCode\n';
const sdl = 'type Query { who: String }';

let database: TestDatabase;
let connection: Connection;
let served: Served;
const gateways: Gateway[] = [];
const servers: Server[] = [];

const subgraph: Subgraph = {
  name: 'work',
  sdl: federation + scalars + sdl,
  resolvers: { Query: { who: () => 'somebody' } },
  start: async () => ({
    createContext: async (viewer) => ({ viewer, connection }),
    caughtUp: async () => {},
    stop: async () => {},
  }),
};

beforeEach(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'work');
  served = await serve(
    subgraph,
    { mongoUri: database.uri, environment: {}, log },
    { host: '127.0.0.1', port: 0, viewerKeys: right },
  );
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await served.stop();
  await connection.close();
  await database.stop();
});

/** What `/health/ready` says of a gateway that signs with these keys, with its status. */
async function gatewayAt(url: string, keys: ViewerKeys): Promise<() => Promise<unknown[]>> {
  const { supergraphSdl } = foreignGraph({ work: { sdl, resolvers: {}, url } });
  const config = readGatewayConfig({
    PORT: '0',
    VIEWER_KEYS: keys.map(({ kid, secret }) => `${kid}:${secret}`).join(','),
  });
  const gateway = await createGateway({ supergraphSdl, config, log });
  gateways.push(gateway);
  const { url: address } = await gateway.listen();
  return () => statusOf(new URL('health/ready', address));
}

async function statusOf(address: URL): Promise<unknown[]> {
  const response = await fetch(address);
  return [response.status, await response.json()];
}

const ready = [200, { ready: true, subgraphs: { work: true } }];
const notReady = [503, { ready: false, subgraphs: { work: false } }];

/** A server that says it is ready, and answers questions by `answer`. */
async function pretender(answer: () => string | null): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end('{"ready":true}');
      return;
    }
    const text = answer();
    if (text !== null) response.end(text);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

describe('a gateway is ready', () => {
  it('when each subgraph answers what it signs', async () => {
    expect(await (await gatewayAt(served.url, right))()).toEqual(ready);
  });

  it('not when a subgraph does not believe its signature, though that says it is ready', async () => {
    const health = await gatewayAt(served.url, wrong);
    expect(await statusOf(new URL('/health/ready', served.url))).toEqual([200, { ready: true }]);
    expect(await health()).toEqual(notReady);
  });

  it.each<[string, string | null]>([
    ['says nothing', null],
    ['talks nonsense', '<html>'],
    ['answers something else', '{"data":{"__typename":"Other"}}'],
  ])('not when what is in a subgraph’s place %s', async (_, text) => {
    expect(await (await gatewayAt(await pretender(() => text), right))()).toEqual(notReady);
  });

  it('not when a subgraph has lost its database', async () => {
    const health = await gatewayAt(served.url, right);
    await database.stop();
    expect(await statusOf(new URL('/health/ready', served.url))).toEqual([503, { ready: false }]);
    expect(await health()).toEqual(notReady);
    database = await startTestDatabase();
  });

  it('and asks each subgraph once a second, however many want to know', async () => {
    let questions = 0;
    const url = await pretender(() => {
      questions += 1;
      return '{"data":{"__typename":"Query"}}';
    });
    const health = await gatewayAt(url, right);
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => health()));
    expect(answers).toEqual(answers.map(() => ready));
    expect(questions).toBeLessThanOrEqual(1 + (Date.now() - began) / 1_000);
  });
});
