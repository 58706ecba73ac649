import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { requiredRing, wayBetween } from './requirement.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const anyRequirements = fc
  .array(fc.uniqueArray(fc.constantFrom(...ids)), { minLength: 5, maxLength: 5 })
  .map((lists) => new Map(ids.map((id, index) => [id, lists[index] ?? []])));

describe('what technologies require', () => {
  it('has a ring exactly when one of them in the end requires itself', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        const comesBack = ids.some((id) =>
          requirements.get(id)?.some((next) => wayBetween(next, id, requirements) !== null),
        );
        expect(requiredRing(requirements) !== null).toBe(comesBack);
      }),
    );
  });

  it('gives a ring in which each requires the next, and the last the first', () => {
    fc.assert(
      fc.property(anyRequirements, (requirements) => {
        const ring = requiredRing(requirements) ?? [];
        for (const [index, id] of ring.entries())
          expect(requirements.get(id)).toContain(ring[(index + 1) % ring.length]);
        expect(new Set(ring).size).toBe(ring.length);
      }),
    );
  });

  it('is gone along by the shortest way', () => {
    const requirements = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['e']],
      ['d', ['e']],
    ]);
    expect(wayBetween('a', 'e', requirements)).toEqual(['a', 'c', 'e']);
    expect(wayBetween('a', 'a', requirements)).toEqual(['a']);
    expect(wayBetween('e', 'a', requirements)).toBeNull();
    expect(requiredRing(requirements)).toBeNull();
  });
});
