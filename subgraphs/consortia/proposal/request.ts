/** Searches are no transactions: a repeat is known by the assembly that the first request left. */
import { createHash } from 'node:crypto';

import { refuseUnfitKey, usedKey } from '#kit/answer.ts';
import type { Context } from '../context.ts';
import type { AssemblyRecord } from './assembly.model.ts';

/** Who asked for a search, and what tells a repeat from another request. */
export interface Request {
  userId: string;
  /** User and idempotency key; null without a key. */
  requestKey: string | null;
  /** SHA-256 of the input. */
  requestDigest: string;
}

/**
 * What an input says of itself.
 *
 * @throws {Refusal} INVALID (idempotencyKey)
 */
export function requestOf(
  { viewer }: Pick<Context, 'viewer'>,
  given: { idempotencyKey?: string | null | undefined },
): Request {
  const { idempotencyKey: key, ...rest } = given;
  const userId = viewer.userId ?? '';
  if (key != null) refuseUnfitKey(key);
  const requestDigest = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return { userId, requestKey: key == null ? null : `${userId} ${key}`, requestDigest };
}

/**
 * The assembly that the same request got before, or null.
 *
 * @throws {Refusal} TAKEN (idempotencyKey) when its key was used for another input
 */
export async function findRepeat(
  { assemblies }: Pick<Context, 'assemblies'>,
  { requestKey, requestDigest }: Request,
): Promise<AssemblyRecord | null> {
  if (requestKey === null) return null;
  const earlier = await assemblies.findOne({ requestKey }).lean<AssemblyRecord>();
  if (earlier && earlier.requestDigest !== requestDigest) throw usedKey();
  return earlier;
}
