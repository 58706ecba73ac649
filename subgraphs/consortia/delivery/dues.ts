/** What of a demand of money back is still due. Pure. */
import { problem, type Problem } from '#kit/refusal.ts';
import { breach } from '../programme/breaches.ts';
import type { Account } from './books.ts';
import type { RecoveryRecord, RepaymentRecord } from './recovery.model.ts';

/** What says how much of a demand is due. */
export type Dues = Pick<RecoveryRecord, 'amount' | 'repayments' | 'waived'>;

/** Repayments that arrived and did not bounce. */
export function keptRepayments({ repayments }: Dues): RepaymentRecord[] {
  return (repayments ?? []).filter(({ bouncedAt }) => bouncedAt === null);
}

/** What was paid of a demand, won. */
export function paidOf(demand: Dues): number {
  return keptRepayments(demand).reduce((sum, { amount }) => sum + amount, 0);
}

/** What of a demand is neither paid nor given up, won. */
export function dueOf(demand: Dues): number {
  return demand.amount - paidOf(demand) - (demand.waived ?? 0);
}

/** What is wrong with an amount that arrived for a demand: it is at most what is due. */
export function repaymentFaults(amount: number, due: number): Problem[] {
  if (amount >= 1 && amount <= due) return [];
  return [
    breach('RECOVERY_DUE', 'A repayment is of what is due, and no more.', due, amount, ['amount']),
  ];
}

/** What is wrong with a demand: no member, or more than the member still has of public money. */
export function recoveryFaults(
  { companyId, amount }: { companyId: string; amount: number },
  accounts: readonly Account[],
  demanded: readonly RecoveryRecord[],
): Problem[] {
  const held = accounts.find((each) => each.companyId === companyId);
  if (!held) return [problem('NOT_FOUND', 'The consortium has no such member.', ['companyId'])];
  const waiting = demanded
    .filter((each) => each.companyId === companyId && each.status === 'DEMANDED')
    .reduce((sum, each) => sum + dueOf(each), 0);
  const limit = held.paid - held.returned - held.recovered - waiting;
  if (amount >= 1 && amount <= limit) return [];
  return [
    breach(
      'RECOVERABLE',
      'A demand is for public money that the member still has.',
      limit,
      amount,
      ['amount'],
    ),
  ];
}

/** What keeps books from being closed. */
export function settlementFaults(
  accounts: readonly Pick<Account, 'companyId' | 'left'>[],
  demanded: readonly (Dues & Pick<RecoveryRecord, '_id' | 'status'>)[],
): Problem[] {
  const path = ['projectId'];
  return [
    ...accounts
      .filter(({ left }) => left !== 0)
      .map(({ companyId, left }) =>
        breach('SETTLED', `Firm ${companyId} has money left: spend or return it.`, 0, left, path),
      ),
    ...demanded
      .filter(({ status }) => status === 'DEMANDED')
      .map((each) =>
        breach('RECOVERED', `Demand ${each._id} is neither paid nor waived.`, 0, dueOf(each), path),
      ),
  ];
}
