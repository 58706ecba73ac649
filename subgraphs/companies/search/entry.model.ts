import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CompanyStatus } from '#schema/facts.ts';

/** What the partner search knows of a company; written with it. */
export interface EntryRecord {
  /** The company. */
  _id: string;
  status: CompanyStatus;
  sortName: string;
  registeredAt: Date;
  /** Search forms of everything that words may be found in. */
  forms: string[];
  /** Everything that a filter may ask for: facets such as `kind:SAAS`, and grams of the forms. */
  terms: string[];
  /** Confirmed certificates; `validTo` far in the future when there is no end. */
  certificates: {
    scheme: string;
    type: string | null;
    grade: string | null;
    validFrom: string;
    validTo: string;
  }[];
}

const certificateSchema = new Schema(
  {
    scheme: { type: String, required: true },
    type: { type: String, default: null },
    grade: { type: String, default: null },
    validFrom: { type: String, required: true },
    validTo: { type: String, required: true },
  },
  { ...plainSchema, _id: false },
);

const entrySchema = new Schema(
  {
    _id: { type: String, required: true },
    status: { type: String, required: true },
    sortName: { type: String, required: true },
    registeredAt: { type: Date, required: true },
    forms: { type: [String], required: true },
    terms: { type: [String], required: true },
    certificates: { type: [certificateSchema], required: true },
  },
  { ...plainSchema, collection: 'search_entries' },
)
  // Any filter: its rarest term, then the state, in either order.
  .index({ terms: 1, status: 1, sortName: 1, _id: 1 })
  .index({ terms: 1, status: 1, registeredAt: -1, _id: -1 })
  // No filter but the state, in either order.
  .index({ status: 1, sortName: 1, _id: 1 })
  .index({ status: 1, registeredAt: -1, _id: -1 });

/** The partner search's entries, one a company. */
export function entriesOf(connection: Connection): Model<EntryRecord> {
  return modelOf<EntryRecord>(connection, 'search_entries', entrySchema);
}
