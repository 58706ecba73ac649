import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';
import type { ReportStatus } from './state.ts';

/** A progress report as stored; what it says is never changed. */
export interface ReportRecord {
  _id: string;
  projectId: string;
  number: number;
  /** First and last day, `YYYY-MM-DD`. */
  from: string;
  to: string;
  /** How much of the work is done, basis points. */
  done: number;
  summary: Text;
  /** What stands in the way. */
  obstacles: Text;
  status: ReportStatus;
  reportedBy: string;
  reportedAt: Date;
  decidedAt: Date | null;
  verdict: string | null;
  revision: number;
}

const reportSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    number: { type: Number, required: true },
    from: { type: String, required: true },
    to: { type: String, required: true },
    done: { type: Number, required: true },
    summary: { type: Schema.Types.Mixed, required: true },
    obstacles: { type: Schema.Types.Mixed, required: true },
    status: { type: String, required: true },
    reportedBy: { type: String, required: true },
    reportedAt: { type: Date, required: true },
    decidedAt: { type: Date, default: null },
    verdict: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'reports' },
)
  // Project.reports; numbers have no double
  .index({ projectId: 1, number: -1 }, { unique: true });

/** All progress reports. */
export function reportsOf(connection: Connection): Model<ReportRecord> {
  return modelOf<ReportRecord>(connection, 'reports', reportSchema);
}
