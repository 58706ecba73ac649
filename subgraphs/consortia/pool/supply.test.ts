import mongoose, { type Connection } from 'mongoose';

import { connect } from '#kit/mongo.ts';
import { firmFact } from '../../../test/consortia/alliance.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { membershipsOf } from '../consortium/membership.model.ts';
import { firmsOf } from './firm.model.ts';
import { readSuppliers, type Naming } from './supply.ts';

const now = new Date('2026-11-23T00:00:00Z');
const firmCount = 120;

let database: TestDatabase;
let connection: Connection;
let models: { firms: ReturnType<typeof firmsOf>; memberships: ReturnType<typeof membershipsOf> };

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_consortia');
  models = { firms: firmsOf(connection), memberships: membershipsOf(connection) };
  await models.firms.createIndexes();
  // Firm 7 alone is at level 9; every other one is at 5 in what is asked for and at 9 in something else.
  const rows = Array.from({ length: firmCount }, (_, index) => {
    const id = `f${String(index).padStart(3, '0')}`;
    return {
      _id: id,
      company: firmFact(id, {}),
      companyRevision: 1,
      capabilities: [
        { technologyId: 'mesh', level: index === 7 ? 9 : 5 },
        { technologyId: 'other', level: 9 },
      ].map((each) => ({ ...each, declaredLevel: each.level, isVerified: false })),
      mapRevision: 1,
      seals: 0,
    };
  });
  await models.firms.insertMany(rows);
});
afterEach(() => mongoose.set('debug', false));
afterAll(async () => {
  await connection.close();
  await database.stop();
});

const mesh: Naming = { technologyId: 'mesh', leastLevel: 5, certificateScheme: null, first: 3 };

describe('the firms that could meet requirements', () => {
  it('are the highest levels first, then by id, for each requirement as many as it asks for', async () => {
    const found = await readSuppliers(
      models,
      [mesh, { ...mesh, leastLevel: 6 }, { ...mesh, first: 1 }, { ...mesh, technologyId: 'no' }],
      now,
    );
    expect(found.map((each) => each.map(({ id }) => id))).toEqual([
      ['f007', 'f000', 'f001'],
      ['f007'],
      ['f007'],
      [],
    ]);
  });

  it('are found without a look at those that are not named', async () => {
    const finds: { filter: object; limit: number }[] = [];
    mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
      const [filter, { limit = 0 }] = args as [object, { limit?: number }];
      if (collection === 'firms' && method === 'find') finds.push({ filter, limit });
    });
    await readSuppliers(models, [mesh], now);
    mongoose.set('debug', false);
    const examined = await Promise.all(
      finds.map(async ({ filter, limit }) => {
        const cursor = connection.collection('firms').find(filter).sort({ _id: 1 }).limit(limit);
        const { executionStats } = await cursor.explain('executionStats');
        return (executionStats as { totalDocsExamined: number }).totalDocsExamined;
      }),
    );
    expect(examined).toEqual([1, 0, 0, 0, 2]);
  });

  it('are found with one look at what running projects use up, for all requirements', async () => {
    const aggregates: string[] = [];
    mongoose.set('debug', (collection: string, method: string) => {
      if (method === 'aggregate') aggregates.push(collection);
    });
    await readSuppliers(models, [mesh, { ...mesh, first: 2 }, { ...mesh, first: 1 }], now);
    expect(aggregates).toEqual(['memberships']);
  });
});
