import type { Connection } from 'mongoose';
import fc from 'fast-check';

import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { newsQuery, matches, anyEvent, eventQuery, type Selection } from './event-filter.ts';
import { tracesOf } from './event-details.ts';
import { eventsOf, type EventDetails } from './event.model.ts';
import { newsOf, type NewsRecord, type NewsTraces } from '../news/news.model.ts';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_events');
  await prepare([eventsOf(connection), newsOf(connection)]);
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

const day = (count: number) => new Date(Date.UTC(2030, 0, 1 + count));

const traces: fc.Arbitrary<NewsTraces> = fc
  .record({
    kind: fc.constantFrom('TECH_MEETUP' as const, 'BRIEFING' as const),
    sectors: fc.subarray(['finance', 'public']),
    technologies: fc.subarray(['mesh', 'runtime']),
    region: fc.constantFrom('KR', 'KR-11', 'KR-26', 'FR', null),
    hostId: fc.constantFrom('firm', 'rival', null),
    start: fc.integer({ min: 0, max: 5 }),
    days: fc.integer({ min: 0, max: 3 }),
    ko: fc.constantFrom('서울 밋업', '클라우드 밤', '밋업'),
  })
  .map(({ region, start, days, ko, ...rest }) => ({
    ...rest,
    ...tracesOf({ title: { ko, en: null }, region } as EventDetails, []),
    startsAt: day(start),
    endsAt: day(start + days),
  }));

const selections: fc.Arbitrary<Selection> = fc.record({
  terms: fc.subarray(['밋업', '서울밋', '밤', '업밋']),
  kinds: fc.constantFrom(null, ['BRIEFING' as const]),
  sectors: fc.constantFrom(null, ['finance'], ['finance', 'public']),
  technologies: fc.constantFrom(null, ['mesh']),
  regions: fc.constantFrom(null, ['KR'], ['KR-26', 'FR']),
  hostId: fc.constantFrom(null, 'firm'),
  from: fc.constantFrom(null, day(1)),
  to: fc.constantFrom(null, day(4)),
  includeCancelled: fc.boolean(),
});

function newsAbout(about: NewsTraces[], index: number): NewsRecord {
  return {
    _id: `n${index}`,
    seq: index + 1,
    kind: 'CHANGED',
    at: day(0),
    changes: [],
    eventId: 'e',
    about,
  };
}

it('asks the database for exactly what matches', async () => {
  const news = newsOf(connection);
  const entries = fc
    .sample(fc.array(traces, { minLength: 1, maxLength: 2 }), { numRuns: 200, seed: 7 })
    .map(newsAbout);
  await news.insertMany(entries);
  await fc.assert(
    fc.asyncProperty(selections, async (selection) => {
      const found = await news.find(newsQuery(selection)).sort({ seq: 1 }).lean<NewsRecord[]>();
      const expected = entries.filter(({ about }) => about.some((one) => matches(selection, one)));
      expect(found.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
    }),
    { numRuns: 200 },
  );
});

it('does not take two halves of an event that moved for one that matches', () => {
  const before = { ...sample(), sectors: ['finance'], places: ['FR'] };
  const after = { ...sample(), sectors: ['public'], places: ['KR'] };
  const selection = { ...anyEvent, sectors: ['finance'], regions: ['KR'] };
  expect([before, after].some((one) => matches(selection, one))).toBe(false);
});

function sample(): NewsTraces {
  const [one] = fc.sample(traces, { numRuns: 1, seed: 1 });
  if (!one) throw new Error('There is no sample.');
  return one;
}

/** Names of the stages of a plan, and of the indexes they use. */
function stages(plan: unknown): string[] {
  if (plan === null || typeof plan !== 'object') return [];
  const { stage, indexName } = plan as { stage?: string; indexName?: string };
  return [stage, indexName, ...Object.values(plan).flatMap(stages)].flatMap((each) => each ?? []);
}

const narrow: [string, Partial<Selection>, string][] = [
  ['a sector', { sectors: ['finance'] }, 'sectors_1'],
  ['a technology', { technologies: ['mesh'] }, 'technologies_1'],
  ['a region', { regions: ['KR-26'] }, 'places_1'],
  ['a host', { hostId: 'firm' }, 'hostId_1'],
  ['a text', { terms: ['밋업'] }, 'grams_1'],
];

describe('served by an index', () => {
  beforeAll(async () => {
    const details = fc.sample(traces, { numRuns: 300, seed: 3 });
    await eventsOf(connection).insertMany(
      details.map((one, index) => ({
        ...one,
        _id: `e${index}`,
        title: { ko: '밋업', en: null },
        timeZone: 'UTC',
        status: 'ANNOUNCED',
        sequence: 0,
        uid: `u${index}`,
        announcedAt: day(0),
        changedAt: day(0),
        room: { going: 0, waiting: 0, last: 0 },
        revision: 1,
      })),
    );
  });

  it.each(narrow)('events by %s', async (_, part, index) => {
    const query = eventQuery({ ...anyEvent, ...part, from: day(2) });
    const plan: unknown = await eventsOf(connection)
      .find(query)
      .sort({ startsAt: 1, _id: 1 })
      .limit(21)
      .explain('queryPlanner');
    expect(stages(plan)).toContain('IXSCAN');
    expect(stages(plan).some((name) => name.startsWith(index) || name.startsWith('startsAt'))).toBe(
      true,
    );
    expect(stages(plan)).not.toContain('COLLSCAN');
  });

  it('events by start alone, either way, without sorting', async () => {
    for (const direction of [1, -1] as const) {
      const plan: unknown = await eventsOf(connection)
        .find(eventQuery({ ...anyEvent, from: day(2) }))
        .sort({ startsAt: direction, _id: direction })
        .limit(21)
        .explain('queryPlanner');
      expect(stages(plan)).toContain('startsAt_1__id_1');
      expect(stages(plan)).not.toContain('SORT');
    }
  });

  it.each([['all', {}, 'seq_1'] as [string, Partial<Selection>, string], ...narrow])(
    'news by %s',
    async (_, part) => {
      const plan: unknown = await newsOf(connection)
        .find(newsQuery({ ...anyEvent, ...part }))
        .sort({ seq: -1 })
        .limit(21)
        .explain('queryPlanner');
      expect(stages(plan)).toContain('IXSCAN');
      expect(stages(plan)).not.toContain('COLLSCAN');
    },
  );

  it('an event by its identity in a source', async () => {
    const plan: unknown = await eventsOf(connection)
      .find({ 'origin.source': 'ics', 'origin.externalId': { $in: ['1', '2'] } })
      .explain('queryPlanner');
    expect(stages(plan)).toContain('origin.source_1_origin.externalId_1');
  });
});
