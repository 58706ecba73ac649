import fc from 'fast-check';

import { likeness, rarity, sharedTechnologies, type Profile } from './likeness.ts';

const even = () => 1;
const byRarity = (id: string) => rarity(id === 'rare' ? 2 : 900, 1_000);
const profile = (levels: Record<string, number>): Profile => new Map(Object.entries(levels));

describe('likeness', () => {
  it('is whole between firms that do the same, and nothing between those that share nothing', () => {
    expect(likeness(profile({ a: 3, b: 9 }), profile({ a: 3, b: 9 }), even)).toBe(10_000);
    expect(likeness(profile({ a: 3 }), profile({ b: 3 }), even)).toBe(0);
    expect(likeness(profile({}), profile({ b: 3 }), even)).toBe(0);
    expect(likeness(profile({ a: 1 }), profile({ a: 1, b: 1 }), even)).toBe(7_071);
  });

  it('counts a rare technology more than a common one', () => {
    const own = profile({ rare: 5, common: 5 });
    const byRare = likeness(own, profile({ rare: 5 }), byRarity);
    const byCommon = likeness(own, profile({ common: 5 }), byRarity);
    expect(byRare).toBeGreaterThan(byCommon);
  });

  it('is the same both ways, between 0 and 10,000, and above 0 exactly when something is shared', () => {
    const levels = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(levels, levels, (one, other) => {
        const [a, b] = [profile(one), profile(other)];
        const there = likeness(a, b, even);
        expect(there).toBe(likeness(b, a, even));
        expect(there).toBeGreaterThanOrEqual(0);
        expect(there).toBeLessThanOrEqual(10_000);
        expect(there > 0).toBe(sharedTechnologies(a, b) > 0);
      }),
    );
  });
});
