/** Opening an account. Nobody learns by it who has one: only who reads the mail does. */
import { ticketsOf } from '#kit/answer.ts';
import { recordDeed } from '#kit/audit.ts';
import { newId } from '#kit/id.ts';
import { isDuplicateKey, transaction } from '#kit/mongo.ts';
import type { Context } from '../context.ts';
import { post } from '../mail/post.ts';
import { countAttempt } from './attempt.ts';
import { recordOwnDeed } from './deed.ts';
import { hashPassword } from './password.ts';
import { digestOf } from './secret.ts';
import type { UserRecord } from './user.model.ts';
import { checkedUser, type UserDraft } from './user.ts';

/** What a request for an account comes to. */
type Wanted = Pick<UserRecord, 'name' | 'email' | 'passwordHash'>;

/**
 * Opens an account and mails a link to confirm its e-mail with; where the e-mail has an account, the mail says so
 * instead. The answer and the work are the same. Anybody may, so many times in a while.
 *
 * @param draft.name 1 to 80 characters
 * @param draft.password 12 to 128 characters
 * @throws {Refusal} INVALID (name, email, password), LIMIT_REACHED (email)
 */
export async function signUp(
  context: Context,
  { idempotencyKey, ...draft }: UserDraft & { idempotencyKey?: string | null | undefined },
): Promise<boolean> {
  const { connection } = context;
  const { name, email } = checkedUser(draft);
  // For an e-mail that is taken too: the answer takes as long.
  const passwordHash = await hashPassword(draft.password);
  // Of a visitor, the key alone is no proof of who repeats: it stands for this e-mail only, and its answer tells nothing.
  const ticket = idempotencyKey == null ? null : `signUp ${digestOf(`${email} ${idempotencyKey}`)}`;
  if (await wasCarriedOut(context, ticket)) return true;
  await countAttempt(context, 'sign-up', email, ['email']);
  const carryOut = () =>
    transaction(connection, async () => {
      await openOrTell(context, { name, email, passwordHash });
      if (ticket !== null)
        await ticketsOf(connection).create([
          { _id: ticket, input: digestOf(name), fields: {}, at: new Date() },
        ]);
    });
  await carryOut().catch(async (error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
    // Another one came first: the same request, or one for the same e-mail, which is taken now.
    if (!(await wasCarriedOut(context, ticket))) await carryOut();
  });
  return true;
}

async function wasCarriedOut(
  { connection }: Pick<Context, 'connection'>,
  ticket: string | null,
): Promise<boolean> {
  return ticket !== null && (await ticketsOf(connection).exists({ _id: ticket })) !== null;
}

async function openOrTell(context: Context, { name, email, passwordHash }: Wanted): Promise<void> {
  const { users, viewer, connection } = context;
  const known = await users.findOne({ email }, { verifiedAt: 1 }).lean();
  if (known) {
    if (known.verifiedAt === null) await takeBackLinks(context, known._id, email);
    await post(context, email, { kind: 'ACCOUNT_EXISTS' });
    await recordDeed(connection, { viewer, mutation: 'signUp', input: { name, email } });
    return;
  }
  const record: UserRecord = {
    _id: newId(),
    revision: 1,
    name,
    email,
    passwordHash,
    secondFactor: null,
    roles: [],
    verifiedAt: null,
    joinedAt: new Date(),
  };
  await users.create([record]);
  await post(context, email, { kind: 'VERIFY_EMAIL' });
  await recordOwnDeed(context, record._id, 'signUp', { name, email });
}

/**
 * Where two asked for an account under one e-mail, one of them may not read its mail. What was mailed to confirm the
 * first one's password is good no more: a new password, set by mail, is whose the mail is.
 */
async function takeBackLinks(
  { letterTokens, post: posted }: Pick<Context, 'letterTokens' | 'post'>,
  userId: string,
  email: string,
): Promise<void> {
  await letterTokens.deleteMany({ userId, purpose: 'VERIFY_EMAIL' });
  await posted.deleteMany({ to: email, 'errand.kind': 'VERIFY_EMAIL' });
}
