/** Putting things into inboxes: each thing once for a user, however often it is delivered. */
import type { Model } from 'mongoose';

import { newId } from '#kit/id.ts';
import type { SeatRecord } from '../seat/seat.model.ts';
import type { InboxRecord } from './inbox.model.ts';

/** Something for one user. */
export type Delivery = Pick<InboxRecord, 'userId' | 'key' | 'kind' | 'eventId' | 'at'> &
  Partial<Pick<InboxRecord, 'seq' | 'filterIds' | 'notice'>>;

const batchSize = 1_000;

/** Delivers; what a user has already stays as it is, read or not. */
export async function deliver(
  inbox: Model<InboxRecord>,
  deliveries: readonly Delivery[],
): Promise<void> {
  for (let start = 0; start < deliveries.length; start += batchSize)
    await inbox.bulkWrite(
      deliveries.slice(start, start + batchSize).map(({ userId, key, ...rest }) => ({
        updateOne: {
          filter: { userId, key },
          update: {
            $setOnInsert: { _id: newId(), seq: null, filterIds: [], readAt: null, ...rest },
          },
          upsert: true,
        },
      })),
      { ordered: false },
    );
}

/** Tells who waited that they have a seat now; part of the transaction that gave it. */
export async function deliverSeats(
  inbox: Model<InboxRecord>,
  seats: readonly SeatRecord[],
  at: Date,
): Promise<void> {
  await deliver(
    inbox,
    seats.map(({ userId, eventId, number }) => ({
      userId,
      key: `seat:${eventId}:${number}`,
      kind: 'SEAT',
      eventId,
      at,
    })),
  );
}
