import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';
import type { VisitStatus } from './state.ts';

/** A site visit as stored. */
export interface VisitRecord {
  _id: string;
  projectId: string;
  place: Text;
  /** `YYYY-MM-DD`. */
  on: string;
  /** Who goes, in words. */
  visitors: string;
  status: VisitStatus;
  findings: Text | null;
  /** Whether what was seen fits the plan; null before. */
  isSatisfactory: boolean | null;
  recordedAt: Date | null;
  revision: number;
}

const visitSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    place: { type: Schema.Types.Mixed, required: true },
    on: { type: String, required: true },
    visitors: { type: String, required: true },
    status: { type: String, required: true },
    findings: { type: Schema.Types.Mixed, default: null },
    isSatisfactory: { type: Boolean, default: null },
    recordedAt: { type: Date, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'visits' },
)
  // Project.siteVisits
  .index({ projectId: 1, on: -1, _id: -1 });

/** All site visits. */
export function visitsOf(connection: Connection): Model<VisitRecord> {
  return modelOf<VisitRecord>(connection, 'visits', visitSchema);
}
