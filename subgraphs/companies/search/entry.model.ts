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
  /** When anything of it last changed. */
  changedAt: Date;
  /** A number from 0 to 1 that is drawn once and for all: the lowest ones are a fair sample. */
  draw: number;
  /** How many projects it brought to an end. */
  completed: number;
  /** How many of them on time, basis points; 0 without any. */
  onTime: number;
  /** What partners said on average, 1.0 to 5.0; 0 when nobody did. */
  rating: number;
  /** Search forms of everything that words may be found in. */
  forms: string[];
  /** Everything that a filter may ask for: facets such as `kind:SAAS`, and grams of the forms. */
  terms: string[];
  /** The terms that are counted. */
  facets: string[];
  /** Levels of what it can do. */
  technologies: { technologyId: string; level: number }[];
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

const technologySchema = new Schema(
  { technologyId: { type: String, required: true }, level: { type: Number, required: true } },
  { ...plainSchema, _id: false },
);

const entrySchema = new Schema(
  {
    _id: { type: String, required: true },
    status: { type: String, required: true },
    sortName: { type: String, required: true },
    registeredAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
    draw: { type: Number, required: true },
    completed: { type: Number, required: true },
    onTime: { type: Number, required: true },
    rating: { type: Number, required: true },
    forms: { type: [String], required: true },
    terms: { type: [String], required: true },
    facets: { type: [String], required: true },
    technologies: { type: [technologySchema], required: true },
    certificates: { type: [certificateSchema], required: true },
  },
  { ...plainSchema, collection: 'search_entries' },
)
  // Any filter: its rarest term, then the state; by name.
  .index({ terms: 1, status: 1, sortName: 1, _id: 1 })
  // No filter but the state, or one that so many match that looking at them in order is quicker; in each order.
  .index({ status: 1, sortName: 1, _id: 1 })
  .index({ status: 1, registeredAt: -1, _id: -1 })
  .index({ status: 1, completed: -1, onTime: -1, rating: -1, _id: -1 })
  // Names that are a word, then those that begin with it, for the order of relevance.
  .index({ forms: 1, status: 1 })
  // What changed lately, for saved searches.
  .index({ changedAt: 1 })
  // A sample.
  .index({ draw: 1 });

/** The partner search's entries, one a company. */
export function entriesOf(connection: Connection): Model<EntryRecord> {
  return modelOf<EntryRecord>(connection, 'search_entries', entrySchema);
}
