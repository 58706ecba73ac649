/** Constructs of the federation specification: names that clients, subgraphs and the gateway give to different things. */
import { itself, type Case } from './federation-cases.ts';

interface Thing {
  id: string;
}
const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };

/** Cases about names. */
export const names: Case[] = [
  {
    name: 'roots that subgraphs call otherwise, and what they are called to clients',
    subgraphs: {
      a: {
        sdl: `schema { query: Reading mutation: Writing } type Reading { one: T } type Writing { make: T }
          type T @key(fields: "id") { id: ID! }`,
        resolvers: {
          Reading: { one: () => ({ id: '1' }) },
          Writing: { make: () => ({ id: '2' }) },
        },
      },
      b: {
        sdl: 'type Query { two: T } type T @key(fields: "id") { id: ID! text: String }',
        resolvers: {
          Query: { two: () => ({ id: '3' }) },
          T: { __resolveReference: itself, text: ({ id }: Thing) => `t${id}` },
        },
      },
    },
    query: '{ __typename q: __typename one { text t: __typename } two { text } }',
    data: {
      __typename: 'Query',
      q: 'Query',
      one: { text: 't1', t: 'T' },
      two: { text: 't3' },
    },
  },
  {
    name: 'aliases that are called as needs, types and values of planners are, on things with faults',
    subgraphs: {
      a: {
        sdl: 'type Query { all: [T!]! } type T @key(fields: "id") { id: ID! w(in: Int): Int name: String }',
        resolvers: {
          Query: {
            all: () => [
              { id: '1', name: 'N' },
              { id: '2', name: 'M' },
            ],
          },
          T: { __resolveReference: itself, w: (_: unknown, { in: by = 1 }: { in?: number }) => by },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID! w(in: Int): Int @external more: Int @requires(fields: "w(in: 5)")
          fails(in: Int): Int }`,
        resolvers: {
          T: {
            __resolveReference: itself,
            more: ({ w }: { w: number }) => w + 1,
            fails: ({ id }: Thing) => {
              if (id === '2') throw new Error('no');
              return 0;
            },
          },
        },
      },
    },
    query: `{ _entities: all { __typename: name w: id ocaNeed0_w: name id: more ocaAlias_id: fails
      _internal_qp_alias_0: w name__alias_0: fails(in: 2) } }`,
    data: {
      _entities: [
        {
          __typename: 'N',
          w: '1',
          ocaNeed0_w: 'N',
          id: 6,
          ocaAlias_id: 0,
          _internal_qp_alias_0: 1,
          name__alias_0: 0,
        },
        {
          __typename: 'M',
          w: '2',
          ocaNeed0_w: 'M',
          id: 6,
          ocaAlias_id: null,
          _internal_qp_alias_0: 1,
          name__alias_0: null,
        },
      ],
    },
    errors: [
      ['_entities', 1, 'ocaAlias_id'],
      ['_entities', 1, 'name__alias_0'],
    ],
  },
  {
    name: 'a variable that is called as the gateway’s own',
    subgraphs: {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
        resolvers: { Query: { t: () => ({ id: '1' }) } },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! twice(of: Int!): Int }',
        resolvers: {
          T: { __resolveReference: itself, twice: (_: unknown, { of }: { of: number }) => of * 2 },
        },
      },
    },
    query: 'query($representations: Int!) { t { twice(of: $representations) } }',
    variables: { representations: 4 },
    data: { t: { twice: 8 } },
  },
  {
    name: 'aliases that are called as keys are, and as what the gateway asks for itself',
    subgraphs: {
      a: {
        sdl: 'type Query { things: [Thing!]! } type Thing @key(fields: "id sku") { id: ID! sku: ID! name: String other: String }',
        resolvers: {
          Query: { things: () => [{ id: '1', sku: 's', name: 'N', other: 'O' }] },
        },
      },
      b: {
        sdl: 'type Thing @key(fields: "id sku") { id: ID! sku: ID! far: String }',
        resolvers: {
          Thing: {
            __resolveReference: itself,
            far: ({ id, sku }: { id: string; sku: string }) => `${id}${sku}`,
          },
        },
      },
    },
    query:
      '{ things { constructor: name sku: other id: sku far: id name: far toString: __typename } }',
    data: {
      things: [{ constructor: 'N', sku: 'O', id: 's', far: '1', name: '1s', toString: 'Thing' }],
    },
  },
  {
    name: 'one name for values of other types and nullability, of members of a union, over subgraphs',
    subgraphs: {
      a: {
        sdl: `type Query { all: [U!]! } union U = A | B type A @key(fields: "id") { id: ID! } type B @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            all: () => [
              { __typename: 'A', id: '1' },
              { __typename: 'B', id: '2' },
            ],
          },
          U: typed,
        },
      },
      b: {
        sdl: `type A @key(fields: "id") { id: ID! v: Int! items: [Int!] } type B @key(fields: "id") { id: ID! v: Int items: [Int!] w: String }`,
        resolvers: {
          A: { __resolveReference: itself, v: () => 0, items: () => [] },
          B: { __resolveReference: itself, v: () => null, items: () => [0], w: () => '' },
        },
      },
    },
    query: '{ all { ... on A { id x: v a: items } ... on B { id y: v b: items w } } }',
    data: {
      all: [
        { id: '1', x: 0, a: [] },
        { id: '2', y: null, b: [0], w: '' },
      ],
    },
  },
];
