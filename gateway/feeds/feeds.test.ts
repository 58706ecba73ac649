import { setTimeout as pause } from 'node:timers/promises';

import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { serve, type Served } from '#kit/serve.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import { visitor, type Viewer } from '#kit/viewer.ts';
import { Board, take, until } from './board.ts';
import { readGatewayConfig } from '../config.ts';
import { federation, foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';

const log = createLog('gateway', 'silent');
const key = 'k:a-secret-of-the-test-of-32-characters';
const scalars = 'scalar Instant scalar Date scalar Won scalar BasisPoints scalar RegionCode\n';

const newsSdl = `type Query { now: String }
  type News { cursor: String! text: String author: Author }
  type Author @key(fields: "id", resolvable: false) { id: ID! }
  type Subscription {
    news(after: String): News! @tag(name: "public")
    mine: News!
    plain: News!
    closed: News! @authenticated
    failing: News
  }`;
const authorsSdl = `type Query { author: Author }
  type Author @key(fields: "id") { id: ID! name: String seenBy: String private: String @authenticated }`;

let board: Board;
let asked: string[];
/** What authors wait for before they tell their names. */
let hold: Promise<void>;
const reading = (field: string) => ({
  subscribe: (_: unknown, { after }: { after?: string }) =>
    board.read(field, after === undefined ? board.entries.length : Number(after)),
});

const newsResolvers = {
  Subscription: {
    news: reading('news'),
    mine: reading('mine'),
    plain: reading('plain'),
    closed: reading('closed'),
    failing: {
      subscribe: async function* () {
        yield { failing: new Error('mongodb://user:secret@db') };
      },
    },
  },
};
const authorsResolvers = {
  Author: {
    __resolveReference: ({ id }: { id: string }) => {
      asked.push(id);
      return { id };
    },
    name: async ({ id }: { id: string }) => {
      await hold;
      return `Author of ${id}`;
    },
    seenBy: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) => viewer.userId ?? 'nobody',
    private: () => 'private',
  },
};

const user = (userId: string): Viewer => ({ ...visitor('test'), userId });
const query = 'subscription { news { text author { name } } }';

