import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Why a session ended. */
export type SessionEnd = 'SIGNED_OUT' | 'REPLACED' | 'REUSED' | 'PASSWORD_CHANGED' | 'CLAIMED';

/** One sign-in and what follows from it, as stored. Tokens are kept as SHA-256, in base64url. */
export interface SessionRecord {
  _id: string;
  userId: string;
  /** Digest of the part that all refresh tokens of the session share: a token that has it was once good. */
  family: string;
  /** Digest of the refresh token that is good now. */
  current: string;
  /** Digest of the one before it; null at first. */
  previous: string | null;
  /** When `previous` was exchanged, and under which idempotency key (digest). */
  rotatedAt: Date | null;
  rotationKey: string | null;
  /** Digest of the idempotency key of the sign-in; null without one. */
  startKey: string | null;
  startedAt: Date;
  /** Not refreshed until then, the session is over. */
  expiresAt: Date;
  endedAt: Date | null;
  endedBecause: SessionEnd | null;
}

const sessionSchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    family: { type: String, required: true },
    current: { type: String, required: true },
    previous: { type: String, default: null },
    rotatedAt: { type: Date, default: null },
    rotationKey: { type: String, default: null },
    startKey: { type: String, default: null },
    startedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true, expires: 0 },
    endedAt: { type: Date, default: null },
    endedBecause: { type: String, default: null },
  },
  { ...plainSchema, collection: 'sessions' },
)
  // Open sessions of a user: signing out everywhere, replacing a repeated sign-in.
  .index({ userId: 1, endedAt: 1 });

/** Sessions; gone once they have expired. */
export function sessionsOf(connection: Connection): Model<SessionRecord> {
  return modelOf<SessionRecord>(connection, 'sessions', sessionSchema);
}
