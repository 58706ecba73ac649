import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { RecoveryStatus } from './state.ts';

/** Public money that is demanded back, as stored. */
export interface RecoveryRecord {
  _id: string;
  projectId: string;
  companyId: string;
  /** Won. */
  amount: number;
  reason: string;
  /** Last day to pay, `YYYY-MM-DD`. */
  dueOn: string;
  status: RecoveryStatus;
  demandedBy: string;
  demandedAt: Date;
  closedAt: Date | null;
  note: string | null;
  revision: number;
}

const recoverySchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    companyId: { type: String, required: true },
    amount: { type: Number, required: true },
    reason: { type: String, required: true },
    dueOn: { type: String, required: true },
    status: { type: String, required: true },
    demandedBy: { type: String, required: true },
    demandedAt: { type: Date, required: true },
    closedAt: { type: Date, default: null },
    note: { type: String, default: null },
    revision: { type: Number, required: true },
  },
  { ...plainSchema, collection: 'recoveries' },
)
  // Project.recoveries
  .index({ projectId: 1, _id: 1 });

/** All demands of money back. */
export function recoveriesOf(connection: Connection): Model<RecoveryRecord> {
  return modelOf<RecoveryRecord>(connection, 'recoveries', recoverySchema);
}