describe('live feeds in one process', () => {
  let gateway: Gateway;
  let feeds: AsyncIterableIterator<ExecutionResult>[];
  beforeEach(async () => {
    board = new Board();
    asked = [];
    hold = Promise.resolve();
    feeds = [];
    const { supergraphSdl, local } = foreignGraph({
      authors: { sdl: authorsSdl, resolvers: authorsResolvers },
      news: { sdl: newsSdl, resolvers: newsResolvers },
    });
    const config = readGatewayConfig({
      PORT: '0',
      FEED_QUEUE_BYTES: '1024',
      FEED_COMPLETIONS: '2',
    });
    gateway = await createGateway({ supergraphSdl, local, config, log });
  });
  afterEach(async () => {
    for (const feed of feeds) await feed.return?.();
    await gateway.stop();
  });

  const follow = async (text = query, viewer = visitor('test'), variables = {}) => {
    const feed = await gateway.subscribe({ query: text, variables }, viewer);
    if (!(Symbol.asyncIterator in feed)) throw new Error(JSON.stringify(feed));
    feeds.push(feed);
    return feed;
  };
  it('complete each event from other subgraphs, in order', async () => {
    const feed = await follow();
    await until(() => board.open === 1);
    board.publish('a', 'b', 'c');
    expect(await take(feed, 3)).toEqual(
      ['a', 'b', 'c'].map((text) => ({
        data: { news: { text, author: { name: `Author of ${text}` } } },
      })),
    );
  });

  it('ask once for all who see the same, whoever they are, when the feed is public', async () => {
    const everybody = await Promise.all([follow(), follow(), follow(query, user('u1'))]);
    await until(() => board.open === 1);
    board.publish('a');
    for (const feed of everybody)
      expect(await take(feed, 1)).toMatchObject([{ data: { news: { text: 'a' } } }]);
    expect(board.opened).toBe(1);
    expect(asked).toEqual(['a']);
  });

  it('show members nothing of each other when the feed is not public', async () => {
    const text = 'subscription { mine { author { seenBy } } }';
    const [first, second, again] = await Promise.all([
      follow(text, user('u1')),
      follow(text, user('u2')),
      follow(text, user('u1')),
    ]);
    await until(() => board.open === 2);
    board.publish('a');
    expect(await take(first, 1)).toEqual([{ data: { mine: { author: { seenBy: 'u1' } } } }]);
    expect(await take(again, 1)).toEqual([{ data: { mine: { author: { seenBy: 'u1' } } } }]);
    expect(await take(second, 1)).toEqual([{ data: { mine: { author: { seenBy: 'u2' } } } }]);
    expect(board.opened).toBe(2);
  });

  it('do not share a public feed through which something private is selected', async () => {
    const text = 'subscription { news { author { private seenBy } } }';
    const [first, second] = await Promise.all([follow(text, user('u1')), follow(text, user('u2'))]);
    await until(() => board.open === 2);
    board.publish('a');
    expect(await take(first, 1)).toEqual([
      { data: { news: { author: { private: 'private', seenBy: 'u1' } } } },
    ]);
    expect(await take(second, 1)).toMatchObject([{ data: { news: { author: { seenBy: 'u2' } } } }]);
  });

  it('share one subscription between different selections of other subgraphs', async () => {
    const [one, two] = await Promise.all([
      follow('subscription { mine { author { name } } }', user('u1')),
      follow('subscription { mine { author { seenBy } } }', user('u1')),
    ]);
    await until(() => board.open === 1);
    board.publish('a');
    expect(await take(one, 1)).toEqual([{ data: { mine: { author: { name: 'Author of a' } } } }]);
    expect(await take(two, 1)).toEqual([{ data: { mine: { author: { seenBy: 'u1' } } } }]);
    expect(board.opened).toBe(1);
  });

  it('begin after a cursor for each who gives one, though others are further', async () => {
    const text = 'subscription($after: String) { news(after: $after) { text } }';
    board.publish('a', 'b', 'c');
    const first = await follow(text, visitor('t'), { after: '1' });
    expect(await take(first, 2)).toEqual([
      { data: { news: { text: 'b' } } },
      { data: { news: { text: 'c' } } },
    ]);
    const second = await follow(text, visitor('t'), { after: '1' });
    expect(await take(second, 2)).toEqual([
      { data: { news: { text: 'b' } } },
      { data: { news: { text: 'c' } } },
    ]);
    board.publish('d');
    expect(await take(first, 1)).toEqual([{ data: { news: { text: 'd' } } }]);
    expect(await take(second, 1)).toEqual([{ data: { news: { text: 'd' } } }]);
  });

  it('end at the subgraph when the last subscriber leaves', async () => {
    const [one, two] = await Promise.all([follow(), follow()]);
    await until(() => board.open === 1);
    await one.return?.();
    await pause(20);
    expect(board.open).toBe(1);
    await two.return?.();
    await until(() => board.open === 0);
  });

  it('give up a subscriber who does not keep up, and nobody else', async () => {
    const [slow, quick] = await Promise.all([follow(), follow()]);
    await until(() => board.open === 1);
    const texts = Array.from({ length: 100 }, (_, index) => `entry ${index}`);
    for (const text of texts) {
      board.publish(text);
      expect(await take(quick, 1)).toMatchObject([{ data: { news: { text } } }]);
    }
    expect(await take(slow, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SLOW_CONSUMER' } }] },
      'over',
    ]);
  });

  it('mask what goes wrong inside an event', async () => {
    const [result] = await take(await follow('subscription { failing { text } }'), 1);
    expect(result).toMatchObject({
      data: { failing: null },
      errors: [{ path: ['failing'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  it.each([
    ['subscription { closed { text } }', 'UNAUTHENTICATED'],
    ['subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription { news { text } mine { text } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription($b: Boolean!) { news @include(if: $b) { text } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'subscription($b: Boolean!) { ... { news @skip(if: $b) { text } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'subscription { ...F } fragment F on Subscription { news @skip(if: true) { text } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['subscription { news { ... @defer { text } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['subscription($a: String!) { news(after: $a) { text } }', 'BAD_USER_INPUT'],
  ])('refuse %s in words, each time', async (text, code) => {
    for (const _ of [1, 2])
      expect(await gateway.subscribe({ query: text }, visitor('t'))).toMatchObject({
        errors: [
          {
            extensions: {
              code: code,
            },
          },
        ],
      });
  });

  it('complete so many events at a time and no more', async () => {
    const gate = Promise.withResolvers<void>();
    hold = gate.promise;
    const feed = await follow();
    await until(() => board.open === 1);
    board.publish('a', 'b', 'c', 'd', 'e');
    await until(() => asked.length === 2);
    await pause(30);
    expect(asked).toEqual(['a', 'b']);
    gate.resolve();
    expect(await take(feed, 5)).toHaveLength(5);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('end with a word for each who began after one cursor, when the gateway stops', async () => {
    const text = 'subscription($after: String) { news(after: $after) { text } }';
    board.publish('a', 'b');
    const both = [];
    for (const _ of [1, 2]) {
      const feed = await follow(text, visitor('t'), { after: '1' });
      await take(feed, 1);
      both.push(feed);
    }
    await gateway.stop();
    for (const feed of both)
      expect(await take(feed, 2)).toMatchObject([
        { errors: [{ extensions: { code: 'SUBSCRIPTION_CLOSED' } }] },
        'over',
      ]);
  });

  it('end with a word when the gateway stops', async () => {
    const feed = await follow();
    await gateway.stop();
    expect(await take(feed, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_CLOSED' } }] },
      'over',
    ]);
  });
});

describe('live feeds of a subgraph elsewhere', () => {
  let served: Served;
  let gateway: Gateway;
  const subgraph: Subgraph = {
    name: 'news',
    sdl: federation + scalars + newsSdl,
    resolvers: newsResolvers,
    start: async () => ({
      createContext: async (viewer) => ({ viewer }),
      caughtUp: async () => {},
      stop: async () => {},
    }),
  };
  const start = (port = 0) =>
    serve(
      subgraph,
      { mongoUri: '', environment: {}, log },
      {
        host: '127.0.0.1',
        port,
        viewerKeys: [{ kid: 'k', secret: key.slice(2) }],
        drainMillis: 50,
      },
    );
  beforeEach(async () => {
    board = new Board();
    asked = [];
    hold = Promise.resolve();
    served = await start();
    const graph = foreignGraph({
      authors: { sdl: authorsSdl, resolvers: authorsResolvers },
      news: { sdl: newsSdl, resolvers: newsResolvers, url: served.url },
    });
    graph.local.delete('news');
    const config = readGatewayConfig({ PORT: '0', VIEWER_KEYS: key });
    gateway = await createGateway({ ...graph, config, log });
  });
  afterEach(async () => {
    await gateway.stop();
    await served.stop();
  });

  it('go on after the last event when the subgraph comes back: nothing lost, nothing twice', async () => {
    const feed = (await gateway.subscribe(
      { query },
      visitor('t'),
    )) as AsyncIterableIterator<ExecutionResult>;
    await until(() => board.open === 1);
    board.publish('a');
    const texts = async (count: number) =>
      (await take(feed, count)).map(
        (result) => (result as { data: { news: { text: string } } }).data.news.text,
      );
    expect(await texts(1)).toEqual(['a']);
    await served.stop();
    board.publish('b', 'c');
    served = await start(served.port);
    await until(() => board.opened === 2);
    board.publish('d');
    expect(await texts(3)).toEqual(['b', 'c', 'd']);
    await feed.return?.();
  });

  it('end with a word when another supergraph says that their subgraph has moved', async () => {
    const feed = (await gateway.subscribe(
      { query },
      visitor('t'),
    )) as AsyncIterableIterator<ExecutionResult>;
    await until(() => board.open === 1);
    const moved = await start();
    const graph = foreignGraph({
      authors: { sdl: authorsSdl, resolvers: authorsResolvers },
      news: { sdl: newsSdl, resolvers: newsResolvers, url: moved.url },
    });
    await gateway.reload(graph.supergraphSdl);
    expect(await take(feed, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } }] },
      'over',
    ]);
    await until(() => board.open === 0);
    await moved.stop();
  });

  it('end in words when nobody can say where to go on', async () => {
    const feed = (await gateway.subscribe(
      { query: 'subscription { plain { text } }' },
      visitor('t'),
    )) as AsyncIterableIterator<ExecutionResult>;
    await until(() => board.open === 1);
    await served.stop();
    expect(await take(feed, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_UPSTREAM_CLOSED' } }] },
      'over',
    ]);
    served = await start(served.port);
  });

  it('name their viewer to the subgraph', async () => {
    const denied = await gateway.subscribe(
      { query: 'subscription { closed { text } }' },
      visitor('t'),
    );
    expect(denied).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const feed = (await gateway.subscribe(
      { query: 'subscription { closed { text } }' },
      user('u1'),
    )) as AsyncIterableIterator<ExecutionResult>;
    await until(() => board.open === 1);
    board.publish('a');
    expect(await take(feed, 1)).toEqual([{ data: { closed: { text: 'a' } } }]);
    await feed.return?.();
    await until(() => board.open === 0);
  });
});
