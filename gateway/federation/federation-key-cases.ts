/** Constructs of the federation specification: keys of many kinds, chains of needs, overrides, and nulls over borders. */
import { itself, type Case } from './federation-cases.ts';

interface Thing {
  id: string;
}

/** Cases about keys and borders. */
export const keys: Case[] = [
  {
    name: 'keys of several forms for one thing, in lists below another',
    subgraphs: {
      a: {
        sdl: `type Query { shelf: Shelf } type Shelf @key(fields: "id") { id: ID! books: [Book!]! }
          type Book @key(fields: "id") @key(fields: "id maker { id }") { id: ID! maker: Maker! name: String }
          type Maker @shareable { id: ID! }`,
        resolvers: {
          Query: {
            shelf: () => ({
              id: 's',
              books: [1, 2].map((n) => ({ id: `b${n}`, maker: { id: `m${n}` }, name: `B${n}` })),
            }),
          },
        },
      },
      b: {
        sdl: `type Book @key(fields: "id maker { id }") { id: ID! maker: Maker! nameInB: String @shareable }
          type Maker @shareable { id: ID! }`,
        resolvers: {
          Book: {
            __resolveReference: itself,
            nameInB: ({ id, maker }: { id: string; maker: Thing }) => `${id} of ${maker.id}`,
          },
        },
      },
      c: {
        sdl: `type Shelf @key(fields: "id") { id: ID! place: String newest: [[Book!]!]! }
          type Book @key(fields: "id", resolvable: false) { id: ID! }`,
        resolvers: {
          Shelf: {
            __resolveReference: itself,
            place: () => 'wall',
            newest: () => [[{ id: 'b2' }], []],
          },
        },
      },
    },
    query: '{ shelf { place books { id name nameInB } } }',
    data: {
      shelf: {
        place: 'wall',
        books: [
          { id: 'b1', name: 'B1', nameInB: 'b1 of m1' },
          { id: 'b2', name: 'B2', nameInB: 'b2 of m2' },
        ],
      },
    },
  },
  {
    name: 'lists in lists of things from elsewhere, the same thing twice',
    subgraphs: {
      a: {
        sdl: 'type Query { grid: [[Cell]]! } type Cell @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: { grid: () => [[{ id: '1' }, { id: '2' }], null, [], [{ id: '2' }, null]] },
        },
      },
      b: {
        sdl: 'type Cell @key(fields: "id") { id: ID! value: Int! }',
        resolvers: { Cell: { __resolveReference: itself, value: ({ id }: Thing) => Number(id) } },
      },
    },
    query: '{ grid { value } }',
    data: { grid: [[{ value: 1 }, { value: 2 }], null, [], [{ value: 2 }, null]] },
  },
  {
    name: 'a key that is null, and a way to a third subgraph that is then closed',
    subgraphs: {
      a: {
        sdl: 'type Query { books: [Book!]! } type Book @key(fields: "id") { id: ID! }',
        resolvers: { Query: { books: () => [{ id: '1' }, { id: '2' }] } },
      },
      b: {
        sdl: `type Book @key(fields: "id") @key(fields: "isbn") { id: ID! isbn: ID author: Writer } type Writer @key(fields: "id") { id: ID! }`,
        resolvers: {
          Book: {
            __resolveReference: ({ id }: Thing) => ({
              id,
              isbn: id === '1' ? 'i1' : null,
              author: id === '1' ? { id: 'w' } : null,
            }),
          },
        },
      },
      c: {
        sdl: `type Book @key(fields: "isbn") { isbn: ID pages: Int } type Writer @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Book: { __resolveReference: itself, pages: () => 7 },
          Writer: { __resolveReference: itself, name: () => 'W' },
        },
      },
    },
    query: '{ books { author { name } } }',
    data: { books: [{ author: { name: 'W' } }, { author: null }] },
  },
  {
    name: '@requires of what itself requires, over four subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int }',
        resolvers: {
          Query: { item: () => ({ id: '1', price: 10 }) },
          Item: { __resolveReference: ({ id }: Thing) => ({ id, price: 10 }) },
        },
      },
      b: {
        sdl: 'type Item @key(fields: "id") { id: ID! price: Int @external tax: Int @requires(fields: "price") }',
        resolvers: {
          Item: { __resolveReference: itself, tax: ({ price }: { price: number }) => price / 10 },
        },
      },
      c: {
        sdl: 'type Item @key(fields: "id") { id: ID! tax: Int @external price: Int @external total: Int @requires(fields: "price tax") }',
        resolvers: {
          Item: {
            __resolveReference: itself,
            total: ({ price, tax }: { price: number; tax: number }) => price + tax,
          },
        },
      },
      d: {
        sdl: 'type Item @key(fields: "id") { id: ID! total: Int @external label: String @requires(fields: "total") }',
        resolvers: {
          Item: {
            __resolveReference: itself,
            label: ({ total }: { total: number }) => `₩${total}`,
          },
        },
      },
    },
    query: '{ item { label } }',
    data: { item: { label: '₩11' } },
  },
  {
    name: '@requires that goes round between two subgraphs and comes to an end',
    subgraphs: {
      a: {
        sdl: `type Query { feed: [Post!]! } type Post @key(fields: "id") { id: ID! title: String
          byExpert: Boolean @external note: String @requires(fields: "byExpert") }`,
        resolvers: {
          Query: { feed: () => [{ id: '1', title: 'T' }] },
          Post: {
            __resolveReference: (post: Thing) => ({ ...post, title: 'T' }),
            note: ({ byExpert }: { byExpert: boolean }) => (byExpert ? 'expert' : 'lay'),
          },
        },
      },
      b: {
        sdl: `type Post @key(fields: "id") { id: ID! author: Author! note: String @external
          byExpert: Boolean @requires(fields: "title") title: String @external noted: Int @requires(fields: "note") }
          type Author { years: Int! }`,
        resolvers: {
          Post: {
            __resolveReference: itself,
            author: () => ({ years: 9 }),
            byExpert: ({ title }: { title: string }) => title === 'T',
            noted: ({ note }: { note: string }) => note.length,
          },
        },
      },
    },
    query: '{ feed { noted note author { years } } }',
    data: { feed: [{ noted: 6, note: 'expert', author: { years: 9 } }] },
  },
  {
    name: 'what is required of @shareable values, twice under other arguments',
    subgraphs: {
      a: {
        sdl: 'type Query { room: Room } type Room @key(fields: "id") { id: ID! size(unit: String!): Int }',
        resolvers: {
          Query: { room: () => ({ id: 'r' }) },
          Room: {
            __resolveReference: itself,
            size: (_: unknown, { unit }: { unit: string }) => (unit === 'M' ? 5 : 500),
          },
        },
      },
      b: {
        sdl: `type Room @key(fields: "id") { id: ID! size(unit: String!): Int @external
          fits: Int @requires(fields: "size(unit: \\"M\\")") }`,
        resolvers: {
          Room: { __resolveReference: itself, fits: ({ size }: { size: number }) => size * 2 },
        },
      },
      c: {
        sdl: `type Room @key(fields: "id") { id: ID! size(unit: String!): Int @external
          tiles: Int @requires(fields: "size(unit: \\"CM\\")") }`,
        resolvers: {
          Room: { __resolveReference: itself, tiles: ({ size }: { size: number }) => size / 10 },
        },
      },
    },
    query: 'query($u: String!) { room { size(unit: $u) fits tiles } }',
    variables: { u: 'CM' },
    data: { room: { size: 500, fits: 10, tiles: 50 } },
  },
  {
    name: '@override of what is required elsewhere, of nobody’s, and by a label that is off',
    subgraphs: {
      a: {
        sdl: `type Query { user: User } type User @key(fields: "id") { id: ID! name: String score: Int }`,
        resolvers: {
          Query: { user: () => ({ id: '1', name: 'old', score: 1 }) },
          User: { __resolveReference: ({ id }: Thing) => ({ id, score: 1 }) },
        },
      },
      b: {
        sdl: `type User @key(fields: "id") { id: ID! name: String @override(from: "a") age: Int @override(from: "gone")
          score: Int @override(from: "a", label: "moved") }`,
        resolvers: {
          User: { __resolveReference: itself, name: () => 'new', age: () => 7, score: () => 2 },
        },
      },
      c: {
        sdl: 'type User @key(fields: "id") { id: ID! name: String @external hello: String @requires(fields: "name") }',
        resolvers: {
          User: { __resolveReference: itself, hello: ({ name }: { name: string }) => `Hi ${name}` },
        },
      },
    },
    query: '{ user { hello name age score } }',
    data: { user: { hello: 'Hi new', name: 'new', age: 7, score: 1 } },
  },
  {
    name: '@provides below @provides, and what it leaves out',
    subgraphs: {
      a: {
        sdl: `type Query { goods: [Good!]! @provides(fields: "groups { id name }") }
          type Good @key(fields: "id") { id: ID! groups: [Group!] @external } type Group @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: { Query: { goods: () => [{ id: 'g', groups: [{ id: 'x', name: 'X' }] }] } },
      },
      b: {
        sdl: `type Good @key(fields: "id") { id: ID! groups: [Group!] @shareable } type Group @key(fields: "id") { id: ID! name: String @shareable parents: [Group!] }`,
        resolvers: {
          Good: { __resolveReference: itself, groups: () => [{ id: 'wrong' }] },
          Group: {
            __resolveReference: itself,
            name: ({ id }: Thing) => `fetched ${id}`,
            parents: () => [{ id: 'p' }],
          },
        },
      },
    },
    query: '{ goods { id groups { id name parents { name } } } }',
    data: {
      goods: [{ id: 'g', groups: [{ id: 'x', name: 'X', parents: [{ name: 'fetched p' }] }] }],
    },
  },
  {
    name: 'a value that one subgraph may leave out and the other may not',
    subgraphs: {
      a: {
        sdl: `type Query { left: Pair @shareable } type Pair @shareable { a: String! b: Inner } type Inner @shareable { c: Int }`,
        resolvers: { Query: { left: () => ({ a: 'A', b: { c: 1 } }) } },
      },
      b: {
        sdl: `type Query { right: Pair! } type Pair @shareable { a: String b: Inner! } type Inner @shareable { c: Int! }`,
        resolvers: { Query: { right: () => ({ a: null, b: { c: 2 } }) } },
      },
    },
    query: '{ left { a b { c } } right { a b { c } } }',
    data: { left: { a: 'A', b: { c: 1 } }, right: { a: null, b: { c: 2 } } },
  },
  {
    name: 'a root field that every subgraph has, answered by each for its own',
    subgraphs: {
      a: {
        sdl: 'type Query { me: Me @shareable } type Me @shareable { id: ID! a: Int }',
        resolvers: { Query: { me: () => ({ id: '1', a: 1 }) } },
      },
      b: {
        sdl: 'type Query { me: Me @shareable } type Me @shareable { id: ID! b: Int }',
        resolvers: { Query: { me: () => ({ id: '1', b: 2 }) } },
      },
    },
    query: '{ me { id a b } }',
    data: { me: { id: '1', a: 1, b: 2 } },
  },
  {
    name: 'nulls that pass a border: what must not be null takes what is around it along',
    subgraphs: {
      a: {
        sdl: 'type Query { teams: [Team] } type Team { lead: Person! other: Int } type Person @key(fields: "id") { id: ID! }',
        resolvers: {
          Query: { teams: () => [{ lead: { id: '1' }, other: 1 }, { lead: { id: '2' } }] },
        },
      },
      b: {
        sdl: 'type Person @key(fields: "id") { id: ID! name: String! }',
        resolvers: {
          Person: {
            __resolveReference: itself,
            name: ({ id }: Thing) => {
              if (id === '2') throw new Error('no');
              return 'N';
            },
          },
        },
      },
    },
    query: '{ teams { other lead { name } } }',
    data: { teams: [{ other: 1, lead: { name: 'N' } }, null] },
    errors: [['teams', 1, 'lead', 'name']],
  },
  {
    name: 'fields that variables leave out, on things from elsewhere, in named fragments and with defaults',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! price: Int }',
        resolvers: {
          Query: { thing: () => ({ id: '1', price: 3 }) },
          Thing: { __resolveReference: ({ id }: Thing) => ({ id, price: 3 }) },
        },
      },
      b: {
        sdl: `type Thing @key(fields: "id") { id: ID! price: Int @external dear: Boolean @requires(fields: "price") near: Boolean far: Boolean }`,
        resolvers: {
          Thing: {
            __resolveReference: itself,
            dear: ({ price }: { price: number }) => price > 2,
            near: () => true,
            far: () => false,
          },
        },
      },
    },
    query: `query($yes: Boolean = true, $no: Boolean! = false) { thing { ...F @include(if: $yes) far @include(if: $no) @skip(if: $no) }
      again: thing @skip(if: $yes) { id } }
      fragment F on Thing { dear @include(if: $yes) near @skip(if: $yes) }`,
    data: { thing: { dear: true } },
  },
];
