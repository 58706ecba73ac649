import { createLog } from '#kit/log.ts';
import { foreignGraph } from './sources/foreign-graph.ts';
import { readSupergraph } from './supergraph.ts';

const { supergraphSdl } = foreignGraph({
  a: { sdl: 'type Query { one: Int }', resolvers: { Query: { one: () => 1 } } },
});

it('whoever is served has turns while another supergraph is read', async () => {
  let turns = 0;
  let isRead = false;
  const take = () => {
    turns += 1;
    if (!isRead) setImmediate(take);
  };
  setImmediate(take);
  await readSupergraph(supergraphSdl, 'APOLLO', createLog('gateway', 'silent'));
  isRead = true;
  expect(turns).toBeGreaterThanOrEqual(5);
});
