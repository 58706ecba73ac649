import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';
import type { PlatformRole } from '#kit/viewer.ts';

/** A second factor, as stored. */
export interface SecondFactorRecord {
  /** The secret that the authenticator app shares, as `seal` gives it. */
  sealedSecret: string;
  /** When a first code proved that the app has it; null while it is not asked for. */
  confirmedAt: Date | null;
  /** The last step of time whose code was used: none is good twice. */
  lastStep: number;
  /** SHA-256 of the codes that are left for when the app is lost. */
  recoveryDigests: string[];
}

/** Somebody with an account, as stored. */
export interface UserRecord {
  _id: string;
  revision: number;
  name: string;
  /** As `emailOf` gives it: lower case, so that the unique index ignores letter case. */
  email: string;
  /** Encoded argon2id hash; null when the user signs in elsewhere. */
  passwordHash: string | null;
  secondFactor: SecondFactorRecord | null;
  roles: PlatformRole[];
  /** When the user proved to read mail sent to `email`; null when not yet. */
  verifiedAt: Date | null;
  joinedAt: Date;
  /** Counts saved searches, so that two that are saved at once meet here; missing before the first. */
  searchChanges?: number;
}

const secondFactorSchema = new Schema(
  {
    sealedSecret: { type: String, required: true },
    confirmedAt: { type: Date, default: null },
    lastStep: { type: Number, required: true },
    recoveryDigests: { type: [String], required: true },
  },
  { ...plainSchema, _id: false },
);

const userSchema = new Schema(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    name: { type: String, required: true },
    email: { type: String, required: true },
    passwordHash: { type: String, default: null },
    secondFactor: { type: secondFactorSchema, default: null },
    roles: { type: [String], required: true },
    verifiedAt: { type: Date, default: null },
    joinedAt: { type: Date, required: true },
    searchChanges: Number,
  },
  { ...plainSchema, collection: 'users' },
)
  // One account an e-mail; serves sign-in.
  .index({ email: 1 }, { unique: true })
  // Whether there is an operator at all.
  .index({ roles: 1 });

/** Accounts. */
export function usersOf(connection: Connection): Model<UserRecord> {
  return modelOf<UserRecord>(connection, 'users', userSchema);
}
