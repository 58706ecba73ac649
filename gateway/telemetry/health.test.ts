import { PassThrough } from 'node:stream';

import { jest } from '@jest/globals';
import { pino } from 'pino';

import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway } from '../gateway.ts';
import { createHealth } from './health.ts';

const graph = foreignGraph({
  a: { sdl: 'type Query { one: Int }', resolvers: { Query: { one: () => 1 } } },
  b: { sdl: 'type Query { two: Int }', resolvers: { Query: { two: () => 2 } } },
});

const lost = () => Promise.reject(new Error('The database is lost.'));

async function ready(environment: Record<string, string> = {}): Promise<unknown> {
  const gateway = await createGateway({
    ...graph,
    local: new Map(
      [...graph.local].map(([name, local]) => [
        name,
        name === 'b' ? { ...local, createContext: lost } : local,
      ]),
    ),
    config: readGatewayConfig({ PORT: '0', ...environment }),
    log: createLog('gateway', 'silent'),
  });
  const { url } = await gateway.listen();
  const response = await fetch(new URL('health/ready', url));
  const state: unknown = await response.json();
  await gateway.stop();
  return { status: response.status, state };
}

it('the gateway is not ready while a subgraph in its process cannot reach its database', async () => {
  expect(await ready()).toEqual({
    status: 503,
    state: { ready: false, subgraphs: { a: true, b: false } },
  });
});

it('how foreign graphs are is theirs to tell', async () => {
  expect(await ready({ GATEWAY_OPEN: 'true' })).toEqual({
    status: 200,
    state: { ready: true, subgraphs: {} },
  });
});

describe('what is logged of a subgraph', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is the moment that it is not ready, and the moment that it is again, once each', async () => {
    const lines = new PassThrough();
    let isReady = true;
    const health = createHealth({
      local: new Map([['a', () => Promise.resolve(isReady)]]),
      remote: () => new Map(),
      sources: () => new Map(),
      log: pino({ level: 'info' }, lines),
    });
    for (const next of [true, false, false, true, true]) {
      isReady = next;
      await health.state();
      // Past the time that one look counts.
      jest.advanceTimersByTime(1_001);
    }
    const told = String(lines.read()).trim().split('\n');
    expect(told.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 40, subgraph: 'a', msg: 'subgraph not ready' }),
      expect.objectContaining({ level: 30, subgraph: 'a', msg: 'subgraph ready again' }),
    ]);
  });
});
