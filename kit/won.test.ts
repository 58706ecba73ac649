import fc from 'fast-check';
import { parseValue } from 'graphql';

import { basisPointsScalar, splitWon, wonScalar } from './won.ts';

describe('splitWon', () => {
  it('never loses or makes a won', () => {
    const amount = fc.maxSafeNat();
    const weights = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(amount, weights, (won, parts) => {
        fc.pre(parts.some((part) => part > 0));
        const split = splitWon(won, parts);
        expect(split.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(won));
      }),
    );
  });

  it('gives each part its exact share, rounded down or up', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(fc.nat(10_000), { minLength: 1 }), (won, parts) => {
        const total = parts.reduce((sum, part) => sum + BigInt(part), 0n);
        fc.pre(total > 0n);
        splitWon(won, parts).forEach((part, index) => {
          const floor = (BigInt(won) * BigInt(parts[index] ?? 0)) / total;
          expect([floor, floor + 1n]).toContain(BigInt(part));
        });
      }),
    );
  });

  it('splits 1,400,000,001 won by 33.33, 33.33 and 33.34 % without a won over', () => {
    expect(splitWon(1_400_000_001, [3333, 3333, 3334])).toEqual([
      466_620_000, 466_620_000, 466_760_001,
    ]);
  });

  it('gives the odd won of equal parts to the earlier ones', () => {
    expect(splitWon(5, [1, 1, 1])).toEqual([2, 2, 1]);
  });

  it('gives a part without weight nothing', () => {
    expect(splitWon(7, [0, 1])).toEqual([0, 7]);
  });

  it.each([
    ['no weights', 10, []],
    ['only zero weights', 10, [0, 0]],
    ['a fraction', 10.5, [1]],
    ['a negative amount', -1, [1]],
    ['a negative weight', 10, [2, -1]],
  ])('refuses %s', (_, amount, weights) => {
    expect(() => splitWon(amount, weights)).toThrow(RangeError);
  });
});

describe('Won', () => {
  it.each([0, 2 ** 31, 10_000_000_000, Number.MAX_SAFE_INTEGER])('takes %d', (amount) => {
    expect(wonScalar.parseValue(amount)).toBe(amount);
    expect(wonScalar.parseLiteral(parseValue(String(amount)))).toBe(amount);
    expect(wonScalar.serialize(amount)).toBe(amount);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, '1', null])('refuses %p', (amount) => {
    expect(() => wonScalar.parseValue(amount)).toThrow('whole number');
  });

  it('refuses a literal beyond 2^53-1 instead of rounding it', () => {
    expect(() => wonScalar.parseLiteral(parseValue('9007199254740993'))).toThrow('whole number');
  });
});

it('takes shares from nothing to all, and nothing beyond', () => {
  expect([0, 10_000].map((share) => basisPointsScalar.parseValue(share))).toEqual([0, 10_000]);
  expect(() => basisPointsScalar.parseValue(10_001)).toThrow('from 0 to 10000');
});
