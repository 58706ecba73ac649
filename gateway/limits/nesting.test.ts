import { parse } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { nestingOf } from './nesting.ts';

it.each([
  ['{ a }', 1],
  ['{ a { b } c }', 2],
  ['{ ... { ... on Query { a } } }', 3],
  ['{ a(b: [[1]]) }', 3],
  ['{ a(b: { c: [{ d: 1 }] }) }', 4],
  ['query ($v: [[Int!]!]) { a(b: $v) }', 2],
  ['{ ...F } fragment F on Query { a { b } }', 2],
])('%s nests %i levels', (text, levels) => {
  expect(nestingOf(parse(text))).toBe(levels);
});

const deep = (open: string, inner: string, close: string) =>
  `${open.repeat(1_600)}${inner}${close.repeat(1_600)}`;

describe('texts that nest too deep for any walk', () => {
  const graph = foreignGraph({
    a: {
      sdl: 'type Query { one(of: [Int]): Int } type Subscription { ticks: Int }',
      resolvers: { Query: { one: () => 1 } },
    },
  });
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await createGateway({
      ...graph,
      config: readGatewayConfig({ PORT: '0' }),
      log: createLog('gateway', 'silent'),
    });
  });
  afterAll(() => gateway.stop());

  const lists = '['.repeat(2_400) + ']'.repeat(2_400);

  it.each([
    ['fragments', `{ ${deep('... {', 'one', '}')} }`],
    ['fragments of a feed', `subscription { ${deep('... {', 'ticks', '}')} }`],
    ['fragments of an operation beside', `query A { one } query B { ${deep('...{', 'one', '}')} }`],
    ['lists that not even the parser reads', `{ one(of: ${lists}) }`],
  ])('are refused with a code: %s', async (_what, query) => {
    const asked = { query, ...(query.includes('query A') && { operationName: 'A' }) };
    // Twice: the second time the text is known.
    for (const _ of [1, 2]) {
      const { errors } = await gateway.execute(asked, visitor('test'));
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['TOO_NESTED']);
    }
  });
});
