import type { Log } from '#kit/log.ts';
import { announceExpiring } from '../company/expiry.ts';
import type { Context } from '../context.ts';
import { closeUnappealed } from '../case/round.ts';
import { delivery, sendDue } from '../mail/post.ts';
import { notifySearches } from '../search/saved-search.ts';
import { tellDueSanctions } from '../sanction/sanction.ts';
import { countRevealed } from '../track/round.ts';
import { startRound, type Round } from './round.ts';

/** Everything that this subgraph does by itself. */
export function startRounds(context: Context, log: Log): Round {
  const deliver = delivery(context, log);
  const plans = [
    { name: 'mails', waitMillis: 1_000, work: () => sendDue(context, deliver, log) },
    { name: 'saved searches', waitMillis: 10_000, work: () => notifySearches(context, new Date()) },
    { name: 'sanctions', waitMillis: 5_000, work: () => tellDueSanctions(context, new Date()) },
    { name: 'reviews', waitMillis: 10_000, work: () => countRevealed(context, new Date()) },
    { name: 'appeals', waitMillis: 60_000, work: () => closeUnappealed(context, new Date()) },
    {
      name: 'expiring certificates',
      waitMillis: 10 * 60_000,
      work: () => announceExpiring(context, new Date()),
    },
  ];
  const rounds = plans.map((plan) => startRound(plan, log));
  return {
    stop: async () => {
      for (const round of rounds) await round.stop();
    },
  };
}
