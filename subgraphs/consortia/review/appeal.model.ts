import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { AppealStatus } from './state.ts';

/** An appeal as stored. */
export interface AppealRecord {
  _id: string;
  callId: string;
  projectId: string;
  grounds: string;
  filedBy: string;
  filedAt: Date;
  status: AppealStatus;
  /** Why it was decided so; null before. */
  reason: string | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  /** When the ranking was made again; null before, and where it was not. */
  settledAt: Date | null;
  rankBefore: number | null;
  /** Null until it is settled. */
  rankAfter: number | null;
  revision: number;
}

const appealSchema = new Schema(
  {
    _id: { type: String, required: true },
    callId: { type: String, required: true },
    projectId: { type: String, required: true },
    grounds: { type: String, required: true },
    filedBy: { type: String, required: true },
    filedAt: { type: Date, required: true },
    status: { type: String, required: true },
    reason: { type: String, default: null },
    decidedBy: { type: String, default: null },
    decidedAt: { type: Date, default: null },
    settledAt: { type: Date, default: null },
    rankBefore: { type: Number, default: null },
    rankAfter: { type: Number, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'appeals' },
)
  // A project's appeal; two that are filed at once meet here.
  .index({ projectId: 1 }, { unique: true })
  // Call.appeals, and whether one is open
  .index({ callId: 1, _id: 1 });

/** All appeals. */
export function appealsOf(connection: Connection): Model<AppealRecord> {
  return modelOf<AppealRecord>(connection, 'appeals', appealSchema);
}
