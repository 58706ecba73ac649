// Backup, restore, and moving to another server.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal128, Double, Long, MongoClient } from 'mongodb';
import { backUp } from './backup.ts';
import { moveDatabases } from './move.ts';
import { restore } from './restore.ts';
import { startDatabase } from './server.ts';

const listen = { host: '127.0.0.1', port: 0 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-copies-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function withClient<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(uri);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function counted(file: string): Promise<number> {
  const database = await startDatabase({ file, listen });
  const found = await withClient(database.uri, (client) =>
    client.db('d').collection('c').countDocuments(),
  );
  await database.close();
  return found;
}

describe('a backup', () => {
  it('is taken while the database runs, and restores what was there', async () => {
    const [file, copy, other] = ['data.db', 'copy.db', 'restored.db'].map((name) =>
      join(folder, name),
    );
    if (file === undefined || copy === undefined || other === undefined)
      throw new Error('no names');
    const database = await startDatabase({ file, listen });
    await withClient(database.uri, async (client) => {
      const things = client.db('d').collection('c');
      await things.createIndex({ n: 1 }, { unique: true });
      await things.insertMany(Array.from({ length: 2000 }, (_, n) => ({ n })));
      backUp(file, copy);
      await things.insertOne({ n: 5000 });
      expect(await things.countDocuments({})).toBe(2001);
    });
    await database.close();
    restore(copy, other, { replaces: false });
    expect(await counted(other)).toBe(2000);
    restore(copy, file, { replaces: true });
    expect(await counted(file)).toBe(2000);
    expect(existsSync(`${file}.before-restore`)).toBe(true);
  });

  it('overwrites nothing, and is refused of what is no database', () => {
    const letter = join(folder, 'letter.txt');
    writeFileSync(letter, 'Dear all');
    expect(() => {
      backUp(letter, join(folder, 'copy.db'));
    }).toThrow(expect.objectContaining({ code: 'DATABASE_FOREIGN' }));
    expect(() => {
      backUp(join(folder, 'none.db'), letter);
    }).toThrow(/does not exist/);
    expect(readFileSync(letter, 'utf8')).toBe('Dear all');
  });

  it('is not restored over a database that runs, nor over one at all without being told to', async () => {
    const [file, copy] = [join(folder, 'data.db'), join(folder, 'copy.db')];
    const database = await startDatabase({ file, listen });
    backUp(file, copy);
    expect(() => {
      restore(copy, file, { replaces: true });
    }).toThrow(expect.objectContaining({ code: 'DATABASE_LOCKED' }));
    await database.close();
    expect(() => {
      restore(copy, file, { replaces: false });
    }).toThrow(/exists already/);
  });
});

it('moves every collection, index and type to another server, again without copying twice, and finds differences', async () => {
  const source = await startDatabase({ file: join(folder, 'a.db'), listen });
  const target = await startDatabase({ file: join(folder, 'b.db'), listen });
  await withClient(source.uri, async (client) => {
    const things = client.db('d').collection('c');
    await things.createIndex({ n: 1 }, { unique: true, name: 'by number' });
    await things.createIndex({ title: 'text', body: 'text' }, { weights: { title: 3 } });
    await things.createIndex({ '$**': 1 }, { wildcardProjection: { n: 0 } });
    await things.createIndex({ at: '2dsphere' });
    await things.createIndex({ hash: 'hashed' });
    await things.insertMany([
      { n: 1, exact: [new Double(1), Long.fromNumber(1), Decimal128.fromString('1.10')] },
      { n: 2, deep: { at: new Date(0), pattern: /a/i } },
    ]);
    // Objects of JavaScript would bring such names to the front.
    const shares = new Map(Object.entries({ total: 3 })).set('2', 1).set('1', 2);
    await things.updateOne({ n: 1 }, [{ $set: { shares: { $literal: shares } } }]);
    await client.db('d').createCollection('v', { viewOn: 'c', pipeline: [{ $match: { n: 2 } }] });
    await client.db('e').createCollection('rules', { validator: { n: { $type: 'int' } } });
  });
  const options = { from: source.uri, to: target.uri };
  const first = await moveDatabases(options);
  expect(
    first.map(({ namespace, copied, differences }) => [namespace, copied, differences]),
  ).toEqual([
    ['d.c', 2, []],
    ['e.rules', 0, []],
  ]);
  const again = await moveDatabases(options);
  expect(again.map(({ copied }) => copied)).toEqual([0, 0]);
  await withClient(target.uri, async (client) => {
    expect(await client.db('d').collection('v').distinct('n')).toEqual([2]);
    await client
      .db('d')
      .collection('c')
      .updateOne({ n: 2 }, { $set: { n: 3 } });
  });
  const [changed] = await moveDatabases({ ...options, verifiesOnly: true });
  expect(changed?.differences).toHaveLength(1);
  await withClient(target.uri, async (client) => {
    await client.db('d').collection('c').dropIndex('by number');
    await client
      .db('d')
      .collection('c')
      .createIndex({ n: 1 }, { unique: true, name: 'by number', sparse: true });
  });
  const [further] = await moveDatabases({ ...options, verifiesOnly: true });
  expect(further?.differences).toContain('index by number is missing or differs');
  await source.close();
  await target.close();
});
