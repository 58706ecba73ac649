/** Constructs of the federation specification: what several subgraphs share at the root, and which of them can answer. */
import { itself, type Case } from './federation-cases.ts';

interface Being {
  __typename: string;
  id: string;
}

const typed = { __resolveType: ({ __typename }: Being) => __typename };

const named = ({ id }: { id: string }): Being => ({
  __typename: id.startsWith('c') ? 'Cat' : 'Dog',
  id,
});
/** A being whose id another subgraph tells: it stands under no id here. */
const unnamed = ({ id }: { id: string }) => ({ ...named({ id }), name: `N${id}` });
const asked = (_: unknown, args: { id: string }) => unnamed(args);

/** Two subgraphs with one root field, where each tells the ids of one type alone. */
const beings: Case['subgraphs'] = {
  a: {
    sdl: `type Query { being(id: ID!): Being @shareable } interface Being { id: ID! }
      type Cat implements Being @key(fields: "id") { id: ID! name: String }
      type Dog implements Being @key(fields: "id") { id: ID! @external friend: Cat }`,
    resolvers: {
      Query: { being: asked },
      Being: typed,
      Cat: { __resolveReference: unnamed },
      Dog: { __resolveReference: itself, friend: () => unnamed({ id: 'c9' }) },
    },
  },
  b: {
    sdl: `type Query { being(id: ID!): Being @shareable dog: Dog } interface Being { id: ID! }
      type Dog implements Being @key(fields: "id") { id: ID! name: String }
      type Cat implements Being @key(fields: "id") { id: ID! @external lives: Int }`,
    resolvers: {
      Query: { being: asked, dog: () => unnamed({ id: 'd1' }) },
      Being: typed,
      Dog: { __resolveReference: unnamed },
      Cat: { __resolveReference: itself, lives: () => 9 },
    },
  },
};

const made: string[] = [];

/** Cases about what is shared. */
export const shared: Case[] = [
  {
    name: 'what no one subgraph can tell of an interface is an error, not a guess',
    subgraphs: beings,
    query: '{ being(id: "c1") { id } }',
    data: null,
    errors: [undefined],
  },
  {
    name: 'a shared root field is asked where the type that is meant can be told',
    subgraphs: beings,
    query: `{ cat: being(id: "c1") { ... on Cat { id name } } dog: being(id: "d1") { ... on Dog { id name } }
      no: being(id: "c1") { __typename ... on Dog { id } } none: being(id: "d1") { ... on Cat { id } } }`,
    data: {
      cat: { id: 'c1', name: 'Nc1' },
      dog: { id: 'd1', name: 'Nd1' },
      no: { __typename: 'Cat' },
      none: {},
    },
  },
  {
    name: 'things of one interface, each with parts that the other subgraph has',
    subgraphs: beings,
    query: '{ dog { id name friend { id name lives } } }',
    data: { dog: { id: 'd1', name: 'Nd1', friend: { id: 'c9', name: 'Nc9', lives: 9 } } },
  },
  {
    name: 'a change that two subgraphs share is made by one of them, once',
    subgraphs: Object.fromEntries(
      ['a', 'b'].map((name) => [
        name,
        {
          sdl: `type Query { q: Int @shareable } type Mutation { add(text: String!): Note @shareable made: Int @shareable }
            type Note @key(fields: "id") { id: ID! text: String @shareable }`,
          resolvers: {
            Mutation: {
              add: (_: unknown, { text }: { text: string }) => {
                made.push(text);
                return { id: '1', text };
              },
              made: () => made.splice(0).length,
            },
            Note: { __resolveReference: itself },
          },
        },
      ]),
    ),
    query: 'mutation { one: add(text: "x") { id text } two: add(text: "y") { text } made }',
    data: { one: { id: '1', text: 'x' }, two: { text: 'y' }, made: 2 },
  },
];
