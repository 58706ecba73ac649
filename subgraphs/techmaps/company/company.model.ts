import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Followed } from '#kit/facts.ts';
import type { CompanyFact } from '#schema/facts.ts';

/** What this subgraph keeps of a company, as companies tells it. */
export interface CompanyRecord
  extends
    Followed,
    Partial<
      Pick<
        CompanyFact,
        'status' | 'sectors' | 'region' | 'kinds' | 'size' | 'certificates' | 'mergedIntoId'
      >
    > {
  /** Whether what a merged company could do went over to the one that stays. */
  handedOver?: boolean;
}

const schema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    gone: { type: Boolean, required: true },
    status: { type: String },
    sectors: { type: [String], default: undefined },
    region: { type: String },
    kinds: { type: [String], default: undefined },
    size: { type: String },
    certificates: { type: [Schema.Types.Mixed], default: undefined },
    mergedIntoId: { type: String },
    handedOver: { type: Boolean },
  },
  { ...plainSchema, collection: 'companies' },
)
  // companies that were merged
  .index({ mergedIntoId: 1 }, { partialFilterExpression: { mergedIntoId: { $type: 'string' } } });

/** The companies that are known here: a read model of another subgraph's facts. */
export function companiesOf(connection: Connection): Model<CompanyRecord> {
  return modelOf<CompanyRecord>(connection, 'companies', schema);
}
