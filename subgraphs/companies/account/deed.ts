import { recordDeed } from '#kit/audit.ts';
import type { Context } from '../context.ts';

/**
 * Records what somebody did to an account whose request was not yet theirs: signing in, proving an e-mail. Called last
 * in the transaction of the deed.
 */
export function recordOwnDeed(
  { connection, viewer }: Pick<Context, 'connection' | 'viewer'>,
  userId: string,
  mutation: string,
  input: object = {},
): Promise<void> {
  return recordDeed(connection, { viewer: { ...viewer, userId }, mutation, input });
}
