/** Constructs of the federation specification: what meets below lists, unions and interfaces, and under other names. */
import { itself, type Case } from './federation-cases.ts';
import type { ForeignSubgraph } from '../sources/foreign-graph.ts';

interface Thing {
  id: string;
}
const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };

/** Media, completed by an interface object, found below a union. */
const found: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { hits: [Hit]! } union Hit = Book | Note type Note { text: String }
      interface Media @key(fields: "id") { id: ID! }
      type Book implements Media @key(fields: "id") { id: ID! title: String }`,
    resolvers: {
      Query: {
        hits: () => [
          { __typename: 'Note', text: 'N' },
          { __typename: 'Book', id: '1', title: 'B1' },
          null,
          { __typename: 'Book', id: '1', title: 'B1' },
          { __typename: 'Book', id: '2', title: 'B2' },
        ],
      },
      Hit: typed,
      Media: { ...typed, __resolveReference: ({ id }: Thing) => ({ __typename: 'Book', id }) },
      Book: { __resolveReference: itself },
    },
  },
  b: {
    sdl: `type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! similar: [Media!]! }`,
    resolvers: {
      Media: {
        __resolveReference: ({ id }: Thing) => (id === '2' ? null : { id }),
        stars: ({ id }: Thing) => Number(id) + 4,
        similar: () => [{ id: '3' }],
      },
    },
  },
};

/** A list of orders with lists of items; what is needed of each item is in a third subgraph. */
const orders: Record<string, ForeignSubgraph> = {
  a: {
    sdl: `type Query { orders: [Order!]! }
      type Order @key(fields: "id") { id: ID! items: [Item]! }
      type Item @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        orders: () => [
          { id: 'o1', items: [{ id: '1' }, null, { id: '2' }] },
          { id: 'o2', items: [] },
        ],
      },
      Order: { __resolveReference: itself },
    },
  },
  b: {
    sdl: 'type Item @key(fields: "id") { id: ID! price: Int }',
    resolvers: { Item: { __resolveReference: itself, price: ({ id }: Thing) => Number(id) * 10 } },
  },
  c: {
    sdl: `type Order @key(fields: "id") { id: ID! items: [Item]! @external
        total: Int @requires(fields: "items { price }") }
      type Item @key(fields: "id") @external { id: ID! price: Int }`,
    resolvers: {
      Order: {
        __resolveReference: itself,
        total: ({ items }: { items: ({ price: number } | null)[] }) =>
          items.reduce((sum, item) => sum + (item?.price ?? 0), 0),
      },
    },
  },
};

