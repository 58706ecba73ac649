import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** What can be watched. */
export type WatchKind = 'COMPANY' | 'TECHNOLOGY' | 'SECTOR';

/** Something that a user watches, as stored. */
export interface WatchRecord {
  _id: string;
  userId: string;
  kind: WatchKind;
  /** Id of the firm or technology, code of the sector. */
  key: string;
  since: Date;
}

/** A page of what somebody watches. */
export type WatchPage = Page<WatchRecord>;

const watchSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    kind: { type: String, required: true },
    key: { type: String, required: true },
    since: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'watches' },
)
  // A thing once for a user; two tabs meet here.
  .index({ userId: 1, kind: 1, key: 1 }, { unique: true })
  // What a user watches, the newest first.
  .index({ userId: 1, _id: -1 })
  // Who watches a thing.
  .index({ kind: 1, key: 1 });

/** Everything that somebody watches. */
export function watchesOf(connection: Connection): Model<WatchRecord> {
  return modelOf<WatchRecord>(connection, 'watches', watchSchema);
}
