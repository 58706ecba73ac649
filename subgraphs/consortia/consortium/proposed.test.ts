import fc from 'fast-check';

import type { Problem } from '#kit/refusal.ts';
import { readShare, worthOf, type GivenShare } from './proposed.ts';

function read(given: GivenShare, budget: number | null) {
  const faults: Problem[] = [];
  const share = readShare(given, budget, faults);
  return [share, ...faults.map(({ rule, limit, found }) => [rule, limit, found])];
}

describe('a share that is talked about', () => {
  it('is given in basis points, in won or not at all', () => {
    expect(read({ share: 3_000 }, null)).toEqual([3_000]);
    expect(read({}, 1_000)).toEqual([null]);
    expect(read({ shareAmount: 2_250_000_000 }, 7_500_000_001)).toEqual([3_000]);
    expect(read({ shareAmount: 0 }, 0)).toEqual([0]);
  });

  it('is refused given twice, above the budget or of none', () => {
    expect(read({ share: 1, shareAmount: 1 }, 10)).toEqual([1, ['SHARE_OR_AMOUNT', '1', '2']]);
    expect(read({ shareAmount: 11 }, 10)).toEqual([null, ['AMOUNT_MOST', '10', '11']]);
    expect(read({ shareAmount: 1 }, null)).toEqual([null, ['BUDGET_SET', 'a budget', 'none']]);
  });

  it('comes to an amount that names it again, above 2^31 and to the last won of a share too', () => {
    const budgets = fc.integer({ min: 20_000, max: Number.MAX_SAFE_INTEGER });
    const shares = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(budgets, shares, (budget, share) => {
        const shareAmount = worthOf(share, budget);
        expect(read({ shareAmount }, budget)).toEqual([share]);
        expect(shareAmount).toBeLessThanOrEqual(budget);
      }),
    );
    expect(worthOf(10_000, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    expect([worthOf(null, 1), worthOf(1, null)]).toEqual([null, null]);
  });
});
