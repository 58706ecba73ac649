/** Sessions: signing in, exchanging refresh tokens, signing out. */
import { newId } from '#kit/id.ts';
import { transaction } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { findClaims, issueTime, tellOver } from '../member/claims.ts';
import { clearAttempts, countAttempt } from './attempt.ts';
import { recordOwnDeed } from './deed.ts';
import { emailOf } from './email.ts';
import { hashPassword, isOutdated, isPassword } from './password.ts';
import { passSecondFactor } from './second-factor.ts';
import { digestOf, hasDigest, newSecret } from './secret.ts';
import type { SessionEnd, SessionRecord } from './session.model.ts';
import { signToken, type AccessToken } from './token.ts';
import type { UserRecord } from './user.model.ts';

/** What a session gives its holder. */
export interface Pass extends AccessToken {
  /** `session.family.secret`; good once. */
  refreshToken: string;
  user: UserRecord;
}

/** How long a repeat with the same idempotency key may exchange the token before the newest one, in milliseconds. */
const repeatWindow = 60_000;
const day = 24 * 60 * 60_000;

/**
 * Opens a session. Anybody may. An unknown e-mail, and one that was not confirmed, costs and answers the same as a wrong
 * password.
 *
 * @throws {Refusal} INVALID (password, code), LIMIT_REACHED (email, code) after too many failures
 */
export async function signIn(
  context: Context,
  { email: text, password, code, idempotencyKey }: SignInDraft,
): Promise<Pass> {
  const email = emailOf(text);
  await countAttempt(context, 'sign-in', email, ['email']);
  const user = await context.users.findOne({ email }).lean();
  // An account that nobody confirmed answers as none: else who signs up and in would learn whether the e-mail was taken.
  if (!(await isPassword(password, user?.passwordHash)) || !user?.verifiedAt) throw noMatch();
  await clearAttempts(context, 'sign-in', email);
  if (user.passwordHash !== null && isOutdated(user.passwordHash))
    await context.users.updateOne(
      { _id: user._id, passwordHash: user.passwordHash },
      { $set: { passwordHash: await hashPassword(password) } },
    );
  await passSecondFactor(context, user, code ?? null);
  return openSession(context, user, idempotencyKey ?? null);
}

