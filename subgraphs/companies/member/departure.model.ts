import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** That somebody left a company, as stored: who belonged to a firm lately does not decide on it. */
export interface DepartureRecord {
  /** User and company: of several times the last. */
  _id: string;
  userId: string;
  companyId: string;
  at: Date;
}

/** How long it is kept, in seconds: three years, one more than anybody's interest lasts. */
const keptSeconds = 3 * 366 * 24 * 60 * 60;

const departureSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    companyId: { type: String, required: true },
    at: { type: Date, required: true, expires: keptSeconds },
  },
  { ...plainSchema, collection: 'departures' },
)
  // Companies that a user left.
  .index({ userId: 1, _id: 1 });

/** Who left which company when; for three years. */
export function departuresOf(connection: Connection): Model<DepartureRecord> {
  return modelOf<DepartureRecord>(connection, 'departures', departureSchema);
}
