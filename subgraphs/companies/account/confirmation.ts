/** Confirming who one is at the organisation's own provider, where there is no password to ask for. */
import { recordDeed } from '#kit/audit.ts';
import { transaction } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import { signedIn } from '#kit/viewer.ts';
import type { Context } from '../context.ts';
import { whoCameBack } from './external.ts';
import { digestOf, newSecret } from './secret.ts';

/** How long a confirmation is good, in milliseconds. */
const goodFor = 5 * 60_000;

/**
 * A confirmation for who came back from the provider, where they signed in anew. The user whose account it leads to may.
 *
 * @throws {Refusal} WRONG_STATE, EXPIRED (callbackUrl), INVALID (callbackUrl; rules EXTERNAL_OTHER, EXTERNAL_DENIED,
 * EXTERNAL_FAILED)
 */
export async function confirmExternally(
  context: Context,
  given: { callbackUrl: string; ticket: string },
): Promise<{ confirmation: string; expiresAt: Date }> {
  const { userId } = signedIn(context.viewer);
  const { connection, viewer, identities, confirmations } = context;
  const { issuer, person } = await whoCameBack(context, given, 'ANEW');
  const known = await identities.findById(JSON.stringify([issuer, person.subject])).lean();
  if (known?.userId !== userId)
    throw refusal('INVALID', 'Who signed in at the provider is not you.', ['callbackUrl'], {
      rule: 'EXTERNAL_OTHER',
    });
  const confirmation = newSecret();
  const expiresAt = new Date(Date.now() + goodFor);
  await transaction(connection, async () => {
    await confirmations.create([{ _id: digestOf(confirmation), userId, expiresAt }]);
    await recordDeed(connection, { viewer, mutation: 'confirmExternally', input: {} });
  });
  return { confirmation, expiresAt };
}
