import { OperationTypeNode } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import type { FeedPlan } from './feed-plan.ts';
import {
  SubgraphFault,
  type SubgraphAnswer,
  type SubgraphRequest,
  type SubgraphSource,
} from '../sources/source.ts';
import { Upstream } from './upstream.ts';

const primary: FeedPlan['primary'] = {
  kind: 'Fetch',
  serviceName: 'news',
  variableUsages: ['a'],
  operation: 'subscription($a: String) { news(after: $a) { text ocaFeedCursor: cursor } }',
  operationName: undefined,
  operationKind: OperationTypeNode.SUBSCRIPTION,
};
const plan: FeedPlan = {
  primary,
  replay: { kind: 'QueryPlan', node: primary },
  field: 'news',
  key: 'news',
};
const lost = (): never => {
  throw new SubgraphFault('news', 'SUBGRAPH_UNAVAILABLE');
};
const entry = (cursor: string): SubgraphAnswer => ({
  data: { news: { text: cursor, ocaFeedCursor: cursor } },
});

/** Follows a source whose connections give these, one after the other. */
async function run(
  variables: Record<string, unknown>,
  ...connections: (SubgraphAnswer | 'lost')[][]
) {
  const requests: SubgraphRequest[] = [];
  const source: SubgraphSource = {
    name: 'news',
    ask: lost,
    follow: async function* (request) {
      requests.push(request);
      for (const each of connections[requests.length - 1] ?? ['lost'])
        yield each === 'lost' ? lost() : each;
    },
    stop: async () => {},
  };
  const log = createLog('gateway', 'silent');
  const upstream = new Upstream({ plan, variables, viewer: visitor('t'), source, log });
  const heard: unknown[] = [];
  upstream.takers.add({
    take: ({ data }) => heard.push((data?.['news'] as { text: string } | undefined)?.text),
    over: (isLost) => heard.push(isLost ? 'lost' : 'over'),
  });
  await upstream.run();
  return { heard, requests, done: upstream.done };
}

describe('an upstream', () => {
  it('passes events on to the end, and is done then', async () => {
    expect(await run({}, [entry('1'), entry('2')])).toMatchObject({
      heard: ['1', '2', 'over'],
      done: true,
    });
  });

  it('is taken up after the last event each time it is lost', async () => {
    const { heard, requests } = await run(
      { a: null },
      [entry('1'), entry('2'), 'lost'],
      ['lost'],
      [entry('3')],
    );
    expect(heard).toEqual(['1', '2', '3', 'over']);
    expect(requests.map(({ query }) => /after: ([^)]+)/.exec(query)?.[1])).toEqual([
      '$a',
      '"2"',
      '"2"',
    ]);
    // Else a subgraph, which validates, would refuse the feed it is to go on with.
    expect(requests.map(({ query }) => query.includes('$a'))).toEqual([true, false, false]);
    expect(requests.map(({ variables }) => variables)).toEqual([{ a: null }, {}, {}]);
  });

  it('begins again where the client began when no event came yet', async () => {
    const { heard, requests } = await run({ a: '7' }, ['lost'], [entry('8')]);
    expect(heard).toEqual(['8', 'over']);
    expect(requests.map(({ variables }) => variables)).toEqual([{ a: '7' }, { a: '7' }]);
  });

  it('is lost for good when nobody can say where to go on', async () => {
    expect(await run({}, ['lost'])).toMatchObject({ heard: ['lost'], done: true });
  });
});
