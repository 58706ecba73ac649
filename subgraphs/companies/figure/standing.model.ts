import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** What a company counts as now, as stored; by company. */
export interface StandingRecord {
  _id: string;
  /** Such as `KIND SAAS`; empty when it does not take part. */
  facets: string[];
}

/** What a company began and ceased to count as, as stored; never changed. */
export interface StandingChangeRecord {
  _id: string;
  companyId: string;
  at: Date;
  came: string[];
  went: string[];
}

const standingSchema = new Schema(
  { _id: { type: String, required: true }, facets: { type: [String], required: true } },
  { ...plainSchema, collection: 'standings' },
);

const changeSchema = new Schema(
  {
    _id: { type: String, required: true },
    companyId: { type: String, required: true },
    at: { type: Date, required: true },
    came: { type: [String], required: true },
    went: { type: [String], required: true },
  },
  { ...plainSchema, collection: 'standing_changes' },
)
  // Everything until a month.
  .index({ at: 1 });

/** What companies count as. */
export function standingsOf(connection: Connection): Model<StandingRecord> {
  return modelOf<StandingRecord>(connection, 'standings', standingSchema);
}

/** How that changed. */
export function standingChangesOf(connection: Connection): Model<StandingChangeRecord> {
  return modelOf<StandingChangeRecord>(connection, 'standing_changes', changeSchema);
}
