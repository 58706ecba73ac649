/** The second factor of a sign-in: time-based one-time codes (RFC 6238), and codes for when the phone is lost. */
import { randomBytes } from 'node:crypto';

import { Secret, TOTP } from 'otpauth';

import { recordDeed } from '#kit/audit.ts';
import { transaction } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { clearAttempts, countAttempt } from './attempt.ts';
import { proveSelf, type GivenProof, type Spend } from './proof.ts';
import { seal, unseal } from './seal.ts';
import { digestOf } from './secret.ts';
import type { SecondFactorRecord, UserRecord } from './user.model.ts';

const issuer = 'Open Cloud Alliance';
/** How long a code is good, in seconds; one before and one after it are taken too. */
const period = 30;
const recoveryCodeCount = 10;

/** What an authenticator app needs. */
export interface Enrolment {
  /** Base 32. */
  secret: string;
  /** `otpauth:`, as in the QR code. */
  uri: string;
}

/** Whether a user has to give a second factor. */
export function hasSecondFactor({ secondFactor }: UserRecord): boolean {
  return secondFactor?.confirmedAt != null;
}

/**
 * Begins with a second factor: it is asked for once a first code has proved that the app has the secret. The user may,
 * with a proof.
 *
 * @throws {Refusal} INVALID (currentPassword), EXPIRED (confirmation), WRONG_STATE when there is one, LIMIT_REACHED
 */
export async function startSecondFactor(context: Context, proof: GivenProof): Promise<Enrolment> {
  const user = await readOwn(context);
  if (hasSecondFactor(user)) throw refusal('WRONG_STATE', 'You have a second factor.');
  const spend = await proveSelf(context, user, proof);
  const secret = new Secret({ size: 20 }).base32;
  const begun = {
    sealedSecret: seal(secret, context.config.secretKey),
    confirmedAt: null,
    lastStep: 0,
    recoveryDigests: [],
  };
  await keep(context, user, 'startSecondFactor', begun, spend);
  return { secret, uri: totpOf(secret, user.email).toString() };
}

/**
 * Turns the second factor on. The user may.
 *
 * @returns codes that are good once each, instead of one of the app's
 * @throws {Refusal} INVALID (code), WRONG_STATE unless one was begun with, LIMIT_REACHED (code)
 */
export async function confirmSecondFactor(
  context: Context,
  { code }: { code: string },
): Promise<{ user: UserRecord; recoveryCodes: string[] }> {
  const user = await readOwn(context);
  const { secondFactor } = user;
  if (!secondFactor || secondFactor.confirmedAt !== null)
    throw refusal('WRONG_STATE', 'Begin with a second factor first.');
  await countAttempt(context, 'second-factor', user._id, ['code']);
  const lastStep = stepOf(context, user, secondFactor, code);
  if (lastStep === null) throw wrongCode();
  await clearAttempts(context, 'second-factor', user._id);
  const recoveryCodes = Array.from({ length: recoveryCodeCount }, newRecoveryCode);
  const next = {
    ...secondFactor,
    confirmedAt: new Date(),
    lastStep,
    recoveryDigests: recoveryCodes.map((each) => digestOf(plain(each))),
  };
  return { user: await keep(context, user, 'confirmSecondFactor', next), recoveryCodes };
}

/**
 * Turns the second factor off. The user may, with a proof and a code.
 *
 * @throws {Refusal} INVALID (currentPassword, code), EXPIRED (confirmation), WRONG_STATE when there is none, LIMIT_REACHED
 */
export async function removeSecondFactor(
  context: Context,
  { code, ...proof }: GivenProof & { code: string },
): Promise<UserRecord> {
  const user = await readOwn(context);
  if (!hasSecondFactor(user)) throw refusal('WRONG_STATE', 'You have no second factor.');
  const spend = await proveSelf(context, user, proof);
  await passSecondFactor(context, user, code);
  return keep(context, user, 'removeSecondFactor', null, spend);
}

/**
 * Takes the code of a user who signs in; each is good once. Nothing is asked of a user without a second factor.
 *
 * @throws {Refusal} INVALID (code), LIMIT_REACHED (code)
 */
export async function passSecondFactor(
  context: Context,
  user: UserRecord,
  code: string | null,
): Promise<void> {
  const { secondFactor } = user;
  if (!secondFactor || !hasSecondFactor(user)) return;
  if (code === null)
    throw refusal('INVALID', 'Give a code of your authenticator app.', ['code'], {
      rule: 'SECOND_FACTOR',
    });
  await countAttempt(context, 'second-factor', user._id, ['code']);
  if (!(await useCode(context, user, secondFactor, code))) throw wrongCode();
  await clearAttempts(context, 'second-factor', user._id);
}

/** Uses a code up; false when it is wrong or was used. */
async function useCode(
  context: Context,
  user: UserRecord,
  secondFactor: SecondFactorRecord,
  code: string,
): Promise<boolean> {
  const step = stepOf(context, user, secondFactor, code);
  const digest = digestOf(plain(code));
  const { modifiedCount } =
    step === null
      ? await context.users.updateOne(
          { _id: user._id, 'secondFactor.recoveryDigests': digest },
          { $pull: { 'secondFactor.recoveryDigests': digest } },
        )
      : await context.users.updateOne(
          { _id: user._id, 'secondFactor.lastStep': { $lt: step } },
          { $set: { 'secondFactor.lastStep': step } },
        );
  return modifiedCount === 1;
}

/** The step of time that a code belongs to; null when it is wrong or not later than the last one used. */
function stepOf(
  { config }: Context,
  { email }: UserRecord,
  { sealedSecret, lastStep }: SecondFactorRecord,
  code: string,
): number | null {
  const now = Date.now();
  const totp = totpOf(unseal(sealedSecret, config.secretKey), email);
  const delta = totp.validate({ token: plain(code), timestamp: now, window: 1 });
  if (delta === null) return null;
  const step = Math.floor(now / 1_000 / period) + delta;
  return step > lastStep ? step : null;
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer, label, secret, period, digits: 6, algorithm: 'SHA1' });
}

async function readOwn({ viewer, users }: Context): Promise<UserRecord> {
  const { userId } = signedIn(viewer);
  const user = await users.findById(userId).lean();
  if (!user) throw refusal('NOT_FOUND', 'This account is gone.');
  return user;
}

function keep(
  { connection, users, viewer }: Context,
  user: UserRecord,
  mutation: string,
  secondFactor: SecondFactorRecord | null,
  spend: Spend = async () => {},
): Promise<UserRecord> {
  return transaction(connection, async () => {
    await spend();
    // Of two at once, each of which read the other's beginning, only the first is done: neither undoes what it never saw.
    const { modifiedCount } = await users.updateOne(
      { _id: user._id, revision: user.revision },
      { $set: { secondFactor }, $inc: { revision: 1 } },
    );
    if (modifiedCount === 0)
      throw refusal('WRONG_STATE', 'Your account was changed at the same time; begin again.');
    await recordDeed(connection, { viewer, mutation, input: {} });
    return { ...user, secondFactor, revision: user.revision + 1 };
  });
}

/** 50 random bits, to be read and typed: `k3v9q-7m2xa`. */
function newRecoveryCode(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  const letters = Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

function plain(code: string): string {
  return code.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '');
}

function wrongCode() {
  return refusal('INVALID', 'This code is wrong, too old or used.', ['code'], {
    rule: 'SECOND_FACTOR_CODE',
  });
}
