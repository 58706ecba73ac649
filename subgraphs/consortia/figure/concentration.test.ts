import fc from 'fast-check';

import { concentrationOf } from './concentration.ts';

describe('concentrationOf', () => {
  it('is 1 when one has it all, 1/n when n have the same, 0 of nothing', () => {
    expect(
      concentrationOf([
        ['a', 5],
        ['a', 7],
      ]).index,
    ).toBe(1);
    expect(
      concentrationOf([
        ['a', 5],
        ['b', 5],
        ['c', 5],
        ['d', 5],
      ]).index,
    ).toBe(0.25);
    expect(concentrationOf([])).toEqual({ index: 0, parts: [] });
    expect(concentrationOf([['a', 0]])).toEqual({ index: 0, parts: [] });
  });

  it('lies between 1/n and 1, and its shares sum to 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 1e12 })), {
          minLength: 1,
        }),
        (amounts) => {
          const { index, parts } = concentrationOf(amounts);
          expect(index).toBeGreaterThanOrEqual(1 / parts.length - 1e-9);
          expect(index).toBeLessThanOrEqual(1 + 1e-9);
          expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
          expect(parts.map(({ amount }) => amount)).toEqual(
            parts.map(({ amount }) => amount).toSorted((a, b) => b - a),
          );
        },
      ),
    );
  });
});
