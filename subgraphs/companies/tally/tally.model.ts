import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** How often something was done on one day, as stored. */
export interface TallyRecord {
  /** What, for whom, and the day in Asia/Seoul. */
  _id: string;
  count: number;
  at: Date;
}

const tallySchema = new Schema(
  {
    _id: { type: String, required: true },
    count: { type: Number, required: true },
    at: { type: Date, required: true, expires: 2 * 24 * 60 * 60 },
  },
  { ...plainSchema, collection: 'tallies' },
);

/** Counts of what is bounded by the day. */
export function talliesOf(connection: Connection): Model<TallyRecord> {
  return modelOf<TallyRecord>(connection, 'tallies', tallySchema);
}
