/** Constructs of the federation specification: its first version, hidden values, directives of clients, changes. */
import { Kind, type GraphQLResolveInfo } from 'graphql';

import { itself, type Case } from './federation-cases.ts';

interface Person {
  id: string;
  name?: string;
}

const sizes = (hidden: string) => `enum Size { BIG SMALL ${hidden} }`;
const directives = `directive @times(count: Int! = 2) on FIELD\n`;
/** How often a client wants something, by the directive that reached the subgraph. */
const timesOf = (info: GraphQLResolveInfo): string => {
  const times = info.fieldNodes[0]?.directives?.find(({ name }) => name.value === 'times');
  const count = times?.arguments?.[0]?.value;
  return times ? `times ${count?.kind === Kind.INT ? count.value : 'as it is'}` : 'once';
};

/** Cases about all the rest. */
export const others: Case[] = [
  {
    name: 'subgraphs of the first version beside those of the second',
    subgraphs: {
      a: {
        first: true,
        sdl: `type Query { people: [Person!]! } type Person @key(fields: "id") { id: ID! name: String rank: Int }`,
        resolvers: {
          Query: { people: () => [{ id: '1', name: 'A', rank: 1 }] },
          Person: { __resolveReference: ({ id }: Person) => ({ id, name: 'A', rank: 1 }) },
        },
      },
      b: {
        first: true,
        sdl: `extend type Query { first: Person @provides(fields: "name") }
          extend type Person @key(fields: "id") { id: ID! @external name: String @external nick: String @requires(fields: "name") }`,
        resolvers: {
          Query: { first: () => ({ id: '1', name: 'provided' }) },
          Person: { __resolveReference: itself, nick: ({ name }: Person) => `${name}!` },
        },
      },
      c: {
        sdl: `extend type Person @key(fields: "id") { id: ID! age: Int }`,
        resolvers: { Person: { __resolveReference: itself, age: () => 7 } },
      },
    },
    query: '{ people { nick age } first { name rank age } }',
    data: { people: [{ nick: 'A!', age: 7 }], first: { name: 'provided', rank: 1, age: 7 } },
  },
  {
    name: 'an enum value that is hidden is null where a subgraph gives it',
    subgraphs: {
      a: {
        sdl: `type Query { sizes: [Size] size: Size } ${sizes('HUGE @inaccessible')}`,
        resolvers: { Query: { sizes: () => ['BIG', 'HUGE'], size: () => 'HUGE' } },
      },
      b: { sdl: `type Query { other: Size } ${sizes('')}`, resolvers: {} },
    },
    query: '{ sizes size }',
    data: { sizes: ['BIG', null], size: null },
  },
  {
    name: 'an enum value that is hidden is refused where a client gives it',
    subgraphs: {
      a: {
        sdl: `type Query { fits(size: Size): Boolean } ${sizes('HUGE @inaccessible')}`,
        resolvers: { Query: { fits: () => true } },
      },
    },
    query: '{ fits(size: HUGE) }',
    data: null,
    errors: [undefined],
  },
  {
    name: 'directives of clients reach whoever answers the field',
    subgraphs: {
      a: {
        sdl: `${directives} type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! near: String }`,
        resolvers: {
          Query: { thing: () => ({ id: '1' }) },
          Thing: {
            near: (_: unknown, __: unknown, ___: unknown, info: GraphQLResolveInfo) =>
              timesOf(info),
          },
        },
      },
      b: {
        sdl: `${directives} type Thing @key(fields: "id") { id: ID! far: String farther: String }`,
        resolvers: {
          Thing: {
            __resolveReference: itself,
            far: (_: unknown, __: unknown, ___: unknown, info: GraphQLResolveInfo) => timesOf(info),
            farther: () => 'plain',
          },
        },
      },
    },
    query: '{ thing { near @times(count: 3) far @times(count: 4) farther } }',
    data: { thing: { near: 'times 3', far: 'times 4', farther: 'plain' } },
  },
  {
    name: 'changes that give things from elsewhere, what they require, and one that fails in the middle',
    subgraphs: {
      a: {
        sdl: `type Query { a: Int } type Mutation { add(name: String!): Person! fail: Int } type Person @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Mutation: {
            add: (_: unknown, { name }: { name: string }) => ({ id: name, name }),
            fail: () => {
              throw new Error('no');
            },
          },
          Person: { __resolveReference: ({ id }: Person) => ({ id, name: id }) },
        },
      },
      b: {
        sdl: `type Mutation { touch(id: ID!): Person } type Person @key(fields: "id") { id: ID! name: String @external hello: String @requires(fields: "name") }`,
        resolvers: {
          Mutation: { touch: (_: unknown, { id }: Person) => ({ id }) },
          Person: { __resolveReference: itself, hello: ({ name }: Person) => `Hi ${name}` },
        },
      },
    },
    query:
      'mutation { one: add(name: "x") { hello } fail touch(id: "y") { hello name } two: add(name: "z") { hello } }',
    data: {
      one: { hello: 'Hi x' },
      fail: null,
      touch: { hello: 'Hi y', name: 'y' },
      two: { hello: 'Hi z' },
    },
    errors: [['fail']],
  },
  {
    name: 'a thing whose parts lie under another, fetched through that one alone',
    subgraphs: {
      a: {
        sdl: `type Query { product: Product } type Product @key(fields: "id") { id: ID! } `,
        resolvers: { Query: { product: () => ({ id: 'p' }) } },
      },
      b: {
        sdl: `type Product @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID category: Category @shareable } type Category @shareable { main: ID }`,
        resolvers: {
          Product: {
            __resolveReference: ({ id }: Person) => ({ id, pid: 'q', category: { main: 'm' } }),
          },
        },
      },
      c: {
        sdl: `type Product @key(fields: "id pid") { id: ID! pid: ID category: Category @shareable } type Category @shareable { main: ID name: String }`,
        resolvers: {
          Product: {
            __resolveReference: (it: object) => ({ ...it, category: { main: 'm', name: 'C' } }),
          },
        },
      },
    },
    query: '{ product { id category { main name } } }',
    data: { product: { id: 'p', category: { main: 'm', name: 'C' } } },
  },
];
