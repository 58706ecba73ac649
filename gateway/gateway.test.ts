import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from './config.ts';
import { foreignGraph } from './sources/foreign-graph.ts';
import { createGateway, type Gateway } from './gateway.ts';

const graph = foreignGraph({
  people: {
    sdl: `type Query { person(id: ID!): Person people(first: Int): [Person!]! }
      type Person @key(fields: "id") { id: ID! name: String! }`,
    resolvers: {
      Query: {
        person: (_: unknown, { id }: { id: string }) => ({ id, name: `Person ${id}` }),
        people: () => ['1', '2'].map((id) => ({ id, name: `Person ${id}` })),
      },
      Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Person ${id}` }) },
    },
  },
  posts: {
    sdl: `type Query { latest: Post }
      type Post @key(fields: "id") { id: ID! title: String! author: Person! }
      type Person @key(fields: "id") { id: ID! posts: [Post!]! }`,
    resolvers: {
      Query: { latest: () => ({ id: 'p1', title: 'First', author: { id: '1' } }) },
      Person: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        posts: ({ id }: { id: string }) => [{ id: `p${id}`, title: `By ${id}`, author: { id } }],
      },
    },
  },
});

describe('the gateway in one process', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await createGateway({
      supergraphSdl: graph.supergraphSdl,
      local: graph.local,
      config: readGatewayConfig({ PORT: '0' }),
      log: createLog('gateway', 'silent'),
    });
  });
  afterAll(() => gateway.stop());

  it('joins entities of two subgraphs', async () => {
    const query = '{ people { name posts { title author { name } } } latest { author { name } } }';
    expect(JSON.parse(JSON.stringify(await gateway.execute({ query }, visitor('test'))))).toEqual({
      data: {
        people: [
          { name: 'Person 1', posts: [{ title: 'By 1', author: { name: 'Person 1' } }] },
          { name: 'Person 2', posts: [{ title: 'By 2', author: { name: 'Person 2' } }] },
        ],
        latest: { author: { name: 'Person 1' } },
      },
    });
  });
});
