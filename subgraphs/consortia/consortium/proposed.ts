/** Shares while they are talked about: in basis points or as an amount of the budget in won. Pure. */
import type { Problem } from '#kit/refusal.ts';
import { wholeInBasisPoints } from '#kit/won.ts';
import { breach } from '../programme/breaches.ts';

/** A share as a client gives it: the one or the other, or left open. */
export interface GivenShare {
  /** Basis points. */
  share?: number | null | undefined;
  /** Won. */
  shareAmount?: number | null | undefined;
}

const whole = BigInt(wholeInBasisPoints);

/**
 * A share in basis points, of an amount those nearest to it; null when it is left open. What is wrong is added to `faults`.
 *
 * @param budget of the project, won; null while not stated
 */
export function readShare(
  { share = null, shareAmount = null }: GivenShare,
  budget: number | null,
  faults: Problem[],
): number | null {
  if (shareAmount === null) return share;
  const path = ['shareAmount'];
  if (share !== null) {
    const message = 'A share is given in basis points or in won.';
    faults.push(breach('SHARE_OR_AMOUNT', message, 1, 2, path));
    return share;
  }
  if (budget === null) {
    const message = 'An amount is of a budget; state it first.';
    faults.push(breach('BUDGET_SET', message, 'a budget', 'none', path));
    return null;
  }
  if (shareAmount > budget) {
    const message = 'The amount is above the budget.';
    faults.push(breach('AMOUNT_MOST', message, budget, shareAmount, path));
    return null;
  }
  if (budget === 0) return 0;
  const [amount, all] = [BigInt(shareAmount), BigInt(budget)];
  return Number((2n * amount * whole + all) / (2n * all));
}

/** What a share comes to of a budget, won, rounded down: exact parts follow once all shares are set. Null while one is open. */
export function worthOf(share: number | null, budget: number | null): number | null {
  if (share === null || budget === null) return null;
  return Number((BigInt(share) * BigInt(budget)) / whole);
}
