import type { Connection } from 'mongoose';

import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { collectionsOf, modelsOf, type Models } from '../context.ts';

let database: TestDatabase;
let connection: Connection;
let models: Models;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_marketplace');
  await prepare(collectionsOf(connection));
  models = modelsOf(connection);
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

/** Names of the stages of a plan, and of the indexes they use. */
function stages(plan: unknown): string[] {
  if (plan === null || typeof plan !== 'object') return [];
  const { stage, indexName } = plan as { stage?: string; indexName?: string };
  return [stage, indexName, ...Object.values(plan).flatMap(stages)].flatMap((each) => each ?? []);
}

describe('served by an index', () => {
  it.each<[string, string, () => { explain(verbosity: 'queryPlanner'): unknown }]>([
    [
      'reviews in some states',
      'status_1_submittedAt_1__id_1',
      () =>
        models.reviews
          .find({ status: { $in: ['SUBMITTED', 'ELIGIBILITY'] } })
          .sort({ submittedAt: 1, _id: 1 }),
    ],
    [
      'reviews of services',
      'serviceId_1_submittedAt_-1__id_-1',
      () =>
        models.reviews
          .find({ serviceId: { $in: ['a', 'b'] } })
          .sort({ serviceId: 1, submittedAt: -1, _id: -1 }),
    ],
    [
      'reviews that ended in a year',
      'status_1_endedAt_1',
      () =>
        models.reviews.find({
          endedAt: { $gte: new Date('2030-01-01'), $lt: new Date('2031-01-01') },
          status: { $in: ['SELECTED', 'REJECTED'] },
        }),
    ],
    [
      'audits that are due',
      'auditDueOn_1__id_1',
      () =>
        models.services
          .find({ auditDueOn: { $type: 'string', $lte: '2030-01-01' } })
          .sort({ auditDueOn: 1, _id: 1 }),
    ],
    [
      'listings of services',
      'serviceId_1_marketplace_1',
      () => models.listings.find({ serviceId: { $in: ['a', 'b'] } }),
    ],
  ])('%s', async (_, index, question) => {
    const plan = stages(await question().explain('queryPlanner'));
    expect(plan).toContain(index);
    expect(plan).not.toContain('COLLSCAN');
  });
});
