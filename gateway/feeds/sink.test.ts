import { jest } from '@jest/globals';

import { parcel, Sink } from './sink.ts';

const event = (text: string) => parcel({ data: { text } });
const bytes = event('').bytes();
const slow = { data: null, extensions: { slow: true } };
let left: number;
let sink: Sink;
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  left = 0;
  sink = new Sink(
    { bytes: 10 * bytes, millis: 1_000 },
    () => {
      left += 1;
    },
    () => slow,
  );
});
afterEach(() => {
  jest.useRealTimers();
});

/** Everything that waits, to the end. */
async function rest(): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const result of sink) found.push(result.data ?? result);
  return found;
}

it('hands out in order what came, and ends behind it', async () => {
  for (const text of ['a', 'b', 'c']) sink.push(event(text));
  sink.end();
  expect(await rest()).toEqual([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
  expect(left).toBe(1);
});

it('gives up who lets more bytes wait than are allowed, with a word in place of them', async () => {
  for (let count = 0; count < 11; count += 1) sink.push(event(''));
  expect(await rest()).toEqual([slow]);
  expect([left, sink.bytes]).toEqual([1, 0]);
});

it('gives up who lets an event wait too long, however small', async () => {
  sink.push(event(''));
  jest.setSystemTime(1_000);
  sink.push(event(''));
  expect(left).toBe(0);
  jest.setSystemTime(1_001);
  sink.push(event(''));
  expect(await rest()).toEqual([slow]);
});

it('counts nobody slow by the number of events, or by how long nothing came', async () => {
  for (let count = 0; count < 10; count += 1) sink.push(event(''));
  for (let count = 0; count < 10; count += 1) await sink.next();
  jest.setSystemTime(60_000);
  sink.push(event('late'));
  sink.end();
  expect(await rest()).toEqual([{ text: 'late' }]);
});

it('lets one event wait however large it is', async () => {
  const large = 'x'.repeat(100 * bytes);
  sink.push(event(large));
  sink.end();
  expect(await rest()).toEqual([{ text: large }]);
});

it('frees what waits when its reader leaves', async () => {
  for (let count = 0; count < 5; count += 1) sink.push(event(''));
  await sink.return();
  sink.push(event('more'));
  expect(await rest()).toEqual([]);
  expect(left).toBe(1);
});
