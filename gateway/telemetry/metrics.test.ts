import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { WebSocket } from 'ws';

import { visitor, type Viewer } from '#kit/viewer.ts';
import type { Gateway } from '../gateway.ts';
import { openGateway } from '../transport/listening.ts';

const user: Viewer = { ...visitor('test'), userId: 'u1' };

let gateway: Gateway;
let url: string;
beforeEach(async () => {
  ({ gateway, url } = await openGateway());
});
afterEach(() => gateway.stop());

async function post(query: string, variables = {}, signal?: AbortSignal): Promise<string> {
  const response = await fetch(new URL('graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
  return response.text();
}

/** The figure of a series as it is written, or null where there is none. */
async function figure(series: string): Promise<number | null> {
  const text = await (await fetch(new URL('metrics', url))).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

async function until(series: string, holds: (value: number) => boolean): Promise<number> {
  for (;;) {
    const value = await figure(series);
    if (value !== null && holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const operations = (operation: string, outcome = 'ok', kind = 'query') =>
  `oca_gateway_operation_seconds_count{kind="${kind}",transport="HTTP",outcome="${outcome}",operation="${operation}"}`;

it('operations are counted by their names where these are known, all others as one', async () => {
  await post('query Members { who }');
  await post('query Members { who }');
  for (const name of ['Mine', 'Yours', 'members']) await post(`query ${name} { who }`);
  await post('{ who }');
  await post('query Calls { no }');
  expect(await figure(operations('Members'))).toBe(2);
  expect(await figure(operations('other'))).toBe(4);
  expect(await figure(operations('Mine'))).toBeNull();
  expect(await figure('oca_gateway_errors_total{code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
  const sum = operations('Members').replace('_count', '_sum');
  expect(await figure(sum)).toBeGreaterThan(0);
});

it.each([
  ['HTTP', 'UNAUTHENTICATED', 'graphql', { authorization: 'Bearer a.b.c' }, '{"query":"{ who }"}'],
  ['SSE', 'UNAUTHENTICATED', 'graphql/stream', { authorization: 'no' }, '{"query":"{ who }"}'],
  ['HTTP', 'REQUEST_TOO_LARGE', 'graphql', {}, `{"query":"{ who }${' '.repeat(3_000)}"}`],
  ['HTTP', 'BAD_REQUEST', 'graphql', { 'content-type': 'text/plain' }, '{"query":"{ who }"}'],
  ['HTTP', 'BAD_REQUEST', 'graphql', {}, '[{"query":"{ who }"}]'],
  ['SSE', 'BAD_REQUEST', 'graphql/stream', {}, '{"query":"{ who }","variables":[1]}'],
])(
  'over %s, %s before an operation began is counted once',
  async (transport, code, path, headers, body) => {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    expect(await response.text()).toContain(code);
    expect(await figure(`oca_gateway_errors_total{code="${code}"}`)).toBe(1);
    const series = `kind="unknown",transport="${transport}",outcome="errors",operation="other"`;
    expect(await figure(`oca_gateway_operation_seconds_count{${series}}`)).toBe(1);
    expect(await figure('oca_gateway_operations_in_flight')).toBe(0);
  },
);

const begin = async (): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = ['POST /graphql HTTP/1.1', 'host: h', 'content-type: application/json'];
  socket.write([...head, 'content-length: 100', '', '{'].join('\r\n'));
  return socket;
};

it('a client that leaves in the middle of its request is no error of ours', async () => {
  const socket = await begin();
  await post('{ who }');
  socket.destroy();
  await once(socket, 'close');
  await post('{ who }');
  expect(await figure('oca_gateway_errors_total{code="INTERNAL_SERVER_ERROR"}')).toBeNull();
});

it('a client that does not go on with its request is hung up on', async () => {
  const socket = await begin();
  socket.resume();
  await once(socket, 'close');
  expect(await figure('oca_gateway_operations_in_flight')).toBe(0);
});

const openSocket = () =>
  new WebSocket(`${url.replace('http', 'ws')}graphql`, 'graphql-transport-ws');

it('a token that is refused at the begin of a socket, or in it, is counted', async () => {
  const opened = openSocket();
  await once(opened, 'open');
  opened.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer x' } }));
  await once(opened, 'close');
  const refused = 'oca_gateway_errors_total{code="UNAUTHENTICATED"}';
  expect(await figure(refused)).toBe(1);
  const socket = openSocket();
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'ping', payload: { authorization: 'Bearer x' } }));
  expect(await until(refused, (value) => value === 2)).toBe(2);
  socket.close();
  await once(socket, 'close');
});

it('subgraphs are counted each by itself', async () => {
  await post('{ who }');
  expect(await figure('oca_gateway_subgraph_seconds_count{subgraph="a"}')).toBe(1);
});

it('what is under way is counted while it is', async () => {
  const left = new AbortController();
  const asked = post('{ slow }', {}, left.signal).catch(() => 'left');
  expect(await until('oca_gateway_operations_in_flight', (value) => value === 1)).toBe(1);
  left.abort();
  expect(await asked).toBe('left');
  expect(await until('oca_gateway_operations_in_flight', (value) => value === 0)).toBe(0);
});

it('plans are counted as kept and as made', async () => {
  await post('query A { who }');
  await post('query A { who }');
  await post('query B { who }');
  expect(await figure('oca_gateway_plans_total{cache="miss"}')).toBe(2);
  expect(await figure('oca_gateway_plans_total{cache="hit"}')).toBe(1);
  expect(await figure('oca_gateway_plans_cached')).toBe(2);
});

it('feeds are counted with their lag from publication to each subscriber', async () => {
  const feed = await gateway.subscribe({ query: 'subscription { ticks(to: 3) }' }, user);
  if (!('next' in feed)) throw new Error('There is no feed.');
  const found: unknown[] = [];
  for await (const { data } of feed) found.push(data?.['ticks']);
  expect(found).toEqual([1, 2, 3]);
  expect(await figure('oca_gateway_feed_lag_seconds_count')).toBe(3);
  expect(await figure('oca_gateway_feed_subscribers')).toBe(0);
});

it('what waits for subscribers is counted in bytes', async () => {
  const feed = await gateway.subscribe({ query: 'subscription { mine }' }, user);
  if (!('next' in feed)) throw new Error('There is no feed.');
  const bytes = Buffer.byteLength(JSON.stringify({ data: { mine: 'u1' } }));
  expect(await until('oca_gateway_feed_queued_bytes', (value) => value > 0)).toBe(bytes);
  expect(await figure('oca_gateway_feed_subscribers')).toBe(1);
  expect(await figure('oca_gateway_feed_groups')).toBe(1);
  expect(await figure('oca_gateway_feed_upstreams')).toBe(1);
  expect(await feed.next()).toMatchObject({ value: { data: { mine: 'u1' } } });
  expect(await figure('oca_gateway_feed_queued_bytes')).toBe(0);
  await feed.return?.();
});

it('the process itself is measured', async () => {
  for (const series of [
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
    'oca_gateway_sockets',
  ])
    expect(await figure(series)).not.toBeNull();
});
