import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { createLog } from '#kit/log.ts';
import { serve, type Served } from '#kit/serve.ts';
import type { Subgraph } from '#kit/subgraph.ts';
import { visitor, type Viewer } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { federation, foreignGraph } from './foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';

const log = createLog('gateway', 'silent');
const key = 'k:a-secret-of-the-test-of-32-characters';
const viewerKeys = [{ kid: 'k', secret: key.slice(2) }];
const scalars = 'scalar Instant scalar Date scalar Won scalar BasisPoints scalar RegionCode\n';
const user: Viewer = { ...visitor('r1'), userId: 'u1' };

const sdls = {
  people: `type Query { me: String person(id: ID!): Person people: [Person!]! }
    type Mutation { rename: String }
    type Person @key(fields: "id") { id: ID! name: String }`,
  posts: `type Query { latest: String }
    type Person @key(fields: "id") { id: ID! posts: [String!] note: String! }`,
};

let people: Served;
let behind: RequestListener;
let posts: Server;
let calls: string[] = [];
let gateway: Gateway;

beforeAll(async () => {
  const subgraph: Subgraph = {
    name: 'people',
    sdl: federation + scalars + sdls.people,
    resolvers: {
      Query: {
        me: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) =>
          `${viewer.userId} ${viewer.requestId}`,
        person: (_: unknown, { id }: { id: string }) => ({ id, name: `Person ${id}` }),
        people: () => ['1', '2'].map((id) => ({ id })),
      },
      Person: { __resolveReference: (it: object) => it },
    },
    start: async () => ({
      createContext: async (viewer) => ({ viewer }),
      caughtUp: async () => {},
      stop: async () => {},
    }),
  };
  people = await serve(
    subgraph,
    { mongoUri: '', environment: {}, log },
    { host: '127.0.0.1', port: 0, viewerKeys },
  );
  posts = createServer((request, response) => behind(request, response));
  posts.listen(0, '127.0.0.1');
  await once(posts, 'listening');
  const postsUrl = `http://127.0.0.1:${(posts.address() as AddressInfo).port}/graphql`;
  gateway = await createGateway({
    supergraphSdl: foreignGraph({
      people: { sdl: sdls.people, resolvers: {}, url: people.url },
      posts: { sdl: sdls.posts, resolvers: {}, url: 'http://127.0.0.1:1/' },
    }).supergraphSdl,
    config: readGatewayConfig({
      PORT: '0',
      VIEWER_KEYS: key,
      SUBGRAPH_URL_POSTS: postsUrl,
      SUBGRAPH_TIMEOUT_MILLIS: '1500',
      SUBGRAPH_ANSWER_BYTES: '5000',
    }),
    log,
  });
});
afterAll(async () => {
  await gateway?.stop();
  await people.stop();
  posts.closeAllConnections();
  posts.close();
});
beforeEach(() => {
  calls = [];
});

const ask = async (query: string, variables = {}): Promise<unknown> =>
  JSON.parse(JSON.stringify(await gateway.execute({ query, variables }, user)));

/** Lets the foreign subgraph answer each call by the next of these. */
function answers(...each: RequestListener[]): void {
  behind = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      calls.push(body);
      (each[calls.length - 1] ?? each.at(-1))?.(request, response);
    });
  };
}
const entities =
  (...values: unknown[]): RequestListener =>
  (_, response) =>
    void response.end(JSON.stringify({ data: { _entities: values } }));
const broken: RequestListener = (request) => void request.socket.destroy();

const query = '{ person(id: "1") { name posts } }';
const partial = (code: string) => ({
  data: { person: { name: 'Person 1', posts: null } },
  errors: [{ message: expect.any(String), path: ['person', 'posts'], extensions: { code } }],
});

