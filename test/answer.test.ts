import type { Connection, Model } from 'mongoose';
import { Schema } from 'mongoose';

import { answer, ticketsOf } from '#kit/answer.ts';
import { connect, isDuplicateKey, modelOf, plainSchema, prepare } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { someone, user } from './service.ts';

interface Note {
  _id: string;
  words: string;
}
const noteSchema = new Schema(
  { _id: String, words: { type: String, unique: true } },
  { ...plainSchema, collection: 'notes' },
);

let database: TestDatabase;
let connection: Connection;
let notes: Model<Note>;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'notes');
  notes = modelOf<Note>(connection, 'notes', noteSchema);
  await prepare([notes, ticketsOf(connection)]);
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

beforeEach(() => notes.deleteMany({}));

const asAda = () => ({ viewer: user('ada'), connection });

function write(id: string, input: { words: string; idempotencyKey?: string }, context = asAda()) {
  return answer(context, 'write', input, async () => {
    await notes.create([{ _id: id, words: input.words }]).catch((error: unknown) => {
      throw isDuplicateKey(error) ? refusal('TAKEN', 'Written already.', ['words']) : error;
    });
    return { note: { _id: id, words: input.words } };
  });
}

it('stores what the work wrote and answers without problems', async () => {
  expect(await write('1', { words: 'one' })).toEqual({
    note: { _id: '1', words: 'one' },
    problems: [],
  });
  expect(await notes.countDocuments()).toBe(1);
});

it('takes back everything when the work refuses', async () => {
  const refused = await answer(asAda(), 'write', {}, async () => {
    await notes.create([{ _id: '1', words: 'one' }]);
    throw refusal('INVALID', 'No.', ['words']);
  });
  expect(refused).toEqual({ problems: [{ code: 'INVALID', message: 'No.', path: ['words'] }] });
  expect(await notes.countDocuments()).toBe(0);
});

it('turns a broken unique index into a problem', async () => {
  await write('1', { words: 'one' });
  expect(await write('2', { words: 'one' })).toMatchObject({ problems: [{ code: 'TAKEN' }] });
});

it('answers a repeat with the first answer and does nothing again', async () => {
  const input = { words: 'one', idempotencyKey: 'key-0001' };
  const first = await write('1', input);
  expect(await write('2', input)).toEqual(first);
  expect(await notes.countDocuments()).toBe(1);
});

it('does the work once when the same mutation is sent sixteen times at once', async () => {
  const input = { words: 'one', idempotencyKey: 'key-0002' };
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, index) => write(String(index), input)),
  );
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(await notes.countDocuments()).toBe(1);
});

it('refuses another input under a used key', async () => {
  await write('1', { words: 'one', idempotencyKey: 'key-0003' });
  expect(await write('2', { words: 'two', idempotencyKey: 'key-0003' })).toMatchObject({
    problems: [{ code: 'TAKEN', path: ['idempotencyKey'], rule: 'KEY_ONCE' }],
  });
});

it.each(['seven77', 'x'.repeat(129)])(
  'refuses a key of a length that none has: %s',
  async (key) => {
    expect(await write('1', { words: 'one', idempotencyKey: key })).toMatchObject({
      problems: [
        { code: 'INVALID', rule: 'KEY_LENGTH', limit: '8-128', found: String(key.length) },
      ],
    });
  },
);

it('keeps keys of different viewers apart', async () => {
  await write('1', { words: 'one', idempotencyKey: 'key-0004' });
  const asBob = { viewer: user('bob'), connection };
  const other = await write('2', { words: 'two', idempotencyKey: 'key-0004' }, asBob);
  expect(other.problems).toEqual([]);
});

it('never answers one visitor with what another was told', async () => {
  const asVisitor = { viewer: someone, connection };
  await write('1', { words: 'one', idempotencyKey: 'key-0005' }, asVisitor);
  const again = await write('2', { words: 'one', idempotencyKey: 'key-0005' }, asVisitor);
  expect(again).toMatchObject({ problems: [{ code: 'TAKEN', path: ['words'] }] });
});

it('does not keep a refusal: the same key may be tried again', async () => {
  await write('1', { words: 'one' });
  const input = { words: 'one', idempotencyKey: 'key-0006' };
  expect(await write('2', input)).toMatchObject({ problems: [{ code: 'TAKEN' }] });
  await notes.deleteMany({});
  expect(await write('2', input)).toMatchObject({ problems: [] });
});

it('passes any other error on', async () => {
  const broken = answer(asAda(), 'write', {}, () => Promise.reject(new TypeError('bug')));
  await expect(broken).rejects.toThrow('bug');
});
