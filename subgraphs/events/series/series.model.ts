import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Events that repeat by a rule, as stored; the occurrences are events. */
export interface SeriesRecord {
  _id: string;
  hostId: string | null;
  /** RRULE of RFC 5545. */
  rule: string;
  timeZone: string;
  announcedAt: Date;
  revision: number;
}

const seriesSchema = new Schema(
  {
    _id: { type: String, required: true },
    hostId: { type: String, default: null },
    rule: { type: String, required: true },
    timeZone: { type: String, required: true },
    announcedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'series' },
)
  // What a firm that is merged hosted.
  .index({ hostId: 1 });

/** Every series that was announced. */
export function seriesOf(connection: Connection): Model<SeriesRecord> {
  return modelOf<SeriesRecord>(connection, 'series', seriesSchema);
}
