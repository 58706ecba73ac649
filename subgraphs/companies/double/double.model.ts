import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';

/** Records that have something in common by which they look like one firm, as stored. */
export interface DoubleRecord {
  /** What they have in common. */
  _id: string;
  /** The records, at most so many. */
  companyIds: string[];
  /** Whether they are likely doubles: more than one, and not too many to be. */
  alike: boolean;
}

/** One page of likely doubles. */
export type DoublePage = Page<DoubleRecord>;

const doubleSchema = new Schema(
  {
    _id: { type: String, required: true },
    companyIds: { type: [String], required: true },
    alike: { type: Boolean, required: true },
  },
  { ...plainSchema, collection: 'doubles' },
)
  // The list of likely doubles.
  .index({ alike: 1, _id: 1 })
  // What a record had in common so far.
  .index({ companyIds: 1 });

/** What records have in common, kept with every change of a company. */
export function doublesOf(connection: Connection): Model<DoubleRecord> {
  return modelOf<DoubleRecord>(connection, 'doubles', doubleSchema);
}
