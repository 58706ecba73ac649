import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** Where a user stands with an event. */
export type SeatStatus = 'GOING' | 'WAITING' | 'LEFT';

/** A user's seat at an event, as stored. */
export interface SeatRecord {
  _id: string;
  eventId: string;
  userId: string;
  status: SeatStatus;
  /** Counts who asked for a seat at the event: the line goes by it. */
  number: number;
  askedAt: Date;
}

export type SeatPage = Page<SeatRecord>;

const seatSchema = new Schema(
  {
    _id: { type: String, required: true },
    eventId: { type: String, required: true },
    userId: { type: String, required: true },
    status: { type: String, required: true },
    number: { type: Number, required: true },
    askedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'seats' },
)
  // One seat a user.
  .index({ eventId: 1, userId: 1 }, { unique: true })
  // Who goes to an event, and who is next in the line.
  .index({ eventId: 1, status: 1, number: 1, _id: 1 })
  // A user's seats, the latest asked for first.
  .index({ userId: 1, status: 1, askedAt: -1, _id: -1 });

/** Every seat that was ever asked for. */
export function seatsOf(connection: Connection): Model<SeatRecord> {
  return modelOf<SeatRecord>(connection, 'seats', seatSchema);
}
