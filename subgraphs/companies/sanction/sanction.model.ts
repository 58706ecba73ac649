import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** What a sanction does. */
export type SanctionKind = 'WARNING' | 'RESTRICTION' | 'RECOVERY';

/** A sanction against a firm, as stored. */
export interface SanctionRecord {
  _id: string;
  revision: number;
  /** The case that it follows from; null for an order of the secretariat. */
  caseId: string | null;
  companyId: string;
  kind: SanctionKind;
  from: Date;
  /** Null for a recovery: it ends once all is paid. */
  until: Date | null;
  /** Whole won to be paid back, until which day, and how much was. */
  amount: number | null;
  dueOn: string | null;
  recovered: number;
  /** Why, for an order; of a case, its decision says it. */
  reason: string | null;
  /** When it was lifted before its time, or was paid. */
  liftedAt: Date | null;
  /** When its beginning and its end were told; null while they were not. */
  begunAt: Date | null;
  endedAt: Date | null;
  /** When something of it is to be told next; null when nothing is. */
  nextAt: Date | null;
}

const sanctionSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    caseId: { type: String, default: null },
    companyId: { type: String, required: true },
    kind: { type: String, required: true },
    from: { type: Date, required: true },
    until: { type: Date, default: null },
    amount: { type: Number, default: null },
    dueOn: { type: String, default: null },
    recovered: { type: Number, required: true },
    reason: { type: String, default: null },
    liftedAt: { type: Date, default: null },
    begunAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    nextAt: { type: Date, default: null },
  },
  { ...plainSchema, collection: 'sanctions' },
)
  // Sanctions of a firm, in force or not.
  .index({ companyId: 1, from: -1, _id: -1 })
  // Sanctions of a case.
  .index({ caseId: 1 })
  // What is due to be told.
  .index({ nextAt: 1 });

/** Sanctions. */
export function sanctionsOf(connection: Connection): Model<SanctionRecord> {
  return modelOf<SanctionRecord>(connection, 'sanctions', sanctionSchema);
}
