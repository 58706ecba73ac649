import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** What brings something to an inbox. */
export type InboxKind = 'NEWS' | 'SEAT' | 'REMINDER';

/** How long an item is kept, in days. */
export const keptDays = 180;

/** Something that a user should see, as stored. */
export interface InboxRecord {
  _id: string;
  userId: string;
  /** What it is, once for each user: delivering it again changes nothing. */
  key: string;
  kind: InboxKind;
  eventId: string;
  /** Place of the news in the feed; null unless it is news. */
  seq: number | null;
  /** Saved filters that brought it. */
  filterIds: string[];
  at: Date;
  readAt: Date | null;
}

/** A page of somebody's inbox. */
export interface InboxPage extends Page<InboxRecord> {
  userId: string;
}

const inboxSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    key: { type: String, required: true },
    kind: { type: String, required: true },
    eventId: { type: String, required: true },
    seq: { type: Number, default: null },
    filterIds: { type: [String], required: true },
    at: { type: Date, required: true, expires: keptDays * 86_400 },
    readAt: { type: Date, default: null },
  },
  { ...plainSchema, collection: 'inbox' },
)
  // The same thing once for a user.
  .index({ userId: 1, key: 1 }, { unique: true })
  // A user's items, the newest first; those that are unread.
  .index({ userId: 1, at: -1, _id: -1 })
  .index({ userId: 1, readAt: 1, at: -1, _id: -1 });

/** Everybody's inbox. */
export function inboxOf(connection: Connection): Model<InboxRecord> {
  return modelOf<InboxRecord>(connection, 'inbox', inboxSchema);
}
