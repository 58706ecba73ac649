import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import {
  buildSchema,
  Kind,
  parse,
  visit,
  type ASTNode,
  type OperationDefinitionNode,
} from 'graphql';

import { createLog } from '#kit/log.ts';
import { badInput } from '#kit/page.ts';
import { sharedScalars } from '#kit/subgraph.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { knowScalars, literalPlaces, nullFaults, variableFaults } from './input-paths.ts';

const log = createLog('gateway', 'silent');
const sdl = `
  scalar Instant
  enum Level { LOW HIGH }
  input Requirement { leastLevel: Level! name: String }
  input Draft { requirements: [Requirement!] startsAt: Instant count: Int }
  type Query { check(input: Draft): String find(id: ID, code: String): String }
`;

const schema = buildSchema(sdl);
knowScalars(schema, Object.values(sharedScalars));

const faults = (text: string, variables: Record<string, unknown>) => {
  const [operation] = parse(text).definitions as OperationDefinitionNode[];
  return variableFaults(schema, operation?.variableDefinitions ?? [], variables);
};
const paths = (text: string, variables: Record<string, unknown>) =>
  faults(text, variables).map(({ extensions }) => extensions['path']);

const nulls = (text: string, variables: Record<string, unknown>) => {
  const document = parse(text);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (!operation) throw new Error('There is no operation.');
  return nullFaults(listed, document, operation, variables).map(({ extensions }) => extensions);
};
const listed = buildSchema(`type Query { list(first: Int! = 20, in: In, after: Int): Query }
  input In { size: Int! = 3 sizes: [Int!] }`);

describe('variables that are null', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['query($n: Int) { list(first: $n) { list { __typename } } }', { n: null }, ['n']],
    ['query($n: Int) { list(first: $n) { __typename } }', {}, []],
    ['query($n: Int) { list(first: $n) { __typename } }', { n: 0 }, []],
    ['query($n: Int) { list(after: $n) { __typename } }', { n: null }, []],
    ['query($n: Int) { list(in: { size: $n }) { __typename } }', { n: null }, ['n']],
    ['query($yes: Boolean = true) { list @skip(if: $yes) { __typename } }', { yes: null }, ['yes']],
    [
      'query A($n: Int) { ...F ...F } fragment F on Query { list(first: $n) { __typename } }',
      { n: null },
      ['n'],
    ],
    [
      'query A($n: Int) { list(after: $n) { __typename } } query B($n: Int) { ...F } fragment F on Query { list(first: $n) { __typename } }',
      { n: null },
      [],
    ],
  ])('in %s with %j are refused: %j', (text, variables, expected) => {
    expect(nulls(text, variables)).toEqual(
      expected.map((name) => ({ code: 'BAD_USER_INPUT', path: [name] })),
    );
  });
});

describe('variables', () => {
  const text = 'query($input: Draft!, $n: Int) { __typename }';

  it.each<[Record<string, unknown>, unknown[]]>([
    [{ input: {} }, []],
    [{ input: {}, n: null }, []],
    [{}, [['input']]],
    [{ input: null }, [['input']]],
    [{ input: 3 }, [['input']]],
    [
      { input: { requirements: [{ leastLevel: 'X' }] } },
      [['input', 'requirements', 0, 'leastLevel']],
    ],
    [{ input: { requirements: { leastLevel: 'X' } } }, [['input', 'requirements', 'leastLevel']]],
    [{ input: { requirements: [{}] } }, [['input', 'requirements', 0]]],
    [{ input: { startsAt: 'tomorrow' }, n: 'x' }, [['input', 'startsAt'], ['n']]],
    [{ input: { count: 2 ** 31 } }, [['input', 'count']]],
    [{ input: { startsAt: '2026-02-30T00:00:00Z' } }, [['input', 'startsAt']]],
    [{ input: { startsAt: '2026-11-22T06:30:00.000Z' } }, []],
  ])('%j has faults at %j', (variables, expected) => {
    expect(paths(text, variables)).toEqual(expected);
  });

  it('have at most fifty faults told', () => {
    const requirements = Array.from({ length: 80 }, () => ({ leastLevel: 'X' }));
    expect(faults(text, { input: { requirements } })).toHaveLength(50);
  });

  it('are named and not repeated where they are whole', () => {
    const [fault] = faults('query($input: Draft!) { __typename }', { input: null });
    expect(fault?.message).toBe('Variable "$input" of non-null type "Draft!" must not be null.');
  });
});

