import { duplicatesIn, likenessOf, type FundedProject } from './duplicate.ts';

const project = (id: string, more: Partial<FundedProject> = {}): FundedProject => ({
  _id: id,
  callId: `call-${id}`,
  grams: ['의료', '데이', '터망'],
  requirements: [{ technologyId: 'mesh' }],
  plan: [{ companyId: 'firm', item: 'Cloud usage', amount: 5_000_000_000 }],
  ...more,
});

const planned = (item: string) => [{ companyId: 'firm', item, amount: 10 }];

describe('duplicatesIn', () => {
  it('finds the same firm, item and purpose in two projects, and what would be paid twice', () => {
    const other = project('2', {
      plan: [
        { companyId: 'firm', item: 'cloud  USAGE', amount: 2_000_000_000 },
        { companyId: 'firm', item: 'cloud usage', amount: 1_000_000_000 },
        { companyId: 'firm', item: 'travel', amount: 7 },
      ],
    });
    expect(duplicatesIn([other, project('1')], 0.5)).toEqual([
      {
        companyId: 'firm',
        projectIds: ['1', '2'],
        likeness: 1,
        items: [{ item: 'Cloud usage', amount: 5_000_000_000, otherAmount: 3_000_000_000 }],
        amount: 3_000_000_000,
      },
    ]);
  });

  it('finds an item in Hangul whichever way it is composed', () => {
    const one = project('1', { plan: planned('인건비'.normalize('NFC')) });
    const other = project('2', { plan: planned('인건비'.normalize('NFD')) });
    expect(duplicatesIn([one, other], 0.5)).toHaveLength(1);
  });

  it('passes over another firm, another item, another purpose and an empty plan', () => {
    const others = [
      project('2', { plan: [{ companyId: 'other', item: 'Cloud usage', amount: 9 }] }),
      project('3', { plan: [{ companyId: 'firm', item: 'Travel', amount: 9 }] }),
      project('4', { grams: ['물류'], requirements: [{ technologyId: 'store' }] }),
      project('5', { plan: [] }),
      project('6', { plan: [{ companyId: 'firm', item: 'Cloud usage', amount: 0 }] }),
    ];
    expect(duplicatesIn([project('1'), ...others], 0.5)).toEqual([]);
    expect(duplicatesIn([], 0)).toEqual([]);
  });

  it('compares every pair of many, each in the order of their ids', () => {
    const many = ['4', '2', '1', '3'].map((id) => project(id));
    const pairs = duplicatesIn(many, 0.5).map(({ projectIds }) => projectIds.join());
    expect(pairs).toEqual(['1,2', '1,3', '1,4', '2,3', '2,4', '3,4']);
  });

  it('tells likeness by words or technologies, whichever are more alike', () => {
    expect(likenessOf(project('1'), project('2', { grams: [] }))).toBe(1);
    const half = project('2', { grams: ['의료', '데이'], requirements: [] });
    expect(likenessOf(project('1'), half)).toBeCloseTo(2 / 3);
    const bare = project('2', { grams: [], requirements: [] });
    expect(likenessOf(bare, bare)).toBe(0);
  });
});
