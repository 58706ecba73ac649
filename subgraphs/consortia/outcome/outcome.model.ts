import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';
import type { OutcomeFact } from '#schema/facts.ts';
import type { OutcomeStatus } from './state.ts';

/** A joint supplier and its part. */
export interface Supplier {
  companyId: string;
  /** Basis points. */
  share: number;
}

/** A service that came out of a project, as stored. */
export interface OutcomeRecord {
  _id: string;
  projectId: string;
  name: Text;
  summary: Text;
  model: OutcomeFact['model'];
  /** The lead first; together 10,000 basis points. */
  suppliers: Supplier[];
  status: OutcomeStatus;
  handedOverAt: Date | null;
  revision: number;
}

const outcomeSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: Schema.Types.Mixed, required: true },
    summary: { type: Schema.Types.Mixed, required: true },
    model: { type: String, required: true },
    suppliers: { type: [Schema.Types.Mixed], required: true },
    status: { type: String, required: true },
    handedOverAt: { type: Date, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'outcomes' },
)
  // Project.outcomes
  .index({ projectId: 1, _id: 1 });

/** All services that came out of projects. */
export function outcomesOf(connection: Connection): Model<OutcomeRecord> {
  return modelOf<OutcomeRecord>(connection, 'outcomes', outcomeSchema);
}
