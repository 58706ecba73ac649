import type { Connection } from 'mongoose';

import { connect, prepare, transaction } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { talliesOf } from './tally.model.ts';
import { countToday } from './tally.ts';

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_companies');
  await prepare([talliesOf(connection)]);
});
afterAll(async () => {
  await connection.close();
  await database.stop();
});

const bound = { of: 'letters ada', limit: 3, rule: 'LETTERS_A_DAY', path: ['text'] };
const count = (now: Date) =>
  transaction(connection, () => countToday({ tallies: talliesOf(connection) }, bound, now));

it('lets through exactly as many as a day has, however many come at once, and begins anew at midnight in Seoul', async () => {
  const before = new Date('2999-03-01T14:59:59Z');
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => count(before)));
  const refused = tries.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  for (const { reason } of refused as PromiseRejectedResult[])
    expect(reason.problems).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['text'], rule: 'LETTERS_A_DAY', limit: '3' },
    ]);
  await expect(count(new Date('2999-03-01T15:00:00Z'))).resolves.toBeUndefined();
});
