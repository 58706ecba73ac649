import type { Connection } from 'mongoose';

import { withDeadline } from '#kit/deadline.ts';
import { connect } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { modelsOf } from '../context.ts';
import { sampleOf, type Sample } from './sample.ts';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_companies');
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

it('is drawn for everybody who waits, also when who asked first has left', async () => {
  const { entries } = modelsOf(connection);
  const first = new AbortController();
  const held = Promise.withResolvers<undefined>();
  let theirs: Promise<Sample> | undefined;
  const leaving = withDeadline({ signal: first.signal, at: Date.now() + 60_000 }, async () => {
    theirs = sampleOf({ connection, entries });
    await held.promise;
  });
  first.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  expect(await sampleOf({ connection, entries })).toMatchObject({ total: 0, drawn: [] });
  expect(await theirs).toMatchObject({ total: 0 });
  held.resolve(undefined);
});
