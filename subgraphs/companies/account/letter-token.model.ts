import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** What a secret that was mailed is good for. */
export type TokenPurpose = 'VERIFY_EMAIL' | 'RESET_PASSWORD';

/** A secret that was mailed, as stored. */
export interface LetterTokenRecord {
  /** SHA-256 of the secret. */
  _id: string;
  purpose: TokenPurpose;
  userId: string;
  /** The address it was mailed to: another one proves nothing. */
  email: string;
  expiresAt: Date;
}

const letterTokenSchema = new Schema(
  {
    _id: { type: String, required: true },
    purpose: { type: String, required: true },
    userId: { type: String, required: true },
    email: { type: String, required: true },
    expiresAt: { type: Date, required: true, expires: 0 },
  },
  { ...plainSchema, collection: 'letter_tokens' },
)
  // All of a user's, to be used up together.
  .index({ userId: 1, purpose: 1 });

/** Secrets that were mailed and not yet used. */
export function letterTokensOf(connection: Connection): Model<LetterTokenRecord> {
  return modelOf<LetterTokenRecord>(connection, 'letter_tokens', letterTokenSchema);
}
