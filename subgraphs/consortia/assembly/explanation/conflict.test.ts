import fc from 'fast-check';
import { smallestConflict } from './conflict.ts';

const either = (rules: readonly string[]) => ['a', 'c'].some((rule) => rules.includes(rule));

describe('smallestConflict', () => {
  it('finds a conflict of which each rule is needed, whatever the conflicts are', () => {
    const rule = fc.integer({ min: 0, max: 11 });
    const conflicts = fc.array(fc.uniqueArray(rule, { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(conflicts, (sets) => {
        const isConflict = (rules: readonly number[]) =>
          sets.some((set) => set.every((one) => rules.includes(one)));
        const found = smallestConflict(
          Array.from({ length: 12 }, (_, index) => index),
          isConflict,
        );
        expect(isConflict(found)).toBe(true);
        for (const one of found)
          expect(isConflict(found.filter((other) => other !== one))).toBe(false);
      }),
    );
  });

  it('keeps rules that come first rather than those that come last', () => {
    expect(smallestConflict(['a', 'b', 'c'], either)).toEqual(['a']);
    expect(smallestConflict(['c', 'b', 'a'], either)).toEqual(['c']);
  });
});
