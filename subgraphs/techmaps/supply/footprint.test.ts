import fc from 'fast-check';

import { addDelta, footprintOf, sameFootprint, type Counted, type Delta } from './footprint.ts';

/** A tree: a above b above c; a above d; e retired. */
const paths: Record<string, readonly string[]> = { a: [], b: ['a'], c: ['a', 'b'], d: ['a'] };
const pathOf = (id: string) => paths[id];

describe('footprint', () => {
  it('counts a firm once in everything above, at its highest level there', () => {
    const claims = [
      { technologyId: 'c', level: 4 },
      { technologyId: 'b', level: 2 },
      { technologyId: 'd', level: 7 },
      { technologyId: 'e', level: 9 },
    ];
    expect(footprintOf(claims, pathOf)).toEqual([
      { technologyId: 'a', level: 7 },
      { technologyId: 'b', level: 4 },
      { technologyId: 'c', level: 4 },
      { technologyId: 'd', level: 7 },
    ]);
  });

  it('knows whether anything changed', () => {
    const one = [{ technologyId: 'a', level: 3 }];
    expect(sameFootprint(one, [{ technologyId: 'a', level: 3 }])).toBe(true);
    expect(sameFootprint(one, [{ technologyId: 'a', level: 4 }])).toBe(false);
    expect(sameFootprint(one, [])).toBe(false);
  });
});

describe('delta', () => {
  const claim = fc.record({
    technologyId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    level: fc.integer({ min: 1, max: 9 }),
  });

  it('whatever firms publish one after another, the kept counts are what counting anew gives', () => {
    const histories = fc.array(fc.tuple(fc.nat(3), fc.array(claim, { maxLength: 5 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(histories, (history) => {
        const prints = new Map<number, Counted[]>();
        const kept: Delta = new Map();
        for (const [firm, claims] of history) {
          const after = footprintOf(claims, pathOf);
          addDelta(kept, prints.get(firm) ?? [], after);
          prints.set(firm, after);
        }
        const anew: Delta = new Map();
        for (const print of prints.values()) addDelta(anew, [], print);
        expect(kept).toEqual(anew);
      }),
    );
  });

  it('leaves out what cancels out', () => {
    const delta: Delta = new Map();
    const one = [{ technologyId: 'a', level: 3 }];
    addDelta(delta, [], one);
    addDelta(delta, one, []);
    expect(delta.size).toBe(0);
  });
});
