import type { Problem } from '#kit/refusal.ts';
import { readContent } from '../project/content.ts';
import { planFaults } from './money.ts';

const most = Number.MAX_SAFE_INTEGER;

/** A movement of money for the item of a plan. */
const moved = (kind: 'PAY' | 'SPEND', number: number, amount: number) => ({
  number,
  kind,
  companyId: 'a',
  item: 'people',
  amount,
  reverses: null,
});

/** What is wrong with planning so much for an item that 60 came for, of which 40 are spent. */
const movedFaults = (amount: number) =>
  planFaults(
    [
      { companyId: 'a', item: 'people', amount },
      { companyId: 'a', item: 'cloud', amount: 100 - amount },
    ],
    ['a'],
    { budget: 100, matching: 0 },
    [moved('PAY', 1, 60), moved('SPEND', 2, 40)],
  ).map(({ rule, limit, found }) => [rule, limit, found]);

describe('a plan', () => {
  it('sums to budget and matching to the won, however large they are', () => {
    const plan = [
      { companyId: 'a', item: 'people', amount: most },
      { companyId: 'a', item: 'cloud', amount: most },
    ];
    const faults = (extra: number) =>
      planFaults(
        [...plan, { companyId: 'a', item: 'travel', amount: extra }],
        ['a'],
        { budget: most, matching: most },
        [],
      ).map(({ rule, limit, found }) => [rule, limit, found]);
    expect(faults(0)).toEqual([]);
    expect(faults(1)).toEqual([['PLAN_SUM', '18014398509481982', '18014398509481983']]);
  });

  it('leaves an item what came for it and what was spent on it', () => {
    expect(movedFaults(60)).toEqual([]);
    expect(movedFaults(59)).toEqual([['PLAN_PAID', '59', '60']]);
    expect(movedFaults(39)).toEqual([
      ['PLAN_SPENT', '39', '40'],
      ['PLAN_PAID', '39', '60'],
    ]);
  });

  it('is for stages that can be counted together', () => {
    const faults: Problem[] = [];
    readContent(
      {
        title: { ko: '과제' },
        summary: {},
        sector: 'healthcare',
        stages: [
          { stage: 'PLAN', amount: most },
          { stage: 'DEVELOPMENT', amount: 2 },
        ],
        matching: 0,
        bonuses: [],
        sites: [],
        demandCompanyIds: [],
      },
      faults,
    );
    expect(faults.map(({ rule }) => rule)).toEqual(['COUNTABLE']);
  });
});
