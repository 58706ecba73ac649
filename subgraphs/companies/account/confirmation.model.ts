import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** That somebody signed in at the provider anew a moment ago, as stored; good for one deed. */
export interface ConfirmationRecord {
  /** SHA-256 of the secret. */
  _id: string;
  userId: string;
  expiresAt: Date;
}

const confirmationSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    expiresAt: { type: Date, required: true, expires: 0 },
  },
  { ...plainSchema, collection: 'confirmations' },
)
  // A user's, to be erased with them.
  .index({ userId: 1 });

/** Confirmations that were not used. */
export function confirmationsOf(connection: Connection): Model<ConfirmationRecord> {
  return modelOf<ConfirmationRecord>(connection, 'confirmations', confirmationSchema);
}
