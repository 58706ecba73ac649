import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor, type Viewer } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';

let asked: string[] = [];
const noting = (name: string) => () => {
  asked.push(name);
  return name;
};

const graph = foreignGraph({
  a: {
    sdl: `
      type Query {
        thing: Thing
        things: [Thing!]!
        none: [Thing!]!
        node: Node
        either: Either
        strict: Strict
        vault: Vault
      }
      interface Node { id: ID! secret: String }
      type Thing implements Node @key(fields: "id") {
        id: ID!
        open: String
        secret: String @authenticated
        staff: String @policy(policies: [["secretariat"]])
        scoped: String @requiresScopes(scopes: [["read"]])
        below: Thing
      }
      type Plain implements Node { id: ID! secret: String }
      union Either = Thing | Plain
      type Strict { open: String must: String! @authenticated }
      type Vault @authenticated { gold: String }
      type Mutation { open: String closed: String @authenticated both: Thing }
      type Subscription { ticks: Int @authenticated  news: Thing }
    `,
    resolvers: {
      Query: {
        thing: () => ({ id: '1', below: { id: '2' } }),
        things: () => [{ id: '1' }, { id: '2' }],
        none: () => [],
        node: () => ({ __typename: 'Thing', id: '1' }),
        either: () => ({ __typename: 'Thing', id: '1' }),
        strict: () => ({ open: 'open' }),
        vault: () => ({}),
      },
      Thing: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        open: noting('open'),
        secret: noting('secret'),
        staff: noting('staff'),
        scoped: noting('scoped'),
      },
      Strict: { must: noting('must') },
      Vault: { gold: noting('gold') },
      Mutation: { open: noting('m.open'), closed: noting('m.closed'), both: () => ({ id: '1' }) },
      Subscription: {
        ticks: {
          subscribe: async function* () {
            yield { ticks: 1 };
          },
        },
        news: {
          subscribe: async function* () {
            yield { news: { id: '1' } };
          },
        },
      },
    },
  },
  b: {
    sdl: `type Thing @key(fields: "id") { id: ID! far: String @authenticated }`,
    resolvers: { Thing: { __resolveReference: (it: object) => it, far: noting('far') } },
  },
});

const user: Viewer = { ...visitor('test'), userId: 'u' };
const staff: Viewer = { ...user, roles: ['SECRETARIAT'], scopes: ['read'] };

