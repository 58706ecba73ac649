/** Constructs of the federation specification where several of them meet. */
import { itself, type Case } from './federation-cases.ts';
import type { ForeignSubgraph } from '../sources/foreign-graph.ts';

interface Thing {
  id: string;
}
const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };

const song = ({ id }: Thing) => ({ __typename: 'Song', id, title: `T${id}`, secs: 9 });
const works: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { work: Work } interface Work @key(fields: "id") { id: ID! title: String }
      type Song implements Work @key(fields: "id") { id: ID! title: String secs: Int }
      type Poem implements Work @key(fields: "id") { id: ID! title: String lines: Int }`,
    resolvers: {
      Query: { work: () => song({ id: '1' }) },
      Work: { ...typed, __resolveReference: song },
      Song: { __resolveReference: song },
    },
  },
  b: {
    sdl: 'type Song @key(fields: "id") { id: ID! singer: String }',
    resolvers: { Song: { __resolveReference: itself, singer: () => 'S' } },
  },
  c: {
    sdl: `type Query { shelf: Shelf } type Shelf { work: Work }
      type Work @key(fields: "id") @interfaceObject { id: ID! }`,
    resolvers: { Query: { shelf: () => ({ work: { id: '1' } }) } },
  },
};

const user = ({ id }: Thing) => ({ __typename: 'User', id, name: `n${id}`, age: Number(id) });
const named: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { users: [Named!]! } interface Named @key(fields: "id") { id: ID! name: String }
      type User implements Named @key(fields: "id") { id: ID! name: String age: Int }`,
    resolvers: {
      Query: { users: () => [user({ id: '1' })] },
      Named: { ...typed, __resolveReference: user },
      User: { __resolveReference: user },
    },
  },
  b: {
    sdl: `type Query { others: [Named!]! } type Named @key(fields: "id") @interfaceObject {
      id: ID! name: String @external login: String @requires(fields: "name") }`,
    resolvers: {
      Query: { others: () => [{ id: '2' }] },
      Named: {
        __resolveReference: itself,
        login: ({ name }: { name: string }) => `@${name}`,
      },
    },
  },
};

/** A field that moves to another subgraph for a share of the traffic. */
const moving = (percent: number): Record<string, ForeignSubgraph> => ({
  a: {
    sdl: 'type Query { it: It } type It @key(fields: "id") { id: ID! text: String }',
    resolvers: {
      Query: { it: () => ({ id: '1', text: 'old' }) },
      It: { __resolveReference: ({ id }: Thing) => ({ id, text: 'old' }) },
    },
  },
  b: {
    sdl: `type Query { again: It } type It @key(fields: "id") {
      id: ID! text: String @override(from: "a", label: "percent(${percent})") }`,
    resolvers: {
      Query: { again: () => ({ id: '2' }) },
      It: { __resolveReference: itself, text: () => 'new' },
    },
  },
});

const unasked = () => {
  throw new Error('This must not be asked for.');
};

