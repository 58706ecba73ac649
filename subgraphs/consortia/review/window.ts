/** Until when a decision can be appealed against, and who waits for that. Pure but for `openAppeals`. */
import { seoulDay } from '#kit/instant.ts';
import { problem, type Problem } from '#kit/refusal.ts';
import type { CallRecord } from '../call/call.model.ts';
import type { Context } from '../context.ts';

const dayMillis = 24 * 60 * 60 * 1_000;

/** What of a call its appeals hang on. */
export type DecidedCall = Pick<CallRecord, 'decidedAt' | 'rules'>;

/**
 * Until when an appeal is taken, exclusive: the end of the last day in Seoul, the day of the decision not counted. Null
 * before the decision, and where the rules allow none.
 */
export function appealsUntil({ decidedAt, rules }: DecidedCall): Date | null {
  const days = rules.appealDays ?? 0;
  if (decidedAt === null || days === 0) return null;
  // Seoul keeps no summer time: its days are all as long.
  const start = new Date(`${seoulDay(decidedAt)}T00:00:00+09:00`);
  return new Date(start.getTime() + (days + 1) * dayMillis);
}

/** What keeps an awarded project from beginning: days of appeal that are left, and appeals that are not settled. */
export async function appealFaults(
  { calls, appeals, arrivedAt }: Pick<Context, 'calls' | 'appeals' | 'arrivedAt'>,
  callId: string | null,
  path: string[],
): Promise<Problem[]> {
  const call = callId === null ? null : await calls.findById(callId).lean<CallRecord>();
  const until = call && appealsUntil(call);
  if (!call || until === null) return [];
  const open = await appeals.countDocuments({
    callId: call._id,
    status: { $in: ['FILED', 'RESCORING'] },
  });
  if (arrivedAt >= until && open === 0) return [];
  return [
    problem('WRONG_STATE', 'Appeals against the decision come first.', path, {
      rule: 'APPEALS_OVER',
      limit: until.toISOString(),
      found: String(open),
    }),
  ];
}
