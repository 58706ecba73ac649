/** Proving an e-mail, changing a password, setting a new one after it was lost. */
import { recordDeed } from '#kit/audit.ts';
import { transaction } from '#kit/mongo.ts';
import { refusal, refuseAny } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { post } from '../mail/post.ts';
import { clearAttempts, countAttempt, type Guarded } from './attempt.ts';
import { recordOwnDeed } from './deed.ts';
import { emailOf, emailProblems } from './email.ts';
import { redeemLetterToken } from './letter-token.ts';
import { hashPassword, passwordProblems } from './password.ts';
import { proveSelf, type GivenProof } from './proof.ts';
import { endSessions, openSession, type Pass } from './session.ts';
import type { UserRecord } from './user.model.ts';

/**
 * Confirms the e-mail that the token was mailed to. Whoever has the token may.
 *
 * @throws {Refusal} EXPIRED (token)
 */
export async function verifyEmail(
  context: Context,
  { token }: { token: string },
): Promise<UserRecord> {
  return transaction(context.connection, async () => {
    const user = await redeemLetterToken(context, 'VERIFY_EMAIL', token);
    await recordOwnDeed(context, user._id, 'verifyEmail');
    return changeUser(context, user, { verifiedAt: user.verifiedAt ?? new Date() });
  });
}

/**
 * Mails another link to confirm an e-mail with, if there is an account that waits for it; the answer is the same when
 * there is none. Anybody may, so many times in a while.
 *
 * @throws {Refusal} INVALID (email), LIMIT_REACHED (email)
 */
export function requestEmailVerification(
  context: Context,
  { email }: { email: string },
): Promise<boolean> {
  return requestLetter(context, email, {
    guarded: 'verify',
    kind: 'VERIFY_EMAIL',
    mutation: 'requestEmailVerification',
  });
}

/**
 * Mails a link to set a new password with, if there is an account; the answer is the same when there is none.
 * Anybody may, so many times in a while.
 *
 * @throws {Refusal} INVALID (email), LIMIT_REACHED (email)
 */
export function requestPasswordReset(
  context: Context,
  { email }: { email: string },
): Promise<boolean> {
  return requestLetter(context, email, {
    guarded: 'reset',
    kind: 'RESET_PASSWORD',
    mutation: 'requestPasswordReset',
  });
}

async function requestLetter(
  context: Context,
  text: string,
  what: { guarded: Guarded; kind: 'VERIFY_EMAIL' | 'RESET_PASSWORD'; mutation: string },
): Promise<boolean> {
  const { connection, viewer } = context;
  const email = emailOf(text);
  refuseAny(emailProblems(email, ['email']));
  await countAttempt(context, what.guarded, email, ['email']);
  // Whether there is an account shows when the letter is written, not here: the answer takes as long either way.
  await transaction(connection, async () => {
    await post(context, email, { kind: what.kind });
    await recordDeed(connection, { viewer, mutation: what.mutation, input: { email } });
  });
  return true;
}

/**
 * Sets a new password and ends every session. Whoever has the token may; it proves the e-mail too.
 *
 * @throws {Refusal} EXPIRED (token), INVALID (newPassword)
 */
export async function resetPassword(
  context: Context,
  { token, newPassword }: { token: string; newPassword: string },
): Promise<UserRecord> {
  refuseAny(passwordProblems(newPassword, [], ['newPassword']));
  const passwordHash = await hashPassword(newPassword);
  const user = await transaction(context.connection, async () => {
    const found = await redeemLetterToken(context, 'RESET_PASSWORD', token);
    refuseAny(passwordProblems(newPassword, [found.name, found.email], ['newPassword']));
    await recordOwnDeed(context, found._id, 'resetPassword');
    await context.letterTokens.deleteMany({ userId: found._id });
    // Whoever opened an account that nobody confirmed may be somebody else: their second factor goes with their password.
    const claimed = found.verifiedAt ? {} : { verifiedAt: new Date(), secondFactor: null };
    return setPassword(context, found, { passwordHash, ...claimed });
  });
  await clearAttempts(context, 'sign-in', user.email);
  await clearAttempts(context, 'reset', user.email);
  return user;
}

/**
 * Changes the viewer's password, or gives a first one, ends every session and opens a new one. The user may, with a proof.
 *
 * @throws {Refusal} INVALID (currentPassword, newPassword), EXPIRED (confirmation), LIMIT_REACHED (currentPassword)
 */
export async function changePassword(
  context: Context,
  { newPassword, ...proof }: GivenProof & { newPassword: string },
): Promise<Pass> {
  const { userId } = signedIn(context.viewer);
  const user = await readUser(context, userId);
  const spend = await proveSelf(context, user, proof);
  const known = [user.name, user.email, proof.currentPassword ?? ''];
  refuseAny(passwordProblems(newPassword, known, ['newPassword']));
  const passwordHash = await hashPassword(newPassword);
  const changed = await transaction(context.connection, async () => {
    await spend();
    await recordOwnDeed(context, userId, 'changePassword');
    return setPassword(context, user, { passwordHash });
  });
  return openSession(context, changed, null);
}

/** The viewer's account. */
async function readUser({ users }: Context, userId: string): Promise<UserRecord> {
  const user = await users.findById(userId).lean();
  if (!user) throw refusal('NOT_FOUND', 'This account is gone.');
  return user;
}

async function setPassword(
  context: Context,
  user: UserRecord,
  change: Partial<UserRecord>,
): Promise<UserRecord> {
  const changed = await changeUser(context, user, change);
  await endSessions(context, user._id, 'PASSWORD_CHANGED');
  await post(context, user.email, { kind: 'PASSWORD_CHANGED' });
  return changed;
}

async function changeUser(
  { users }: Context,
  user: UserRecord,
  change: Partial<UserRecord>,
): Promise<UserRecord> {
  await users.updateOne({ _id: user._id }, { $set: change, $inc: { revision: 1 } });
  return { ...user, ...change, revision: user.revision + 1 };
}
