import { readFileSync } from 'node:fs';

import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { parse } from 'graphql';

import { createLog } from '#kit/log.ts';
import { readSupergraph, type Supergraph } from '../supergraph.ts';

const log = createLog('gateway', 'silent');
/** The operations that GraphiQL begins with. */
const examples = JSON.parse(readFileSync('gateway/page/examples.json', 'utf8')) as {
  title: string;
  query: string;
}[];
const sdl = readFileSync('schema/supergraph.graphql', 'utf8');

let hive: Supergraph;
let apollo: Supergraph;
beforeAll(async () => {
  hive = await readSupergraph(sdl, 'HIVE', log);
  apollo = await readSupergraph(sdl, 'APOLLO', log);
});

/** Which subgraphs a plan asks, in the order of their names. */
function asked(node: PlanNode | SubscriptionNode | undefined): string[] {
  const found = new Set<string>();
  JSON.stringify(node, (key, value: unknown) => {
    if (key === 'serviceName') found.add(String(value));
    return value;
  });
  return [...found].toSorted();
}

describe('both planners', () => {
  it.each(examples)('ask the same subgraphs for "$title"', ({ query }) => {
    const document = parse(query);
    const plans = [hive, apollo].map(({ planner }) => planner.plan(document, undefined));
    expect(asked(plans[0]?.node)).toEqual(asked(plans[1]?.node));
    expect(plans[0]?.node?.kind === 'Subscription').toBe(plans[1]?.node?.kind === 'Subscription');
  });

  it.each([
    ['spread twice at each of 30 levels', (next: string) => `parent { ...${next} ...${next} }`],
    [
      'spread under two aliases at each of 9 levels',
      (next: string) => `parent { ...${next} } p: parent { ...${next} }`,
      9,
    ],
  ])('plan fragments that are %s', (_, below, deepest = 30) => {
    const fragments = Array.from({ length: deepest + 1 }, (__, level) => {
      const selections = level === deepest ? 'id' : below(`F${level + 1}`);
      return `fragment F${level} on Technology { ${selections} }`;
    });
    const document = parse(`{ technology(code: "x") { ...F0 } } ${fragments.join('\n')}`);
    for (const { planner } of [hive, apollo])
      expect(asked(planner.plan(document, undefined).node)).toEqual(['techmaps']);
  });
});