describe.each(['HIVE', 'APOLLO'] as const)('what a viewer may see, planned by %s', (PLANNER) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await createGateway({
      supergraphSdl: graph.supergraphSdl,
      local: graph.local,
      config: readGatewayConfig({ PORT: '0', PLANNER }),
      log: createLog('gateway', 'silent'),
    });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    asked = [];
  });

  const run = async (query: string, viewer: Viewer = visitor('test'), variables = {}) =>
    seen(await gateway.execute({ query, variables }, viewer));

  it('is asked for and shown in full to whoever may see it', async () => {
    expect(await run('{ thing { open secret staff scoped far } }', staff)).toEqual({
      data: {
        thing: { open: 'open', secret: 'secret', staff: 'staff', scoped: 'scoped', far: 'far' },
      },
    });
  });

  it('has no errors where there is nothing that it could be missing of', async () => {
    const result = await gateway.execute({ query: '{ none { secret } }' }, visitor('test'));
    expect(JSON.parse(JSON.stringify(result))).toEqual({ data: { none: [] } });
  });

  it('is null, with an error at its path, for whoever may not, and never asked for', async () => {
    expect(await run('{ thing { open secret staff far } }')).toEqual({
      data: { thing: { open: 'open', secret: null, staff: null, far: null } },
      errors: [
        'UNAUTHENTICATED thing.secret',
        'UNAUTHENTICATED thing.staff',
        'UNAUTHENTICATED thing.far',
      ],
    });
    expect(asked).toEqual(['open']);
    expect(await run('{ thing { staff scoped } }', user)).toEqual({
      data: { thing: { staff: null, scoped: null } },
      errors: ['FORBIDDEN thing.staff', 'FORBIDDEN thing.scoped'],
    });
  });

  it('does not hide behind aliases, fragments or deeper levels', async () => {
    const query = `
      query { thing { x: secret ...F below { ... on Thing { y: secret ... { z: far } } } } }
      fragment F on Thing { ...G }
      fragment G on Thing { open w: staff }`;
    expect(await run(query)).toEqual({
      data: { thing: { x: null, open: 'open', w: null, below: { y: null, z: null } } },
      errors: [
        'UNAUTHENTICATED thing.x',
        'UNAUTHENTICATED thing.w',
        'UNAUTHENTICATED thing.below.y',
        'UNAUTHENTICATED thing.below.z',
      ],
    });
    expect(asked).toEqual(['open']);
  });

  it('does not hide behind an interface or a union', async () => {
    expect(await run('{ node { id secret } }')).toEqual({
      data: { node: { id: '1', secret: null } },
      errors: ['UNAUTHENTICATED node.secret'],
    });
    expect(
      await run('{ either { ... on Plain { secret } ... on Thing { open mine: secret } } }'),
    ).toEqual({
      data: { either: { open: 'open', mine: null } },
      errors: ['UNAUTHENTICATED either.mine'],
    });
    expect(asked).toEqual(['open']);
  });

  it('names every place in a list', async () => {
    expect(await run('{ things { id secret } }')).toEqual({
      data: {
        things: [
          { id: '1', secret: null },
          { id: '2', secret: null },
        ],
      },
      errors: ['UNAUTHENTICATED things.0.secret', 'UNAUTHENTICATED things.1.secret'],
    });
  });

  it('takes what is around it along when it must not be null', async () => {
    expect(await run('{ thing { open } strict { open must } }')).toEqual({
      data: { thing: { open: 'open' }, strict: null },
      errors: ['UNAUTHENTICATED strict.must'],
    });
  });

  it('goes by the type too', async () => {
    expect(await run('{ vault { gold } }')).toEqual({
      data: { vault: null },
      errors: ['UNAUTHENTICATED vault'],
    });
    expect(asked).toEqual([]);
  });

  it('is no matter when the client itself leaves it out', async () => {
    const query = 'query($no: Boolean = false) { thing { open secret @include(if: $no) } }';
    expect(await run(query)).toEqual({ data: { thing: { open: 'open' } } });
    expect(await run(query, visitor('test'), { no: true })).toEqual({
      data: { thing: { open: 'open', secret: null } },
      errors: ['UNAUTHENTICATED thing.secret'],
    });
  });

  it('plans anew for another viewer of the same text', async () => {
    const query = '{ thing { secret } }';
    expect(await run(query)).toMatchObject({ data: { thing: { secret: null } } });
    expect(await run(query, user)).toEqual({ data: { thing: { secret: 'secret' } } });
    expect(await run(query)).toMatchObject({ data: { thing: { secret: null } } });
  });

  it('lets a change through whole or not at all', async () => {
    expect(await run('mutation { open closed }')).toEqual({ errors: ['UNAUTHENTICATED closed'] });
    expect(await run('mutation { open both { secret } }')).toEqual({
      errors: ['UNAUTHENTICATED both.secret'],
    });
    expect(asked).toEqual([]);
    expect(await run('mutation { open closed }', user)).toEqual({
      data: { open: 'm.open', closed: 'm.closed' },
    });
  });

  it('begins no feed that shows what the viewer may not see', async () => {
    const started = await gateway.subscribe(
      { query: 'subscription { news { secret } }' },
      visitor('t'),
    );
    expect(Symbol.asyncIterator in started ? null : seen(started)).toEqual({
      errors: ['UNAUTHENTICATED news.secret'],
    });
    const allowed = await gateway.subscribe({ query: 'subscription { news { secret } }' }, user);
    expect(Symbol.asyncIterator in allowed).toBe(true);
    for await (const result of allowed as AsyncIterableIterator<ExecutionResult>)
      expect(seen(result)).toEqual({ data: { news: { secret: 'secret' } } });
  });
});

/** A result as a client reads it, each error as its code and path. */
function seen(result: ExecutionResult): unknown {
  const { errors, ...others } = result;
  return JSON.parse(
    JSON.stringify({
      ...others,
      errors: errors?.map(
        ({ path, extensions }) => `${String(extensions['code'])} ${path?.join('.')}`,
      ),
    }),
  );
}
