/** Guards against guessing: so many attempts within a window of time, then none until it is over. */
import { isDuplicateKey } from '#kit/mongo.ts';
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';
import type { AttemptRecord } from './attempt.model.ts';
import { digestOf } from './secret.ts';

/** What is guarded. */
export type Guarded = 'sign-up' | 'sign-in' | 'second-factor' | 'reset' | 'verify';

type Guards = Pick<Context, 'attempts' | 'config'>;

/**
 * Counts one attempt before it is made, so that many at once do not slip through.
 *
 * @throws {Refusal} LIMIT_REACHED (path) when the window has no attempt left
 */
export async function countAttempt(
  { attempts, config }: Guards,
  what: Guarded,
  who: string,
  path: string[],
): Promise<void> {
  const _id = idOf(what, who);
  const now = Date.now();
  await attempts.deleteOne({ _id, until: { $lte: new Date(now) } });
  const until = new Date(now + config.signInLockMinutes * 60_000);
  const count = () =>
    attempts
      .findOneAndUpdate(
        { _id },
        { $inc: { count: 1 }, $setOnInsert: { until } },
        { upsert: true, returnDocument: 'after' },
      )
      .lean<AttemptRecord>();
  // Two first attempts may both try to make the record: the second then finds it.
  const record = await count().catch((error: unknown) => {
    if (isDuplicateKey(error)) return count();
    throw error;
  });
  if (record.count > config.signInAttempts)
    throw refusal('LIMIT_REACHED', 'Too many attempts failed; wait before the next one.', path, {
      rule: 'ATTEMPTS',
      limit: String(config.signInAttempts),
      found: record.until.toISOString(),
    });
}

/** Forgets the attempts once one succeeded. */
export async function clearAttempts(
  { attempts }: Pick<Context, 'attempts'>,
  what: Guarded,
  who: string,
): Promise<void> {
  await attempts.deleteOne({ _id: idOf(what, who) });
}

function idOf(what: Guarded, who: string): string {
  return `${what}:${digestOf(who)}`;
}
