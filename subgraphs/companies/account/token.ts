/** Access tokens and the keys that sign them. */
import { createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

import jsonwebtoken from 'jsonwebtoken';

import { newId } from '#kit/id.ts';
import type { CompanyRole, PlatformRole } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import type { SigningKeyRecord } from './signing-key.model.ts';

/** What an access token says. */
export interface TokenClaims {
  userId: string;
  companies: { companyId: string; role: CompanyRole }[];
  roles: PlatformRole[];
  /** What the token allows. */
  scopes: string[];
}

/** An access token and when it expires. */
export interface AccessToken {
  accessToken: string;
  expiresAt: Date;
}

/** What of the context keys need. */
type Keys = Pick<Context, 'signingKeys' | 'config'>;

const makeKeyPair = promisify(generateKeyPair);
const minute = 60_000;
const day = 24 * 60 * minute;
/** How long a verifier whose clock is behind may still take a token for good. */
const clockLeeway = 5 * minute;

/**
 * An access token: a JWT signed with ES256 by the newest key.
 *
 * @param now milliseconds since the epoch
 */
export async function signToken(
  keys: Keys,
  { userId, companies, roles, scopes }: TokenClaims,
  now: number,
): Promise<AccessToken> {
  const { _id: kid, privateJwk } = await currentKey(keys, now);
  const { tokenMinutes, tokenIssuer, tokenAudience } = keys.config;
  const issued = Math.floor(now / 1000);
  const expires = issued + tokenMinutes * 60;
  // To the millisecond (RFC 7519 allows it): whether a membership ended before or after is a matter of moments.
  const claims = { companies, roles, scope: scopes.join(' '), iat: now / 1000, exp: expires };
  const accessToken = jsonwebtoken.sign(
    claims,
    createPrivateKey({ key: privateJwk, format: 'jwk' }),
    {
      algorithm: 'ES256',
      keyid: kid,
      issuer: tokenIssuer,
      audience: tokenAudience,
      subject: userId,
      jwtid: newId(),
    },
  );
  return { accessToken, expiresAt: new Date(expires * 1000) };
}

/** The public keys that tokens still in use may be signed with, newest first; makes the first key when there is none. */
export async function findTokenKeys(keys: Keys): Promise<{ kid: string; jwk: string }[]> {
  const now = Date.now();
  await currentKey(keys, now);
  const found = await keys.signingKeys
    .find({ $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date(now) } }] })
    .sort({ _id: -1 })
    .lean();
  return found.map(({ _id: kid, publicJwk }) => ({
    kid,
    jwk: JSON.stringify({ ...publicJwk, kid, alg: 'ES256', use: 'sig' }),
  }));
}

/** The key that signs now; a key too old hands over to a new one and stays public until its last token expired. */
async function currentKey({ signingKeys, config }: Keys, now: number): Promise<SigningKeyRecord> {
  const newest = await signingKeys.findOne({ expiresAt: null }).sort({ _id: -1 }).lean();
  if (newest && now - newest.createdAt.getTime() < config.signingKeyDays * day) return newest;
  // Two replicas may do this at once: there are then two new keys, both public, and the later one signs.
  const next = await newKey(now);
  await signingKeys.create([next]);
  const expiresAt = new Date(now + config.tokenMinutes * minute + clockLeeway);
  await signingKeys.updateMany(
    { expiresAt: null, _id: { $lt: next._id } },
    { $set: { expiresAt } },
  );
  return next;
}

async function newKey(now: number): Promise<SigningKeyRecord> {
  const { privateKey, publicKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  return {
    _id: newId(),
    privateJwk: privateKey.export({ format: 'jwk' }),
    publicJwk: publicKey.export({ format: 'jwk' }),
    createdAt: new Date(now),
    expiresAt: null,
  };
}
