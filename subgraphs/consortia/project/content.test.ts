import type { Problem } from '#kit/refusal.ts';
import { readContent, type GivenContent } from './content.ts';

const given: GivenContent = {
  title: { ko: '의료 구름', en: 'Cloud for hospitals' },
  summary: {},
  sector: 'healthcare',
  stages: [],
  matching: 0,
  bonuses: [],
  sites: [],
  demandCompanyIds: [],
};

/** Each fault as its rule, limit, what was found, and its path. */
function told(more: Partial<GivenContent>): string[] {
  const faults: Problem[] = [];
  readContent({ ...given, ...more }, faults);
  return faults.map(({ rule, limit, found, path }) =>
    [rule, limit, found, path.join('/')].join(' '),
  );
}

describe('readContent', () => {
  it('takes stages and bonuses that are codes', () => {
    const stages = [{ stage: 'YEAR_1', amount: 1 }];
    expect(told({ stages, bonuses: ['REGIONAL'] })).toEqual([]);
  });

  it('refuses names of stages and bonuses that are no codes, however long', () => {
    const stages = [{ stage: 'X'.repeat(5_000), amount: 1 }];
    expect(told({ stages, bonuses: ['plain text'] })).toEqual([
      `CODE_FORM ^[A-Z][A-Z0-9_]{1,39}$ ${'X'.repeat(60)} stages/0/stage`,
      'CODE_FORM ^[A-Z][A-Z0-9_]{1,39}$ plain text bonuses/0',
    ]);
  });

  it('takes up to a hundred stages', () => {
    const stages = Array.from({ length: 101 }, (_, index) => ({ stage: `S${index}_`, amount: 1 }));
    expect(told({ stages })).toEqual(['LIST_MOST 100 101 stages']);
    expect(told({ stages: stages.slice(1) })).toEqual([]);
  });
});
