import type { Problem } from '#kit/refusal.ts';
import { readContent } from '../project/content.ts';
import { planFaults } from './money.ts';

const most = Number.MAX_SAFE_INTEGER;

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

  it('is for stages that can be counted together', () => {
    const faults: Problem[] = [];
    readContent(
      {
        title: { ko: '과제' },
        summary: {},
        sector: 'healthcare',
        stages: [
          { stage: 'A', amount: most },
          { stage: 'B', amount: 2 },
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
