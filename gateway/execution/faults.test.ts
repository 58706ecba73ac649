import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';

interface Pet {
  __typename: string;
  id: string;
}
const pet = (__typename: string, id: number): Pet => ({ __typename, id: `${id}` });
const pets = [pet('Cat', 0), pet('Dog', 1), null, pet('Dog', 3)];

const { supergraphSdl, local } = foreignGraph({
  here: {
    sdl: `type Query { pets: [Pet] many(count: Int!): [Dog!]! home: Home }
      union Pet = Cat | Dog
      type Cat @key(fields: "id") { id: ID! }
      type Dog @key(fields: "id") { id: ID! }
      type Home { best: Dog! }`,
    resolvers: {
      Query: {
        pets: () => pets,
        many: (_: unknown, { count }: { count: number }) =>
          Array.from({ length: count }, (__, id) => pet('Dog', id)),
        home: () => ({ best: pet('Dog', 1) }),
      },
      Pet: { __resolveType: ({ __typename }: Pet) => __typename },
    },
  },
  down: {
    sdl: `type Query { lost: Int } type Mutation { change: Int }
      type Dog @key(fields: "id") @key(fields: "tag") { id: ID! tag: ID! bark(loud: Boolean): Int note: String! }`,
    resolvers: {},
  },
  beyond: {
    sdl: `type Query { fine: Int } type Mutation { other: Int }
      type Dog @key(fields: "tag") { tag: ID! price: Int }
      type Cat @key(fields: "id") { id: ID! mood: String }`,
    resolvers: {
      Query: { fine: () => 1 },
      Mutation: { other: () => 2 },
      Cat: { __resolveReference: (it: object) => it, mood: () => 'calm' },
    },
  },
  moody: {
    sdl: 'type Dog @key(fields: "id") { id: ID! temper: String }',
    resolvers: {
      Dog: {
        __resolveReference: (it: object) => it,
        temper: ({ id }: Pet) => {
          if (id === '3') throw new Error('bitten');
          return 'mild';
        },
      },
    },
  },
});
local.delete('down');

const told = ({ data, errors = [] }: ExecutionResult) => ({
  data,
  errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
});
const lost = (...paths: string[]) => paths.map((path) => [path, 'SUBGRAPH_UNAVAILABLE']);

describe.each(['HIVE', 'APOLLO'])('without a subgraph, planned by %s', (PLANNER) => {
  let gateway: Gateway;
  beforeAll(async () => {
    const environment = {
      PORT: '0',
      PLANNER,
      VIEWER_KEYS: 'k:a-secret-of-the-test-of-32-characters',
    };
    gateway = await createGateway({
      supergraphSdl,
      local,
      config: readGatewayConfig(environment),
      log: createLog('gateway', 'silent'),
    });
  });
  afterAll(() => gateway.stop());

  const ask = async (query: string, variables = {}): Promise<ExecutionResult> =>
    JSON.parse(
      JSON.stringify(await gateway.execute({ query, variables }, visitor('test'))),
    ) as ExecutionResult;
  it('each field of each thing that is missing is named as the client calls it', async () => {
    expect(
      told(await ask('{ all: pets { ... on Dog { id sound: bark } ... on Cat { mood } } }')),
    ).toEqual({
      data: {
        all: [{ mood: 'calm' }, { id: '1', sound: null }, null, { id: '3', sound: null }],
      },
      errors: lost('all.1.sound', 'all.3.sound'),
    });
  });

  it('what could only be found through it is named too', async () => {
    expect(told(await ask('{ pets { ... on Dog { price bark } } }'))).toEqual({
      data: { pets: [{}, { price: null, bark: null }, null, { price: null, bark: null }] },
      errors: lost('pets.1.price', 'pets.1.bark', 'pets.3.price', 'pets.3.bark'),
    });
  });

  it('what must not be null takes what is around it along, and is named once', async () => {
    expect(told(await ask('{ pets { ... on Dog { note } } home { best { note } } fine }'))).toEqual(
      {
        data: { pets: [{}, null, null, null], home: null, fine: 1 },
        errors: lost('pets.1.note', 'pets.3.note', 'home.best.note'),
      },
    );
  });

  it('a field that comes several times is named once, and one that variables leave out not at all', async () => {
    const query = `query($no: Boolean = false, $yes: Boolean!) { home { best {
      ...Dog bark ... on Dog { bark skipped: note @skip(if: $yes) left: note @include(if: $no) } } } }
      fragment Dog on Dog { bark louder: bark(loud: true) @include(if: $yes) }`;
    expect(told(await ask(query, { yes: true }))).toEqual({
      data: { home: { best: { bark: null, louder: null } } },
      errors: lost('home.best.bark', 'home.best.louder'),
    });
  });

  it('root fields are named, of changes too, and the others are answered', async () => {
    expect(told(await ask('{ lost again: lost fine }'))).toEqual({
      data: { lost: null, again: null, fine: 1 },
      errors: lost('lost', 'again'),
    });
  });

  it('of several changes each result is told, before and behind the one that could not be made', async () => {
    expect(told(await ask('mutation { change other }'))).toEqual({
      data: { change: null, other: 2 },
      errors: lost('change'),
    });
    expect(told(await ask('mutation { first: other change last: other }'))).toEqual({
      data: { first: 2, change: null, last: 2 },
      errors: lost('change'),
    });
  });

  it('no more than a hundred places are named', async () => {
    const { data, errors } = told(await ask('{ many(count: 120) { bark } }'));
    expect(data).toEqual({ many: Array.from({ length: 120 }, () => ({ bark: null })) });
    expect(errors).toHaveLength(100);
  });

  it('a fault of one thing is told where it is among things of other types', async () => {
    expect(told(await ask('{ pets { ... on Dog { temper } } }'))).toEqual({
      data: { pets: [{}, { temper: 'mild' }, null, { temper: null }] },
      errors: [['pets.3.temper', 'INTERNAL_SERVER_ERROR']],
    });
  });
});
