/** Proving to be oneself once more, before what an open screen or a stolen token must not do. */
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import { clearAttempts, countAttempt } from './attempt.ts';
import { isPassword } from './password.ts';
import { digestOf } from './secret.ts';
import type { UserRecord } from './user.model.ts';

/** Exactly one of the two. */
export interface GivenProof {
  currentPassword?: string | null | undefined;
  /** Of `confirmExternally`. */
  confirmation?: string | null | undefined;
}

/** Uses a proof up, in the transaction of what it was given for. @throws {Refusal} EXPIRED (confirmation) */
export type Spend = () => Promise<void>;

/**
 * Checks that the viewer is the user: by the password, or by a sign-in at the provider a moment ago.
 *
 * @throws {Refusal} INVALID (currentPassword; rules PROOF, CREDENTIALS), EXPIRED (confirmation), LIMIT_REACHED
 */
export async function proveSelf(
  context: Context,
  user: UserRecord,
  { currentPassword, confirmation }: GivenProof,
): Promise<Spend> {
  if ((currentPassword == null) === (confirmation == null))
    throw refusal(
      'INVALID',
      'Give your password, or a confirmation of your provider.',
      ['currentPassword'],
      { rule: 'PROOF' },
    );
  return confirmation == null
    ? provePassword(context, user, currentPassword ?? '')
    : proveConfirmation(context, user, confirmation);
}

async function provePassword(context: Context, user: UserRecord, password: string): Promise<Spend> {
  await countAttempt(context, 'sign-in', user.email, ['currentPassword']);
  if (!(await isPassword(password, user.passwordHash)))
    throw refusal('INVALID', 'This is not your password.', ['currentPassword'], {
      rule: 'CREDENTIALS',
    });
  await clearAttempts(context, 'sign-in', user.email);
  return async () => {};
}

async function proveConfirmation(
  { confirmations }: Context,
  { _id: userId }: UserRecord,
  confirmation: string,
): Promise<Spend> {
  const own = () => ({ _id: digestOf(confirmation), userId, expiresAt: { $gt: new Date() } });
  if (!(await confirmations.exists(own()))) throw over();
  return async () => {
    const { deletedCount } = await confirmations.deleteOne(own());
    if (deletedCount === 0) throw over();
  };
}

function over() {
  return refusal(
    'EXPIRED',
    'This confirmation was used or is too old; sign in at your provider again.',
    ['confirmation'],
    { rule: 'CONFIRMATION' },
  );
}
