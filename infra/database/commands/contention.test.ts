// Transactions that want the same document.
import type { ClientSession, Collection, Document } from 'mongodb';
import { startSample } from '../sample.ts';
import type { Sample } from '../sample.ts';

let sample: Sample;
let counters: Collection<{ _id: string; value: number }>;
let notes: Collection;

beforeAll(async () => {
  sample = await startSample();
  const db = sample.client.db('known');
  counters = db.collection('counters');
  notes = db.collection('notes');
});

beforeEach(async () => {
  await counters.deleteMany({});
  await notes.deleteMany({});
  await counters.insertOne({ _id: 'a', value: 0 });
  await counters.insertOne({ _id: 'b', value: 0 });
  await notes.insertOne({ note: 0 });
});

afterAll(() => sample.stop());

type Begun = { session: ClientSession; end: () => Promise<void> };

async function begin(): Promise<Begun> {
  const session = sample.client.startSession();
  session.startTransaction();
  // A transaction begins with its first command.
  await notes.insertOne({ begun: true }, { session });
  return {
    session,
    end: async () => {
      await session.commitTransaction();
      await session.endSession();
    },
  };
}

function count(_id: string, session: ClientSession): Promise<Document | null> {
  return counters.findOneAndUpdate(
    { _id },
    { $inc: { value: 1 } },
    { session, returnDocument: 'after' },
  );
}

function labelsOf(error: unknown): unknown {
  return error instanceof Error && 'errorLabels' in error ? error.errorLabels : undefined;
}

const conflict = expect.objectContaining({ code: 112 });

describe('a transaction that meets a document of another', () => {
  it('waits for it, and goes on from what it wrote', async () => {
    const [first, second] = [await begin(), await begin()];
    await count('a', first.session);
    const counted = count('a', second.session);
    await first.end();
    expect(await counted).toMatchObject({ value: 2 });
    await second.end();
    expect(await counters.findOne({ _id: 'a' })).toMatchObject({ value: 2 });
  });

  it('goes on when the other gave up', async () => {
    const [first, second] = [await begin(), await begin()];
    await count('a', first.session);
    const counted = count('a', second.session);
    await first.session.abortTransaction();
    expect(await counted).toMatchObject({ value: 1 });
    await second.end();
  });

  it('is refused when the other takes too long', async () => {
    const [first, second] = [await begin(), await begin()];
    await count('a', first.session);
    await expect(count('a', second.session)).rejects.toEqual(conflict);
    await first.end();
  });

  it('is refused at once when the other waits for it', async () => {
    const [first, second] = [await begin(), await begin()];
    await count('a', first.session);
    await count('b', second.session);
    const results = await Promise.allSettled([
      count('b', first.session),
      count('a', second.session),
    ]);
    const refused = results.filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => labelsOf(reason))).toContainEqual([
      'TransientTransactionError',
    ]);
    await Promise.allSettled([first.session.abortTransaction(), second.session.abortTransaction()]);
  });

  it.each<[string, (session: ClientSession) => Promise<unknown>]>([
    ['the document itself', (session) => counters.findOne({ _id: 'a' }, { session })],
    ['all of the collection', (session) => counters.find({ value: 0 }, { session }).toArray()],
    ['a sum of it', (session) => counters.countDocuments({}, { session })],
    [
      'that a condition was not met',
      (session) => counters.updateOne({ _id: 'a', value: 1 }, { $set: { value: 9 } }, { session }),
    ],
  ])('is refused when it has read what the other changed: %s', async (_, read) => {
    const [first, second] = [await begin(), await begin()];
    await read(second.session);
    await count('a', first.session);
    await first.end();
    await expect(count('a', second.session)).rejects.toEqual(conflict);
  });

  it('is refused when a key that it missed has come', async () => {
    const [first, second] = [await begin(), await begin()];
    expect(await counters.findOne({ _id: 'c' }, { session: second.session })).toBeNull();
    await counters.insertOne({ _id: 'c', value: 0 }, { session: first.session });
    await count('a', first.session);
    await first.end();
    await expect(count('a', second.session)).rejects.toEqual(conflict);
  });

  it('goes on when it has read something else, and sees one moment still', async () => {
    const [first, second] = [await begin(), await begin()];
    const { session } = second;
    expect(await counters.findOne({ _id: 'b' }, { session })).toMatchObject({ value: 0 });
    await count('a', first.session);
    await first.end();
    expect(await count('a', session)).toMatchObject({ value: 2 });
    await counters.updateOne({ _id: 'b' }, { $inc: { value: 5 } });
    expect(await counters.findOne({ _id: 'b' }, { session })).toMatchObject({ value: 0 });
    await second.end();
  });
});

