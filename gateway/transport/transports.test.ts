import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { createClient as createSseClient } from 'graphql-sse';
import { createClient, MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';

import type { Gateway } from '../gateway.ts';
import { openGateway, token } from './listening.ts';

let gateway: Gateway;
let url: string;
beforeAll(async () => {
  ({ gateway, url } = await openGateway());
});
/** Sockets are counted, so each test leaves none behind. */
afterEach(() => until('oca_gateway_sockets', 0));
afterAll(() => gateway.stop());

/** Waits until the gateway counts so many. */
async function until(series: string, count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(new URL('metrics', url))).text();
    if (metrics.split('\n').includes(`${series} ${count}`)) return;
    await pause(10);
  }
}
const subscribers = 'oca_gateway_feed_subscribers';

const open = (connectionParams: Record<string, unknown> = {}) =>
  createClient({
    url: url.replace('http', 'ws').concat('graphql'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    onNonLazyError: () => {},
    lazyCloseTimeout: 250,
    connectionParams,
  });
const all = async (
  client: ReturnType<typeof open>,
  query: string,
  extensions?: Record<string, unknown>,
) => {
  const found: unknown[] = [];
  try {
    for await (const result of client.iterate({ query, ...(extensions && { extensions }) }))
      found.push(result);
  } catch (error) {
    return error;
  }
  return found;
};

/** A client that can send a ping with something in it, and what the pong brings back. */
const pinging = (connectionParams: Record<string, unknown>) => {
  let socket: WebSocket | null = null;
  const client = createClient({
    url: url.replace('http', 'ws').concat('graphql'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 250,
    connectionParams,
    on: { connected: (opened) => (socket = opened as WebSocket) },
  });
  const ping = async (payload: object): Promise<unknown> => {
    const ponged = new Promise<unknown>((resolve) => {
      const stop = client.on('message', (message) => {
        if (message.type !== MessageType.Pong) return;
        stop();
        resolve(message.payload);
      });
    });
    socket?.send(JSON.stringify({ type: MessageType.Ping, payload }));
    return ponged;
  };
  return { client, ping };
};

const allOfStream = async (query: string, headers: Record<string, string> = {}) => {
  const client = createSseClient({
    url: new URL('graphql/stream', url).href,
    headers,
    retryAttempts: 0,
  });
  const found: unknown[] = [];
  try {
    for await (const result of client.iterate({ query })) found.push(result);
  } finally {
    client.dispose();
  }
  return found;
};

const get = (query: string) =>
  fetch(new URL(`graphql/stream?query=${encodeURIComponent(query)}`, url), {
    headers: { accept: 'text/event-stream' },
  });
describe('graphql-transport-ws', () => {
  it('carries feeds, queries and mutations', async () => {
    const client = open({ authorization: token() });
    expect(await all(client, 'subscription { ticks(to: 2) }')).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
    ]);
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'u1' } }]);
    expect(await all(client, 'mutation { change }')).toEqual([{ data: { change: 'changed' } }]);
    await client.dispose();
  });

  it('refuses one operation and leaves the others alone', async () => {
    const client = open();
    const feed = client.iterate({ query: 'subscription { never }' });
    const waiting = feed.next();
    for (const query of [
      '{',
      '{ no }',
      'subscription($b: Boolean!) { ticks @include(if: $b) }',
      'subscription { mine }',
    ])
      expect(await all(client, query)).toMatchObject([
        { extensions: { code: expect.any(String) } },
      ]);
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'nobody' } }]);
    await feed.return?.();
    expect((await waiting).done).toBe(true);
    await client.dispose();
  });

  it.each([
    ['expired', token(-60), 'UNAUTHENTICATED: The access token has expired; sign in again.'],
    ['no token', 'Bearer nonsense', 'UNAUTHENTICATED: This is no access token.'],
    [
      'for somebody else',
      token(900, undefined, { aud: 'others' }),
      'UNAUTHENTICATED: The access token is not valid here.',
    ],
  ])('closes on a token that is %s, and says why', async (_, authorization, reason) => {
    const client = open({ authorization });
    expect(await all(client, '{ who }')).toMatchObject({ code: 4403, reason });
    await client.dispose();
  });

  it('lets a client in that comes back with a good token', async () => {
    const tokens = [token(-60), token()];
    const client = createClient({
      url: url.replace('http', 'ws').concat('graphql'),
      webSocketImpl: WebSocket,
      retryAttempts: 1,
      retryWait: () => Promise.resolve(),
      lazyCloseTimeout: 250,
      connectionParams: () => ({ authorization: tokens.shift() }),
    });
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'u1' } }]);
    await client.dispose();
  });

  it('answers nothing before a connection is begun', async () => {
    const address = url.replace('http', 'ws').concat('graphql');
    const socket = new WebSocket(address, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ who }' } }));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4401, 'Unauthorized']);
  });

  it('takes a newer token with an operation, and ends feeds with their token', async () => {
    const client = open({ authorization: token(0) });
    const feed = client.iterate({ query: 'subscription { mine }' });
    expect(await feed.next()).toMatchObject({ value: { data: { mine: 'u1' } } });
    expect(await feed.next()).toMatchObject({
      value: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect((await feed.next()).done).toBe(true);
    expect(await all(client, '{ who }')).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect(await all(client, '{ who }', { authorization: token() })).toEqual([
      { data: { who: 'u1' } },
    ]);
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'u1' } }]);
    await client.dispose();
  });

  it('keeps feeds going whose token is renewed by a ping, and tells how long', async () => {
    const authorization = token(0);
    const { client, ping } = pinging({ authorization });
    const feed = client.iterate({ query: 'subscription { mine }' });
    expect(await feed.next()).toMatchObject({ value: { data: { mine: 'u1' } } });
    const next = feed.next();
    const other = open({ authorization });
    const notRenewed = other.iterate({ query: 'subscription { mine }' });
    const ended = notRenewed.next();
    await until(subscribers, 2);
    expect(await ping({ authorization: token(-60) })).toEqual({
      renewed: false,
      code: 'UNAUTHENTICATED',
      message: 'The access token has expired; sign in again.',
    });
    expect(await ping({ authorization: token() })).toEqual({
      renewed: true,
      expiresAt: expect.any(Number),
    });
    expect(await ping({ anything: 'else' })).toEqual({ anything: 'else' });
    expect(await ended).toMatchObject({
      value: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    const expired = pause(100).then(() => 'still there');
    expect(await Promise.race([next, expired])).toBe('still there');
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'u1' } }]);
    await feed.return?.();
    await client.dispose();
    await other.dispose();
  });

  it('lets a feed end with its own token when the newer one is somebody else’s', async () => {
    const { client, ping } = pinging({ authorization: token(0) });
    const feed = client.iterate({ query: 'subscription { mine }' });
    await feed.next();
    const others = token(900, undefined, { sub: 'u2' });
    expect(await ping({ authorization: others })).toMatchObject({ renewed: true });
    expect(await feed.next()).toMatchObject({
      value: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await all(client, '{ who }')).toEqual([{ data: { who: 'u2' } }]);
    await client.dispose();
  });

  it('is open so many times for one user and no more', async () => {
    const nobody = open();
    const clients = [1, 2, 3].map(() => open({ authorization: token() }));
    const feeds = clients
      .slice(1)
      .map((client) => client.iterate({ query: 'subscription { never }' }));
    const waiting = feeds.map((feed) => feed.next());
    await until(subscribers, feeds.length);
    expect(await all(clients[0] ?? open(), '{ who }')).toMatchObject({
      code: 1013,
      reason: expect.stringMatching(/^TOO_MANY_OPERATIONS: /),
    });
    expect(await all(nobody, '{ who }')).toEqual([{ data: { who: 'nobody' } }]);
    for (const feed of feeds) await feed.return?.();
    await Promise.all(waiting);
    for (const client of [nobody, ...clients]) await client.dispose();
  });

  it('carries so many feeds of one viewer over all sockets and no more', async () => {
    const clients = [open(), open()];
    const feeds = clients.flatMap((client) =>
      [1, 2].map(() => client.iterate({ query: 'subscription { never }' })),
    );
    const waiting = feeds.map((feed) => feed.next());
    await until(subscribers, feeds.length);
    const [client] = clients;
    if (!client) throw new Error('There is no client.');
    expect(await all(client, 'subscription { ticks }')).toMatchObject([
      { extensions: { code: 'TOO_MANY_OPERATIONS' } },
    ]);
    await feeds[0]?.return?.();
    await waiting[0];
    expect(await all(client, 'subscription { ticks(to: 1) }')).toEqual([{ data: { ticks: 1 } }]);
    for (const feed of feeds) await feed.return?.();
    await Promise.all(waiting);
    for (const each of clients) await each.dispose();
  });

  it('runs so many operations on one socket and no more', async () => {
    const client = open();
    const feeds = [1, 2, 3].map(() => client.iterate({ query: 'subscription { never }' }));
    const waiting = feeds.map((feed) => feed.next());
    expect(await all(client, '{ who }')).toMatchObject([
      { extensions: { code: 'TOO_MANY_OPERATIONS' } },
    ]);
    for (const feed of feeds) await feed.return?.();
    await Promise.all(waiting);
    await client.dispose();
  });

  it.each([
    ['a page that is not listed', '/graphql', { origin: 'https://other.example' }, 403],
    ['another path', '/other', {}, 404],
  ])('is not opened for %s', async (_, path, headers, status) => {
    const socket = new WebSocket(new URL(path, url.replace('http', 'ws')), 'graphql-transport-ws', {
      headers,
    });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain(String(status));
  });

  it('is opened for listed pages and the gateway’s own', async () => {
    for (const origin of ['https://listed.example', new URL(url).origin]) {
      const socket = new WebSocket(
        url.replace('http', 'ws').concat('graphql'),
        'graphql-transport-ws',
        { headers: { origin } },
      );
      await once(socket, 'open');
      expect(socket.protocol).toBe('graphql-transport-ws');
      socket.close();
    }
  });

  it('is open so many times for one address and no more', async () => {
    const address = url.replace('http', 'ws').concat('graphql');
    const open4 = [1, 2, 3, 4].map(() => new WebSocket(address, 'graphql-transport-ws'));
    await Promise.all(open4.map((socket) => once(socket, 'open')));
    const [error] = (await once(new WebSocket(address, 'graphql-transport-ws'), 'error')) as [
      Error,
    ];
    expect(error.message).toContain('429');
    for (const socket of open4) socket.close();
    await Promise.all(open4.map((socket) => once(socket, 'close')));
  });

  it('is closed on a gateway that stops, by the code on which clients come back', async () => {
    const { gateway: stopping, url: address } = await openGateway();
    const socket = new WebSocket(
      address.replace('http', 'ws').concat('graphql'),
      'graphql-transport-ws',
    );
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[number]>;
    await stopping.stop();
    expect((await closed)[0]).toBe(1001);
    await expect(fetch(new URL('health/live', address))).rejects.toThrow('fetch failed');
  });

  it('takes no message larger than a body may be', async () => {
    const socket = new WebSocket(
      url.replace('http', 'ws').concat('graphql'),
      'graphql-transport-ws',
    );
    await once(socket, 'open');
    socket.send('x'.repeat(2049));
    expect((await once(socket, 'close'))[0]).toBe(1009);
  });
});

describe('server-sent events', () => {
  it('carry a feed to its end, and single results', async () => {
    expect(await allOfStream('subscription { ticks(to: 2) }')).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
    ]);
    expect(await allOfStream('{ who }', { authorization: token() })).toEqual([
      { data: { who: 'u1' } },
    ]);
  });

  it('come by GET too, but never for a change', async () => {
    const answer = await get('subscription { ticks(to: 1) }');
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await answer.text()).toBe(
      ':\n\nevent: next\ndata: {"data":{"ticks":1}}\n\nevent: complete\ndata:\n\n',
    );
    expect((await get('mutation { change }')).status).toBe(400);
  });

  it('refuse with a status before they begin', async () => {
    await expect(allOfStream('subscription { mine }')).rejects.toMatchObject({
      message: expect.stringContaining('401'),
    });
    const refused = await get('subscription { mine }');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    await refused.text();
    await expect(allOfStream('subscription { no }')).rejects.toMatchObject({
      message: expect.stringContaining('400'),
    });
  });
});
