import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { EventKind } from '../event/event.model.ts';

/** Which events a saved filter selects; an empty list narrows nothing. */
export interface KeptFilter {
  text: string | null;
  kinds: EventKind[];
  sectors: string[];
  /** Ids or codes, as they were given: what they contain is found when they are used. */
  technologies: string[];
  regions: string[];
  hostId: string | null;
}

/** A filter that a user keeps, as stored. */
export interface SavedFilterRecord extends KeptFilter {
  _id: string;
  userId: string;
  name: string;
  /** SHA-256 of the secret that opens its calendar and feed; the secret itself is not kept. */
  secretHash: string;
  secretAt: Date;
  notify: boolean;
  /** Under what news find it; see anchors.ts. */
  anchors: string[];
  revision: number;
}

const savedFilterSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    name: { type: String, required: true },
    text: { type: String, default: null },
    kinds: { type: [String], required: true },
    sectors: { type: [String], required: true },
    technologies: { type: [String], required: true },
    regions: { type: [String], required: true },
    hostId: { type: String, default: null },
    secretHash: { type: String, required: true },
    secretAt: { type: Date, required: true },
    notify: { type: Boolean, required: true },
    anchors: { type: [String], required: true },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'savedFilters' },
)
  // A user's filters by name, each name once.
  .index({ userId: 1, name: 1 }, { unique: true })
  // Filters that an entry of the feed may be selected by.
  .index({ notify: 1, anchors: 1 })
  // Filters that name a firm.
  .index({ hostId: 1 })
  // The filter that a secret opens.
  .index({ secretHash: 1 }, { unique: true });

/** Every filter that somebody keeps. */
export function savedFiltersOf(connection: Connection): Model<SavedFilterRecord> {
  return modelOf<SavedFilterRecord>(connection, 'savedFilters', savedFilterSchema);
}