describe('what a transaction meets', () => {
  it('is not passed over because it did not fit a moment ago', async () => {
    const [first, second] = [await begin(), await begin()];
    await counters.updateMany({}, { $set: { value: 1 } }, { session: first.session });
    await counters.updateOne({ _id: 'b' }, { $set: { value: 0 } }, { session: first.session });
    // Only `b` has a 0 once the first has committed, both have one now.
    const changed = counters.updateMany(
      { _id: { $in: ['a', 'b'] }, value: 0 },
      { $inc: { value: 5 } },
      { session: second.session },
    );
    const settled = Promise.allSettled([changed]);
    await first.end();
    const [result] = await settled;
    if (result?.status === 'fulfilled') await second.end();
    const values = (await counters.find().sort({ _id: 1 }).toArray()).map(({ value }) => value);
    expect([result?.status, ...values]).toEqual(
      result?.status === 'fulfilled' ? ['fulfilled', 1, 5] : ['rejected', 1, 0],
    );
  });

  it('is found again when it was removed and is there anew', async () => {
    const [first, second] = [await begin(), await begin()];
    await counters.deleteOne({ _id: 'a' }, { session: first.session });
    await counters.insertOne({ _id: 'a', value: 7 }, { session: first.session });
    const changed = counters.updateMany(
      { _id: 'a' },
      { $inc: { value: 1 } },
      { session: second.session },
    );
    await first.end();
    expect(await changed).toMatchObject({ modifiedCount: 1 });
    await second.end();
    expect(await counters.findOne({ _id: 'a' })).toMatchObject({ value: 8 });
  });

  it('is not there twice when somebody removed what it still sees', async () => {
    const { session, end } = await begin();
    expect(await counters.findOne({ _id: 'a' }, { session })).toMatchObject({ value: 0 });
    await counters.deleteOne({ _id: 'a' });
    await expect(counters.insertOne({ _id: 'a', value: 9 }, { session })).rejects.toEqual(conflict);
    await expect(end()).rejects.toMatchObject({ code: 251 });
    expect(await counters.findOne({ _id: 'a' })).toBeNull();
  });

  it('may be put where somebody removed what it has not looked at', async () => {
    const { session, end } = await begin();
    await counters.deleteOne({ _id: 'a' });
    await counters.insertOne({ _id: 'a', value: 9 }, { session });
    expect(await counters.find({ _id: 'a' }, { session }).toArray()).toHaveLength(1);
    await end();
  });
});

describe('sixteen who count at once', () => {
  it('lose no count', async () => {
    const work = async (at: number): Promise<void> => {
      await sample.client.withSession((session) =>
        session.withTransaction(async () => {
          await notes.insertOne({ at }, { session });
          await counters.updateOne({ _id: 'a' }, { $inc: { value: 1 } }, { session });
        }),
      );
    };
    await Promise.all(Array.from({ length: 16 }, (_, at) => work(at)));
    expect(await counters.findOne({ _id: 'a' })).toMatchObject({ value: 16 });
    expect(await notes.countDocuments({ at: { $exists: true } })).toBe(16);
  });
});
