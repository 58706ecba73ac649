import {
  ConfigError,
  flag,
  optional,
  readConfig,
  text,
  wholeNumber,
  type Environment,
} from '#kit/config.ts';

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
    MAIL_URL: optional(),
    MAIL_FROM: text('Open Cloud Alliance <no-reply@localhost>'),
    MAILBOX_OPEN: flag(false),
    PUBLIC_URL: text('http://127.0.0.1:4000'),
    DATA_DIR: text('.data'),
    DOCUMENT_BYTES: wholeNumber(5 * 1024 * 1024, 1, 64 * 1024 * 1024),
    DOCUMENT_SCANNER: optional(),
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
    /** The mail server, such as `smtps://user:secret@mail.example.org`; null keeps mails in the mailbox. */
    mailUrl: read.MAIL_URL,
    mailFrom: read.MAIL_FROM,
    /** Whether everybody may read the mailbox, not only operators: for one's own machine. */
    mailboxOpen: read.MAILBOX_OPEN,
    /** Where people reach the platform, without a slash at the end: for links in mails. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** The folder for data; files lie in `documents` below it. */
    dataDir: read.DATA_DIR,
    /** Largest file, bytes. */
    documentBytes: read.DOCUMENT_BYTES,
    /** Program that reads a file on its standard input and ends with 0 when it is clean. */
    documentScanner: read.DOCUMENT_SCANNER,
    /** Consultations that a firm may open a day. */
    consultationsADay: read.CONSULTATIONS_A_DAY,
    /** Messages that a person may write a day. */
    messagesADay: read.MESSAGES_A_DAY,
    /** Anonymous reports that are taken a day against one firm, and reports that a person may make. */
    reportsADay: read.REPORTS_A_DAY,
  };
}

/** 32 bytes in base64, or none. */
function sealingKey(value: string | undefined): Buffer | null {
  if (value === undefined) return null;
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32) throw new Error('must be 32 bytes in base64');
  return key;
}
