import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  duplicatesIn as duplicatesFor,
  likenessOf,
  type DuplicateSearch,
  type FundedProject,
} from './duplicate.ts';

const project = (id: string, more: Partial<FundedProject> = {}): FundedProject => ({
  _id: id,
  callId: `call-${id}`,
  grams: ['의료', '데이', '터망'],
  requirements: [{ technologyId: 'mesh' }],
  plan: [{ companyId: 'firm', item: 'Cloud usage', amount: 5_000_000_000 }],
  ...more,
});

const all: DuplicateSearch = { leastLikeness: 0.5, most: 50, firms: null, projectId: null };
const duplicatesIn = (projects: readonly FundedProject[], more: Partial<DuplicateSearch> = {}) =>
  duplicatesFor(projects, { ...all, ...more });

const planned = (item: string) => [{ companyId: 'firm', item, amount: 10 }];

describe('duplicatesIn', () => {
  it('finds the same firm, item and purpose in two projects, and what would be paid twice', async () => {
    const other = project('2', {
      plan: [
        { companyId: 'firm', item: 'cloud  USAGE', amount: 2_000_000_000 },
        { companyId: 'firm', item: 'cloud usage', amount: 1_000_000_000 },
        { companyId: 'firm', item: 'travel', amount: 7 },
      ],
    });
    expect(await duplicatesIn([other, project('1')])).toEqual([
      {
        companyId: 'firm',
        projectIds: ['1', '2'],
        likeness: 1,
        items: [{ item: 'Cloud usage', amount: 5_000_000_000, otherAmount: 3_000_000_000 }],
        amount: 3_000_000_000,
      },
    ]);
  });

  it('finds an item in Hangul whichever way it is composed', async () => {
    const one = project('1', { plan: planned('인건비'.normalize('NFC')) });
    const other = project('2', { plan: planned('인건비'.normalize('NFD')) });
    expect(await duplicatesIn([one, other])).toHaveLength(1);
  });

  it('passes over another firm, another item, another purpose and an empty plan', async () => {
    const others = [
      project('2', { plan: [{ companyId: 'other', item: 'Cloud usage', amount: 9 }] }),
      project('3', { plan: [{ companyId: 'firm', item: 'Travel', amount: 9 }] }),
      project('4', { grams: ['물류'], requirements: [{ technologyId: 'store' }] }),
      project('5', { plan: [] }),
      project('6', { plan: [{ companyId: 'firm', item: 'Cloud usage', amount: 0 }] }),
    ];
    expect(await duplicatesIn([project('1'), ...others])).toEqual([]);
    expect(await duplicatesIn([], { leastLikeness: 0 })).toEqual([]);
  });

  it('compares every pair of many, each in the order of their ids', async () => {
    const many = ['4', '2', '1', '3'].map((id) => project(id));
    const pairs = await duplicatesIn(many);
    expect(pairs.map(({ projectIds }) => projectIds.join())).toEqual([
      '1,2',
      '1,3',
      '1,4',
      '2,3',
      '2,4',
      '3,4',
    ]);
    const ofOne = await duplicatesIn(many, { projectId: '3' });
    expect(ofOne.map(({ projectIds }) => projectIds.join())).toEqual(['1,3', '2,3', '3,4']);
    expect(await duplicatesIn(many, { firms: ['other'] })).toEqual([]);
    expect(await duplicatesIn(many, { firms: ['firm'] })).toHaveLength(6);
  });

  it('tells the largest of a great many, and lets other work go on meanwhile', async () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      project(String(index).padStart(3, '0'), {
        plan: [{ companyId: 'firm', item: 'cloud', amount: index + 1 }],
      }),
    );
    const order: string[] = [];
    const search = duplicatesIn(many, { most: 3 }).then((found) => {
      order.push('found');
      return found;
    });
    const other = nextTurn().then(() => order.push('other'));
    const found = await search;
    await other;
    expect(found.map(({ projectIds, amount }) => [...projectIds, amount])).toEqual([
      ['398', '399', 399],
      ['397', '398', 398],
      ['397', '399', 398],
    ]);
    expect(order).toEqual(['other', 'found']);
  });

  it('tells likeness by words or technologies, whichever are more alike', () => {
    expect(likenessOf(project('1'), project('2', { grams: [] }))).toBe(1);
    const half = project('2', { grams: ['의료', '데이'], requirements: [] });
    expect(likenessOf(project('1'), half)).toBeCloseTo(2 / 3);
    const bare = project('2', { grams: [], requirements: [] });
    expect(likenessOf(bare, bare)).toBe(0);
  });
});
