import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, subscribe, type ExecutionResult } from 'graphql';

import { guard } from './guard.ts';
import { visitor, type Viewer } from './viewer.ts';

let ran: string[] = [];
const answer = (name: string) => () => {
  ran.push(name);
  return name;
};

const schema = guard(
  buildSubgraphSchema([
    {
      typeDefs: parse(`
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
          import: ["@key", "@authenticated", "@requiresScopes", "@policy"])
        type Query {
          open: String
          signed: String @authenticated
          scoped: String @requiresScopes(scopes: [["read", "write"], ["admin"]])
          staff: String @policy(policies: [["secretariat"], ["operator"]])
          vault: Vault
        }
        type Vault @authenticated { gold: String }
        type Thing @key(fields: "id") { id: ID! secret: String @policy(policies: [["operator"]]) }
        type Subscription { ticks: Int @authenticated  open: Int }
      `),
      resolvers: {
        Query: {
          open: answer('open'),
          signed: answer('signed'),
          scoped: answer('scoped'),
          staff: answer('staff'),
          vault: () => ({ gold: 'gold' }),
        },
        Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, secret: 'secret' }) },
        Subscription: {
          ticks: {
            subscribe: async function* () {
              ran.push('ticks');
              yield { ticks: 1 };
            },
          },
          open: {
            subscribe: async function* () {
              yield { open: 1 };
            },
          },
        },
      },
    },
  ]),
);

const user = (parts: Partial<Viewer> = {}): Viewer => ({
  ...visitor('test'),
  userId: 'u',
  ...parts,
});

const ask = (viewer: Viewer, source: string): Promise<ExecutionResult> =>
  graphql({ schema, source, contextValue: { viewer } });

const codes = ({ errors }: ExecutionResult) => errors?.map(({ extensions }) => extensions['code']);

beforeEach(() => {
  ran = [];
});

describe('a guarded subgraph', () => {
  it.each([
    ['signed', visitor('test'), 'UNAUTHENTICATED'],
    ['scoped', visitor('test'), 'UNAUTHENTICATED'],
    ['scoped', user({ scopes: ['read'] }), 'FORBIDDEN'],
    ['staff', user(), 'FORBIDDEN'],
    ['staff', user({ roles: ['REVIEWER'] }), 'FORBIDDEN'],
    ['vault { gold }', visitor('test'), 'UNAUTHENTICATED'],
  ] as const)('refuses %s before its resolver runs', async (field, viewer, code) => {
    expect(codes(await ask(viewer, `{ ${field} }`))).toEqual([code]);
    expect(ran).toEqual([]);
  });

  it.each([
    ['open', visitor('test')],
    ['signed', user()],
    ['scoped', user({ scopes: ['write', 'read'] })],
    ['scoped', user({ scopes: ['admin'] })],
    ['staff', user({ roles: ['OPERATOR'] })],
  ] as const)('answers %s to whom it may', async (field, viewer) => {
    expect(await ask(viewer, `{ ${field} }`)).toEqual({ data: { [field]: field } });
  });

  it('refuses guarded fields of entities too', async () => {
    const source =
      '{ _entities(representations: [{ __typename: "Thing", id: "1" }]) { ... on Thing { id secret } } }';
    const refused = await ask(user(), source);
    expect(codes(refused)).toEqual(['FORBIDDEN']);
    expect(refused.data).toEqual({ _entities: [{ id: '1', secret: null }] });
    expect(codes(await ask(user({ roles: ['OPERATOR'] }), source))).toBeUndefined();
  });

  it('refuses a feed before its source is opened', async () => {
    const document = parse('subscription { ticks }');
    const refused = await subscribe({
      schema,
      document,
      contextValue: { viewer: visitor('test') },
    });
    expect(codes(refused as ExecutionResult)).toEqual(['UNAUTHENTICATED']);
    expect(ran).toEqual([]);
    const feed = await subscribe({ schema, document, contextValue: { viewer: user() } });
    expect(Symbol.asyncIterator in feed).toBe(true);
    const results: unknown[] = [];
    for await (const result of feed as AsyncIterable<ExecutionResult>) results.push(result.data);
    expect(results).toEqual([{ ticks: 1 }]);
  });
});
