import fc from 'fast-check';
import type { Connection } from 'mongoose';

import { connect, prepare } from '#kit/mongo.ts';
import { startTestDatabase, type TestDatabase } from '../../../test/database.ts';
import { collectionsOf, modelsOf, type Models } from '../context.ts';
import { freeSeats, seatsLeft } from './line.ts';

let database: TestDatabase;
let connection: Connection;
let models: Models;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await connect(database.uri, 'oca_events');
  await prepare(collectionsOf(connection));
  models = modelsOf(connection);
});

afterAll(async () => {
  await connection.close();
  await database.stop();
});

it('gives no more seats than there are, and none to nobody', () => {
  const rooms = fc.record({
    capacity: fc.option(fc.nat(20)),
    room: fc.record({ going: fc.nat(30), waiting: fc.nat(30), last: fc.nat(60) }),
  });
  fc.assert(
    fc.property(rooms, ({ capacity, room }) => {
      const free = freeSeats({ capacity, room });
      expect(free).toBeGreaterThanOrEqual(0);
      expect(free).toBeLessThanOrEqual(room.waiting);
      const left = seatsLeft({ capacity, room });
      expect(free).toBe(Math.min(left ?? room.waiting, room.waiting));
    }),
  );
});

/** Names of the stages of a plan, and of the indexes they use. */
function stages(plan: unknown): string[] {
  if (plan === null || typeof plan !== 'object') return [];
  const { stage, indexName } = plan as { stage?: string; indexName?: string };
  return [stage, indexName, ...Object.values(plan).flatMap(stages)].flatMap((each) => each ?? []);
}

describe('served by an index', () => {
  it.each<[string, string, () => { explain(verbosity: 'queryPlanner'): unknown }]>([
    [
      'who is next in the line',
      'eventId_1_status_1_number_1__id_1',
      () => models.seats.find({ eventId: 'e', status: 'WAITING' }).sort({ number: 1 }),
    ],
    [
      'who goes to an event',
      'eventId_1_status_1_number_1__id_1',
      () =>
        models.seats
          .find({ eventId: 'e', status: { $in: ['GOING', 'WAITING'] } })
          .sort({ number: 1, _id: 1 }),
    ],
    [
      'a user’s seats',
      'userId_1_status_1_askedAt_-1__id_-1',
      () =>
        models.seats
          .find({ userId: 'u', status: { $in: ['GOING', 'WAITING'] } })
          .sort({ askedAt: -1, _id: -1 }),
    ],
    [
      'an inbox',
      'userId_1_at_-1__id_-1',
      () => models.inbox.find({ userId: 'u' }).sort({ at: -1, _id: -1 }),
    ],
    [
      'what is unread',
      'userId_1_readAt_1_at_-1__id_-1',
      () => models.inbox.find({ userId: 'u', readAt: null }).sort({ at: -1, _id: -1 }),
    ],
    [
      'filters that news may be selected by',
      'notify_1_anchors_1',
      () => models.savedFilters.find({ notify: true, anchors: { $in: ['any:', 'sector:a'] } }),
    ],
    [
      'a user’s filters',
      'userId_1_name_1',
      () => models.savedFilters.find({ userId: 'u' }).sort({ name: 1 }),
    ],
    [
      'the filter that a secret opens',
      'secretHash_1',
      () => models.savedFilters.find({ secretHash: 'x' }),
    ],
    [
      'occurrences of a series',
      'seriesId_1_startsAt_1__id_1',
      () => models.events.find({ seriesId: 's' }).sort({ startsAt: 1, _id: 1 }),
    ],
  ])('%s', async (_, index, question) => {
    const plan = stages(await question().explain('queryPlanner'));
    expect(plan).toContain(index);
    expect(plan).not.toContain('COLLSCAN');
  });
});
