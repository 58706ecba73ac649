import { MongoServerError, type ChangeStream, type Collection, type Document } from 'mongodb';

import { startSample, type Sample } from '../sample.ts';

const megabyte = 1024 * 1024;
let sample: Sample;
let things: Collection<Document & { _id: number }>;

beforeAll(async () => {
  sample = await startSample();
  const changeStreamPreAndPostImages = { enabled: true };
  const database = sample.client.db('large');
  things = await database.createCollection('things', { changeStreamPreAndPostImages });
});
afterAll(() => sample.stop());

const images = { fullDocument: 'required', fullDocumentBeforeChange: 'required' } as const;
const split = [{ $changeStreamSplitLargeEvent: {} }];

/** Changes a document of nine megabytes, before and after: more than one event may hold. */
async function change(_id: number, extra: string): Promise<void> {
  await things.insertOne({ _id, text: 'x'.repeat(9 * megabyte) });
  await things.updateOne({ _id }, { $set: { extra } });
}

async function nextOf(stream: ChangeStream): Promise<Document> {
  const event: unknown = await stream.next();
  return event as Document;
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof MongoServerError ? error.code : error;
}

describe('an event that is too large', () => {
  it('comes in fragments that can be resumed from, and together hold all of it', async () => {
    const stream = things.watch(split, images);
    await stream.tryNext();
    await change(1, 'one');
    expect(await nextOf(stream)).toMatchObject({ operationType: 'insert' });
    const first = await nextOf(stream);
    const second = await nextOf(stream);
    await stream.close();
    expect([first['splitEvent'], second['splitEvent']]).toEqual([
      { fragment: 1, of: 2 },
      { fragment: 2, of: 2 },
    ]);
    const { _id: one, splitEvent: a, ...head } = first;
    const { _id: two, splitEvent: b, ...tail } = second;
    const whole = { ...head, ...tail };
    expect(whole).toMatchObject({ operationType: 'update', documentKey: { _id: 1 } });
    expect([a, b, Object.keys(head).filter((name) => name in tail)]).toEqual([
      { fragment: 1, of: 2 },
      { fragment: 2, of: 2 },
      [],
    ]);
    expect(whole).toMatchObject({ fullDocument: { extra: 'one' } });
    const before: unknown = whole['fullDocumentBeforeChange'];
    expect(before).toHaveProperty('text.length', 9 * megabyte);

    const resumed = things.watch(split, { ...images, resumeAfter: one });
    expect(await nextOf(resumed)).toEqual(second);
    await change(2, 'two');
    expect(await nextOf(resumed)).toMatchObject({ documentKey: { _id: 2 } });
    await resumed.close();
    const later = things.watch(split, { ...images, resumeAfter: two });
    expect(await nextOf(later)).toMatchObject({ documentKey: { _id: 2 } });
    await later.close();
    const unsplit = things.watch([], { ...images, resumeAfter: one });
    expect(await refusal(nextOf(unsplit))).toBe(280);
    await unsplit.close();
  });

  it('is refused where the stream does not split, and leaves smaller ones whole', async () => {
    const stream = things.watch([], images);
    await stream.tryNext();
    await change(3, 'three');
    expect(await nextOf(stream)).toMatchObject({ operationType: 'insert' });
    expect(await refusal(nextOf(stream))).toBe(10_334);
    await stream.close();
    const plain = things.watch(split);
    await plain.tryNext();
    await things.updateOne({ _id: 3 }, { $set: { extra: 'four' } });
    const event = await nextOf(plain);
    await plain.close();
    expect(event).toMatchObject({ operationType: 'update' });
    expect(event).not.toHaveProperty('splitEvent');
  });
});

it.each([
  [[{ $changeStreamSplitLargeEvent: {} }, { $match: {} }], 7_182_802],
  [[{ $changeStreamSplitLargeEvent: { of: 2 } }], 7_182_800],
])('refuses a stage that is misplaced or has settings: %j', async (pipeline, code) => {
  const stream = things.watch(pipeline);
  expect(await refusal(stream.next())).toBe(code);
  await stream.close();
});
