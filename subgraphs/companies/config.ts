import { readFileSync } from 'node:fs';

import {
  ConfigError,
  flag,
  optional,
  readConfig,
  text,
  wholeNumber,
  type Environment,
} from '#kit/config.ts';
import { fileStoreSettings } from '#kit/file-store.ts';

/** What the companies subgraph can be told from outside. */
export type CompaniesConfig = ReturnType<typeof readCompaniesConfig>;

/**
 * Reads the settings of the companies subgraph.
 *
 * @throws {ConfigError} naming every variable that is malformed
 */
export function readCompaniesConfig(environment: Environment) {
  const read = readConfig(environment, {
    TOKEN_ISSUER: text('open-cloud-alliance'),
    TOKEN_AUDIENCE: text('open-cloud-alliance'),
    TOKEN_MINUTES: wholeNumber(15, 1, 60),
    SIGNING_KEY_DAYS: wholeNumber(30, 1, 365),
    SESSION_DAYS: wholeNumber(30, 1, 365),
    SIGN_IN_ATTEMPTS: wholeNumber(5, 1, 100),
    SIGN_IN_LOCK_MINUTES: wholeNumber(15, 1, 24 * 60),
    SECRET_KEY: sealingKey,
    OPERATOR_EMAIL: optional(),
    OPERATOR_PASSWORD: optional(),
    OIDC_ISSUER: optional(),
    OIDC_CLIENT_ID: optional(),
    OIDC_CLIENT_SECRET: optional(),
    OIDC_CLIENT_SECRET_FILE: optional(),
    OIDC_REDIRECT_URL: optional(),
    OIDC_NAME: text('Single sign-on'),
    MAIL_URL: optional(),
    MAIL_FROM: text('Open Cloud Alliance <no-reply@localhost>'),
    MAILBOX_OPEN: flag(false),
    PUBLIC_URL: text('http://127.0.0.1:4000'),
    ...fileStoreSettings,
    CONSULTATIONS_A_DAY: wholeNumber(20, 1, 10_000),
    MESSAGES_A_DAY: wholeNumber(200, 1, 100_000),
    REPORTS_A_DAY: wholeNumber(20, 1, 10_000),
  });
  // Whoever reads the mailbox can reset anybody's password.
  if (read.MAILBOX_OPEN && environment['NODE_ENV'] === 'production')
    throw new ConfigError(['MAILBOX_OPEN: must not be true when NODE_ENV is production']);
  return {
    /** `iss` and `aud` of access tokens. */
    tokenIssuer: read.TOKEN_ISSUER,
    tokenAudience: read.TOKEN_AUDIENCE,
    /** How long an access token is good. */
    tokenMinutes: read.TOKEN_MINUTES,
    /** How long a key signs before the next one takes over. */
    signingKeyDays: read.SIGNING_KEY_DAYS,
    /** How long a session lives without being refreshed. */
    sessionDays: read.SESSION_DAYS,
    /** Failures an e-mail may have within `signInLockMinutes` before sign-in is closed to it until they are over. */
    signInAttempts: read.SIGN_IN_ATTEMPTS,
    signInLockMinutes: read.SIGN_IN_LOCK_MINUTES,
    /** What secrets in the database are encrypted with; null leaves them in the clear. */
    secretKey: read.SECRET_KEY,
    /** The first operator's account, made at start while there is none. */
    operatorEmail: read.OPERATOR_EMAIL,
    operatorPassword: read.OPERATOR_PASSWORD,
    /** The organisation's own provider to sign in at; null where there is none. */
    external: externalConfig(read, environment['NODE_ENV'] === 'production'),
    /** The mail server, such as `smtps://user:secret@mail.example.org`; null keeps mails in the mailbox. */
    mailUrl: read.MAIL_URL,
    mailFrom: read.MAIL_FROM,
    /** Whether everybody may read the mailbox, not only operators: for one's own machine. */
    mailboxOpen: read.MAILBOX_OPEN,
    /** Where people reach the platform, without a slash at the end: for links in mails. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** Where files lie, and what looks at them. */
    files: read,
    /** Largest file, bytes. */
    documentBytes: read.DOCUMENT_BYTES,
    /** Consultations that a firm may open a day. */
    consultationsADay: read.CONSULTATIONS_A_DAY,
    /** Messages that a person may write a day. */
    messagesADay: read.MESSAGES_A_DAY,
    /** Anonymous reports that are taken a day against one firm, and reports that a person may make. */
    reportsADay: read.REPORTS_A_DAY,
  };
}

/** The organisation's own OpenID Connect provider. */
export interface ExternalConfig {
  /** As people know it. */
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where the provider sends people back to: `/sign-in/callback` of the gateway, or a page that calls `finishExternalSignIn`. */
  redirectUrl: string;
}

interface ExternalSettings {
  OIDC_ISSUER: string | null;
  OIDC_CLIENT_ID: string | null;
  OIDC_CLIENT_SECRET: string | null;
  OIDC_CLIENT_SECRET_FILE: string | null;
  OIDC_REDIRECT_URL: string | null;
  OIDC_NAME: string;
  PUBLIC_URL: string;
}

/** All of it or nothing; https, but for a provider and a page on one's own machine outside production. */
function externalConfig(read: ExternalSettings, isProduction: boolean): ExternalConfig | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID } = read;
  if ([OIDC_ISSUER, OIDC_CLIENT_ID, read.OIDC_REDIRECT_URL].every((value) => value === null))
    return null;
  const OIDC_REDIRECT_URL =
    read.OIDC_REDIRECT_URL ?? `${read.PUBLIC_URL.replace(/\/+$/, '')}/sign-in/callback`;
  const given = { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_REDIRECT_URL };
  const faults = Object.entries(given).flatMap(([name, value]) => {
    if (value === null) return [`${name}: must be set to sign in at a provider`];
    const safe = name === 'OIDC_CLIENT_ID' || isSafe(value, isProduction);
    return safe ? [] : [`${name}: must be https`];
  });
  const clientSecret = secretOf(read, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    name: read.OIDC_NAME,
    issuer: String(OIDC_ISSUER),
    clientId: String(OIDC_CLIENT_ID),
    clientSecret,
    redirectUrl: OIDC_REDIRECT_URL,
  };
}

function secretOf(
  { OIDC_CLIENT_SECRET: secret, OIDC_CLIENT_SECRET_FILE: file }: ExternalSettings,
  faults: string[],
): string {
  if (secret !== null) return secret;
  try {
    const read = file === null ? '' : readFileSync(file, 'utf8').trim();
    if (read === '') faults.push('OIDC_CLIENT_SECRET: must be set, or OIDC_CLIENT_SECRET_FILE');
    return read;
  } catch {
    faults.push('OIDC_CLIENT_SECRET_FILE: cannot be read');
    return '';
  }
}

function isSafe(value: string, isProduction: boolean): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const own = ['localhost', '127.0.0.1', '[::1]'].includes(hostname) && !isProduction;
  return protocol === 'https:' || (protocol === 'http:' && own);
}

/** 32 bytes in base64, or none. */
function sealingKey(value: string | undefined): Buffer | null {
  if (value === undefined) return null;
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32) throw new Error('must be 32 bytes in base64');
  return key;
}
