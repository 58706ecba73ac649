/** Secrets that are mailed: whoever has one reads the mail of its address. Good once, for a while. */
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { TokenPurpose } from './letter-token.model.ts';
import { digestOf, newSecret } from './secret.ts';
import type { UserRecord } from './user.model.ts';

type Tokens = Pick<Context, 'letterTokens' | 'users'>;

/** How long a secret is good, in milliseconds. */
const lifetimes: Record<TokenPurpose, number> = {
  VERIFY_EMAIL: 24 * 60 * 60_000,
  RESET_PASSWORD: 60 * 60_000,
};

/** A secret to be mailed to the user. */
export async function newLetterToken(
  { letterTokens }: Tokens,
  purpose: TokenPurpose,
  { _id: userId, email }: UserRecord,
): Promise<string> {
  const secret = newSecret();
  const expiresAt = new Date(Date.now() + lifetimes[purpose]);
  await letterTokens.create([{ _id: digestOf(secret), purpose, userId, email, expiresAt }]);
  return secret;
}

/**
 * The user whose mail the secret was read in, with all of the user's secrets for this purpose used up.
 *
 * @throws {Refusal} EXPIRED (token)
 */
export async function redeemLetterToken(
  { letterTokens, users }: Tokens,
  purpose: TokenPurpose,
  secret: string,
): Promise<UserRecord> {
  const token = await letterTokens
    .findOne({ _id: digestOf(secret), purpose, expiresAt: { $gt: new Date() } })
    .lean();
  const user = token ? await users.findById(token.userId).lean() : null;
  if (!token || !user || user.email !== token.email)
    throw refusal('EXPIRED', 'This link was used or is too old; ask for another one.', ['token'], {
      rule: 'LETTER_TOKEN',
    });
  await letterTokens.deleteMany({ userId: user._id, purpose });
  return user;
}
