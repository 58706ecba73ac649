import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Attempts at something that is guarded against guessing, within one window of time, as stored. */
export interface AttemptRecord {
  /** What is guarded: a digest, so that no e-mail is kept of somebody who has no account. */
  _id: string;
  count: number;
  /** The window's end; the count starts again after it. */
  until: Date;
}

const attemptSchema = new Schema(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    until: { type: Date, required: true, expires: 0 },
  },
  { ...plainSchema, collection: 'attempts' },
);

/** Attempts that failed lately. */
export function attemptsOf(connection: Connection): Model<AttemptRecord> {
  return modelOf<AttemptRecord>(connection, 'attempts', attemptSchema);
}