/** Further cases. */
export const further: Case[] = [
  {
    name: 'an interface object’s fields below a union, of things that come twice and one that is not there',
    subgraphs: found,
    query: `{ hits { __typename ... on Note { text } ... on Media { id stars } ... on Book { title similar { id } } } }`,
    data: {
      hits: [
        { __typename: 'Note', text: 'N' },
        { __typename: 'Book', id: '1', stars: 5, title: 'B1', similar: [{ id: '3' }] },
        null,
        { __typename: 'Book', id: '1', stars: 5, title: 'B1', similar: [{ id: '3' }] },
        null,
      ],
    },
  },
  {
    name: '@requires over lists of things whose fields are in a third subgraph, with @external on a type',
    subgraphs: orders,
    query: '{ orders { total items { price } } }',
    data: {
      orders: [
        { total: 30, items: [{ price: 10 }, null, { price: 20 }] },
        { total: 0, items: [] },
      ],
    },
  },
  {
    name: 'a key found in two hops, there and in lists',
    subgraphs: {
      a: {
        sdl: 'type Query { all: [T]! } type T @key(fields: "a") { a: ID! }',
        resolvers: { Query: { all: () => [{ a: '1' }, null, { a: '2' }] } },
      },
      b: {
        sdl: 'type T @key(fields: "a") @key(fields: "b") { a: ID! b: ID! }',
        resolvers: { T: { __resolveReference: ({ a }: { a: string }) => ({ a, b: `b${a}` }) } },
      },
      c: {
        sdl: 'type T @key(fields: "b") @key(fields: "c { d }") { b: ID! c: C! } type C @shareable { d: ID! }',
        resolvers: {
          T: { __resolveReference: ({ b }: { b: string }) => ({ b, c: { d: `d${b}` } }) },
        },
      },
      d: {
        sdl: 'type T @key(fields: "c { d }") { c: C! far(n: Int = 2): String } type C @shareable { d: ID! }',
        resolvers: {
          T: {
            __resolveReference: itself,
            far: ({ c }: { c: { d: string } }, { n }: { n: number }) => `${c.d}x${n}`,
          },
        },
      },
    },
    query: 'query($n: Int = 7) { all { far again: far(n: $n) c { d } } }',
    data: {
      all: [
        { far: 'db1x2', again: 'db1x7', c: { d: 'db1' } },
        null,
        { far: 'db2x2', again: 'db2x7', c: { d: 'db2' } },
      ],
    },
  },
  {
    name: '@provides below lists and interfaces',
    subgraphs: {
      a: {
        sdl: `type Query { shelves: [Shelf!]! @provides(fields: "items { owner { name } ... on Box { maker { name } } }") }
          type Shelf { items: [Item!]! } interface Item { owner: Owner }
          type Box implements Item { owner: Owner maker: Owner } type Bag implements Item { owner: Owner }
          type Owner @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: {
          Query: {
            shelves: () => [
              {
                items: [
                  {
                    __typename: 'Box',
                    owner: { id: '1', name: 'P1' },
                    maker: { id: '2', name: 'P2' },
                  },
                  { __typename: 'Bag', owner: { id: '3', name: 'P3' } },
                ],
              },
            ],
          },
          Item: typed,
        },
      },
      b: {
        sdl: 'type Owner @key(fields: "id") { id: ID! name: String @shareable age: Int }',
        resolvers: {
          Owner: {
            __resolveReference: itself,
            name: () => 'fetched',
            age: ({ id }: Thing) => Number(id),
          },
        },
      },
    },
    query: '{ shelves { items { owner { name age } ... on Box { maker { name } } } } }',
    data: {
      shelves: [
        {
          items: [
            { owner: { name: 'P1', age: 1 }, maker: { name: 'P2' } },
            { owner: { name: 'P3', age: 3 } },
          ],
        },
      ],
    },
  },
  {
    name: 'an enum that comes in and goes out, in objects and lists, by variables and their defaults',
    subgraphs: {
      a: {
        sdl: `type Query { sized(in: Filter, sizes: [Size!] = [BIG]): [Size] t: T }
          enum Size { BIG SMALL } input Filter { sizes: [Size!]! = [SMALL] inner: Filter }
          scalar Any type T @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            sized: (
              _: unknown,
              {
                in: filter,
                sizes,
              }: { in?: { sizes: string[]; inner?: { sizes: string[] } }; sizes: string[] },
            ) => [...(filter?.sizes ?? []), ...(filter?.inner?.sizes ?? []), ...sizes],
            t: () => ({ id: '1' }),
          },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID! size(is: Size! = SMALL, any: Any): Size raw(any: Any): Any }
          enum Size { BIG SMALL } scalar Any`,
        resolvers: {
          T: {
            __resolveReference: itself,
            size: (_: unknown, { is }: { is: string }) => is,
            raw: (_: unknown, { any }: { any: unknown }) => any,
          },
        },
      },
    },
    query: `query($f: Filter = { inner: { sizes: [BIG] } }, $is: Size! = BIG, $any: Any) {
      sized(in: $f) none: sized(sizes: []) t { size(is: $is) plain: size raw(any: $any) lit: raw(any: { a: [1, "x"] }) } }`,
    variables: { any: { deep: [null, 1.5] } },
    data: {
      sized: ['SMALL', 'BIG', 'BIG'],
      none: [],
      t: { size: 'BIG', plain: 'SMALL', raw: { deep: [null, 1.5] }, lit: { a: [1, 'x'] } },
    },
  },
  {
    name: 'fields both left out and not, fragments in fragments, by variables that are given and not',
    subgraphs: {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int }',
        resolvers: { Query: { t: () => ({ id: '1', a: 1 }) } },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! b: Int c: Int t: T }',
        resolvers: {
          T: { __resolveReference: itself, b: () => 2, c: () => 3, t: ({ id }: Thing) => ({ id }) },
        },
      },
    },
    query: `query($yes: Boolean = true, $no: Boolean!) {
      t { a @skip(if: $yes) a @include(if: $yes) both: b @skip(if: $no) @include(if: $no) ...F @include(if: $yes) ...G @skip(if: $yes) t @include(if: $no) { c } } }
      fragment F on T { ... @skip(if: $no) { b ...H } } fragment G on T { c } fragment H on T { t { ...G @include(if: $yes) a @skip(if: $no) } }`,
    variables: { no: false },
    data: { t: { a: 1, b: 2, t: { c: 3, a: null } } },
  },
];
