import type { Connection } from 'mongoose';

import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { collectionsOf, modelsOf } from '../context.ts';
import { catalogueQuery, type ServiceFilter } from './service-filter.ts';
import { newService } from './service.ts';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_marketplace');
  await prepare(collectionsOf(connection));
  await modelsOf(connection).services.insertMany(
    Array.from({ length: 300 }, (_, index) => ({
      ...newService(
        {
          name: { ko: `서비스 ${index}`, en: null },
          summary: null,
          models: [index % 2 === 0 ? 'SAAS' : 'IAAS'],
          categories: [`category ${index % 7}`],
          technologies: [`t${index % 11}`],
          sectors: [`s-${index % 5}`],
          certifications: [{ scheme: 'CSAP', grade: null, validTo: null }],
          url: null,
          priceNote: null,
        },
        { providerId: `p${index % 13}`, providerName: null, provider: null, now: new Date() },
      ),
      status: 'LISTED',
      listedOn: [`M${index % 3}`],
    })),
  );
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

const filters: [string, ServiceFilter][] = [
  ['nothing', {}],
  ['a model', { models: ['SAAS'] }],
  ['a category', { categories: ['category 1'] }],
  ['a technology', { technologies: ['t1'] }],
  ['a sector', { sectors: ['s-1'] }],
  ['a provider', { providerId: 'p1' }],
  ['a marketplace', { marketplaces: ['M1'] }],
  ['a certificate', { certificate: { scheme: 'CSAP' } }],
  ['a text', { text: '서비스 12' }],
];

it.each(filters)('is served by an index when asked by %s', async (_, filter) => {
  const models = modelsOf(connection);
  const query = await catalogueQuery(models, filter, new Date());
  const find = () => models.services.find(query).sort({ sortName: 1, _id: 1 }).limit(21);
  const plan: unknown = await find().explain('queryPlanner');
  expect(stages(plan)).toContain('IXSCAN');
  expect(stages(plan)).not.toContain('COLLSCAN');
  expect((await find().lean()).length).toBeGreaterThan(0);
});
