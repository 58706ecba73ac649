import fc from 'fast-check';

import type { Claim } from '../capability/capability.model.ts';
import { tidyEvidence } from '../capability/evidence.ts';
import { carry, joined, type Succeeding } from './carry.ts';

function claim(technologyId: string, level: number, given: Partial<Claim> = {}): Claim {
  return { technologyId, level, capacity: null, evidence: [], since: null, ...given };
}

const successions = new Map<string, Succeeding>([
  ['renamed', { kind: 'RENAMED', successorIds: ['new'] }],
  ['one', { kind: 'MERGED', successorIds: ['whole'] }],
  ['other', { kind: 'MERGED', successorIds: ['whole'] }],
  ['split', { kind: 'SPLIT', successorIds: ['left', 'right'] }],
  ['retired', { kind: 'RETIRED', successorIds: [] }],
]);

describe('carrying a map over', () => {
  it('moves renamed and merged technologies, and leaves split and retired ones to people', () => {
    const { claims, carried } = carry(
      [
        claim('kept', 1),
        claim('renamed', 2),
        claim('one', 3),
        claim('other', 5),
        claim('split', 6),
        claim('retired', 7),
      ],
      successions,
    );
    expect(claims.map(({ technologyId, level }) => [technologyId, level])).toEqual([
      ['kept', 1],
      ['new', 2],
      ['whole', 5],
      ['split', 6],
      ['retired', 7],
    ]);
    expect(carried.map((each) => [each.claim.technologyId, each.outcome])).toEqual([
      ['renamed', 'CARRIED'],
      ['one', 'CARRIED'],
      ['other', 'JOINED'],
      ['split', 'TO_DECIDE'],
      ['retired', 'ENDED'],
    ]);
  });

  it('joins with what the firm has in the successor already, wherever that stands in the map', () => {
    const { claims, carried } = carry([claim('one', 3), claim('whole', 8)], successions);
    expect(claims).toEqual([claim('whole', 8)]);
    expect(carried).toMatchObject([{ outcome: 'JOINED' }]);
  });

  it('never names a technology twice, loses none, and raises no level beyond what was declared', () => {
    const names = ['kept', 'renamed', 'new', 'one', 'other', 'whole', 'split', 'retired'];
    const map = fc.uniqueArray(
      fc
        .record({ id: fc.constantFrom(...names), level: fc.integer({ min: 1, max: 9 }) })
        .map(({ id, level }) => claim(id, level)),
      { selector: ({ technologyId }) => technologyId },
    );
    fc.assert(
      fc.property(map, (before) => {
        const { claims, carried } = carry(before, successions);
        const ids = claims.map(({ technologyId }) => technologyId);
        expect(new Set(ids).size).toBe(ids.length);
        const joins = carried.filter(({ outcome }) => outcome === 'JOINED').length;
        expect(claims.length).toBe(before.length - joins);
        const highest = Math.max(0, ...before.map(({ level }) => level));
        expect(Math.max(0, ...claims.map(({ level }) => level))).toBe(highest);
        expect(carry(claims, new Map()).claims).toEqual(claims);
      }),
    );
  });
});

function shown(title: string) {
  return tidyEvidence({ kind: 'FILE', title });
}

it('joins two claims: the higher level, the larger capacity, the earlier day, all evidence once and ten at most', () => {
  const many = Array.from({ length: 8 }, (_, index) => shown(`a${index}`));
  const a = claim('t', 4, { capacity: 2, since: '2024-01-01', evidence: [shown('same'), ...many] });
  const b = claim('u', 6, {
    since: '2023-01-01',
    evidence: [shown('same'), shown('b'), shown('c')],
  });
  const one = joined(a, b);
  expect(one).toMatchObject({ technologyId: 't', level: 6, capacity: 2, since: '2023-01-01' });
  expect(one.evidence).toHaveLength(10);
  expect(one.evidence.filter(({ title }) => title === 'same')).toHaveLength(1);
  expect(joined(claim('t', 1), claim('u', 1))).toMatchObject({ capacity: null, since: null });
});
