import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Text } from '#kit/text.ts';

/** Kinds of gatherings, as the graph names them. */
export type EventKind =
  | 'TECH_MEETUP'
  | 'BRIEFING'
  | 'DEMO_DAY'
  | 'WORKSHOP'
  | 'CONFERENCE'
  | 'HACKATHON'
  | 'NETWORKING'
  | 'OTHER';

/** Whether an event takes place. */
export type EventStatus = 'ANNOUNCED' | 'CANCELLED';

/** What is said about an event, by who announces it. */
export interface EventDetails {
  kind: EventKind;
  title: Text;
  description: Text | null;
  organizer: string | null;
  /** Sector codes; none means all sectors. */
  sectors: string[];
  /** Technology ids. */
  technologies: string[];
  /** ISO 3166-1 or 3166-2; null when it is only online. */
  region: string | null;
  venue: string | null;
  onlineUrl: string | null;
  startsAt: Date;
  endsAt: Date;
  /** IANA name. */
  timeZone: string;
  capacity: number | null;
}

/** How an event is found: computed from its details at every change. */
export interface EventTraces {
  /** The region and the country it lies in. */
  places: string[];
  /** Search forms of title, venue, organiser and host, one a line. */
  words: string;
  /** Every one or two characters that follow each other in a line of `words`. */
  grams: string[];
}

/** How full an event is. */
export interface Room {
  going: number;
  waiting: number;
  /** The last number that was given in the line. */
  last: number;
}

/** An event as stored. */
export interface EventRecord extends EventDetails, EventTraces {
  _id: string;
  /** Company that hosts. */
  hostId: string | null;
  status: EventStatus;
  cancellationReason: Text | null;
  sequence: number;
  uid: string;
  announcedAt: Date;
  changedAt: Date;
  origin: { source: string; externalId: string } | null;
  /** The series that it is an occurrence of. */
  seriesId: string | null;
  room: Room;
  /** The start of which those who go were reminded; null before. */
  remindedOf: Date | null;
  revision: number;
}

export type EventPage = Page<EventRecord>;

const textType = { type: new Schema({ ko: String, en: String }, { _id: false }), default: null };

/** What an event and an entry of the feed are both found by. */
export const traceFields = {
  kind: { type: String, required: true },
  sectors: { type: [String], required: true },
  technologies: { type: [String], required: true },
  places: { type: [String], required: true },
  hostId: { type: String, default: null },
  startsAt: { type: Date, required: true },
  endsAt: { type: Date, required: true },
  words: { type: String },
  grams: { type: [String], required: true },
} as const;

const eventSchema = new Schema(
  {
    ...traceFields,
    _id: { type: String, required: true },
    title: { ...textType, required: true },
    description: textType,
    organizer: { type: String, default: null },
    region: { type: String, default: null },
    venue: { type: String, default: null },
    onlineUrl: { type: String, default: null },
    timeZone: { type: String, required: true },
    capacity: { type: Number, default: null },
    status: { type: String, required: true },
    cancellationReason: textType,
    sequence: { type: Number, required: true },
    uid: { type: String, required: true },
    announcedAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
    origin: {
      type: new Schema({ source: String, externalId: String }, { _id: false }),
      default: null,
    },
    seriesId: { type: String, default: null },
    room: {
      type: new Schema({ going: Number, waiting: Number, last: Number }, { _id: false }),
      required: true,
    },
    remindedOf: { type: Date, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'events' },
)
  // All events by their start; then those of a sector, about a technology, in a region, of a host, with a text.
  .index({ startsAt: 1, _id: 1 })
  .index({ sectors: 1, startsAt: 1, _id: 1 })
  .index({ technologies: 1, startsAt: 1, _id: 1 })
  .index({ places: 1, startsAt: 1, _id: 1 })
  .index({ hostId: 1, startsAt: 1, _id: 1 })
  .index({ grams: 1, startsAt: 1, _id: 1 })
  // Occurrences of a series.
  .index({ seriesId: 1, startsAt: 1, _id: 1 })
  // One event for one identity in a source.
  .index(
    { 'origin.source': 1, 'origin.externalId': 1 },
    { unique: true, partialFilterExpression: { 'origin.source': { $exists: true } } },
  );

/** Every event that was announced. */
export function eventsOf(connection: Connection): Model<EventRecord> {
  return modelOf<EventRecord>(connection, 'events', eventSchema);
}
