import { transaction } from '#kit/mongo.ts';
import type { Context } from '../context.ts';
import { advanceTo } from './advance.ts';
import type { CaseRecord } from './case.model.ts';

/** Decisions that nobody can appeal any more. */
export function unappealed(now: Date) {
  return { state: 'DECIDED' as const, 'decision.appealUntil': { $lt: now } };
}

/**
 * Closes cases whose decision was not appealed in time. Several services may: each case is closed once, and an appeal that
 * came in time goes first or last, never both.
 *
 * @returns how many were closed
 */
export async function closeUnappealed(context: Context, now: Date): Promise<number> {
  for (let closed = 0; ; closed += 1) {
    const done = await transaction(context.connection, async () => {
      const record = await context.cases.findOne(unappealed(now)).lean<CaseRecord | null>();
      if (!record) return false;
      await advanceTo(context, record, 'close', {}, now);
      return true;
    });
    if (!done) return closed;
  }
}
