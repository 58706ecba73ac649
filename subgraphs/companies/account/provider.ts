/** The organisation's own OpenID Connect provider: where people are sent, and what it says of those who come back. */
import {
  allowInsecureRequests,
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from 'openid-client';

import type { Log } from '#kit/log.ts';
import { Refusal, refusal } from '#kit/refusal.ts';
import { tidy } from '#kit/text.ts';
import type { ExternalConfig } from '../config.ts';
import { emailOf, emailProblems } from './email.ts';
import type { ExternalPerson } from './external.model.ts';

/** What a sign-in under way is checked by when it comes back. */
export interface Checks {
  state: string;
  nonce: string;
  /** PKCE. */
  verifier: string;
  /** Whether the person must have signed in at the provider within minutes. */
  anew: boolean;
}

/** How long the provider may take for one answer, in seconds; a sign-in asks it for four at most. */
const timeoutSeconds = 4;
/** How far its clock may be from ours, in seconds. */
const toleranceSeconds = 30;
/** How long ago somebody who signs in anew may have done so, in seconds. */
const anewSeconds = 5 * 60;
/** How long what the provider says of itself is good, in milliseconds: it may change its addresses and keys. */
const goodFor = 60 * 60_000;

const known = new Map<string, { at: number; configuration: Promise<Configuration> }>();

/** What the provider says of itself; asked for at the first sign-in, and again after an hour. */
function configurationOf(config: ExternalConfig): Promise<Configuration> {
  const key = JSON.stringify([config.issuer, config.clientId]);
  const found = known.get(key);
  if (found && Date.now() - found.at < goodFor) return found.configuration;
  const configuration = discovery(
    new URL(config.issuer),
    config.clientId,
    { client_secret: config.clientSecret, [clockTolerance]: toleranceSeconds },
    undefined,
    {
      timeout: timeoutSeconds,
      execute: [
        // The specification lets a client rely on TLS alone; a proxy that ends TLS could then say who anybody is.
        enableNonRepudiationChecks,
        // Only for a provider on one's own machine: the settings refuse any other without https.
        ...(config.issuer.startsWith('http:') ? [allowInsecureRequests] : []),
      ],
    },
  );
  known.set(key, { at: Date.now(), configuration });
  configuration.catch(() => known.delete(key));
  return configuration;
}

/**
 * What the provider says of itself.
 *
 * @throws {Refusal} WRONG_STATE (rules EXTERNAL_AWAY, EXTERNAL_BROKEN)
 */
async function reach(config: ExternalConfig, log: Log, path: string[]): Promise<Configuration> {
  try {
    return await configurationOf(config);
  } catch (error) {
    log.warn({ error, issuer: config.issuer }, 'the provider to sign in at says nothing of use');
    throw isAway(error) ? away(path) : broken(path);
  }
}

/**
 * Where somebody who wants to sign in is sent, and what to check them by when they come back.
 *
 * @throws {Refusal} WRONG_STATE (rules EXTERNAL_AWAY, EXTERNAL_BROKEN)
 */
export async function sendToProvider(
  config: ExternalConfig,
  anew: boolean,
  log: Log,
): Promise<{ address: string; checks: Checks }> {
  const checks = {
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    anew,
  };
  const address = buildAuthorizationUrl(await reach(config, log, []), {
    redirect_uri: config.redirectUrl,
    scope: 'openid email profile',
    state: checks.state,
    nonce: checks.nonce,
    code_challenge: await calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: 'S256',
    // Whoever holds the browser could take these out of the address: `max_age` is checked by what the provider says.
    ...(anew && { prompt: 'login', max_age: String(anewSeconds) }),
  });
  return { address: address.href, checks };
}

/**
 * Who came back, by the address they came back to.
 *
 * @throws {Refusal} INVALID (callbackUrl; rules EXTERNAL_DENIED, EXTERNAL_FAILED), WRONG_STATE (callbackUrl; rules
 * EXTERNAL_AWAY, EXTERNAL_BROKEN)
 */
export async function askProvider(
  config: ExternalConfig,
  callbackUrl: URL,
  { state, nonce, verifier, anew }: Checks,
  log: Log,
): Promise<ExternalPerson> {
  const configuration = await reach(config, log, ['callbackUrl']);
  try {
    const tokens = await authorizationCodeGrant(configuration, callbackUrl, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      ...(anew && { maxAge: anewSeconds }),
    });
    const claims = tokens.claims();
    if (!claims) throw failed();
    // Many providers put the address into the user info alone.
    const said =
      typeof claims['email'] === 'string'
        ? claims
        : { ...claims, ...(await fetchUserInfo(configuration, tokens.access_token, claims.sub)) };
    return personOf(claims.sub, said);
  } catch (error) {
    const refused = refusalOf(error);
    if (refused !== error)
      log.warn({ error, issuer: config.issuer }, 'a sign-in at the provider was refused');
    throw refused;
  }
}

/** What is kept of what the provider says. An address counts only when the provider says that it was verified. */
export function personOf(subject: string, said: Readonly<Record<string, unknown>>): ExternalPerson {
  const { name, email: address, email_verified: verified } = said;
  const email = typeof address === 'string' && verified === true ? emailOf(address) : null;
  const called = typeof name === 'string' ? tidy(name).slice(0, 80).trim() : '';
  return {
    subject,
    name: called || null,
    email: email !== null && emailProblems(email, []).length === 0 ? email : null,
  };
}

/** Whether the provider was not there to do its part: the same sign-in may be tried again. */
export function isProviderAway(error: unknown): boolean {
  return error instanceof Refusal && error.problems.some(({ rule }) => rule === 'EXTERNAL_AWAY');
}

/** Somebody who did not agree, an answer that does not hold, and a provider that does not answer are refused. */
function refusalOf(error: unknown): unknown {
  if (error instanceof AuthorizationResponseError)
    return refusal('INVALID', 'The provider did not let you sign in.', ['callbackUrl'], {
      rule: 'EXTERNAL_DENIED',
      found: error.error,
    });
  if (isAway(error)) return away(['callbackUrl']);
  const invalid = error instanceof ResponseBodyError || error instanceof ClientError;
  return invalid ? failed() : error;
}

/** Whether nobody answered, or somebody who only says that they cannot: no connection, no answer in time, an answer of 5xx. */
function isAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // By what they say: `fetch` gives what failed no code, and what came in a class of its own is often a cause.
  const { message, code, status, cause } = error as Record<string, unknown>;
  const awayBySaying = message === 'fetch failed' || (typeof status === 'number' && status >= 500);
  return awayBySaying || code === 'OAUTH_TIMEOUT' || isTimeout(error) || isAway(cause);
}

function isTimeout(error: object): boolean {
  return 'name' in error && error.name === 'TimeoutError';
}

function away(path: string[]) {
  return refusal('WRONG_STATE', 'The provider cannot be reached now; try again later.', path, {
    rule: 'EXTERNAL_AWAY',
  });
}

function broken(path: string[]) {
  return refusal('WRONG_STATE', 'What the provider says of itself cannot be used.', path, {
    rule: 'EXTERNAL_BROKEN',
  });
}

function failed() {
  return refusal(
    'INVALID',
    'The answer of the provider does not hold; begin again.',
    ['callbackUrl'],
    {
      rule: 'EXTERNAL_FAILED',
    },
  );
}
