/** What events keep of people: seats, inboxes and saved filters, all of which go when a person is forgotten. */
import type { Connection } from 'mongoose';

import type { FactRecord } from '#kit/facts.ts';
import { transaction } from '#kit/mongo.ts';
import { applyErasures, type Trace } from '#kit/person.ts';
import { modelsOf } from '../context.ts';
import type { EventRecord } from '../event/event.model.ts';
import type { SeatRecord } from '../seat/seat.model.ts';
import { vacate } from '../seat/seat.ts';

/** Records that name people. */
export const traces: readonly Trace[] = [
  {
    collection: 'seats',
    by: 'userId',
    shown: ['eventId', 'status', 'askedAt'],
    forgotten: 'GONE',
  },
  {
    collection: 'inbox',
    by: 'userId',
    shown: ['kind', 'eventId', 'at', 'readAt'],
    forgotten: 'GONE',
  },
  {
    collection: 'savedFilters',
    by: 'userId',
    shown: ['name', 'text', 'kinds', 'sectors', 'technologies', 'regions', 'hostId', 'notify'],
    forgotten: 'GONE',
  },
  {
    collection: 'watches',
    by: 'userId',
    shown: ['kind', 'key', 'since'],
    forgotten: 'GONE',
  },
];

/** Forgets people: their seats go to who is next. */
export async function forgetPeople(
  connection: Connection,
  facts: readonly FactRecord[],
): Promise<void> {
  for (const { key: userId } of facts) await vacateAll(connection, userId);
  await applyErasures(connection, traces, facts);
}

async function vacateAll(connection: Connection, userId: string): Promise<void> {
  const models = modelsOf(connection);
  const now = new Date();
  for (const { eventId } of await models.seats.find({ userId, status: { $ne: 'LEFT' } }).lean())
    await transaction(connection, async () => {
      const event = await models.events.findById(eventId).lean<EventRecord | null>();
      const seat = await models.seats.findOne({ eventId, userId }).lean<SeatRecord | null>();
      // What is over, or was called off, had its room: nobody moves up.
      const open = event && event.endsAt > now && event.status !== 'CANCELLED';
      if (open && seat) await vacate(models, event, seat, now);
    });
}
