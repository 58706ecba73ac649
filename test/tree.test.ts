/** Trees that other services tell of, as a service keeps them. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Connection, Model } from 'mongoose';

import { connect, prepare } from '#kit/mongo.ts';
import { nodeIds, nodesOf, withContainers, withContents, type NodeRecord } from '#kit/tree.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let connection: Connection;
let nodes: Model<NodeRecord>;

/** Top above area above leaf; `old` is retired, `lost` is gone; `egg` and `hen` contain each other. */
const tree: [id: string, parentId: string | null, rest?: Partial<NodeRecord>][] = [
  ['1', null, { code: 'top' }],
  ['2', '1', { code: 'top.area' }],
  ['3', '2', { code: 'top.area.leaf' }],
  ['4', '2', { code: 'old', current: false }],
  ['5', '2', { code: 'lost', gone: true }],
  ['6', '7', { code: 'egg' }],
  ['7', '6', { code: 'hen' }],
];

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'tree');
  nodes = nodesOf(connection, 'things');
  await prepare([nodes]);
  await nodes.create(
    tree.map(([_id, parentId, rest]) => ({
      _id,
      parentId,
      revision: 1,
      gone: false,
      current: true,
      ...rest,
    })),
  );
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

it('knows nodes by id or code, retired ones by id alone, and none that are gone', async () => {
  const known = await nodeIds(nodes, ['top', '2', 'old', '4', 'lost', '5', 'unknown']);
  expect(Object.fromEntries(known)).toEqual({ top: '1', '2': '2', '4': '4' });
});

it('gives everything that a node contains, and what contains it', async () => {
  expect((await withContents(nodes, ['top'])).toSorted()).toEqual(['1', '2', '3', '4']);
  expect(await withContents(nodes, ['unknown'])).toEqual(['unknown']);
  const containers = await withContainers(nodes, ['3']);
  expect(containers.get('3')).toEqual(['3', 'top.area.leaf', '2', 'top.area', '1', 'top']);
});

it('ends where nodes contain each other', async () => {
  expect((await withContents(nodes, ['egg'])).toSorted()).toEqual(['6', '7']);
  expect((await withContainers(nodes, ['6'])).get('6')).toEqual(['6', 'egg', '7', 'hen']);
});