/** E-mail and password as typed. */
export interface SignInDraft {
  email: string;
  password: string;
  /** Of the authenticator app, or one for when it is lost. */
  code?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** A new session of a user who has proved to be themselves; with a key, it replaces the one opened under that key. */
export async function openSession(
  context: Context,
  user: UserRecord,
  idempotencyKey: string | null,
): Promise<Pass> {
  const now = Date.now();
  const [id, family, secret] = [newId(), newSecret(), newSecret()];
  const startKey = idempotencyKey === null ? null : digestOf(idempotencyKey);
  const issuedAt = await transaction(context.connection, async () => {
    if (startKey !== null) await end(context, { userId: user._id, startKey }, 'REPLACED');
    await context.sessions.create([
      {
        _id: id,
        userId: user._id,
        family: digestOf(family),
        current: digestOf(secret),
        startKey,
        startedAt: new Date(now),
        expiresAt: endOfSession(context, now),
      },
    ]);
    await recordOwnDeed(context, user._id, 'signIn', { session: id });
    return issueTime(context, user._id, now);
  });
  return pass(context, user, `${id}.${family}.${secret}`, issuedAt);
}

/**
 * Exchanges a refresh token for the next pair. Its holder may. A token that was exchanged before ends the session,
 * because one of its two holders stole it; unless the same idempotency key shows that it is the same holder.
 *
 * @throws {Refusal} EXPIRED (refreshToken)
 */
export async function refreshSession(
  context: Context,
  {
    refreshToken,
    idempotencyKey,
  }: { refreshToken: string; idempotencyKey?: string | null | undefined },
): Promise<Pass> {
  const now = Date.now();
  const [id = '', family = '', secret = ''] = refreshToken.split('.');
  const session = await context.sessions.findById(id).lean();
  if (!session || !isOpen(session, now) || !hasDigest(family, session.family)) throw over();
  const exchange = {
    secret,
    next: newSecret(),
    key: idempotencyKey == null ? null : digestOf(idempotencyKey),
    now,
  };
  const issuedAt = await transaction(context.connection, () => rotate(context, id, exchange));
  const user = await context.users.findById(session.userId).lean();
  if (issuedAt === null || !user) {
    await endReused(context, session);
    throw over();
  }
  return pass(context, user, `${id}.${family}.${exchange.next}`, issuedAt);
}

/** One secret for the next. */
interface Exchange {
  secret: string;
  next: string;
  /** Digest of the idempotency key; null without one. */
  key: string | null;
  now: number;
}

/**
 * Puts the next secret in place of the one given; gives when the access token is issued, null when the secret is not good
 * any more. The time is found here: of an end of every session that comes later, the token is to know nothing.
 */
async function rotate(
  context: Context,
  id: string,
  { secret, next, key, now }: Exchange,
): Promise<number | null> {
  // Read here, so that of two repeats at once the one that comes second finds what the first left.
  const session = await context.sessions.findById(id).lean();
  if (!session) return null;
  const good = hasDigest(secret, session.current) || isRepeat(session, secret, key, now);
  if (!good) return null;
  const { modifiedCount } = await context.sessions.updateOne(
    { _id: session._id, current: session.current, endedAt: null },
    {
      $set: {
        current: digestOf(next),
        previous: digestOf(secret),
        rotatedAt: new Date(now),
        rotationKey: key,
        expiresAt: endOfSession(context, now),
      },
    },
  );
  if (modifiedCount === 0) return null;
  await recordOwnDeed(context, session.userId, 'refreshSession', { session: session._id });
  return issueTime(context, session.userId, now);
}

/** Ends a session of which somebody else may hold a token. */
async function endReused(context: Context, { _id, userId }: SessionRecord): Promise<void> {
  await transaction(context.connection, async () => {
    await end(context, { _id }, 'REUSED');
    // Whoever stole the refresh token has access tokens too; the user's other sessions renew theirs.
    await tellOver(context, userId);
    await recordOwnDeed(context, userId, 'refreshSession', { session: _id, reused: true });
  });
}

/**
 * Ends the session of a refresh token, or all of its user's. Its holder may; an unknown token ends nothing.
 *
 * @returns how many sessions ended
 */
export async function signOut(
  context: Context,
  { refreshToken, everywhere }: { refreshToken: string; everywhere?: boolean | undefined },
): Promise<number> {
  const [id = '', family = ''] = refreshToken.split('.');
  const session = await context.sessions.findById(id).lean();
  if (!session || !hasDigest(family, session.family)) return 0;
  const { userId } = session;
  return transaction(context.connection, async () => {
    const ended = everywhere
      ? await endSessions(context, userId, 'SIGNED_OUT')
      : await end(context, { _id: id }, 'SIGNED_OUT');
    await recordOwnDeed(context, userId, 'signOut', {
      session: id,
      everywhere: everywhere ?? false,
    });
    return ended;
  });
}

/** Ends every open session of a user, and what their access tokens are good for; gives how many sessions. */
export async function endSessions(
  context: Context,
  userId: string,
  because: SessionEnd,
): Promise<number> {
  const ended = await end(context, { userId }, because);
  await tellOver(context, userId);
  return ended;
}

async function end(
  { sessions }: Pick<Context, 'sessions'>,
  which: Partial<Pick<SessionRecord, '_id' | 'userId' | 'startKey'>>,
  because: SessionEnd,
): Promise<number> {
  const { modifiedCount } = await sessions.updateMany(
    { ...which, endedAt: null },
    { $set: { endedAt: new Date(), endedBecause: because } },
  );
  return modifiedCount;
}

async function pass(
  context: Context,
  user: UserRecord,
  refreshToken: string,
  issuedAt: number,
): Promise<Pass> {
  context.proved.add(user._id);
  const companies = await findClaims(context, user._id);
  const claims = { userId: user._id, companies, roles: user.roles, scopes: [] };
  return { ...(await signToken(context, claims, issuedAt)), refreshToken, user };
}

/** Whether the secret is the one before the newest, exchanged a moment ago under the same key. */
function isRepeat(
  { previous, rotatedAt, rotationKey }: SessionRecord,
  secret: string,
  key: string | null,
  now: number,
): boolean {
  if (previous === null || rotatedAt === null || key === null) return false;
  return (
    rotationKey === key && now - rotatedAt.getTime() < repeatWindow && hasDigest(secret, previous)
  );
}

function isOpen({ endedAt, expiresAt }: SessionRecord, now: number): boolean {
  return endedAt === null && expiresAt.getTime() > now;
}

function endOfSession({ config }: Context, now: number): Date {
  return new Date(now + config.sessionDays * day);
}

function noMatch() {
  return refusal(
    'INVALID',
    'E-mail and password do not match, or the e-mail was not confirmed.',
    ['password'],
    { rule: 'CREDENTIALS' },
  );
}

function over() {
  return refusal('EXPIRED', 'This session is over; sign in again.', ['refreshToken'], {
    rule: 'SESSION',
  });
}
