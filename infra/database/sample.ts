// A database with four documents, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal128, Long, MongoClient } from 'mongodb';
import type { Collection } from 'mongodb';
import { startDatabase } from './server.ts';

/** What a test is given. */
export type Sample = { client: MongoClient; things: Collection; stop: () => Promise<void> };

/** Starts a database of its own with the collection `known.things`. */
export async function startSample(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'database-sample-'));
  const listen = { host: '127.0.0.1', port: 0 };
  const database = await startDatabase({
    file: join(folder, 'data.db'),
    listen,
    synchronous: 'NORMAL',
  });
  const client = await MongoClient.connect(database.uri);
  const things = client.db('known').collection('things');
  await things.insertMany([
    {
      n: 1,
      kind: 'a',
      list: [1, 2, 3],
      deep: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
      bits: 5,
      text: 'alpha',
    },
    { n: 2, kind: 'b', list: [3, 4], deep: [{ x: 1, y: 2 }], bits: 2, text: 'Beta', price: 10 },
    { n: 3, kind: 'a', list: [], nothing: null, bits: 0, price: Decimal128.fromString('2.50') },
    { n: 4, kind: 'c', list: 'no list', price: Long.fromNumber(4) },
  ]);
  return {
    client,
    things,
    stop: async () => {
      await client.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
