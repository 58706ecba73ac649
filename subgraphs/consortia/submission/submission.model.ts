import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A submission as stored. */
export interface SubmissionRecord {
  _id: string;
  projectId: string;
  callId: string;
  programmeId: string;
  leadCompanyId: string;
  /** Within the call, from 1. */
  number: number;
  submittedAt: Date;
  submittedBy: string;
  /** SHA-256 of everything that was submitted, hexadecimal. */
  hash: string;
  documents: { code: string; fileName: string; sha256: string }[];
  bonuses: string[];
  takenBackAt: Date | null;
}

const submissionSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    callId: { type: String, required: true },
    programmeId: { type: String, required: true },
    leadCompanyId: { type: String, required: true },
    number: { type: Number, required: true },
    submittedAt: { type: Date, required: true },
    submittedBy: { type: String, required: true },
    hash: { type: String, required: true },
    documents: { type: [Schema.Types.Mixed], required: true },
    bonuses: { type: [String], required: true },
    takenBackAt: { type: Date, default: null },
  },
  { ...plainSchema, collection: 'submissions' },
)
  // Project.submission
  .index({ projectId: 1, takenBackAt: 1 })
  // a call's submissions in the order they came
  .index({ callId: 1, number: 1 }, { unique: true })
  // bonuses that a firm claimed before
  .index({ leadCompanyId: 1, programmeId: 1 });

/** All submissions. */
export function submissionsOf(connection: Connection): Model<SubmissionRecord> {
  return modelOf<SubmissionRecord>(connection, 'submissions', submissionSchema);
}
