import type { Connection } from 'mongoose';

import { createLog } from '#kit/log.ts';
import { connect, prepare, transaction } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { collectionsOf, modelsOf, type Models } from '../context.ts';
import { anyEvent, type Selection } from '../event/event-filter.ts';
import { newEvent } from '../event/event.ts';
import { openFeed, unbroken, type NewsFeed } from './feed.ts';
import { beginNumbering, tellNews } from './news.ts';
import type { News } from './news.model.ts';

let database: TestDatabase;
let connection: Connection;
let models: Models;
let feed: NewsFeed;

beforeEach(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_events');
  await prepare(collectionsOf(connection));
  models = modelsOf(connection);
  await beginNumbering(models.counters);
  feed = await openFeed({ ...models, log: createLog('events', 'silent'), buffer: 50 });
});

afterEach(async () => {
  await feed.stop();
  await connection.close();
  await database.stop();
});

/** Announces an event in a transaction of its own. */
async function announce(title: string, sector = 'finance', abort = false): Promise<void> {
  const now = new Date();
  await transaction(connection, async () => {
    const event = newEvent(
      {
        kind: 'TECH_MEETUP',
        title: { ko: title, en: null },
        description: null,
        organizer: null,
        sectors: [sector],
        technologies: [],
        region: 'KR',
        venue: null,
        onlineUrl: null,
        startsAt: new Date('2040-01-01T00:00:00Z'),
        endsAt: new Date('2040-01-01T01:00:00Z'),
        timeZone: 'Asia/Seoul',
        capacity: null,
      },
      { hostId: null, host: null, now },
    );
    await models.events.create([event]);
    await tellNews(models, [{ kind: 'ANNOUNCED', at: now, changes: [], event, before: null }]);
    if (abort) throw new Error('given up');
  });
}

async function take(entries: AsyncIterator<News>, count: number): Promise<News[]> {
  const taken: News[] = [];
  while (taken.length < count) {
    const next = await entries.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

function places(news: News[]): number[] {
  return news.map(({ seq }) => seq);
}

function countedTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const finance: Selection = { ...anyEvent, sectors: ['finance'] };

it('hands out what is announced, with the event, to all whose selection it matches', async () => {
  const all = feed.entries(anyEvent, 0);
  const some = feed.entries(finance, 0);
  const [first, second] = [take(all, 2), take(some, 1)];
  await announce('공공', 'public');
  await announce('금융');
  expect((await first).map(({ event }) => event?.title.ko)).toEqual(['공공', '금융']);
  expect((await second).map(({ event }) => event?.title.ko)).toEqual(['금융']);
});

it('numbers without gaps when transactions are given up', async () => {
  await announce('하나');
  await expect(announce('둘', 'finance', true)).rejects.toThrow('given up');
  await announce('셋');
  const found = await models.news.find().sort({ seq: 1 }).lean();
  expect(found.map(({ seq }) => seq)).toEqual([1, 2]);
});

it('loses and doubles nothing under concurrent writers and readers that come and go', async () => {
  const writers = 4;
  const each = 15;
  const total = writers * each;
  const writing = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let count = 0; count < each; count += 1) await announce(`${writer}-${count}`);
    }),
  );
  const readers = await Promise.all(
    Array.from({ length: 6 }, async (_, reader) => {
      const seen: number[] = [];
      // Each leaves after a few entries and comes back with the last place, whatever has happened meanwhile.
      while (seen.length < total) {
        const entries = feed.entries(finance, seen.at(-1) ?? 0);
        seen.push(...places(await take(entries, Math.min(reader + 1, total - seen.length))));
        await entries.return?.();
      }
      return seen;
    }),
  );
  await writing;
  for (const seen of readers) expect(seen).toEqual(countedTo(total));
});

it('goes on behind a cursor from before, then live, in one order', async () => {
  for (let count = 0; count < 30; count += 1) await announce(`${count}`);
  const entries = feed.entries(anyEvent, 10);
  const first = await take(entries, 5);
  const writing = announce('live');
  const rest = await take(entries, 16);
  await writing;
  expect([...places(first), ...places(rest)]).toEqual(countedTo(31, 11));
});

it('takes a cursor that is ahead of this process', async () => {
  const entries = feed.entries(anyEvent, 2);
  const taking = take(entries, 1);
  for (const title of ['하나', '둘', '셋']) await announce(title);
  expect(places(await taking)).toEqual([3]);
});

it('lets a slow reader catch up from the database when its buffer is full', async () => {
  const entries = feed.entries(anyEvent, 0);
  const first = take(entries, 1);
  await announce('0');
  await first;
  for (let count = 1; count <= 120; count += 1) await announce(`${count}`);
  await feed.caughtUp();
  expect(places(await take(entries, 120))).toEqual(countedTo(121, 2));
});

it('frees a reader that leaves while it waits', async () => {
  const entries = feed.entries(anyEvent, 0);
  const waiting = entries.next();
  expect(feed.followers()).toBe(1);
  await entries.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(feed.followers()).toBe(0);
});

it('ends everybody when it stops', async () => {
  const waiting = feed.entries(anyEvent, 0).next();
  await feed.stop();
  expect((await waiting).done).toBe(true);
  expect((await feed.entries(anyEvent, 0).next()).done).toBe(true);
  expect(feed.followers()).toBe(0);
});

it.each([
  [[], 4, []],
  [[5, 6, 7], 4, [5, 6, 7]],
  [[5, 7, 8], 4, [5]],
  [[6, 7], 4, []],
])('of the places %j behind %i it is sure of %j', (found, last, sure) => {
  expect(
    places(
      unbroken(
        found.map((seq) => ({ seq }) as News),
        last,
      ),
    ),
  ).toEqual(sure);
});

it('goes on behind a place that never comes', async () => {
  await announce('하나');
  const [one] = await models.news.find().lean();
  const entries = feed.entries(anyEvent, 0);
  await models.news.create([{ ...one, _id: 'three', seq: 3 }]);
  expect(places(await take(entries, 2))).toEqual([1, 3]);
});
