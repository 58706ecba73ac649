/** Bounds by the day, against floods: counted in the transaction of what is done, so that no two slip through together. */
import { seoulDay } from '#kit/instant.ts';
import { refusal } from '#kit/refusal.ts';
import type { Context } from '../context.ts';

/** What is bounded. */
export interface Bound {
  /** What is counted, and for whom. */
  of: string;
  /** How often in a day of Asia/Seoul. */
  limit: number;
  rule: string;
  path: string[];
}

/**
 * Counts one more.
 *
 * @throws {Refusal} LIMIT_REACHED (path) when the day's bound is reached
 */
export async function countToday(
  { tallies }: Pick<Context, 'tallies'>,
  { of, limit, rule, path }: Bound,
  now = new Date(),
): Promise<void> {
  const tally = await tallies
    .findOneAndUpdate(
      { _id: `${of} ${seoulDay(now)}` },
      { $inc: { count: 1 }, $setOnInsert: { at: now } },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  if ((tally?.count ?? 0) <= limit) return;
  const message = `This may be done ${limit} times a day.`;
  throw refusal('LIMIT_REACHED', message, path, { rule, limit: String(limit) });
}
