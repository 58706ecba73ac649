import fc from 'fast-check';

import { rankProjects, type Contender } from './ranking.ts';

const rubric = [{ code: 'A' }, { code: 'B' }];
const contender = (
  projectId: string,
  scores: [number, number][],
  more: Partial<Contender> = {},
) => ({
  projectId,
  sector: 'healthcare',
  number: 1,
  budget: 100,
  bonus: 0,
  reviews: scores.map(([a, b]) => ({
    total: a + b,
    scores: [
      { criterion: 'A', points: a },
      { criterion: 'B', points: b },
    ],
  })),
  ...more,
});
const all = { slots: 10, budget: 10_000 };
const order = (contenders: Contender[], limits = all) =>
  rankProjects(contenders, rubric, limits).map(({ projectId, isAwarded }) =>
    isAwarded ? projectId.toUpperCase() : projectId,
  );

describe('rankProjects', () => {
  it('adds bonus to mean', () => {
    expect(order([contender('a', [[5, 5]]), contender('b', [[4, 4]], { bonus: 3 })])).toEqual([
      'B',
      'A',
    ]);
  });

  it('breaks ties by the first criterion, then by agreement, then by who came first', () => {
    expect(order([contender('a', [[4, 6]]), contender('b', [[6, 4]])])).toEqual(['B', 'A']);
    const split = contender('a', [
      [1, 5],
      [9, 5],
    ]);
    const agreed = contender('b', [
      [5, 5],
      [5, 5],
    ]);
    expect(order([split, agreed])).toEqual(['B', 'A']);
    expect(
      order([contender('a', [[5, 5]], { number: 2 }), contender('b', [[5, 5]], { number: 1 })]),
    ).toEqual(['B', 'A']);
  });

  it('awards within slots and money, and passes over what the money left does not reach', () => {
    const three = [
      contender('a', [[9, 9]], { budget: 60 }),
      contender('b', [[8, 8]], { budget: 60 }),
      contender('c', [[7, 7]], { budget: 40 }),
    ];
    expect(order(three, { slots: 3, budget: 100 })).toEqual(['A', 'b', 'C']);
    expect(order(three, { slots: 1, budget: 1_000 })).toEqual(['A', 'b', 'c']);
  });

  it('awards nobody without a review', () => {
    expect(order([contender('a', [])])).toEqual(['a']);
  });

  it('never spends more than there is, nor awards more than slots', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(100), fc.nat(1_000)), { maxLength: 20 }),
        fc.nat(10),
        fc.nat(5_000),
        (given, slots, budget) => {
          const contenders = given.map(([points, cost], index) =>
            contender(`p${index}`, [[points, 0]], { budget: cost, number: index }),
          );
          const awarded = rankProjects(contenders, rubric, { slots, budget })
            .filter(({ isAwarded }) => isAwarded)
            .map(({ projectId }) => contenders.find((each) => each.projectId === projectId));
          expect(awarded.length).toBeLessThanOrEqual(slots);
          expect(awarded.reduce((sum, each) => sum + (each?.budget ?? 0), 0)).toBeLessThanOrEqual(
            budget,
          );
        },
      ),
    );
  });

  it('lets awards stand that are kept, and gives the rest of slots and money down the ranking', () => {
    const contenders = ['a', 'b', 'c', 'd'].map((id, index) =>
      contender(id, [[9 - index, 0]], { budget: 100 }),
    );
    const ranked = (slots: number, budget: number, kept: string[]) =>
      rankProjects(contenders, rubric, { slots, budget }, new Set(kept))
        .filter(({ isAwarded }) => isAwarded)
        .map(({ projectId }) => projectId);
    expect(ranked(2, 1_000, ['d'])).toEqual(['a', 'd']);
    expect(ranked(3, 250, ['d'])).toEqual(['a', 'd']);
    expect(ranked(1, 1_000, ['d'])).toEqual(['d']);
    // More was begun than there is room for now: nothing is added.
    expect(ranked(1, 100, ['c', 'd'])).toEqual(['c', 'd']);
  });
});
