/** Who is asking: built once at the gateway from a verified token, signed, and carried to every subgraph. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { GraphQLError } from 'graphql';

import { madeAt } from './id.ts';

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
  /**
   * When the token was issued, in milliseconds since the epoch; null where there is none: for a visitor, and for what the
   * platform itself asks.
   */
  issuedAt: number | null;
  /** Follows one request through every service and log line; made when the request arrived at the gateway. */
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
  return { userId: null, companies: [], roles: [], scopes: [], issuedAt: null, requestId };
}

/** How long a request may have been under way, in milliseconds; one that seems older comes from a clock that is wrong. */
const longestWay = 60_000;

/**
 * When a request arrived at the gateway, by its id, which only the gateway makes and signs; now, where the id does not say or
 * the two clocks differ by more than a request may take. Never later than now.
 */
export function arrivalOf({ requestId }: Pick<Viewer, 'requestId'>, now: Date): Date {
  const arrived = madeAt(requestId);
  if (!arrived || arrived > now) return now;
  return now.getTime() - arrived.getTime() <= longestWay ? arrived : now;
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
  /** An HTTP request, the start of a WebSocket, or one operation on it; none stands in for another. */
  purpose: 'REQUEST' | 'CONNECTION' | 'OPERATION';
  /** The exact bytes of the request body, `operationBody` of an operation, empty text for a connection. */
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

/** The text that an operation on a WebSocket is signed over. */
export function operationBody(operation: {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
}): string {
  const { query, operationName = null, variables = {} } = operation;
  return JSON.stringify([query, operationName, variables]);
}

/**
 * Signs a viewer for one request to one subgraph. No two signatures are alike.
 *
 * @param now milliseconds since the epoch
 * @returns the value of `viewerHeader`: `kid.payload.signature`, payload and signature in base64url
 */
export function signViewer(
  viewer: Viewer,
  { subgraph, purpose, body }: ViewerBinding,
  keys: ViewerKeys,
  now: number,
): string {
  const [key] = keys;
  if (!key) throw new RangeError('There is no key to sign viewers with.');
  const nonce = randomBytes(12).toString('base64url');
  const claims: Claims = { viewer, subgraph, purpose, body: digest(body), at: now, nonce };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${key.kid}.${payload}.${sign(key.kid, payload, key.secret)}`;
}

/**
 * The viewer of a signed header, or null when the header is missing, forged, bound to another subgraph, purpose or
 * body, or outside the time window.
 *
 * @param now milliseconds since the epoch
 */
export function verifyViewer(
  header: string | undefined,
  { subgraph, purpose, body }: ViewerBinding,
  keys: ViewerKeys,
  now: number,
): Viewer | null {
  const claims = claimsOf(header ?? '', keys);
  if (!claims) return null;
  const fresh = Math.abs(now - claims.at) <= viewerWindowMillis;
  const bound =
    claims.subgraph === subgraph && claims.purpose === purpose && claims.body === digest(body);
  return fresh && bound ? claims.viewer : null;
}

/** What a header says, when one of the keys signed it. */
function claimsOf(header: string, keys: ViewerKeys): Claims | null {
  const [kid, payload = '', signature = '', ...more] = header.split('.');
  const key = keys.find((each) => each.kid === kid);
  if (!key || more.length > 0 || !sameText(signature, sign(key.kid, payload, key.secret)))
    return null;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
}

/** Verifies each header once: what was seen within its window is not taken again. */
export interface ViewerGate {
  /** The viewer of a header, or null as `verifyViewer` says, or when this gate has let the same header through. */
  admit(header: string | undefined, binding: Omit<ViewerBinding, 'subgraph'>): Viewer | null;
}

/** How many headers a gate remembers; past it the oldest are forgotten. */
const remembered = 200_000;

/**
 * A gate in front of one subgraph.
 *
 * @param keys asked at every header, so that keys can change while it stands
 * @param clock milliseconds since the epoch
 */
export function viewerGate(
  subgraph: string,
  keys: () => ViewerKeys,
  clock: () => number = Date.now,
): ViewerGate {
  /** When a header was seen, in the order seen. */
  const seen = new Map<string, number>();
  return {
    admit: (header, binding) => {
      const now = clock();
      const viewer = verifyViewer(header, { subgraph, ...binding }, keys(), now);
      if (!viewer || header === undefined || seen.has(header)) return null;
      seen.set(header, now);
      forget(seen, now);
      return viewer;
    },
  };
}

/** A header may be from the future by the window, so it is kept for two windows. */
function forget(seen: Map<string, number>, now: number): void {
  for (const [header, at] of seen) {
    if (seen.size <= remembered && now - at <= 2 * viewerWindowMillis) return;
    seen.delete(header);
  }
}

interface Claims {
  viewer: Viewer;
  subgraph: string;
  purpose: ViewerBinding['purpose'];
  /** SHA-256 of the body. */
  body: string;
  /** Milliseconds since the epoch. */
  at: number;
  nonce: string;
}

/** The first word keeps a secret that is used elsewhere too from making viewers by accident. */
function sign(kid: string, payload: string, secret: string): string {
  return createHmac('sha256', secret).update(`oca-viewer-1.${kid}.${payload}`).digest('base64url');
}

function digest(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
