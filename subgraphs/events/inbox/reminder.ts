/** Reminds those who have a seat that an event begins within a day. */
import type { Model } from 'mongoose';

import type { Log } from '#kit/log.ts';
import { dayMillis } from '../event/event-rules.ts';
import type { EventRecord } from '../event/event.model.ts';
import type { SeatRecord } from '../seat/seat.model.ts';
import { deliver } from './delivery.ts';
import type { InboxRecord } from './inbox.model.ts';

/** What reminders are made of. */
export interface ReminderSource {
  events: Model<EventRecord>;
  seats: Model<SeatRecord>;
  inbox: Model<InboxRecord>;
}

const batchSize = 100;

/**
 * Delivers a reminder to each seat at each event that begins within a day; once for a start, and again when the
 * start moves.
 *
 * @returns how many events were reminded of
 */
export async function remind({ events, seats, inbox }: ReminderSource, now: Date): Promise<number> {
  const soon = new Date(now.getTime() + dayMillis);
  const due = await events
    .find({
      startsAt: { $gt: now, $lte: soon },
      status: 'ANNOUNCED',
      $expr: { $ne: ['$remindedOf', '$startsAt'] },
    })
    .sort({ startsAt: 1, _id: 1 })
    .limit(batchSize)
    .lean<EventRecord[]>();
  for (const { _id: eventId, startsAt } of due) {
    const going = await seats.find({ eventId, status: 'GOING' }).lean<SeatRecord[]>();
    await deliver(
      inbox,
      going.map(({ userId }) => ({
        userId,
        key: `reminder:${eventId}:${startsAt.getTime()}`,
        kind: 'REMINDER',
        eventId,
        at: now,
      })),
    );
    // After the delivery: when it fails half-way, the next round delivers the rest.
    await events.updateOne({ _id: eventId }, { $set: { remindedOf: startsAt } });
  }
  return due.length;
}

/** Reminds every minute until it is stopped. */
export function startReminders(
  source: ReminderSource,
  { log, everySeconds }: { log: Log; everySeconds: number },
): { stop(): Promise<void> } {
  let work: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    work = work
      .then(() => remind(source, new Date()))
      .catch((error: unknown) => {
        log.error({ error }, 'reminders could not be delivered; trying again in a while');
      });
  }, everySeconds * 1_000);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await work;
    },
  };
}
