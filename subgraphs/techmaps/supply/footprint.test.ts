import fc from 'fast-check';

import {
  addDelta,
  footprintOf,
  groupsOf,
  noFootprint,
  sameFootprint,
  type Delta,
  type Footprint,
} from './footprint.ts';

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
      { technologyId: 'a', level: 7, declared: 0 },
      { technologyId: 'b', level: 4, declared: 2 },
      { technologyId: 'c', level: 4, declared: 4 },
      { technologyId: 'd', level: 7, declared: 7 },
    ]);
  });

  it('knows whether anything changed', () => {
    const one = { counted: [{ technologyId: 'a', level: 3, declared: 3 }], groups: ['regions.FR'] };
    expect(
      sameFootprint(one, { ...one, counted: [{ technologyId: 'a', level: 3, declared: 3 }] }),
    ).toBe(true);
    expect(
      sameFootprint(one, { ...one, counted: [{ technologyId: 'a', level: 4, declared: 4 }] }),
    ).toBe(false);
    expect(sameFootprint(one, { ...one, groups: ['regions.KR-11'] })).toBe(false);
    expect(sameFootprint(one, noFootprint)).toBe(false);
  });

  it('groups by sectors and region, and leaves out what cannot be a key', () => {
    expect(groupsOf(['finance', 'a.b', '$x', ''], 'KR-11')).toEqual([
      'regions.KR-11',
      'sectors.finance',
    ]);
    expect(groupsOf([], null)).toEqual([]);
  });
});

describe('delta', () => {
  const claim = fc.record({
    technologyId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    level: fc.integer({ min: 1, max: 9 }),
  });

  it('whatever firms publish one after another, the kept counts are what counting anew gives', () => {
    const groups = fc.subarray(['regions.FR', 'sectors.a', 'sectors.b']);
    const histories = fc.array(fc.tuple(fc.nat(3), fc.array(claim, { maxLength: 5 }), groups), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(histories, (history) => {
        const prints = new Map<number, Footprint>();
        const kept: Delta = new Map();
        for (const [firm, claims, own] of history) {
          const after = { counted: footprintOf(claims, pathOf), groups: own };
          addDelta(kept, prints.get(firm) ?? noFootprint, after);
          prints.set(firm, after);
        }
        const anew: Delta = new Map();
        for (const print of prints.values()) addDelta(anew, noFootprint, print);
        expect(kept).toEqual(anew);
      }),
    );
  });

  it('leaves out what cancels out', () => {
    const delta: Delta = new Map();
    const one = { counted: [{ technologyId: 'a', level: 3, declared: 3 }], groups: ['sectors.a'] };
    addDelta(delta, noFootprint, one);
    expect([...(delta.get('a') ?? [])]).toEqual([
      ['firms', 1],
      ['levels.3', 1],
      ['sectors.a.firms', 1],
      ['sectors.a.levels.3', 1],
      ['declared.3', 1],
    ]);
    addDelta(delta, one, noFootprint);
    expect(delta.size).toBe(0);
  });
});
