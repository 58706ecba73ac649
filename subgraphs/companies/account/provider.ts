/** The organisation's own OpenID Connect provider: where people are sent, and what it says of those who come back. */
import {
  allowInsecureRequests,
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from 'openid-client';

import { refusal } from '#kit/refusal.ts';
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

/** How long the provider may take to answer, in seconds. */
const timeoutSeconds = 10;
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
    config.clientSecret,
    undefined,
    {
      timeout: timeoutSeconds,
      // Only for a provider on one's own machine: the settings refuse any other without https.
      execute: config.issuer.startsWith('http:') ? [allowInsecureRequests] : [],
    },
  );
  known.set(key, { at: Date.now(), configuration });
  configuration.catch(() => known.delete(key));
  return configuration;
}

/** Where somebody who wants to sign in is sent, and what to check them by when they come back. */
export async function sendToProvider(
  config: ExternalConfig,
  anew: boolean,
): Promise<{ address: string; checks: Checks }> {
  const checks = {
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    anew,
  };
  const address = buildAuthorizationUrl(await configurationOf(config), {
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
 * @throws {Refusal} INVALID (callbackUrl; rules EXTERNAL_DENIED, EXTERNAL_FAILED)
 */
export async function askProvider(
  config: ExternalConfig,
  callbackUrl: URL,
  { state, nonce, verifier, anew }: Checks,
): Promise<ExternalPerson> {
  const configuration = await configurationOf(config);
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
    throw refusalOf(error);
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

/** Somebody who did not agree, and an answer that does not hold, are refused; a provider that does not answer is a fault. */
function refusalOf(error: unknown): unknown {
  if (error instanceof AuthorizationResponseError)
    return refusal('INVALID', 'The provider did not let you sign in.', ['callbackUrl'], {
      rule: 'EXTERNAL_DENIED',
      found: error.error,
    });
  const invalid = error instanceof ResponseBodyError && error.status < 500;
  return invalid || error instanceof ClientError ? failed() : error;
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
