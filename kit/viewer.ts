/** Who is asking: built once at the gateway from a verified token, signed, and carried to every subgraph. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { GraphQLError } from 'graphql';

/** What a user may be on the whole platform. */
export const platformRoles = ['REVIEWER', 'SECRETARIAT', 'OPERATOR'] as const;
export type PlatformRole = (typeof platformRoles)[number];

/** What a user may be in one company; each includes the ones after it. */
export const companyRoles = ['OWNER', 'EDITOR', 'VIEWER'] as const;
export type CompanyRole = (typeof companyRoles)[number];

/** Who is asking. A visitor has no user, no companies, no roles. */
export interface Viewer {
  /** The signed-in user, or null for a visitor. */
  userId: string | null;
  /** Companies the user belongs to, with the role in each. */
  companies: { companyId: string; role: CompanyRole }[];
  roles: PlatformRole[];
  /** What the token allows; see `@requiresScopes`. */
  scopes: string[];
  /** Follows one request through every service and log line. */
  requestId: string;
}

/** A viewer who is certainly signed in. */
export type SignedIn = Viewer & { userId: string };

/** The header that carries a signed viewer to a subgraph. */
export const viewerHeader = 'x-oca-viewer';

/** How far a signature's time may be from now, in milliseconds. */
export const viewerWindowMillis = 30_000;

/** A visitor: nobody signed in. */
export function visitor(requestId: string): Viewer {
  return { userId: null, companies: [], roles: [], scopes: [], requestId };
}

/** @throws {GraphQLError} UNAUTHENTICATED when nobody is signed in. */
export function signedIn(viewer: Viewer): SignedIn {
  const { userId } = viewer;
  if (userId !== null) return { ...viewer, userId };
  throw new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED' } });
}

/** @throws {GraphQLError} FORBIDDEN, always. */
export function forbid(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}

/** Whether the viewer holds one of the platform roles. */
export function hasRole(viewer: Viewer, ...roles: PlatformRole[]): boolean {
  return roles.some((role) => viewer.roles.includes(role));
}

/**
 * The viewer, who must hold one of the platform roles.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function signedInAs(viewer: Viewer, ...roles: PlatformRole[]): SignedIn {
  const user = signedIn(viewer);
  if (!hasRole(viewer, ...roles)) forbid(`Only ${roles.join(' or ')} may do this.`);
  return user;
}

/** Whether the viewer's role in the company is at least `least`: OWNER > EDITOR > VIEWER. */
export function isIn(viewer: Viewer, companyId: string, least: CompanyRole): boolean {
  const own = viewer.companies.find((company) => company.companyId === companyId);
  return own !== undefined && companyRoles.indexOf(own.role) <= companyRoles.indexOf(least);
}

/**
 * The viewer, who must act for the company with at least the role `least`.
 *
 * @throws {GraphQLError} UNAUTHENTICATED, FORBIDDEN
 */
export function actingFor(viewer: Viewer, companyId: string, least: CompanyRole): SignedIn {
  const user = signedIn(viewer);
  if (!isIn(viewer, companyId, least)) forbid(`Only ${least} of the company may do this.`);
  return user;
}

/** What a viewer's signature is bound to. */
export interface ViewerBinding {
  /** Name of the subgraph that is asked. */
  subgraph: string;
  /** The exact bytes of the request body; empty text at the start of a WebSocket. */
  body: string | Buffer;
}

/** Secrets by key id; the first signs, all verify, so that a key can be rotated without a restart. */
export type ViewerKeys = readonly { kid: string; secret: string }[];

/** The least length of a secret, in characters. */
export const leastSecretLength = 32;

/**
 * Reads keys written as `kid:secret,kid:secret`.
 *
 * @throws {Error} with one sentence when one is malformed, too short or named twice
 */
export function readViewerKeys(value: string): ViewerKeys {
  const keys = value.split(',').map((each) => {
    const [, kid, secret] = /^([\w-]{1,64}):(.+)$/.exec(each.trim()) ?? [];
    if (!kid || !secret) throw new Error('must be kid:secret, several separated by commas');
    if (secret.length < leastSecretLength)
      throw new Error(`each secret must have at least ${leastSecretLength} characters`);
    return { kid, secret };
  });
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new Error('each kid must be there once');
  return keys;
}

/**
 * Signs a viewer for one request to one subgraph.
 *
 * @param now milliseconds since the epoch
 * @returns the value of `viewerHeader`: `kid.payload.signature`, payload and signature in base64url
 */
export function signViewer(
  viewer: Viewer,
  { subgraph, body }: ViewerBinding,
  keys: ViewerKeys,
  now: number,
): string {
  const [key] = keys;
  if (!key) throw new RangeError('There is no key to sign viewers with.');
  const payload = Buffer.from(
    JSON.stringify({ viewer, subgraph, body: digest(body), at: now }),
  ).toString('base64url');
  return `${key.kid}.${payload}.${sign(payload, key.secret)}`;
}

/**
 * The viewer of a signed header, or null when the header is missing, forged, bound to
 * another subgraph or body, or outside the time window.
 */
export function verifyViewer(
  header: string | undefined,
  { subgraph, body }: ViewerBinding,
  keys: ViewerKeys,
  now: number,
): Viewer | null {
  const [kid, payload, signature] = header?.split('.') ?? [];
  const key = keys.find((each) => each.kid === kid);
  if (!key || !payload || !signature) return null;
  if (!sameText(signature, sign(payload, key.secret))) return null;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
    viewer: Viewer;
    subgraph: string;
    body: string;
    at: number;
  };
  const fresh = Math.abs(now - claims.at) <= viewerWindowMillis;
  const bound = claims.subgraph === subgraph && claims.body === digest(body);
  return fresh && bound ? claims.viewer : null;
}

function sign(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(payload).digest('base64url');
}

function digest(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
