import fc from 'fast-check';
import mongoose from 'mongoose';

import { connect } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { firmFact } from '../../../test/consortia/alliance.ts';
import { firmsOf } from './firm.model.ts';
import { familiesOf, heirIn, ofFamily, readHeirs, standing } from './merged.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

/** Firms by number; each became one of a lower number, or none. */
const mergers = fc
  .array(fc.option(fc.nat(8)), { minLength: 1, maxLength: 9 })
  .map(
    (into) =>
      new Map(
        into.flatMap((heir, index): [string, string][] =>
          heir !== null && heir < index ? [[`f${index}`, `f${heir}`]] : [],
        ),
      ),
  );
const ids = Array.from({ length: 10 }, (_, index) => `f${index}`);

describe('firms as they are now', () => {
  it('are one for all records that became part of it, and are themselves', () => {
    fc.assert(
      fc.property(mergers, (next) => {
        const heirOf = heirIn(next);
        for (const id of ids) {
          expect(heirOf(heirOf(id))).toBe(heirOf(id));
          expect(next.has(heirOf(id))).toBe(false);
          expect(heirOf(next.get(id) ?? id)).toBe(heirOf(id));
        }
        const now = standing(ids, heirOf);
        expect(new Set(now).size).toBe(now.length);
        expect(now.toSorted()).toEqual(ids.filter((id) => !next.has(id)).toSorted());
      }),
    );
  });

  it('are read from what was told, as are all records of one', async () => {
    const connection = await connect(database.uri, 'oca_consortia');
    const firms = firmsOf(connection);
    await fc.assert(
      fc.asyncProperty(mergers, fc.subarray(ids, { minLength: 1 }), async (next, asked) => {
        await firms.deleteMany({});
        await firms.create(
          ids.slice(0, -1).map((_id) => ({
            _id,
            company: firmFact(_id, { mergedIntoId: next.get(_id) ?? null }),
            companyRevision: 1,
            capabilities: [],
            mapRevision: 0,
            seals: 0,
          })),
        );
        const pure = heirIn(next);
        const heirOf = await readHeirs(firms, asked);
        const families = await familiesOf(firms, asked);
        for (const id of asked) {
          expect(heirOf(id)).toBe(pure(id));
          const family = ids.filter((other) => pure(other) === pure(id));
          expect(families.get(id)?.toSorted()).toEqual(family);
        }
      }),
      { numRuns: 25 },
    );
    await connection.close();
  });

  it('are found through the index on what they became', async () => {
    const connection = await connect(database.uri, 'oca_consortia');
    const firms = firmsOf(connection);
    await firms.createIndexes();
    const asked: object[] = [];
    mongoose.set('debug', (_: string, __: string, filter: object) => asked.push(filter));
    await familiesOf(firms, ['f1']);
    mongoose.set('debug', false);
    const filter = asked.find((each) => 'company.mergedIntoId' in each && !('_id' in each));
    const plan = await firms.collection.find(filter ?? {}).explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('company.mergedIntoId_1');
    await connection.close();
  });

  it('are looked for by one id where there is one', () => {
    expect(ofFamily(['a'])).toBe('a');
    expect(ofFamily(['a', 'b'])).toEqual({ $in: ['a', 'b'] });
    expect(ofFamily([])).toEqual({ $in: [] });
  });
});