/** Cases in which several constructs meet. */
export const deep: Case[] = [
  {
    name: 'an interface object that is the way in, and a type of it with fields in a third subgraph',
    subgraphs: works,
    query: `{ work { id title ... on Song { secs singer } ... on Poem { lines } }
      shelf { work { __typename id title ... on Song { singer } } } }`,
    data: {
      work: { id: '1', title: 'T1', secs: 9, singer: 'S' },
      shelf: { work: { __typename: 'Song', id: '1', title: 'T1', singer: 'S' } },
    },
  },
  {
    name: '@requires on an interface object',
    subgraphs: named,
    query:
      '{ users { id name login } others { ... on User { age id name login } id name __typename } }',
    data: {
      users: [{ id: '1', name: 'n1', login: '@n1' }],
      others: [{ age: 2, id: '2', name: 'n2', login: '@n2', __typename: 'User' }],
    },
  },
  ...(
    [
      [0, 'old'],
      [100, 'new'],
    ] as const
  ).map(([percent, text]) => ({
    name: `@override for ${percent} of a hundred`,
    subgraphs: moving(percent),
    query: '{ it { text } again { text } }',
    data: { it: { text }, again: { text } },
  })),
  {
    name: 'what only a type needs that is not there is not asked for',
    subgraphs: {
      a: {
        sdl: `type Query { note: Note } union Note = Open | Signed type Open { thing: Thing } type Signed { thing: Thing }
          type Thing @key(fields: "id") { id: ID! near: String }`,
        resolvers: {
          Query: { note: () => ({ __typename: 'Open', thing: { id: '1', near: 'N' } }) },
          Note: typed,
        },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! far: String }',
        resolvers: { Thing: { __resolveReference: unasked } },
      },
    },
    query: '{ note { ... on Open { thing { near } } ... on Signed { thing { far } } } }',
    data: { note: { thing: { near: 'N' } } },
  },
  {
    name: '@requires of one field under several arguments, of things below others too',
    subgraphs: {
      a: {
        sdl: `type Query { goods: [Good!]! } type Good @key(fields: "id") { id: ID! price(in: String!): Int kind: Kind }
          type Kind @key(fields: "id") { id: ID! mean(in: String!): Int }`,
        resolvers: {
          Query: { goods: () => [{ id: '1' }, { id: '2' }] },
          Good: {
            __resolveReference: itself,
            price: ({ id }: Thing, given: { in: string }) =>
              Number(id) * (given.in === 'KRW' ? 1000 : 10),
            kind: ({ id }: Thing) => ({ id }),
          },
          Kind: {
            __resolveReference: itself,
            mean: (_: unknown, given: { in: string }) => (given.in === 'KRW' ? 1500 : 15),
          },
        },
      },
      b: {
        sdl: `type Kind @key(fields: "id") { id: ID! mean(in: String!): Int @external }
          type Good @key(fields: "id") { id: ID! price(in: String!): Int @external kind: Kind @external
            won: Int @requires(fields: "price(in: \\"KRW\\")") usd: Int @requires(fields: "price(in: \\"USD\\")")
            dear: Boolean @requires(fields: "price(in: \\"KRW\\") kind { mean(in: \\"KRW\\") }") }`,
        resolvers: {
          Good: {
            __resolveReference: itself,
            won: ({ price }: { price: number }) => price + 1,
            usd: ({ price }: { price: number }) => price + 1,
            dear: ({ price, kind }: { price: number; kind: { mean: number } }) => price > kind.mean,
          },
        },
      },
    },
    query: '{ goods { won usd dear } }',
    data: {
      goods: [
        { won: 1001, usd: 11, dear: false },
        { won: 2001, usd: 21, dear: true },
      ],
    },
  },
  {
    name: '@requires through fragments on an interface of things whose parts are in a third subgraph',
    subgraphs: {
      a: {
        sdl: `type Query { bill: Bill } type Bill @key(fields: "id") { id: ID! lines: [Line!]! } interface Line { id: ID! }
          type Goods implements Line @key(fields: "id") { id: ID! weight: Int }
          type Fee implements Line @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: { bill: () => ({ id: '1' }) },
          Bill: {
            __resolveReference: itself,
            lines: () => [
              { __typename: 'Goods', id: 'g', weight: 5 },
              { __typename: 'Fee', id: 'f' },
            ],
          },
          Line: typed,
        },
      },
      b: {
        sdl: `type Bill @key(fields: "id") { id: ID! lines: [Line!]! @external
            total: Int @requires(fields: "lines { ... on Goods { weight } ... on Fee { amount } }") }
          interface Line { id: ID! }
          type Goods implements Line @key(fields: "id") { id: ID! weight: Int @external }
          type Fee implements Line @key(fields: "id") { id: ID! amount: Int @external }`,
        resolvers: {
          Bill: {
            __resolveReference: itself,
            total: ({ lines }: { lines: { weight?: number; amount?: number }[] }) =>
              lines.reduce((sum, { weight = 0, amount = 0 }) => sum + weight + amount, 0),
          },
        },
      },
      c: {
        sdl: 'type Fee @key(fields: "id") { id: ID! amount: Int }',
        resolvers: { Fee: { __resolveReference: itself, amount: () => 7 } },
      },
    },
    query: '{ bill { total lines { ... on Fee { amount } } } }',
    data: { bill: { total: 12, lines: [{}, { amount: 7 }] } },
  },
];
