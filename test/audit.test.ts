import type { Connection } from 'mongoose';

import {
  auditLanesOf,
  auditOf,
  eraseInputs,
  recordDeed,
  verifyAudit,
  type AuditRecord,
} from '#kit/audit.ts';
import { connect, prepare, transaction } from '#kit/mongo.ts';
import { visitor } from '#kit/viewer.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { user } from './service.ts';

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await startTestDatabase();
});
beforeEach(async () => {
  connection = await connect(database.uri, 'oca_audit');
  await connection.dropDatabase();
  await prepare([auditOf(connection), auditLanesOf(connection)]);
  for (let count = 0; count < 40; count += 1) await deed({ count });
});
afterEach(() => connection.close());
afterAll(() => database.stop());

const deed = (input: object, viewer = user('ada')) =>
  transaction(connection, () => recordDeed(connection, { viewer, mutation: 'try', input }));

/** An entry that has one after it in its lane. */
async function inner(): Promise<AuditRecord> {
  const entries = await auditOf(connection).find().sort({ _id: 1 }).lean();
  const found = entries.find(({ number }) => number === 2);
  if (!found) throw new Error('No lane has two entries.');
  return found;
}

const faults = async () => (await verifyAudit(connection)).faults;

describe('verifyAudit', () => {
  it('finds nothing where nothing was touched', async () => {
    const report = await verifyAudit(connection);
    expect(report).toMatchObject({ entries: 40, withoutInput: 0, faults: [] });
    expect(report.anchors.reduce((sum, { number }) => sum + number, 0)).toBe(40);
  });

  it.each<[string, Partial<AuditRecord>]>([
    ['who', { userId: 'bob' }],
    ['what', { mutation: 'other' }],
    ['when', { at: new Date(0) }],
    ['the request', { requestId: 'other' }],
    ['the input', { input: '{"count":99}' }],
    ['the digest', { inputDigest: 'x' }],
    ['the link', { previous: 'x' }],
    ['the hash', { hash: 'x' }],
  ])('finds that %s was changed', async (_, change) => {
    const { _id } = await inner();
    await auditOf(connection).updateOne({ _id }, { $set: change });
    expect(await faults()).toEqual(expect.arrayContaining([expect.stringContaining(_id)]));
  });

  it('finds an entry that was removed, from within and from the end', async () => {
    const { _id, lane } = await inner();
    await auditOf(connection).deleteOne({ _id });
    expect(await faults()).not.toEqual([]);
    await auditOf(connection).deleteMany({ lane });
    expect(await faults()).toEqual([expect.stringContaining(`Lane ${lane} ends at 0`)]);
  });

  it('finds an entry that was put in', async () => {
    const entry = await inner();
    await auditOf(connection).create([{ ...entry, _id: `${entry._id}x` }]);
    expect(await faults()).toEqual(
      expect.arrayContaining([`${entry._id}x is not where it belongs.`]),
    );
  });

  it('finds by its anchors a lane that was made anew', async () => {
    const { anchors } = await verifyAudit(connection);
    await auditOf(connection).deleteMany({});
    await auditLanesOf(connection).deleteMany({});
    for (let count = 0; count < 80; count += 1) await deed({ count }, user('bob'));
    expect(await faults()).toEqual([]);
    const report = await verifyAudit(connection, anchors);
    expect(report.faults.length).toBeGreaterThanOrEqual(anchors.length);
  });

  it('erases what others put in that names the user', async () => {
    await deed({ email: 'a.d@example.org' }, user('bob'));
    await deed({ email: 'a-d@example.org' }, user('bob'));
    expect(await eraseInputs(connection, 'nobody', ['a.d@example.org'])).toBe(1);
    expect(await faults()).toEqual([]);
  });

  it('keeps the chain when what a user put in is erased', async () => {
    await deed({ name: 'Bob' }, user('bob'));
    expect(await eraseInputs(connection, 'ada')).toBe(40);
    expect(await verifyAudit(connection)).toMatchObject({ withoutInput: 40, faults: [] });
    const left = await auditOf(connection)
      .find({ input: { $ne: null } })
      .lean();
    expect(left).toMatchObject([{ userId: 'bob', input: '{"name":"Bob"}' }]);
  });
});

describe('recordDeed', () => {
  it('keeps one chain under many deeds at once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, count) => deed({ count })));
    expect(await verifyAudit(connection)).toMatchObject({ entries: 70, faults: [] });
  });

  it('keeps no secret, and of a long input only the digest', async () => {
    await deed({ email: 'a@b.c', password: 'hunter2', nested: { token: 'abc' } }, visitor('r1'));
    await deed({ text: 'x'.repeat(20_000) }, visitor('r2'));
    const [short, long] = await auditOf(connection).find({ userId: null }).sort({ at: 1 }).lean();
    expect(short?.input).toBe('{"email":"a@b.c","password":"…","nested":{"token":"…"}}');
    expect(long).toMatchObject({ input: null, salt: null, requestId: 'r2' });
    expect(await faults()).toEqual([]);
  });

  it('is rolled back with the deed', async () => {
    const failed = transaction(connection, async () => {
      await recordDeed(connection, { viewer: user('ada'), mutation: 'try', input: {} });
      throw new Error('The deed failed.');
    });
    await expect(failed).rejects.toThrow('The deed failed.');
    expect(await verifyAudit(connection)).toMatchObject({ entries: 40, faults: [] });
  });
});
