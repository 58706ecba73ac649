import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CompanyFilter } from './query.ts';

/** A search that somebody keeps, as stored. */
export interface SavedSearchRecord {
  _id: string;
  revision: number;
  userId: string;
  name: string;
  filter: CompanyFilter;
  savedAt: Date;
  /** Companies that the user knows of: found when it was saved, or told of since. */
  knownIds: string[];
  /** How many the user was told of since. */
  told: number;
  /** The last of them, and when. */
  lately: { companyId: string; at: Date }[];
  /** Changes up to then were looked at. */
  checkedAt: Date;
  /** When to look again; in the future while somebody is looking. */
  nextAt: Date;
}

const foundSchema = new Schema(
  { companyId: { type: String, required: true }, at: { type: Date, required: true } },
  { ...plainSchema, _id: false },
);

const savedSearchSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    userId: { type: String, required: true },
    name: { type: String, required: true },
    filter: { type: Schema.Types.Mixed, required: true },
    savedAt: { type: Date, required: true },
    knownIds: { type: [String], required: true },
    told: { type: Number, required: true },
    lately: { type: [foundSchema], required: true },
    checkedAt: { type: Date, required: true },
    nextAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'saved_searches' },
)
  // A user's searches.
  .index({ userId: 1, _id: 1 })
  // What is due.
  .index({ nextAt: 1 });

/** Searches that users keep. */
export function savedSearchesOf(connection: Connection): Model<SavedSearchRecord> {
  return modelOf<SavedSearchRecord>(connection, 'saved_searches', savedSearchSchema);
}
