// Fields of commands that are not there.
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

let sample: Sample;

beforeAll(async () => {
  sample = await startSample();
});

afterAll(() => sample.stop());

describe('a command with a field that it does not take', () => {
  it.each([
    [{ insert: 'things', documents: [{}], oredered: false }, 'insert.oredered'],
    [
      { update: 'things', updates: [{ q: {}, u: { $set: { a: 1 } }, mutli: true }] },
      'update.updates.mutli',
    ],
    [{ delete: 'things', deletes: [{ q: {}, limit: 0, sort: {} }] }, 'delete.deletes.sort'],
    [{ findAndModify: 'things', query: {}, remove: true, filter: {} }, 'findAndModify.filter'],
    [{ count: 'things', filter: {} }, 'count.filter'],
    [{ distinct: 'things', key: 'n', filter: {} }, 'distinct.filter'],
    [{ aggregate: 'things', pipeline: [], cursor: {}, allowDisk: true }, 'aggregate.allowDisk'],
  ])('is refused by name and changes nothing: %j', async (command, path) => {
    const db = sample.client.db('known');
    await expect(db.command(command)).rejects.toMatchObject({
      code: 40_415,
      message: `BSON field '${path}' is an unknown field.`,
    });
    expect(await sample.things.countDocuments({ a: { $exists: false } })).toBe(4);
  });
});

describe('a concern that is not there', () => {
  it.each<[Record<string, unknown>, number, string]>([
    [{ readConcern: { level: 'eventual' } }, 2, "'eventual' for field 'readConcern.level'"],
    [{ readConcern: { levl: 'majority' } }, 40_415, "'readConcern.levl'"],
    [{ readConcern: 'majority' }, 14, "'readConcern' is the wrong type"],
    [{ writeConcern: { journal: true } }, 9, 'journal'],
  ])('is refused and nothing is written: %j', async (concern, code, text) => {
    const command = { insert: 'concerned', documents: [{}], ...concern };
    const refused = sample.client.db('known').command(command);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await sample.client.db('known').collection('concerned').countDocuments()).toBe(0);
  });
});
