import fc from 'fast-check';

import { differencesBetween } from './difference.ts';

it('tells what only one map has, and what both have at different levels', () => {
  const from = [
    { technologyId: 'a', level: 3 },
    { technologyId: 'b', level: 5 },
    { technologyId: 'c', level: 7 },
  ];
  const to = [
    { technologyId: 'b', level: 6 },
    { technologyId: 'c', level: 7 },
    { technologyId: 'd', level: 1 },
  ];
  expect(differencesBetween(from, to)).toEqual({
    differences: [
      { technologyId: 'a', fromLevel: 3, toLevel: null },
      { technologyId: 'b', fromLevel: 5, toLevel: 6 },
      { technologyId: 'd', fromLevel: null, toLevel: 1 },
    ],
    same: 1,
  });
});

it('finds nothing between a map and itself, and the opposite in the opposite direction', () => {
  const map = fc.uniqueArray(
    fc.record({
      technologyId: fc.constantFrom('a', 'b', 'c', 'd'),
      level: fc.integer({ min: 1, max: 9 }),
    }),
    { selector: ({ technologyId }) => technologyId },
  );
  fc.assert(
    fc.property(map, map, (one, other) => {
      expect(differencesBetween(one, one)).toEqual({ differences: [], same: one.length });
      const there = differencesBetween(one, other);
      const back = differencesBetween(other, one);
      expect(back.same).toBe(there.same);
      const turned = back.differences.map(({ technologyId, fromLevel, toLevel }) => ({
        technologyId,
        fromLevel: toLevel,
        toLevel: fromLevel,
      }));
      expect(new Set(turned.map((each) => JSON.stringify(each)))).toEqual(
        new Set(there.differences.map((each) => JSON.stringify(each))),
      );
    }),
  );
});
