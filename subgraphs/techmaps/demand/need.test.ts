import fc from 'fast-check';

import { lackOf, levelPlaces, needBySector, needOf, noNeed, type Requirement } from './need.ts';

const requirements: Requirement[] = [
  { projectId: 'p', sector: 'finance', level: 5, providers: 2 },
  { projectId: 'p', sector: 'finance', level: 8, providers: 1 },
  { projectId: 'q', sector: 'public', level: 5, providers: 3 },
];

describe('need', () => {
  it('adds up places, keeps the largest requirement, and counts a project once', () => {
    expect(needOf(requirements)).toEqual({
      projects: 2,
      places: 6,
      levels: { 5: 5, 8: 1 },
      largest: { 5: 3, 8: 1 },
    });
    expect(needBySector(requirements)['public']).toMatchObject({ projects: 1, places: 3 });
    expect(levelPlaces(needOf(requirements)).filter(({ places }) => places > 0)).toEqual([
      { level: 5, places: 5 },
      { level: 8, places: 1 },
    ]);
    expect(needOf([])).toEqual(noNeed);
  });
});

describe('lack', () => {
  it('lets a firm at a higher level fill a place at a lower one', () => {
    expect(lackOf(needOf(requirements), { 9: 6 })).toEqual({ shortfall: 0, missing: 0 });
    expect(lackOf(needOf(requirements), { 4: 100 })).toEqual({ shortfall: 3, missing: 6 });
    expect(lackOf(needOf(requirements), { 5: 2, 9: 1 })).toEqual({ shortfall: 0, missing: 3 });
    expect(lackOf(needOf(requirements), { 7: 6 })).toEqual({ shortfall: 1, missing: 1 });
    expect(lackOf(noNeed, {})).toEqual({ shortfall: 0, missing: 0 });
  });

  it('is never more with one more firm, never less with one more requirement, and no shortfall beyond what is missing', () => {
    const level = fc.integer({ min: 1, max: 9 });
    const requirement = fc.record({
      projectId: fc.constantFrom('p', 'q', 'r'),
      sector: fc.constant('finance'),
      level,
      providers: fc.integer({ min: 1, max: 5 }),
    });
    const firms = fc.dictionary(level.map(String), fc.nat(5));
    fc.assert(
      fc.property(fc.array(requirement), requirement, firms, level, (own, more, able, at) => {
        const lack = lackOf(needOf(own), able);
        const helped = lackOf(needOf(own), { ...able, [at]: (able[at] ?? 0) + 1 });
        const pressed = lackOf(needOf([...own, more]), able);
        expect(helped.missing).toBeLessThanOrEqual(lack.missing);
        expect(helped.shortfall).toBeLessThanOrEqual(lack.shortfall);
        expect(pressed.missing).toBeGreaterThanOrEqual(lack.missing);
        expect(pressed.shortfall).toBeGreaterThanOrEqual(lack.shortfall);
        expect(lack.shortfall).toBeLessThanOrEqual(lack.missing);
      }),
    );
  });
});
