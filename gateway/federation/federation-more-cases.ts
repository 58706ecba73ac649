/** Constructs of the federation specification: partial unions, inputs, hidden keys, nulls, errors, order. */
import { itself, type Case } from './federation-cases.ts';

let order: string[] = [];

/** Forgets what mutations did. */
export function resetOrder(): void {
  order = [];
}

/** Cases about how answers come together. */
export const joins: Case[] = [
  {
    name: 'unions whose members each subgraph knows in part',
    subgraphs: {
      a: {
        sdl: `type Query { hit: Hit @shareable } union Hit = Book | Film type Book @key(fields: "id") { id: ID! pages: Int } type Film { length: Int }`,
        resolvers: {
          Query: { hit: () => ({ __typename: 'Book', id: '1', pages: 3 }) },
          Book: { __resolveReference: itself },
        },
      },
      b: {
        sdl: `type Other { hit: Hit } union Hit = Book | Song type Book @key(fields: "id") { id: ID! author: String } type Song { beats: Int }`,
        resolvers: { Book: { __resolveReference: itself, author: () => 'A' } },
      },
    },
    query: '{ hit { ... on Book { pages author } ... on Song { beats } ... on Film { length } } }',
    data: { hit: { pages: 3, author: 'A' } },
  },
  {
    name: 'enums and inputs where subgraphs overlap',
    subgraphs: {
      a: {
        sdl: `type Query { sized(by: Size! = BIG, filter: Filter): Size } enum Size { BIG SMALL } input Filter { a: Int b: Int }`,
        resolvers: {
          Query: {
            sized: (_: unknown, { by, filter }: { by: string; filter?: { a?: number } }) =>
              filter?.a ? 'SMALL' : by,
          },
        },
      },
      b: {
        sdl: `type Query { other(by: Size, filter: Filter): Int } enum Size { BIG SMALL } input Filter { a: Int }`,
        resolvers: {
          Query: { other: (_: unknown, { filter }: { filter: { a: number } }) => filter.a },
        },
      },
    },
    query: 'query($f: Filter) { sized(filter: $f) other(filter: $f) big: sized }',
    variables: { f: { a: 2 } },
    data: { sized: 'SMALL', other: 2, big: 'BIG' },
  },
  {
    name: '@inaccessible keys',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "secret") { secret: ID! @inaccessible name: String }',
        resolvers: { Query: { thing: () => ({ secret: 's', name: 'N' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "secret") { secret: ID! @inaccessible far: String }',
        resolvers: {
          Thing: {
            __resolveReference: itself,
            far: ({ secret }: { secret: string }) => `far ${secret}`,
          },
        },
      },
    },
    query: '{ thing { name far } }',
    data: { thing: { name: 'N', far: 'far s' } },
  },
  {
    name: 'references in a circle',
    subgraphs: {
      a: {
        sdl: 'type Query { person: Person } type Person @key(fields: "id") { id: ID! name: String }',
        resolvers: {
          Query: { person: () => ({ id: '1', name: 'P1' }) },
          Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `P${id}` }) },
        },
      },
      b: {
        sdl: 'type Person @key(fields: "id") { id: ID! friend: Person }',
        resolvers: {
          Person: {
            __resolveReference: itself,
            friend: ({ id }: { id: string }) => ({ id: id === '1' ? '2' : '1' }),
          },
        },
      },
    },
    query: '{ person { name friend { name friend { name friend { name } } } } }',
    data: {
      person: {
        name: 'P1',
        friend: { name: 'P2', friend: { name: 'P1', friend: { name: 'P2' } } },
      },
    },
  },
  {
    name: 'nulls among entities, and an entity that is not there',
    subgraphs: {
      a: {
        sdl: 'type Query { things: [Thing] } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { things: () => [{ id: '1' }, null, { id: '3' }] } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! text: String }',
        resolvers: {
          Thing: {
            __resolveReference: ({ id }: { id: string }) =>
              id === '3' ? null : { id, text: `t${id}` },
          },
        },
      },
    },
    query: '{ things { id text } }',
    data: { things: [{ id: '1', text: 't1' }, null, { id: '3', text: null }] },
  },
  {
    name: 'errors of entities at their paths',
    subgraphs: {
      a: {
        sdl: 'type Query { things: [Thing!] } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { things: () => [{ id: '1' }, { id: '2' }] } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! text: String }',
        resolvers: {
          Thing: {
            __resolveReference: itself,
            text: ({ id }: { id: string }) => {
              if (id === '2') throw new Error('no');
              return id;
            },
          },
        },
      },
    },
    query: '{ all: things { t: text } }',
    data: { all: [{ t: '1' }, { t: null }] },
    errors: [['all', 1, 't']],
  },
  {
    name: 'mutations in order, over several subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { a: Int } type Mutation { first: Int third: Thing } type Thing @key(fields: "id") { id: ID! }',
        resolvers: {
          Mutation: {
            first: () => order.push('first'),
            third: () => ({ id: String(order.push('third')) }),
          },
        },
      },
      b: {
        sdl: 'type Mutation { second: Int } type Thing @key(fields: "id") { id: ID! text: String }',
        resolvers: {
          Mutation: { second: () => order.push('second') },
          Thing: { __resolveReference: itself, text: ({ id }: { id: string }) => `t${id}` },
        },
      },
    },
    query: 'mutation { first second third { text } }',
    data: { first: 1, second: 2, third: { text: 't3' } },
  },
  {
    name: '@skip and @include with variables, across subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! here: Int }',
        resolvers: { Query: { thing: () => ({ id: '1', here: 1 }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! far: Int farther: Int }',
        resolvers: { Thing: { __resolveReference: itself, far: () => 2, farther: () => 3 } },
      },
    },
    query: `query($no: Boolean!, $yes: Boolean!) {
      thing { here @skip(if: $no) far @include(if: $no) ... on Thing @include(if: $yes) { farther } } }`,
    variables: { no: false, yes: true },
    data: { thing: { here: 1, farther: 3 } },
  },
  {
    name: 'aliases that meet, and arguments by variables across subgraphs',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { thing: () => ({ id: '1' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! twice(of: Int!): Int }',
        resolvers: {
          Thing: {
            __resolveReference: itself,
            twice: (_: unknown, { of }: { of: number }) => of * 2,
          },
        },
      },
    },
    query: 'query($n: Int!) { id: thing { twice: id two: twice(of: $n) four: twice(of: 2) } }',
    variables: { n: 1 },
    data: { id: { twice: '1', two: 2, four: 4 } },
  },
  {
    name: 'introspection beside data',
    subgraphs: {
      a: { sdl: 'type Query { a: Int }', resolvers: { Query: { a: () => 1 } } },
    },
    query: '{ __typename a __type(name: "Query") { fields { name } } }',
    data: { __typename: 'Query', a: 1, __type: { fields: [{ name: 'a' }] } },
  },
];