describe('a value in the text', () => {
  const values: fc.Arbitrary<string> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1', '"a"', 'LOW', 'null', '$v'),
      fc.array(tie('value'), { maxLength: 3 }).map((each) => `[${each.join(' ')}]`),
      fc
        .array(tie('value'), { maxLength: 3 })
        .map((each) => `{${each.map((value, index) => `f${index}: ${String(value)}`).join(' ')}}`),
    ),
  })).value;

  it('is found again by its path, wherever it stands', () => {
    fc.assert(
      fc.property(values, (value) => {
        const document = parse(`{ other(x: 1) check(input: ${value}) }`);
        const nodes: ASTNode[] = [];
        visit(document, { enter: (node) => void (isValue(node) && nodes.push(node)) });
        const places = nodes.map((node) => JSON.stringify(literalPlaces(document).get(node)));
        expect(new Set(places).size).toBe(nodes.length);
        expect(places).not.toContain(undefined);
      }),
    );
  });

  it('is none where there is no argument', () => {
    const document = parse('{ check }');
    expect(literalPlaces(document).has(document.definitions[0] as ASTNode)).toBe(false);
  });
});

function isValue({ kind }: ASTNode): boolean {
  return [Kind.INT, Kind.STRING, Kind.ENUM, Kind.NULL, Kind.LIST, Kind.OBJECT].includes(kind);
}

describe('an answer', () => {
  let gateway: Gateway;
  const foreign = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        errors: [
          {
            message: 'No such level.',
            extensions: { code: 'BAD_USER_INPUT', path: ['input', 'requirements', 0], at: 'db1' },
          },
        ],
      }),
    );
  });

  beforeAll(async () => {
    foreign.listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;
    const far = { sdl: 'type Query { far(level: String): String }', resolvers: {} };
    const graph = foreignGraph({
      a: {
        sdl,
        resolvers: {
          Query: {
            check: () => 'ok',
            find: (_: unknown, { id, code }: { id?: string; code?: string }) => {
              if ((id === undefined) === (code === undefined)) throw badInput('Give one.', ['id']);
              return 'found';
            },
          },
        },
      },
      far: { ...far, url: `http://127.0.0.1:${port}/graphql` },
    });
    const config = readGatewayConfig({ VIEWER_KEYS: `k:${'s'.repeat(32)}` });
    graph.local.delete('far');
    gateway = await createGateway({ ...graph, config, log });
  });
  afterAll(async () => {
    await gateway.stop();
    foreign.close();
  });

  const errors = async (query: string, variables = {}) => {
    const answer = await gateway.execute({ query, variables }, visitor('test'));
    return (answer.errors ?? []).map(({ extensions }) => extensions);
  };

  it('tells where a variable is at fault', async () => {
    const input = { requirements: [{ leastLevel: 'LOW' }, { leastLevel: 'X' }] };
    expect(await errors('query($input: Draft) { check(input: $input) }', { input })).toEqual([
      { code: 'BAD_USER_INPUT', path: ['input', 'requirements', 1, 'leastLevel'] },
    ]);
  });

  it('tells where a scalar of the alliance is at fault, before a subgraph is asked', async () => {
    const input = { startsAt: 'tomorrow' };
    expect(await errors('query($input: Draft) { check(input: $input) }', { input })).toEqual([
      { code: 'BAD_USER_INPUT', path: ['input', 'startsAt'] },
    ]);
    expect(await errors('{ check(input: { startsAt: "tomorrow" }) }')).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED', path: ['input', 'startsAt'] },
    ]);
  });

  it('tells where the text is at fault', async () => {
    expect(await errors('{ check(input: { requirements: [{ leastLevel: X }] }) }')).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED', path: ['input', 'requirements', 0, 'leastLevel'] },
    ]);
  });

  it('passes on what a subgraph says of its arguments, here and elsewhere', async () => {
    expect(await errors('{ find }')).toEqual([{ code: 'BAD_USER_INPUT', path: ['id'] }]);
    expect(await errors('{ far(level: "x") }')).toEqual([
      { code: 'BAD_USER_INPUT', path: ['input', 'requirements', 0] },
    ]);
  });
});
