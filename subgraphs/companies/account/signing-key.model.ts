import type { JsonWebKey } from 'node:crypto';

import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** A key pair for access tokens, as stored. */
export interface SigningKeyRecord {
  /** Key id (`kid`). */
  _id: string;
  /** P-256, with its private part. */
  privateJwk: JsonWebKey;
  publicJwk: JsonWebKey;
  createdAt: Date;
  /** When no token that it signed can be good any more; null while it signs. */
  expiresAt: Date | null;
}

const signingKeySchema = new Schema(
  {
    _id: { type: String, required: true },
    privateJwk: { type: Schema.Types.Mixed, required: true },
    publicJwk: { type: Schema.Types.Mixed, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null, expires: 0 },
  },
  { ...plainSchema, collection: 'signing_keys' },
);

/** Keys that access tokens are signed with. */
export function signingKeysOf(connection: Connection): Model<SigningKeyRecord> {
  return modelOf<SigningKeyRecord>(connection, 'signing_keys', signingKeySchema);
}
