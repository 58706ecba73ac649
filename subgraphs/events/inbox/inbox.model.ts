import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Notice } from '../watch/change.ts';

/** What brings something to an inbox. */
export type InboxKind = 'NEWS' | 'SEAT' | 'REMINDER' | 'WATCH' | 'SEARCH';

/** How long an item is kept, in days. */
export const keptDays = 180;

/** What happened to something that the user watches. */
export interface InboxNotice extends Omit<Notice, 'subject'> {
  /** Code of the sector that is watched; null when something else is. */
  sector: string | null;
}

/** Something that a user should see, as stored. */
export interface InboxRecord {
  _id: string;
  userId: string;
  /** What it is, once for each user: delivering it again changes nothing. */
  key: string;
  kind: InboxKind;
  /** Null for what was watched. */
  eventId: string | null;
  /** What happened to something that the user watches; null or missing for what is about an event. */
  notice?: InboxNotice | null;
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
    eventId: { type: String, default: null },
    notice: { type: Schema.Types.Mixed },
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
