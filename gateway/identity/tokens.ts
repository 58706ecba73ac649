/** Access tokens: verified here, once, against the keys that the owning subgraph publishes. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

import { GraphQLError } from 'graphql';
import jwt from 'jsonwebtoken';

import type { Log } from '#kit/log.ts';
import {
  companyRoles,
  platformRoles,
  visitor,
  type CompanyRole,
  type PlatformRole,
  type Viewer,
} from '#kit/viewer.ts';

/** Who a token says is asking, and until when. */
export interface Signed {
  viewer: Viewer;
  /** Milliseconds since the epoch; null for a visitor. */
  expiresAt: number | null;
}

/** Verifies access tokens. */
export interface Tokens {
  /**
   * The viewer behind an `authorization` value; a visitor when there is none.
   *
   * @throws {GraphQLError} UNAUTHENTICATED when the value is anything but a valid access token
   * @throws {SubgraphFault} when the keys cannot be had
   */
  verify(authorization: string | undefined, requestId: string): Promise<Signed>;
  /** The published keys, as a JWK set. */
  published(): Promise<{ keys: object[] }>;
}

/** A key as the subgraph publishes it: `TokenKey` in the SDL. */
export interface PublishedKey {
  kid: string;
  /** JSON. */
  jwk: string;
}

/** How tokens are verified. */
export interface TokenRules {
  issuer: string;
  audience: string;
  /** Asks the owning subgraph; null where no subgraph publishes keys. */
  fetchKeys: (() => Promise<PublishedKey[]>) | null;
  log: Log;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

/** How far clocks may differ, in seconds. */
const leewaySeconds = 5;

/** How long an unknown key id or a failed fetch waits before the keys are asked for again, in milliseconds. */
const refetchMillis = 10_000;

/** How long keys are used before they are asked for anew, in milliseconds: so does a withdrawn key end. */
const staleMillis = 5 * 60_000;

/** The longest token that is looked at, in characters. */
const longestToken = 8_192;

/** What an elliptic or RSA key may have signed with; nothing else is accepted. */
const algorithms: Readonly<Record<string, jwt.Algorithm>> = { ec: 'ES256', rsa: 'RS256' };

/** Makes a verifier; keys are fetched with the first token. */
export function createTokens(rules: TokenRules): Tokens {
  const ring = keyRing(rules);
  return {
    verify: async (authorization, requestId) => {
      if (authorization === undefined || authorization === '')
        return { viewer: visitor(requestId), expiresAt: null };
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
      if (!token || token.length > longestToken) throw refused('This is no access token.');
      const { kid } = header(token);
      const key = await ring.key(kid);
      if (!key) throw refused('The access token is signed by a key that is not known here.');
      return signed(token, key, rules, requestId);
    },
    published: async () => ({ keys: await ring.published() }),
  };
}

function header(token: string): { kid: string } {
  const kid = jwt.decode(token, { complete: true })?.header.kid;
  if (typeof kid !== 'string' || kid.length > 256) throw refused('This is no access token.');
  return { kid };
}

function signed(token: string, key: KeyObject, rules: TokenRules, requestId: string): Signed {
  const algorithm = algorithms[key.asymmetricKeyType ?? ''];
  if (!algorithm) throw refused('The access token is signed by a key of the wrong kind.');
  const now = Math.floor((rules.clock ?? Date.now)() / 1000);
  try {
    const claims = jwt.verify(token, key, {
      algorithms: [algorithm],
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: leewaySeconds,
      clockTimestamp: now,
    });
    if (typeof claims === 'string' || typeof claims.exp !== 'number' || !claims.sub)
      throw refused('The access token says too little.');
    const viewer = viewerOf(claims, claims.sub, requestId);
    return { viewer, expiresAt: (claims.exp + leewaySeconds) * 1000 };
  } catch (error) {
    if (error instanceof GraphQLError) throw error;
    throw refused(
      error instanceof jwt.TokenExpiredError
        ? 'The access token has expired; sign in again.'
        : 'The access token is not valid here.',
    );
  }
}

/** Roles this version does not know are dropped: they can only take rights away. */
function viewerOf(claims: jwt.JwtPayload, userId: string, requestId: string): Viewer {
  const { companies, roles, scope, iat } = claims as Record<string, unknown>;
  return {
    userId,
    companies: listOf(companies).flatMap(membership),
    roles: listOf(roles).filter((role): role is PlatformRole =>
      platformRoles.some((each) => each === role),
    ),
    scopes: typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [],
    // A token that does not say when is older than everything.
    issuedAt: typeof iat === 'number' ? Math.floor(iat * 1000) : 0,
    requestId,
  };
}

function membership(value: unknown): { companyId: string; role: CompanyRole }[] {
  const { companyId, role } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<
    string,
    unknown
  >;
  const known = companyRoles.find((each) => each === role);
  return typeof companyId === 'string' && known ? [{ companyId, role: known }] : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

interface KeyRing {
  /** The key of an id, fetched once more when it is not known; null when it still is not. */
  key(kid: string): Promise<KeyObject | null>;
  published(): Promise<object[]>;
}

interface Keys {
  byId: ReadonlyMap<string, KeyObject>;
  published: object[];
  at: number;
}

function keyRing({ fetchKeys, log, clock = Date.now }: TokenRules): KeyRing {
  let keys: Keys = { byId: new Map(), published: [], at: -Infinity };
  let fetching: Promise<void> | null = null;
  let triedAt = -Infinity;
  const refresh = (): Promise<void> => {
    if (!fetchKeys) return Promise.resolve();
    triedAt = clock();
    fetching ??= fetchKeys()
      .then((found) => {
        keys = { ...read(found, log), at: clock() };
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };
  /** Old keys go on serving while the subgraph that publishes them does not answer. */
  const freshen = async (): Promise<void> => {
    if (keys.at === -Infinity) return refresh();
    if (clock() - keys.at > staleMillis && clock() - triedAt > refetchMillis)
      await refresh().catch((error: unknown) => log.warn({ error }, 'token keys not renewed'));
  };
  return {
    key: async (kid) => {
      await freshen();
      // Anyone can invent a key id, so asking again has a limit.
      if (!keys.byId.has(kid) && clock() - triedAt > refetchMillis) await refresh();
      return keys.byId.get(kid) ?? null;
    },
    published: async () => {
      await freshen();
      return keys.published;
    },
  };
}

function read(found: PublishedKey[], log: Log): Pick<Keys, 'byId' | 'published'> {
  const byId = new Map<string, KeyObject>();
  const published: object[] = [];
  for (const { kid, jwk } of found) {
    try {
      const key = createPublicKey({ key: JSON.parse(jwk) as JsonWebKey, format: 'jwk' });
      const alg = algorithms[key.asymmetricKeyType ?? ''];
      byId.set(kid, key);
      // Exported from the public key, so that a private one published by mistake goes no further.
      published.push({ ...key.export({ format: 'jwk' }), kid, use: 'sig', ...(alg && { alg }) });
    } catch (error) {
      log.error({ error, kid }, 'a published token key cannot be read');
    }
  }
  return { byId, published };
}

/** Refuses who is asking: never a visitor instead. */
export function refused(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  });
}
