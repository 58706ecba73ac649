/** Sign-ins at the organisation's own provider: those under way, and whose accounts they lead to. */
import { Schema, type Connection, type Model } from 'mongoose';

import { modelOf, plainSchema } from '#kit/mongo.ts';

/** Who somebody is, as the provider said. */
export interface ExternalPerson {
  /** Names the person at the provider, for good. */
  subject: string;
  /** Tidied; null when the provider says none. */
  name: string | null;
  /** As `emailOf` gives it, and only when the provider says that it was verified. */
  email: string | null;
}

/** A sign-in under way, as stored. */
export interface ExternalSignInRecord {
  /** SHA-256 of the state. */
  _id: string;
  /** SHA-256 of the ticket that whoever began keeps: nobody else ends it. */
  ticket: string;
  /** In the ID token, so that no other one is taken. */
  nonce: string;
  /** PKCE (RFC 7636), as `seal` gives it. */
  sealedVerifier: string;
  /** Who the provider said it is; null until it has, and while no second factor is asked for. */
  person: ExternalPerson | null;
  /** Whether the person is to sign in anew at the provider, whoever is signed in there. */
  anew: boolean;
  expiresAt: Date;
}

const personSchema = new Schema(
  {
    subject: { type: String, required: true },
    name: { type: String, default: null },
    email: { type: String, default: null },
  },
  { ...plainSchema, _id: false },
);

const signInSchema = new Schema(
  {
    _id: { type: String, required: true },
    ticket: { type: String, required: true },
    nonce: { type: String, required: true },
    sealedVerifier: { type: String, required: true },
    person: { type: personSchema, default: null },
    anew: { type: Boolean, default: false },
    expiresAt: { type: Date, required: true, expires: 0 },
  },
  { ...plainSchema, collection: 'external_sign_ins' },
);

/** Sign-ins that began and did not end. */
export function externalSignInsOf(connection: Connection): Model<ExternalSignInRecord> {
  return modelOf<ExternalSignInRecord>(connection, 'external_sign_ins', signInSchema);
}

/** Whose account somebody of the provider has, as stored. */
export interface IdentityRecord {
  /** JSON of issuer and subject. */
  _id: string;
  userId: string;
  linkedAt: Date;
}

const identitySchema = new Schema(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true },
    linkedAt: { type: Date, required: true },
  },
  { ...plainSchema, collection: 'identities' },
)
  // A user's, to be handed out and erased.
  .index({ userId: 1 });

/** Accounts by who somebody is at a provider. */
export function identitiesOf(connection: Connection): Model<IdentityRecord> {
  return modelOf<IdentityRecord>(connection, 'identities', identitySchema);
}
