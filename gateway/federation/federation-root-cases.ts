/** Constructs of the federation specification: fields that give the query root, what is shared, hidden and moved. */
import { itself, type Case } from './federation-cases.ts';

interface Thing {
  id: string;
}
const texts = {
  T: { __resolveReference: itself, text: ({ id }: Thing) => `t${id}` },
};

/** Cases about roots below the root, and about subgraphs that say different things of one field. */
export const roots: Case[] = [
  {
    name: 'a change that gives the query root, which its subgraph calls otherwise',
    subgraphs: {
      a: {
        sdl: `schema { query: Reading mutation: Writing } type Reading { one: T n: Int } type Writing { make: Made }
          type Made { id: ID query: Reading } type T @key(fields: "id") { id: ID! back: Reading }`,
        resolvers: {
          Reading: { one: () => ({ id: '1', back: {} }), n: () => 5 },
          Writing: { make: () => ({ id: '2', query: {} }) },
        },
      },
      b: {
        sdl: 'type Query { two: T } type T @key(fields: "id") { id: ID! text: String }',
        resolvers: { Query: { two: () => ({ id: '3' }) }, ...texts },
      },
    },
    query:
      'mutation { make { id query { __typename n one { text back { __typename two { text } n } } two { text } } } }',
    data: {
      make: {
        id: '2',
        query: {
          __typename: 'Query',
          n: 5,
          one: { text: 't1', back: { __typename: 'Query', two: { text: 't3' }, n: 5 } },
          two: { text: 't3' },
        },
      },
    },
  },
  {
    name: 'the query root below things and lists, called otherwise in each subgraph',
    subgraphs: {
      a: {
        sdl: `schema { query: Reading } type Reading { one: T n: Int }
          type T @key(fields: "id") { id: ID! back: Reading }`,
        resolvers: { Reading: { one: () => ({ id: '1', back: {} }), n: () => 5 } },
      },
      b: {
        sdl: `schema { query: Asking } type Asking { two: T list: [T!]! }
          type T @key(fields: "id") { id: ID! text: String again: [Asking!]! }`,
        resolvers: {
          Asking: { two: () => ({ id: '3' }), list: () => [{ id: '4' }] },
          T: { ...texts.T, again: () => [{}, {}] },
        },
      },
    },
    query: `{ one { again { one { text } }
      back { two { text } k: __typename list { again { n t: __typename list { id } } } } } }`,
    data: {
      one: {
        again: [{ one: { text: 't1' } }, { one: { text: 't1' } }],
        back: {
          two: { text: 't3' },
          k: 'Query',
          list: [
            {
              again: [
                { n: 5, t: 'Query', list: [{ id: '4' }] },
                { n: 5, t: 'Query', list: [{ id: '4' }] },
              ],
            },
          ],
        },
      },
    },
  },
  {
    name: '@shareable fields, and lists, that may be null in one subgraph and not in the other',
    subgraphs: {
      a: {
        sdl: `type Query { all: [T!]! } type T @key(fields: "id") { id: ID! name: String! @shareable inner: In @shareable
          tags: [String!]! @shareable } type In @shareable { v: Int! }`,
        resolvers: { Query: { all: () => [{ id: '1', name: 'A', inner: { v: 1 }, tags: [] }] } },
      },
      b: {
        sdl: `type Query { others: [T!]! } type T @key(fields: "id") { id: ID! name: String @shareable inner: In! @shareable
          tags: [String] @shareable } type In @shareable { v: Int w: Int }`,
        resolvers: {
          Query: {
            others: () => [{ id: '2', name: null, inner: { v: null, w: 3 }, tags: [null, 'x'] }],
          },
          T: { __resolveReference: ({ id }: Thing) => ({ id, name: null, inner: { v: 9, w: 4 } }) },
        },
      },
    },
    query: '{ all { name inner { v w } tags } others { name inner { v w } tags } }',
    data: {
      all: [{ name: 'A', inner: { v: 1, w: 4 }, tags: [] }],
      others: [{ name: null, inner: { v: null, w: 3 }, tags: [null, 'x'] }],
    },
  },
  {
    name: 'input fields, arguments and enum values that are hidden keep their defaults and give nothing away',
    subgraphs: {
      a: {
        sdl: `type Query { find(in: Filter, size: Size = SMALL, secret: Int = 4 @inaccessible): [String] }
          input Filter { name: String hidden: Int = 7 @inaccessible } enum Size { BIG SMALL HUGE @inaccessible }`,
        resolvers: {
          Query: {
            find: (
              _: unknown,
              given: { in: { name: string; hidden: number }; size: string; secret: number },
            ) => [given.in.name, String(given.in.hidden), given.size, String(given.secret)],
          },
        },
      },
      b: {
        sdl: `type Query { other(in: Filter): String size: Size }
          input Filter { name: String hidden: Int = 7 } enum Size { BIG SMALL HUGE }`,
        resolvers: {
          Query: {
            other: (_: unknown, given: { in: { name: string; hidden: number } }) =>
              `${given.in.name}${given.in.hidden}`,
            size: () => 'HUGE',
          },
        },
      },
    },
    query: '{ find(in: { name: "x" }, size: BIG) other(in: { name: "y" }) size }',
    data: { find: ['x', '7', 'BIG', '4'], other: 'y7', size: null },
  },
  {
    name: 'an input field that is hidden is refused in a variable',
    subgraphs: {
      a: {
        sdl: 'type Query { find(in: Filter): Int } input Filter { name: String hidden: Int @inaccessible }',
        resolvers: { Query: { find: () => 1 } },
      },
    },
    query: 'query($in: Filter) { find(in: $in) }',
    variables: { in: { hidden: 1 } },
    data: null,
    errors: [undefined],
  },
  {
    name: '@override with a label that is no share stays where it was',
    subgraphs: {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! moved: String kept: String }',
        resolvers: {
          Query: { t: () => ({ id: '1', kept: 'k' }) },
          T: { __resolveReference: itself, moved: () => 'old' },
        },
      },
      b: {
        sdl: `type Query { more: T } type T @key(fields: "id") { id: ID! moved: String @override(from: "a", label: "beta-2") }`,
        resolvers: {
          Query: { more: () => ({ id: '2' }) },
          T: { __resolveReference: itself, moved: () => 'new' },
        },
      },
    },
    query: '{ t { moved kept } more { moved } }',
    data: { t: { moved: 'old', kept: 'k' }, more: { moved: 'old' } },
  },
  {
    name: 'two subgraphs that require fields of each other, back and forth',
    subgraphs: {
      a: {
        sdl: `type Query { t: T } type T @key(fields: "id") { id: ID! one: Int three: Int @requires(fields: "two") two: Int @external }`,
        resolvers: {
          Query: { t: () => ({ id: '1' }) },
          T: {
            __resolveReference: itself,
            one: () => 1,
            three: ({ two }: { two: number }) => two + 1,
          },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID! one: Int @external two: Int @requires(fields: "one")
          three: Int @external four: Int @requires(fields: "three") }`,
        resolvers: {
          T: {
            __resolveReference: itself,
            two: ({ one }: { one: number }) => one + 1,
            four: ({ three }: { three: number }) => three + 1,
          },
        },
      },
    },
    query: '{ t { four } }',
    data: { t: { four: 4 } },
  },
];
