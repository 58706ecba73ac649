/** The feed as stored: what happened to events, numbered in the order in which it was committed. */
import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import { traceFields, type EventRecord, type EventTraces } from '../event/event.model.ts';

/** What can happen to an event. */
export type EventNewsKind = 'ANNOUNCED' | 'CHANGED' | 'CANCELLED';

/** What of an event can change. */
export type EventField =
  | 'KIND'
  | 'TITLE'
  | 'DESCRIPTION'
  | 'HOST'
  | 'ORGANIZER'
  | 'SECTORS'
  | 'TECHNOLOGIES'
  | 'REGION'
  | 'VENUE'
  | 'ONLINE_URL'
  | 'STARTS_AT'
  | 'ENDS_AT'
  | 'TIME_ZONE'
  | 'CAPACITY'
  | 'STATUS';

/** By what an entry is found: an event as it was, or as it became. */
export type NewsTraces = Pick<
  EventRecord,
  'kind' | 'sectors' | 'technologies' | 'hostId' | 'startsAt' | 'endsAt'
> &
  EventTraces;

/** One entry of the feed; never changed, never deleted. */
export interface NewsRecord {
  _id: string;
  /** Place in the feed: 1, 2, 3 … without gaps, in the order of the commits. */
  seq: number;
  kind: EventNewsKind;
  at: Date;
  changes: EventField[];
  eventId: string;
  /** The event as it became and, where its traces changed, as it was before. */
  about: NewsTraces[];
}

/** An entry with the event, where it was read along. */
export type News = NewsRecord & { event?: EventRecord };

export type NewsPage = Page<News>;

const newsSchema = new Schema(
  {
    _id: { type: String, required: true },
    seq: { type: Number, required: true },
    kind: { type: String, required: true },
    at: { type: Date, required: true },
    changes: { type: [String], required: true },
    eventId: { type: String, required: true },
    about: { type: [new Schema(traceFields, { _id: false })], required: true },
  },
  { ...plainSchema, collection: 'news' },
)
  // The feed in its order; then the part of it for a sector, a technology, a region, a host, a text.
  .index({ seq: 1 }, { unique: true })
  .index({ 'about.sectors': 1, seq: 1 })
  .index({ 'about.technologies': 1, seq: 1 })
  .index({ 'about.places': 1, seq: 1 })
  .index({ 'about.hostId': 1, seq: 1 })
  .index({ 'about.grams': 1, seq: 1 });

/** What happened to events. */
export function newsOf(connection: Connection): Model<NewsRecord> {
  return modelOf<NewsRecord>(connection, 'news', newsSchema);
}

/** How far a numbering has come. */
export interface CounterRecord {
  _id: string;
  value: number;
}

const counterSchema = new Schema(
  { _id: { type: String, required: true }, value: { type: Number, required: true } },
  { ...plainSchema, collection: 'counters' },
);

/** Numberings; `news` counts the feed's entries. */
export function countersOf(connection: Connection): Model<CounterRecord> {
  return modelOf<CounterRecord>(connection, 'counters', counterSchema);
}
