import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Days by which the alliance keeps trust, as stored: data of the secretariat. */
export interface TrustTermsRecord {
  _id: string;
  revision: number;
  /** Between the call to a hearing and the hearing, at least. */
  hearingNoticeDays: number;
  /** After a decision in which its firm may appeal. */
  appealDays: number;
  /** How long a warning is in force. */
  warningDays: number;
  /** After a project ends in which its firms review each other. */
  reviewDays: number;
}

const termsSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    hearingNoticeDays: { type: Number, required: true },
    appealDays: { type: Number, required: true },
    warningDays: { type: Number, required: true },
    reviewDays: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'trust_terms' },
);

/** The terms, one record. */
export function trustTermsOf(connection: Connection): Model<TrustTermsRecord> {
  return modelOf<TrustTermsRecord>(connection, 'trust_terms', termsSchema);
}
