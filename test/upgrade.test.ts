/** What a new version adds to what was there, by processes that are killed, or start at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Connection } from 'mongoose';

import { connect, prepare } from '#kit/mongo.ts';
import { bringUp } from '#kit/upgrade.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { bringNext, thingsOf } from './upgrade-thing.ts';

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_upgrade');
  await prepare([thingsOf(connection)]);
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

async function timesOf(): Promise<number[]> {
  const found = await thingsOf(connection).find().sort({ _id: 1 }).lean();
  return found.map(({ times }) => times);
}

async function five(): Promise<void> {
  const things = thingsOf(connection);
  await things.deleteMany({});
  await things.insertMany(['a', 'b', 'c', 'd', 'e'].map((_id) => ({ _id, times: 0 })));
}

describe('bringing up what was there', () => {
  it('goes on where a killed process left it, each thing once, and never again', async () => {
    await five();
    const script = fileURLToPath(new URL('./upgrade-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, database.uri], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    // The third step was under way: what it wrote is gone with it.
    expect(await timesOf()).toEqual([1, 1, 0, 0, 0]);
    const bring = () =>
      bringUp(connection, 'things', (after) => bringNext(thingsOf(connection), after));
    await bring();
    expect(await timesOf()).toEqual([1, 1, 1, 1, 1]);
    await thingsOf(connection).create([{ _id: 'f', times: 0 }]);
    await bring();
    expect(await timesOf()).toEqual([1, 1, 1, 1, 1, 0]);
  });

  it('brings each thing up once when several begin at once', async () => {
    await five();
    await Promise.all(
      [1, 2, 3].map(() =>
        bringUp(connection, 'at once', (after) => bringNext(thingsOf(connection), after)),
      ),
    );
    expect(await timesOf()).toEqual([1, 1, 1, 1, 1]);
  });

  it('leaves the mark where it was when a step fails', async () => {
    await five();
    let steps = 0;
    const failing = bringUp(connection, 'failing', async (after) => {
      steps += 1;
      if (steps === 3) throw new Error('No more.');
      return bringNext(thingsOf(connection), after);
    });
    await expect(failing).rejects.toThrow('No more.');
    await bringUp(connection, 'failing', (after) => bringNext(thingsOf(connection), after));
    expect(await timesOf()).toEqual([1, 1, 1, 1, 1]);
  });
});
