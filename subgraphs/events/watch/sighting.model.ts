import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Seen } from './change.ts';

/** What was seen of a thing when it was last told of: what a newer state is compared with. */
export interface SightingRecord {
  /** `kind:key` of the fact. */
  _id: string;
  /** Of the fact. */
  revision: number;
  seen: Seen;
}

const sightingSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    seen: { type: Schema.Types.Mixed, required: true },
  },
  { ...plainSchema, collection: 'sightings' },
);

/** All that was seen. */
export function sightingsOf(connection: Connection): Model<SightingRecord> {
  return modelOf<SightingRecord>(connection, 'sightings', sightingSchema);
}
