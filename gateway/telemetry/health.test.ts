import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway } from '../gateway.ts';

const graph = foreignGraph({
  a: { sdl: 'type Query { one: Int }', resolvers: { Query: { one: () => 1 } } },
  b: { sdl: 'type Query { two: Int }', resolvers: { Query: { two: () => 2 } } },
});

const lost = () => Promise.reject(new Error('The database is lost.'));

async function ready(environment: Record<string, string> = {}): Promise<unknown> {
  const gateway = await createGateway({
    ...graph,
    local: new Map(
      [...graph.local].map(([name, local]) => [
        name,
        name === 'b' ? { ...local, createContext: lost } : local,
      ]),
    ),
    config: readGatewayConfig({ PORT: '0', ...environment }),
    log: createLog('gateway', 'silent'),
  });
  const { url } = await gateway.listen();
  const response = await fetch(new URL('health/ready', url));
  const state: unknown = await response.json();
  await gateway.stop();
  return { status: response.status, state };
}

it('the gateway is not ready while a subgraph in its process cannot reach its database', async () => {
  expect(await ready()).toEqual({
    status: 503,
    state: { ready: false, subgraphs: { a: true, b: false } },
  });
});

it('how foreign graphs are is theirs to tell', async () => {
  expect(await ready({ GATEWAY_OPEN: 'true' })).toEqual({
    status: 200,
    state: { ready: true, subgraphs: {} },
  });
});