describe('a subgraph elsewhere', () => {
  it('is asked as the viewer, by a signature that it takes', async () => {
    expect(await ask('{ me }')).toEqual({ data: { me: 'u1 r1' } });
  });

  it('completes what another began', async () => {
    answers(entities({ __typename: 'Person', posts: ['a'] }));
    expect(await ask(query)).toEqual({ data: { person: { name: 'Person 1', posts: ['a'] } } });
  });

  it('is sent no header of the client, and no cookie', async () => {
    answers((request, response) => {
      expect(Object.keys(request.headers).toSorted()).toEqual([
        'accept',
        'connection',
        'content-length',
        'content-type',
        'host',
        'x-oca-timeout',
        'x-oca-viewer',
        'x-request-id',
      ]);
      entities({ posts: [] })(request, response);
    });
    expect(await ask(query)).toMatchObject({ data: { person: { posts: [] } } });
  });

  it('is asked once more when a connection breaks under a query', async () => {
    answers(broken, entities({ posts: ['b'] }));
    expect(await ask(query)).toMatchObject({ data: { person: { posts: ['b'] } } });
    expect(calls).toHaveLength(2);
  });

  it.each<[string, RequestListener, string]>([
    ['breaks every connection', broken, 'SUBGRAPH_UNAVAILABLE'],
    [
      'says 500',
      (_, response) => void response.writeHead(500).end('<html>'),
      'SUBGRAPH_UNAVAILABLE',
    ],
    ['answers with a page', (_, response) => void response.end('<html>'), 'SUBGRAPH_BAD_ANSWER'],
    ['answers with other JSON', (_, response) => void response.end('[1]'), 'SUBGRAPH_BAD_ANSWER'],
    ['answers about fewer things', entities(), 'SUBGRAPH_BAD_ANSWER'],
    ['answers about more', entities(null, null), 'SUBGRAPH_BAD_ANSWER'],
    [
      'answers with no list of things',
      (_, response) => void response.end('{"data":{"_entities":"some"}}'),
      'SUBGRAPH_BAD_ANSWER',
    ],
    [
      'answers too much',
      (_, response) => void response.end('x'.repeat(6_000)),
      'SUBGRAPH_BAD_ANSWER',
    ],
    ['does not answer', () => {}, 'SUBGRAPH_TIMEOUT'],
    ['stops in the middle', (_, response) => void response.write('{"data"'), 'SUBGRAPH_TIMEOUT'],
  ])('that %s leaves the rest of the answer unharmed', async (_, listener, code) => {
    answers(listener);
    expect(await ask(query)).toEqual(partial(code));
    // A good answer, so that faults in a row do not open the breaker under the next case.
    answers(entities({ posts: [] }));
    expect(await ask(query)).toMatchObject({ data: { person: { posts: [] } } });
    expect(await ask('{ me }')).toEqual({ data: { me: 'u1 r1' } });
  });

  it('is named in each place where something of it is missing', async () => {
    answers(broken);
    expect(await ask('{ people { id posts } }')).toMatchObject({
      data: {
        people: [
          { id: '1', posts: null },
          { id: '2', posts: null },
        ],
      },
      errors: [{ path: ['people', 0, 'posts'] }, { path: ['people', 1, 'posts'] }],
    });
    answers(entities({ posts: [] }));
    await ask(query);
  });

  it('that says null where none may be is told of', async () => {
    answers(entities({ note: null }));
    expect(await ask('{ person(id: "1") { note } }')).toEqual({
      data: { person: null },
      errors: [
        {
          message: expect.stringContaining('Person.note'),
          path: ['person', 'note'],
          extensions: { code: 'UNEXPECTED_NULL' },
        },
      ],
    });
  });

  it('keeps its own text and address to itself', async () => {
    answers(
      (_, response) =>
        void response.end(
          JSON.stringify({
            data: { _entities: [null] },
            errors: [
              {
                message: 'at mongodb://u:p@db',
                path: ['_entities', 0, 'posts'],
                extensions: { code: 'X', stacktrace: ['s'] },
              },
            ],
          }),
        ),
    );
    const answer = await ask(query);
    expect(answer).toMatchObject({
      errors: [{ path: ['person', 'posts'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(JSON.stringify(answer)).not.toMatch(/mongodb|stacktrace|127\.0\.0\.1/);
  });

  it('is asked once for entities that several requests of one tick need, once each', async () => {
    answers((_, response) => {
      const { variables } = JSON.parse(calls.at(-1) ?? '') as {
        variables: { representations: { id: string }[] };
      };
      entities(...variables.representations.map(({ id }) => ({ posts: [`of ${id}`] })))(
        _,
        response,
      );
    });
    const results = await Promise.all(
      ['1', '2', '1'].map((id) => ask('query($id: ID!) { person(id: $id) { posts } }', { id })),
    );
    expect(results).toEqual(
      ['1', '2', '1'].map((id) => ({ data: { person: { posts: [`of ${id}`] } } })),
    );
    const sent = calls.flatMap((body) =>
      (
        JSON.parse(body) as { variables: { representations: { id: string }[] } }
      ).variables.representations.map(({ id }) => id),
    );
    expect(sent.length).toBeLessThanOrEqual(3);
    expect(new Set(sent)).toEqual(new Set(['1', '2']));
  });

  it('that keeps failing is left alone for a while', async () => {
    answers((_, response) => void response.writeHead(500).end());
    for (let fault = 0; fault < 5; fault += 1) await ask(query);
    const before = calls.length;
    expect(await ask(query)).toEqual(partial('SUBGRAPH_UNAVAILABLE'));
    expect(calls).toHaveLength(before);
  });
});

it('a gateway without a key for subgraphs elsewhere does not start', async () => {
  const { supergraphSdl } = foreignGraph({ people: { sdl: sdls.people, resolvers: {} } });
  const config = readGatewayConfig({ PORT: '0' });
  await expect(createGateway({ supergraphSdl, config, log })).rejects.toThrow(
    /VIEWER_KEYS.*people/,
  );
});
