import { parse, type OperationDefinitionNode } from 'graphql';
import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { costOf } from './cost.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { limitCodes, sizeOf } from './limits.ts';
import { readSupergraph, type Supergraph } from '../supergraph.ts';

const log = createLog('gateway', 'silent');
const graph = foreignGraph({
  a: {
    sdl: `
      type Query {
        thing: Thing
        dear: Int @cost(weight: 7)
        find(text: String @cost(weight: 3)): Thing
        list: [Thing]
        assumed: [Thing] @listSize(assumedSize: 5)
        sliced(first: Int = 4): [Thing] @listSize(slicingArguments: ["first"])
        things(first: Int = 20): ThingConnection!
        pages(size: Int!): Pages @listSize(slicingArguments: ["size"], sizedFields: ["all"])
      }
      type Mutation { change: Int }
      type Thing @key(fields: "id") { id: ID! below: Thing heavy: Heavy things: [Thing] }
      type Heavy @cost(weight: 11) { id: ID! }
      type ThingConnection { edges: [ThingEdge!]! }
      type ThingEdge { node: Thing! }
      type Pages { all: [Thing] }
    `,
    resolvers: {
      Query: { thing: () => ({ id: '1', below: { id: '2' } }), dear: () => 1, sliced: () => [] },
    },
  },
});

function sized(text: string) {
  const document = parse(text);
  const [operation] = document.definitions as OperationDefinitionNode[];
  return sizeOf(document, operation as OperationDefinitionNode);
}

describe('the size of an operation', () => {
  it('counts what fragments expand to', () => {
    const text = `query A($v: Int @x) @y { a: b @z { ...F } ...F }
      fragment F on T @w { c d: e { f } }`;
    expect(sized(text)).toEqual({
      depth: 3,
      aliases: 3,
      directives: 5,
      rootFields: 3,
      selections: 7,
    });
  });

  it('is found in no time for fragments that double at each of a hundred levels', () => {
    const levels = Array.from({ length: 100 }, (_, level) =>
      level === 99
        ? `fragment F99 on T { id }`
        : `fragment F${level} on T { a { ...F${level + 1} } b: a { ...F${level + 1} } }`,
    );
    const { selections, depth } = sized(`{ ...F0 } ${levels.join(' ')}`);
    expect(depth).toBe(100);
    expect(selections).toBeGreaterThan(2 ** 99);
  });
});

describe('the cost of an operation', () => {
  let supergraph: Supergraph;
  beforeAll(async () => {
    supergraph = await readSupergraph(graph.supergraphSdl, 'AUTO', log);
  });

  it.each<[string, number, Record<string, unknown>?]>([
    ['{ thing { id } }', 1],
    ['{ dear }', 7],
    ['{ find { id } }', 1],
    ['{ find(text: "x") { id } }', 4],
    ['{ thing { heavy { id } } }', 12],
    ['{ list { id } }', 20],
    ['{ assumed { id } }', 5],
    ['{ assumed { heavy { id } } }', 60],
    ['{ sliced { id } }', 4],
    ['{ sliced(first: 9) { id } }', 9],
    ['query($n: Int) { sliced(first: $n) { id } }', 30, { n: 30 }],
    ['query($n: Int = 6) { sliced(first: $n) { id } }', 6],
    ['{ things { edges { node { id } } } }', 41],
    ['query($n: Int) { things(first: $n) { edges { node { id } } } }', 201, { n: 100 }],
    ['{ pages(size: 3) { all { id } } }', 4],
    ['{ pages(size: 3) { ...P } } fragment P on Pages { all { id } }', 4],
    ['{ a: sliced { id } b: sliced { id } }', 8],
    ['mutation { change }', 10],
  ])('%s is %i', (text, cost, variables = {}) => {
    const document = parse(text);
    const [operation] = document.definitions as OperationDefinitionNode[];
    expect(costOf(supergraph, document, operation as OperationDefinitionNode, variables)).toBe(
      cost,
    );
  });
});

describe('limits', () => {
  const include = 'id @include(if: true)';
  it.each([
    ['tokens', 60, `{ thing { ${many(53, 'id')} } }`, `{ thing { ${many(56, 'id')} } }`],
    ['nesting', 3, '{ thing { ... { id } } }', '{ thing { ... { ... { id } } } }'],
    ['depth', 3, '{ thing { below { id } } }', '{ thing { below { below { id } } } }'],
    ['aliases', 2, '{ thing { a: id b: id } }', '{ thing { a: id b: id c: id } }'],
    ['directives', 2, `{ thing { ${many(2, include)} } }`, `{ thing { ${many(3, include)} } }`],
    ['rootFields', 4, `{ ${many(4, 'dear')} }`, `{ ${many(5, 'dear')} }`],
    ['selections', 8, `{ thing { ${many(7, 'id')} } }`, `{ thing { ${many(8, 'id')} } }`],
    ['cost', 15, '{ sliced(first: 15) { id } }', '{ sliced(first: 16) { id } }'],
  ] as const)('on %s hold at %i and not past it', async (limit, most, within, past) => {
    const variable = `LIMIT_${limit.replace(/[A-Z]/, (letter) => `_${letter}`).toUpperCase()}`;
    const gateway = await open({ [variable]: String(most) });
    // Twice: the second time the text is known, and its limits hold all the same.
    for (const _ of [1, 2]) {
      expect(await codes(gateway, within)).toBeUndefined();
      expect(await codes(gateway, past)).toEqual([limitCodes[limit]]);
    }
    await gateway.stop();
  });

  it('do not hold in an open gateway', async () => {
    const limits = { LIMIT_TOKENS: '1', LIMIT_DEPTH: '1', LIMIT_COST: '1' };
    const gateway = await open({ GATEWAY_OPEN: 'true', ...limits });
    expect(await codes(gateway, '{ thing { below { id } } }')).toBeUndefined();
    await gateway.stop();
  });
});

function open(environment: Record<string, string>): Promise<Gateway> {
  return createGateway({
    supergraphSdl: graph.supergraphSdl,
    local: graph.local,
    log,
    config: readGatewayConfig({ PORT: '0', ...environment }),
  });
}

async function codes(gateway: Gateway, query: string): Promise<unknown[] | undefined> {
  const { errors } = await gateway.execute({ query }, visitor('test'));
  return errors?.map(({ extensions }) => extensions['code']);
}

function many(count: number, text: string): string {
  return Array.from({ length: count }, () => text).join(' ');
}
