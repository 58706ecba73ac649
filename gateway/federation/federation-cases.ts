/** Constructs of the federation specification: keys, `@requires`, `@provides`, `@override`, interface objects. */
import type { ForeignSubgraph } from '../sources/foreign-graph.ts';

/** One construct, asked and answered. */
export interface Case {
  name: string;
  subgraphs: Record<string, ForeignSubgraph>;
  query: string;
  variables?: Record<string, unknown>;
  data: unknown;
  errors?: unknown[];
}

/** A reference as it is. */
export const itself = (value: object) => value;

/** Cases about what a subgraph needs of another. */
export const needs: Case[] = [
  {
    name: 'compound and nested keys',
    subgraphs: {
      a: {
        sdl: `type Query { seat: Seat } type Seat @key(fields: "row number hall { id }") { row: String! number: Int! hall: Hall! }
          type Hall @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { seat: () => ({ row: 'A', number: 1, hall: { id: 'h' } }) } },
      },
      b: {
        sdl: `type Seat @key(fields: "row number hall { id }") { row: String! number: Int! hall: Hall! label: String }
          type Hall @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Seat: {
            __resolveReference: itself,
            label: ({ row, number, hall }: { row: string; number: number; hall: { id: string } }) =>
              `${row}${number}@${hall.id}`,
          },
          Hall: { __resolveReference: itself, name: ({ id }: { id: string }) => `Hall ${id}` },
        },
      },
    },
    query: '{ seat { label hall { name } } }',
    data: { seat: { label: 'A1@h', hall: { name: 'Hall h' } } },
  },
  {
    name: 'keys through a third subgraph',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { thing: () => ({ id: '1' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }',
        resolvers: {
          Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, sku: `s${id}` }) },
        },
      },
      c: {
        sdl: 'type Thing @key(fields: "sku") { sku: ID! price: Int }',
        resolvers: {
          Thing: { __resolveReference: itself, price: ({ sku }: { sku: string }) => sku.length },
        },
      },
    },
    query: '{ thing { price } }',
    data: { thing: { price: 2 } },
  },
  {
    name: '@requires, nested and through another subgraph',
    subgraphs: {
      a: {
        sdl: 'type Query { box: Box } type Box @key(fields: "id") { id: ID! size: Size! } type Size @shareable { w: Int! h: Int! }',
        resolvers: { Query: { box: () => ({ id: '1', size: { w: 2, h: 3 } }) } },
      },
      b: {
        sdl: `type Box @key(fields: "id") { id: ID! size: Size! @external area: Int @requires(fields: "size { w h }") }
          type Size @shareable { w: Int! h: Int! }`,
        resolvers: {
          Box: {
            __resolveReference: itself,
            area: ({ size }: { size: { w: number; h: number } }) => size.w * size.h,
          },
        },
      },
    },
    query: '{ box { area } }',
    data: { box: { area: 6 } },
  },
  {
    name: '@requires with an argument, beside the same field with another',
    subgraphs: {
      a: {
        sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! price(currency: String!): Int }',
        resolvers: {
          Query: { item: () => ({ id: '1' }) },
          Item: {
            __resolveReference: itself,
            price: (_: unknown, { currency }: { currency: string }) => currency.length * 10,
          },
        },
      },
      b: {
        sdl: `type Item @key(fields: "id") { id: ID! price(currency: String!): Int @external
          shipping: Int @requires(fields: "price(currency: \\"KRW\\")") }`,
        resolvers: {
          Item: {
            __resolveReference: itself,
            shipping: ({ price }: { price: number }) => price + 1,
          },
        },
      },
    },
    query: '{ item { price(currency: "X") shipping } }',
    data: { item: { price: 10, shipping: 31 } },
  },
  {
    name: '@requires through fragments on what an interface may be',
    subgraphs: {
      a: {
        sdl: `type Query { order: Order }
          type Order @key(fields: "id") { id: ID! line: Line }
          interface Line { id: ID! }
          type Goods implements Line @key(fields: "id") { id: ID! weight: Int }
          type Fee implements Line @key(fields: "id") { id: ID! amount: Int }`,
        resolvers: {
          Query: {
            order: () => ({ id: '1', line: { __typename: 'Goods', id: 'g', weight: 5 } }),
          },
          Order: {
            __resolveReference: ({ id }: { id: string }) => ({
              id,
              line: { __typename: 'Goods', id: 'g', weight: 5 },
            }),
          },
        },
      },
      b: {
        sdl: `type Order @key(fields: "id") {
            id: ID!
            line: Line @external
            total: Int @requires(fields: "line { ... on Goods { weight } ... on Fee { amount } }")
          }
          interface Line { id: ID! }
          type Goods implements Line @key(fields: "id") { id: ID! weight: Int @external }
          type Fee implements Line @key(fields: "id") { id: ID! amount: Int @external }`,
        resolvers: {
          Order: {
            __resolveReference: itself,
            total: ({ line }: { line: { weight?: number; amount?: number } }) =>
              line.weight ?? line.amount,
          },
        },
      },
    },
    query: '{ order { total } }',
    data: { order: { total: 5 } },
  },
  {
    name: '@provides',
    subgraphs: {
      a: {
        sdl: 'type Query { post: Post @provides(fields: "author { name }") } type Post { author: Author } type Author @key(fields: "id") { id: ID! name: String @external }',
        resolvers: { Query: { post: () => ({ author: { id: '1', name: 'provided' } }) } },
      },
      b: {
        sdl: 'type Author @key(fields: "id") { id: ID! name: String @shareable age: Int }',
        resolvers: { Author: { __resolveReference: itself, name: () => 'fetched', age: () => 7 } },
      },
    },
    query: '{ post { author { name age } } }',
    data: { post: { author: { name: 'provided', age: 7 } } },
  },
  {
    name: '@override',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! text: String }',
        resolvers: { Query: { thing: () => ({ id: '1', text: 'old' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! text: String @override(from: "a") }',
        resolvers: { Thing: { __resolveReference: itself, text: () => 'new' } },
      },
    },
    query: '{ thing { text } }',
    data: { thing: { text: 'new' } },
  },
  {
    name: 'interface objects',
    subgraphs: {
      a: {
        sdl: `type Query { media: [Media!]! } interface Media @key(fields: "id") { id: ID! title: String }
          type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
          type Film implements Media @key(fields: "id") { id: ID! title: String }`,
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Book', id: '1', title: 'B', pages: 9 },
              { __typename: 'Film', id: '2', title: 'F' },
            ],
          },
          Media: { __resolveType: ({ id }: { id: string }) => (id === '1' ? 'Book' : 'Film') },
          Book: { __resolveReference: itself },
          Film: { __resolveReference: itself },
        },
      },
      b: {
        sdl: 'type Query { best: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! }',
        resolvers: {
          Query: { best: () => ({ id: '1', stars: 5 }) },
          Media: { __resolveReference: ({ id }: { id: string }) => ({ id, stars: Number(id) }) },
        },
      },
    },
    query: '{ media { __typename title stars ... on Book { pages } } }',
    data: {
      media: [
        { __typename: 'Book', title: 'B', stars: 1, pages: 9 },
        { __typename: 'Film', title: 'F', stars: 2 },
      ],
    },
  },
];
