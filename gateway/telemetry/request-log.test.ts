import { Kind, parse } from 'graphql';
import { pino } from 'pino';

import { createMetrics } from './metrics.ts';
import { createRates } from '../limits/rates.ts';
import { anonymousTag, isUnnamed, unbegunLog } from './request-log.ts';

const tags = new Map([
  ['Mutation.reportAnonymously', [anonymousTag]],
  ['Query.other', ['public']],
]);

it('a request that is refused before it is an operation has a line too', () => {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) });
  const feeds = { subscribers: 0, groups: 0, upstreams: 0, queuedBytes: 0 };
  const sources = {
    feeds: () => feeds,
    sockets: () => 0,
    plans: () => ({ kept: 0, found: 0, made: 0 }),
  };
  const metrics = createMetrics(sources, new Set());
  const errors = [{ extensions: { code: 'UNAUTHENTICATED' } }];
  const came = {
    requestId: 'r1',
    transport: 'HTTP',
    address: 'x',
    began: performance.now(),
    errors,
  } as const;
  unbegunLog(log, () => metrics, createRates(null, { refusalPoints: 1 }, log))(came);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 30,
      requestId: 'r1',
      traceId: null,
      viewer: null,
      transport: 'HTTP',
      kind: 'unknown',
      operation: null,
      cost: 0,
      millis: expect.any(Number),
      subgraphs: {},
      codes: ['UNAUTHENTICATED'],
      msg: 'request',
    },
  ]);
});

it('an operation whose fragments double at each of a hundred levels is looked at in no time', () => {
  const levels = Array.from({ length: 100 }, (_, level) =>
    level === 99
      ? 'fragment F99 on Query { other }'
      : `fragment F${level} on Query { ...F${level + 1} ... { ...F${level + 1} } }`,
  );
  expect(unnamed(`{ ...F0 } ${levels.join(' ')}`)).toBe(false);
});

it('fragments in a circle, which validation refuses, come to an end', () => {
  expect(unnamed('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toBe(false);
});

it.each([
  ['mutation Mine { reportAnonymously(input: {}) { problems { code } } }', true],
  ['mutation { it: reportAnonymously(input: {}) { problems { code } } }', true],
  ['mutation { ... on Mutation { reportAnonymously(input: {}) { problems { code } } } }', true],
  [
    'mutation { ...Parts } fragment Parts on Mutation { reportAnonymously { problems { code } } }',
    true,
  ],
  ['mutation { register { problems { code } } }', false],
  ['{ reportAnonymously { id } other { id } }', false],
])('%s is asked for by nobody: %s', (source, expected) => {
  expect(unnamed(source)).toBe(expected);
});

function unnamed(source: string): boolean {
  const { definitions } = parse(source);
  const [operation] = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const found = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const fragments = new Map(found.map((each) => [each.name.value, each]));
  const asked = operation?.kind === Kind.OPERATION_DEFINITION && operation;
  return asked && isUnnamed(asked, fragments, { tags });
}
