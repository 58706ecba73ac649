import { once } from 'node:events';

import { createClient } from 'graphql-ws';
import { GraphQLError } from 'graphql';
import { WebSocket } from 'ws';

import { createLog } from './log.ts';
import { admitted } from './access.ts';
import { serve, type Served } from './serve.ts';
import type { Subgraph } from './subgraph.ts';
import {
  operationBody,
  signViewer,
  viewerHeader,
  visitor,
  type Viewer,
  type ViewerBinding,
} from './viewer.ts';

const keys = [{ kid: 'k', secret: 'a-secret-of-the-test-of-32-characters' }];
const viewer: Viewer = { ...visitor('r'), userId: 'u1' };

const subgraph: Subgraph = {
  name: 'things',
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
    scalar Instant scalar Date scalar Won scalar BasisPoints scalar RegionCode
    type Query { who: String boom: String mine: String @authenticated }
    type Subscription { names: String @authenticated refused: String }`,
  resolvers: {
    Query: {
      who: (_: unknown, __: unknown, { viewer: { userId } }: { viewer: Viewer }) =>
        userId ?? 'nobody',
      boom: () => {
        throw new Error('mongodb://user:secret@db');
      },
      mine: () => 'mine',
    },
    Subscription: {
      names: {
        subscribe: async function* (_: unknown, __: unknown, context: { viewer: Viewer }) {
          yield { names: context.viewer.userId };
        },
      },
      refused: {
        subscribe: () => {
          throw new GraphQLError('No.', { extensions: { code: 'FORBIDDEN' } });
        },
      },
    },
  },
  start: async () => ({
    createContext: async (asking) => ({
      viewer: await admitted(asking, async () => ({ over: new Date(1_000) })),
    }),
    caughtUp: async () => {},
    stop: async () => {},
  }),
};

describe('a served subgraph', () => {
  let served: Served;
  beforeAll(async () => {
    const runtime = { mongoUri: '', environment: {}, log: createLog('things', 'silent') };
    const options = { host: '127.0.0.1', port: 0, viewerKeys: keys, bodyBytes: 2_000 };
    served = await serve(subgraph, runtime, options);
  });
  afterAll(() => served.stop());

  const body = JSON.stringify({ query: '{ who }' });
  const bound = (change: Partial<ViewerBinding> = {}): ViewerBinding => ({
    subgraph: 'things',
    purpose: 'REQUEST',
    body,
    ...change,
  });
  const post = async (text: string, header?: string, method = 'POST') => {
    const response = await fetch(served.url, {
      method,
      ...(method === 'POST' && { body: text }),
      headers: { 'content-type': 'application/json', ...(header && { [viewerHeader]: header }) },
    });
    return { status: response.status, answer: await response.json() };
  };
  const refusal = {
    status: 401,
    answer: { errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }] },
  };

  it('answers the gateway as the viewer it names', async () => {
    const header = signViewer(viewer, bound(), keys, Date.now());
    expect(await post(body, header)).toEqual({ status: 200, answer: { data: { who: 'u1' } } });
  });

  it.each<[string, () => string | undefined]>([
    ['without a viewer', () => undefined],
    [
      'with one for another subgraph',
      () => signViewer(viewer, bound({ subgraph: 'x' }), keys, Date.now()),
    ],
    [
      'with one for another body',
      () => signViewer(viewer, bound({ body: '{}' }), keys, Date.now()),
    ],
    [
      'with one for a socket',
      () => signViewer(viewer, bound({ purpose: 'CONNECTION' }), keys, Date.now()),
    ],
    ['with an old one', () => signViewer(viewer, bound(), keys, Date.now() - 31_000)],
    [
      'with one by another key',
      () => signViewer(viewer, bound(), [{ kid: 'k', secret: 'x'.repeat(40) }], Date.now()),
    ],
    ['with one that is not signed', () => JSON.stringify(viewer)],
  ])('answers nobody %s', async (_, header) => {
    expect(await post(body, header())).toEqual(refusal);
  });

  it.each([
    '{ _service { sdl } }',
    '{ _entities(representations: []) { __typename } }',
    '{ __schema { types { name } } }',
  ])('tells a stranger nothing by %s', async (query) => {
    expect(await post(JSON.stringify({ query }))).toEqual(refusal);
  });

  it('takes no header a second time', async () => {
    const header = signViewer(viewer, bound(), keys, Date.now());
    expect((await post(body, header)).status).toBe(200);
    expect(await post(body, header)).toEqual(refusal);
  });

  it('answers no other method and no body that is too large', async () => {
    expect(await post('', undefined, 'GET')).toEqual(refusal);
    expect((await post('x'.repeat(2_001))).status).toBe(413);
  });

  it('keeps what went wrong inside to itself', async () => {
    const text = JSON.stringify({ query: '{ boom }' });
    const { answer } = await post(
      text,
      signViewer(viewer, bound({ body: text }), keys, Date.now()),
    );
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('tells anybody whether it lives', async () => {
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(new URL(path, served.url))).status).toBe(200);
  });

  const socket = (connection: string | undefined) =>
    createClient({
      url: served.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      onNonLazyError: () => {},
      connectionParams: { viewer: connection },
    });
  const connection = () =>
    signViewer(visitor('c'), bound({ purpose: 'CONNECTION', body: '' }), keys, Date.now());
  const results = async (query: string, opening: string | undefined, asked?: string) => {
    const client = socket(opening);
    const found: unknown[] = [];
    try {
      for await (const result of client.iterate({
        query,
        ...(asked && { extensions: { viewer: asked } }),
      }))
        found.push(result);
      return found;
    } catch (error) {
      return error;
    } finally {
      await client.dispose();
    }
  };
  const operation = (query: string, who: Viewer) =>
    signViewer(
      who,
      bound({ purpose: 'OPERATION', body: operationBody({ query }) }),
      keys,
      Date.now(),
    );

  it('opens a feed for the viewer that the operation names', async () => {
    const query = 'subscription { names }';
    expect(await results(query, connection(), operation(query, viewer))).toEqual([
      { data: { names: 'u1' } },
    ]);
  });

  it('opens no socket for a stranger', async () => {
    const query = 'subscription { names }';
    const replayed = signViewer(viewer, bound({ body: '' }), keys, Date.now());
    for (const opening of [undefined, 'x', replayed])
      expect(await results(query, opening, operation(query, viewer))).toMatchObject({ code: 4403 });
  });

  it('starts no operation without a viewer of its own', async () => {
    const query = 'subscription { names }';
    for (const asked of [undefined, operation('subscription { refused }', viewer)])
      expect(await results(query, connection(), asked)).toMatchObject([
        { extensions: { code: 'UNAUTHENTICATED' } },
      ]);
  });

  it('passes on a refusal of the feed, and enforces what the SDL demands', async () => {
    const refused = 'subscription { refused }';
    expect(await results(refused, connection(), operation(refused, viewer))).toMatchObject([
      { errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] },
    ]);
    const names = 'subscription { names }';
    expect(await results(names, connection(), operation(names, visitor('v')))).toMatchObject([
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  });

  const signedOut: Viewer = { ...viewer, issuedAt: 1_000 };
  const over = { message: 'This session is over; sign in again.', extensions: { code: 'UNAUTHENTICATED' } }; // prettier-ignore

  it('tells whoever signed out everywhere so, as an answer', async () => {
    const header = signViewer(signedOut, bound(), keys, Date.now());
    expect(await post(body, header)).toEqual({ status: 200, answer: { errors: [over] } });
  });

  it('tells them so on a socket, where the feeds of others go on', async () => {
    const query = 'subscription { names }';
    const client = socket(connection());
    const follow = async (who: Viewer) => {
      const found: unknown[] = [];
      const asked = { query, extensions: { viewer: operation(query, who) } };
      try {
        for await (const result of client.iterate(asked)) found.push(result);
      } catch (error) {
        found.push(error);
      }
      return found;
    };
    expect(await Promise.all([follow(signedOut), follow(viewer)])).toMatchObject([
      [[over]],
      [{ data: { names: 'u1' } }],
    ]);
    await client.dispose();
  });

  it('takes no message that is too large', async () => {
    const raw = new WebSocket(served.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(raw, 'open');
    raw.send('x'.repeat(2_001));
    expect((await once(raw, 'close'))[0]).toBe(1009);
  });
});
