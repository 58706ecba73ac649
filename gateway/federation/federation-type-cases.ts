/** Constructs of the federation specification: interfaces and unions over several subgraphs, and what `__typename` says. */
import { itself, type Case } from './federation-cases.ts';

interface Thing {
  __typename: string;
  id: string;
  name?: string;
}
const cat: Thing = { __typename: 'Cat', id: 'c1', name: 'Nabi' };
const dog: Thing = { __typename: 'Dog', id: 'd1', name: 'Baduk' };
const typed = { __resolveType: ({ __typename }: Thing) => __typename };

/** Cases about abstract types. */
export const types: Case[] = [
  {
    name: 'an interface whose types differ in where their fields are',
    subgraphs: {
      a: {
        sdl: `type Query { pets: [Pet!]! } interface Pet { id: ID! name: String }
          type Cat implements Pet @key(fields: "id") { id: ID! name: String }
          type Dog implements Pet @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: { Query: { pets: () => [cat, { __typename: 'Dog', id: 'd1' }] }, Pet: typed },
      },
      b: {
        sdl: `type Dog @key(fields: "id") { id: ID! name: String bark: Int } type Cat @key(fields: "id") { id: ID! lives: Int }`,
        resolvers: {
          Dog: { __resolveReference: itself, name: () => 'Baduk', bark: () => 3 },
          Cat: { __resolveReference: itself, lives: () => 9 },
        },
      },
    },
    query: `{ pets { __typename kind: __typename id name ... on Dog { bark } ...Lives } }
      fragment Lives on Pet { ... on Cat { lives name } }`,
    data: {
      pets: [
        { __typename: 'Cat', kind: 'Cat', id: 'c1', name: 'Nabi', lives: 9 },
        { __typename: 'Dog', kind: 'Dog', id: 'd1', name: 'Baduk', bark: 3 },
      ],
    },
  },
  {
    name: 'one alias for fields of differing types in fragments that exclude each other',
    subgraphs: {
      a: {
        sdl: `type Query { pets: [Pet!]! } union Pet = Cat | Dog
          type Cat @key(fields: "id") { id: ID! name: String! } type Dog @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { pets: () => [cat, dog] }, Pet: typed },
      },
      b: {
        sdl: `type Cat @key(fields: "id") { id: ID! lives: Int! } type Dog @key(fields: "id") { id: ID! nick: String! tricks: [String!]! }`,
        resolvers: {
          Cat: { __resolveReference: itself, lives: () => 9 },
          Dog: { __resolveReference: itself, nick: () => 'B', tricks: () => ['sit', 'roll'] },
        },
      },
    },
    query: '{ pets { ... on Cat { said: name } ... on Dog { said: nick tricks } } }',
    data: { pets: [{ said: 'Nabi' }, { said: 'B', tricks: ['sit', 'roll'] }] },
  },
  {
    name: 'a union of which one subgraph knows fewer members, behind a hop',
    subgraphs: {
      a: {
        sdl: `type Query { home: Home } type Home @key(fields: "id") { id: ID! pet: Pet @shareable }
          union Pet = Cat type Cat @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: { home: () => ({ id: 'h', pet: cat }) },
          Home: { __resolveReference: itself, pet: () => cat },
          Pet: typed,
        },
      },
      b: {
        sdl: `type Query { homes: [Home!]! } type Home @key(fields: "id") { id: ID! pet: Pet @shareable }
          union Pet = Cat | Dog type Cat @key(fields: "id") { id: ID! } type Dog { bark: Int }`,
        resolvers: {
          Query: { homes: () => [{ id: 'h' }] },
          Home: { __resolveReference: itself, pet: () => cat },
          Pet: typed,
        },
      },
    },
    query: '{ homes { pet { __typename ... on Cat { id } ... on Dog { bark } } } }',
    data: { homes: [{ pet: { __typename: 'Cat', id: 'c1' } }] },
  },
  {
    name: 'what is asked of an interface by its names alone',
    subgraphs: {
      a: {
        sdl: `type Query { pet: Pet any: Any } interface Pet @key(fields: "id") { id: ID! } union Any = Cat
          type Cat implements Pet @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { pet: () => cat, any: () => cat }, Pet: typed, Any: typed },
      },
      b: {
        sdl: 'type Pet @key(fields: "id") @interfaceObject { id: ID! owner: String }',
        resolvers: { Pet: { __resolveReference: itself, owner: () => 'Kim' } },
      },
    },
    query: '{ pet { a: __typename b: __typename } any { __typename } t: __typename }',
    data: { pet: { a: 'Cat', b: 'Cat' }, any: { __typename: 'Cat' }, t: 'Query' },
  },
  {
    name: 'an interface object that is the way in: its types, and their own fields',
    subgraphs: {
      a: {
        sdl: `interface Pet @key(fields: "id") { id: ID! name: String }
          type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int }
          type Query { size: Int }`,
        resolvers: {
          Pet: { ...typed, __resolveReference: () => ({ ...cat, lives: 9 }) },
          Cat: { __resolveReference: () => ({ ...cat, lives: 9 }) },
        },
      },
      b: {
        sdl: `type Pet @key(fields: "id") @interfaceObject { id: ID! name: String @external greeting: String @requires(fields: "name") }
          type Query { best: [Pet] }`,
        resolvers: {
          Query: { best: () => [{ id: 'c1' }, null] },
          Pet: { __resolveReference: itself, greeting: ({ name }: Thing) => `Hi ${name}` },
        },
      },
    },
    query: '{ best { __typename id greeting ... on Cat { lives } } }',
    data: { best: [{ __typename: 'Cat', id: 'c1', greeting: 'Hi Nabi', lives: 9 }, null] },
  },
  {
    name: 'an interface object that cannot be fetched by its key',
    subgraphs: {
      a: {
        sdl: `type Query { pets: [Pet!]! } interface Pet @key(fields: "id") { id: ID! name: String }
          type Cat implements Pet @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Query: { pets: () => [cat] },
          Pet: { ...typed, __resolveReference: () => cat },
          Cat: { __resolveReference: () => cat },
        },
      },
      b: {
        sdl: `type Query { favourite: Pet } type Pet @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }`,
        resolvers: { Query: { favourite: () => ({ id: 'c1' }) } },
      },
    },
    query: '{ favourite { id name __typename } pets { id } }',
    data: { favourite: { id: 'c1', name: 'Nabi', __typename: 'Cat' }, pets: [{ id: 'c1' }] },
  },
  {
    name: 'anything by its id, through an interface that two subgraphs know',
    subgraphs: {
      a: {
        sdl: `type Query { node(id: ID!): Node @shareable } interface Node { id: ID! }
          type Cat implements Node @key(fields: "id") { id: ID! name: String }`,
        resolvers: {
          Query: { node: () => cat },
          Node: typed,
          Cat: { __resolveReference: () => cat },
        },
      },
      b: {
        sdl: `type Query { node(id: ID!): Node @shareable } interface Node { id: ID! }
          type Cat implements Node @key(fields: "id") { id: ID! lives: Int }`,
        resolvers: {
          Query: { node: () => cat },
          Node: typed,
          Cat: { __resolveReference: itself, lives: () => 9 },
        },
      },
    },
    query: 'query($id: ID!) { node(id: $id) { id __typename ... on Cat { name lives } } }',
    variables: { id: 'c1' },
    data: { node: { id: 'c1', __typename: 'Cat', name: 'Nabi', lives: 9 } },
  },
  {
    name: '@provides of a union’s and an interface’s members, and only of what is asked',
    subgraphs: {
      a: {
        sdl: `type Query { shown: Pet @provides(fields: "... on Cat { name }") met: Being @provides(fields: "... on Dog { name }") }
          union Pet = Cat | Dog interface Being { id: ID! name: String }
          type Cat implements Being @key(fields: "id") { id: ID! name: String @external }
          type Dog implements Being @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: {
          Query: {
            shown: () => ({ ...cat, name: 'provided' }),
            met: () => ({ ...dog, name: 'met' }),
          },
          Pet: typed,
          Being: typed,
        },
      },
      b: {
        sdl: `type Cat @key(fields: "id") { id: ID! name: String @shareable lives: Int }
          type Dog @key(fields: "id") { id: ID! name: String @shareable }`,
        resolvers: {
          Cat: { __resolveReference: itself, name: () => 'fetched', lives: () => 9 },
          Dog: { __resolveReference: itself, name: () => 'fetched' },
        },
      },
    },
    query: '{ shown { ... on Cat { id name lives } ... on Dog { id name } } met { id name } }',
    data: { shown: { id: 'c1', name: 'provided', lives: 9 }, met: { id: 'd1', name: 'met' } },
  },
];
