/** Every construct of the federation specification, through both planners. */
import type { ExecutionResult } from 'graphql';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { withArguments } from './federation-argument-cases.ts';
import { needs } from './federation-cases.ts';
import { deep } from './federation-deep-cases.ts';
import { keys } from './federation-key-cases.ts';
import { further } from './federation-further-cases.ts';
import { joins, resetOrder } from './federation-more-cases.ts';
import { names } from './federation-name-cases.ts';
import { others } from './federation-other-cases.ts';
import { roots } from './federation-root-cases.ts';
import { shared } from './federation-shared-cases.ts';
import { types } from './federation-type-cases.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway } from '../gateway.ts';

describe.each(['HIVE', 'APOLLO'] as const)('planned by %s', (PLANNER) => {
  beforeEach(() => {
    resetOrder();
  });

  it.each([
    ...needs,
    ...joins,
    ...types,
    ...keys,
    ...others,
    ...deep,
    ...withArguments,
    ...further,
    ...names,
    ...roots,
    ...shared,
  ])('$name', async ({ subgraphs, query, variables = {}, data, errors }) => {
    const graph = foreignGraph(subgraphs);
    const gateway = await createGateway({
      ...graph,
      config: readGatewayConfig({ PORT: '0', PLANNER, GATEWAY_OPEN: 'true' }),
      log: createLog('gateway', 'silent'),
    });
    const result = await gateway.execute({ query, variables }, visitor('test'));
    expect(plain(result)).toEqual({ data, errors });
    await gateway.stop();
  });
});

function plain({ data, errors }: ExecutionResult): unknown {
  return {
    data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
    errors: errors?.map(({ path }) => path),
  };
}
