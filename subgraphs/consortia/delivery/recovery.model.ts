import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { RecoveryStatus } from './state.ts';

/** A repayment that was entered into the books. */
export interface RepaymentRecord {
  /** Of its entry in the project's ledger. */
  number: number;
  /** Won. */
  amount: number;
  paidAt: Date;
  note: string | null;
  /** When it turned out not to have arrived; null while it stands. */
  bouncedAt: Date | null;
  /** Number of the entry that takes it back. */
  takenBackBy: number | null;
  /** Why it was taken back. */
  reason: string | null;
}

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
  /** What arrived, in that order; never changed but for what bounced. */
  repayments?: RepaymentRecord[];
  /** What was given up, won. */
  waived?: number;
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
    repayments: { type: [Schema.Types.Mixed] },
    waived: { type: Number },
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
