import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { Page } from '#kit/page.ts';
import type { Movement } from './books.ts';

/** A movement of money as stored; never changed, only taken back by another. */
export interface LedgerRecord extends Movement {
  _id: string;
  projectId: string;
  /** Code of the stage in which it moved; what takes another back has the stage of that. */
  stage?: string | null;
  memo: string | null;
  recordedBy: string;
  recordedAt: Date;
}

/** A page of a ledger. */
export type LedgerPage = Page<LedgerRecord>;

const ledgerSchema = new Schema(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    number: { type: Number, required: true },
    kind: { type: String, required: true },
    companyId: { type: String, required: true },
    item: { type: String, default: null },
    amount: { type: Number, required: true },
    reverses: { type: Number, default: null },
    stage: { type: String, default: null },
    memo: { type: String, default: null },
    recordedBy: { type: String, required: true },
    recordedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'ledger' },
)
  // Project.ledger and Project.accounts; numbers have no gap and no double
  .index({ projectId: 1, number: -1 }, { unique: true });

/** All ledgers. */
export function ledgerOf(connection: Connection): Model<LedgerRecord> {
  return modelOf<LedgerRecord>(connection, 'ledger', ledgerSchema);
}
