/** Constructs of the federation specification: what is required with arguments, beside a client's own. */
import { itself, type Case } from './federation-cases.ts';
import type { ForeignSubgraph } from '../sources/foreign-graph.ts';

interface Thing {
  id: string;
}
const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
const worth = (_: unknown, { in: unit }: { in: string }) =>
  ({ KRW: 1000, USD: 10, NONE: 0 })[unit] ?? unit.length;

/** Goods whose kind, in a list of offers, has a mean price in any currency. */
const market: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { goods: [Good!]! } type Good @key(fields: "id") { id: ID! kind: Kind offers: [Offer!]! }
      type Kind @key(fields: "id") { id: ID! mean(in: String!): Int } type Offer { price(in: String! = "USD"): Int }`,
    resolvers: {
      Query: { goods: () => [{ id: '1', kind: { id: 'k' }, offers: [{}, {}] }] },
      Good: { __resolveReference: itself },
      Kind: { __resolveReference: itself, mean: worth },
      Offer: { price: worth },
    },
  },
  b: {
    sdl: `type Good @key(fields: "id") { id: ID! kind: Kind @external offers: [Offer!]! @external
        won: Int @requires(fields: "kind { mean(in: \\"KRW\\") }")
        usd: Int @requires(fields: "kind { mean(in: \\"USD\\") }")
        none: Int @requires(fields: "kind { mean(in: \\"NONE\\") }")
        sum: Int @requires(fields: "offers { price(in: \\"KRW\\") }")
        plainSum: Int @requires(fields: "offers { price }") }
      type Kind @key(fields: "id") { id: ID! mean(in: String!): Int @external }
      type Offer { price(in: String! = "USD"): Int @external }`,
    resolvers: {
      Good: {
        __resolveReference: itself,
        ...Object.fromEntries(
          ['won', 'usd', 'none'].map((name) => [
            name,
            ({ kind }: { kind: { mean: number } }) => kind.mean + 1,
          ]),
        ),
        ...Object.fromEntries(
          ['sum', 'plainSum'].map((name) => [
            name,
            ({ offers }: { offers: { price: number }[] }) =>
              offers.reduce((sum, { price }) => sum + price, 0),
          ]),
        ),
      },
    },
  },
};

/** Lines of a bill, of two types, whose amount takes a currency. */
const bill: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { bill: Bill } type Bill @key(fields: "id") { id: ID! lines: [Line!]! }
      interface Line { id: ID! amount(in: Unit!): Int } enum Unit { KRW USD } input Rounding { to: Int! }
      type Goods implements Line @key(fields: "id") { id: ID! amount(in: Unit!): Int weight(by: Rounding!): Int }
      type Fee implements Line @key(fields: "id") { id: ID! amount(in: Unit!): Int }`,
    resolvers: {
      Query: {
        bill: () => ({
          id: '1',
          lines: [
            { __typename: 'Goods', id: 'g' },
            { __typename: 'Fee', id: 'f' },
          ],
        }),
      },
      Line: typed,
      Goods: {
        __resolveReference: itself,
        amount: worth,
        weight: (_: unknown, { by }: { by: { to: number } }) => by.to,
      },
      Fee: { __resolveReference: itself, amount: worth },
    },
  },
  b: {
    sdl: `type Bill @key(fields: "id") { id: ID! lines: [Line!]! @external
        total: Int @requires(fields: "lines { amount(in: KRW) }")
        weight: Int @requires(fields: "lines { ... on Goods { weight(by: { to: 7 }) } }") }
      interface Line { id: ID! amount(in: Unit!): Int } enum Unit { KRW USD } input Rounding { to: Int! }
      type Goods implements Line @key(fields: "id") { id: ID! amount(in: Unit!): Int @external weight(by: Rounding!): Int @external }
      type Fee implements Line @key(fields: "id") { id: ID! amount(in: Unit!): Int @external }`,
    resolvers: {
      Bill: {
        __resolveReference: itself,
        total: ({ lines }: { lines: { amount: number }[] }) =>
          lines.reduce((sum, { amount }) => sum + amount, 0),
        weight: ({ lines }: { lines: { weight?: number }[] }) =>
          lines.reduce((sum, { weight = 0 }) => sum + weight, 0),
      },
    },
  },
};

/** Cases of needs with arguments. */
export const withArguments: Case[] = [
  {
    name: 'what is required with an argument below another thing, beside the same with a client’s argument',
    subgraphs: market,
    query: '{ goods { kind { mean(in: "XYZW") } won } }',
    data: { goods: [{ kind: { mean: 4 }, won: 1001 }] },
  },
  {
    name: 'needs of one field below another thing that contradict each other, and a client’s own by a variable',
    subgraphs: market,
    query:
      'query($in: String!) { goods { usd won none kind { mean(in: $in) again: mean(in: "KRW") } } }',
    variables: { in: 'XY' },
    data: { goods: [{ usd: 11, won: 1001, none: 1, kind: { mean: 2, again: 1000 } }] },
  },
  {
    name: 'needs in lists, with an argument and by its default',
    subgraphs: market,
    query: '{ goods { plainSum sum offers { price(in: "X") price_2: price } } }',
    data: {
      goods: [
        {
          plainSum: 20,
          sum: 2000,
          offers: [
            { price: 1, price_2: 10 },
            { price: 1, price_2: 10 },
          ],
        },
      ],
    },
  },
  {
    name: 'a need with an enum’s value of an interface, and one with an object of a type of it',
    subgraphs: bill,
    query:
      '{ bill { total weight lines { amount(in: USD) ... on Goods { weight(by: { to: 2 }) } } } }',
    data: {
      bill: { total: 2000, weight: 7, lines: [{ amount: 10, weight: 2 }, { amount: 10 }] },
    },
  },
  {
    name: 'a need with an argument that requires another in turn, of a third subgraph',
    subgraphs: {
      a: {
        sdl: 'type Query { room: Room } type Room @key(fields: "id") { id: ID! size(unit: String!): Int }',
        resolvers: {
          Query: { room: () => ({ id: 'r' }) },
          Room: {
            __resolveReference: itself,
            size: (_: unknown, { unit }: { unit: string }) => unit.length,
          },
        },
      },
      b: {
        sdl: `type Room @key(fields: "id") { id: ID! size(unit: String!): Int @external
          cost(of: Int!): Int @requires(fields: "size(unit: \\"long\\")") }`,
        resolvers: {
          Room: {
            __resolveReference: itself,
            cost: ({ size }: { size: number }, { of }: { of: number }) => size * of,
          },
        },
      },
      c: {
        sdl: `type Room @key(fields: "id") { id: ID! cost(of: Int!): Int @external
          size(unit: String!): Int @external
          rent: String @requires(fields: "cost(of: 100) size(unit: \\"x\\")") }`,
        resolvers: {
          Room: {
            __resolveReference: itself,
            rent: ({ id, cost, size }: Thing & { cost: number; size: number }) =>
              `${id} ${cost} ${size}`,
          },
        },
      },
    },
    query: '{ room { rent cost(of: 1) size(unit: "ab") } }',
    data: { room: { rent: 'r 400 1', cost: 4, size: 2 } },
  },
];
