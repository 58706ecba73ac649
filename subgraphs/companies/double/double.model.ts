import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** That the secretariat looked at records and found them to be different firms. */
export interface ApartRecord {
  reason: string;
  byId: string;
  at: Date;
}

/** Records that have something in common by which they look like one firm, as stored. */
export interface DoubleRecord {
  /** What they have in common. */
  _id: string;
  /** Counts changes of the records and of the mark. */
  revision: number;
  /** The records, at most so many. */
  companyIds: string[];
  /** Whether they are likely doubles: more than one, not too many to be, and not kept apart. */
  alike: boolean;
  /** Null when nobody said that they are different firms, or the records have changed since. */
  apart: ApartRecord | null;
}

/** One page of likely doubles. */
export type DoublePage = Page<DoubleRecord>;

const apartSchema = new Schema(
  {
    reason: { type: String, required: true },
    byId: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { ...plainSchema, _id: false },
);

const doubleSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    companyIds: { type: [String], required: true },
    alike: { type: Boolean, required: true },
    apart: { type: apartSchema, default: null },
  },
  { ...plainSchema, collection: 'doubles' },
)
  // The list of likely doubles.
  .index({ alike: 1, _id: 1 })
  // The list of those that are kept apart, and what somebody kept apart.
  .index({ 'apart.at': -1, _id: -1 })
  .index({ 'apart.byId': 1 })
  // What a record had in common so far.
  .index({ companyIds: 1 });

/** What records have in common, kept with every change of a company. */
export function doublesOf(connection: Connection): Model<DoubleRecord> {
  return modelOf<DoubleRecord>(connection, 'doubles', doubleSchema);
}
