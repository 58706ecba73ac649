/** The line for seats: who is next, and how full the room is. */
import type { Model } from 'mongoose';

import type { EventRecord, Room } from '../event/event.model.ts';
import { deliverSeats } from '../inbox/delivery.ts';
import type { InboxRecord } from '../inbox/inbox.model.ts';
import type { SeatRecord } from './seat.model.ts';

/**
 * Gives free seats to who waits, in the order of asking, and tells them; stores how full the room is. Part of the
 * transaction that made seats free.
 */
export async function fillSeats(
  {
    events,
    seats,
    inbox,
  }: { events: Model<EventRecord>; seats: Model<SeatRecord>; inbox: Model<InboxRecord> },
  { _id: eventId, capacity, room }: Pick<EventRecord, '_id' | 'capacity' | 'room'>,
  now: Date,
): Promise<Room> {
  const free = freeSeats({ capacity, room });
  const next =
    free === 0
      ? []
      : await seats
          .find({ eventId, status: 'WAITING' })
          .sort({ number: 1 })
          .limit(free)
          .lean<SeatRecord[]>();
  const filled = {
    going: room.going + next.length,
    waiting: room.waiting - next.length,
    last: room.last,
  };
  if (next.length > 0) {
    const ids = next.map(({ _id }) => _id);
    await seats.updateMany({ _id: { $in: ids } }, { $set: { status: 'GOING' } });
    await deliverSeats(inbox, next, now);
  }
  await setRoom(events, eventId, filled);
  return filled;
}

/** How many who wait can have a seat now: all of them when there is no limit. */
export function freeSeats({ capacity, room }: Pick<EventRecord, 'capacity' | 'room'>): number {
  const left = capacity === null ? room.waiting : Math.max(0, capacity - room.going);
  return Math.min(left, room.waiting);
}

/** How many seats are left; null when there is no limit. */
export function seatsLeft({
  capacity,
  room,
}: Pick<EventRecord, 'capacity' | 'room'>): number | null {
  return capacity === null ? null : Math.max(0, capacity - room.going);
}

/** Stores how full an event is. Everybody who asks writes here: of two at once, one counts again. */
export async function setRoom(events: Model<EventRecord>, _id: string, room: Room): Promise<void> {
  await events.updateOne({ _id }, { $set: { room } });
}
