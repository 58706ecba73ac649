/** What companies tell about firms, as far as the marketplace needs it. */
import { Schema, type Connection, type Model } from 'mongoose';

import type { Followed } from '#kit/facts.ts';
import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { CompanyFact } from '#schema/facts.ts';

/** A firm as a provider: its name, and whether it may take part. */
export interface CompanyRecord
  extends
    Followed,
    Pick<CompanyFact, 'name' | 'status' | 'restrictedUntil' | 'mergedIntoId' | 'certificates'> {}

/** A firm as the graph names it here. */
export interface CompanyKey {
  id: string;
}

const companySchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    name: { type: { ko: String, en: String }, _id: false },
    status: { type: String },
    restrictedUntil: { type: Date },
    mergedIntoId: { type: String, default: null },
    certificates: {
      type: [
        new Schema(
          { scheme: String, type: String, grade: String, validFrom: String, validTo: String },
          // `type` is a field here, not mongoose's word for one.
          { _id: false, typeKey: '$type' },
        ),
      ],
      default: [],
    },
  },
  { ...plainSchema, collection: 'companies' },
);

/** Firms that may provide. */
export function companiesOf(connection: Connection): Model<CompanyRecord> {
  return modelOf<CompanyRecord>(connection, 'companies', companySchema);
}
