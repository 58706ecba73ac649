import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Text } from '#kit/text.ts';

/** What a pilot user says. */
export interface Feedback {
  /** 1 to 5. */
  rating: number;
  words: Text;
  givenBy: string;
  givenAt: Date;
}

/** A pilot user of what a project makes, as stored. */
export interface PilotRecord {
  _id: string;
  projectId: string;
  companyId: string;
  /** First and last day, `YYYY-MM-DD`; the last is null while it is open. */
  from: string;
  to: string | null;
  /** What is tried. */
  subject: Text;
  feedback: Feedback | null;
  revision: number;
}

const pilotSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    companyId: { type: String, required: true },
    from: { type: String, required: true },
    to: { type: String, default: null },
    subject: { type: Schema.Types.Mixed, required: true },
    feedback: { type: Schema.Types.Mixed, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'pilots' },
)
  // Project.pilots; a firm tries a project once
  .index({ projectId: 1, companyId: 1 }, { unique: true });

/** All pilot users. */
export function pilotsOf(connection: Connection): Model<PilotRecord> {
  return modelOf<PilotRecord>(connection, 'pilots', pilotSchema);
}
