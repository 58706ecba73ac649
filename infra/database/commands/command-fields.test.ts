// Fields of commands that are not there.
import { Long } from 'mongodb';
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
    [{ create: 'things', index: {} }, 'create.index'],
    [{ collMod: 'things', temp: true }, 'collMod.temp'],
  ])('is refused by name and changes nothing: %j', async (command, path) => {
    const db = sample.client.db('known');
    await expect(db.command(command)).rejects.toMatchObject({
      code: 40_415,
      message: `BSON field '${path}' is an unknown field.`,
    });
    expect(await sample.things.countDocuments({ a: { $exists: false } })).toBe(4);
  });
});

it('does not make an index unique where that was only to be tried', async () => {
  const db = sample.client.db('known');
  await sample.things.createIndex({ n: 1 });
  const change = (index: object) => db.command({ collMod: 'things', index: { keyPattern: { n: 1 }, ...index }, dryRun: true }); // prettier-ignore
  await expect(change({ unique: true })).rejects.toMatchObject({ code: 238 });
  await expect(change({ prepareUnique: true })).rejects.toMatchObject({ code: 238 });
  const [, index] = await sample.things.indexes();
  expect(index).toEqual({ v: 2, key: { n: 1 }, name: 'n_1' });
});

/** Fields that MongoDB takes with any command, with a value of each, and one that nothing takes. */
const GENERAL: Readonly<Record<string, unknown>> = {
  apiVersion: '1',
  apiStrict: false,
  apiDeprecationErrors: true,
  txnNumber: Long.fromNumber(1),
  autocommit: true,
  startTransaction: true,
  readConcern: {},
  writeConcern: {},
  maxTimeMS: 1000,
  comment: 'why',
  clientOperationKey: 'key',
  rawData: false,
  nonsense: 1,
};

/** The general fields that a command refuses as unknown. */
async function refusedFields(command: Record<string, unknown>): Promise<string[]> {
  const [name = ''] = Object.keys(command);
  const db = sample.client.db(name === 'setParameter' ? 'admin' : 'known');
  const refused: string[] = [];
  for (const [field, value] of Object.entries(GENERAL)) {
    const asked = { ...command, apiVersion: '1', [field]: value };
    const said = await db.command(asked).then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (said.includes(`'${name}.${field}' is an unknown field`)) refused.push(field);
    if (said.includes('one parameter at a time')) refused.push(field);
  }
  return refused;
}

describe('of the fields of any command', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ insert: 'written', documents: [{}] }, []],
    [{ update: 'written', updates: [{ q: {}, u: { $set: { a: 1 } } }] }, []],
    [{ delete: 'written', deletes: [{ q: {}, limit: 1 }] }, []],
    [{ findAndModify: 'written', query: {}, remove: true }, []],
    [{ count: 'things' }, []],
    [{ distinct: 'things', key: 'n' }, []],
    [{ getMore: Long.fromNumber(1), collection: 'things' }, []],
    [{ aggregate: 'things', pipeline: [], cursor: {} }, []],
    [{ find: 'things' }, ['clientOperationKey']],
    [{ create: 'things' }, ['clientOperationKey', 'rawData']],
    [{ collMod: 'things' }, ['clientOperationKey', 'rawData']],
    [
      { setParameter: 1, transactionLifetimeLimitSeconds: 60 },
      ['autocommit', 'startTransaction', 'clientOperationKey', 'rawData'],
    ],
  ])('%j refuses just these: %j', async (command, refused) => {
    expect(await refusedFields(command)).toEqual([...refused, 'nonsense']);
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
