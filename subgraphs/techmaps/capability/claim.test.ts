import fc from 'fast-check';

import { claimFaults, claimables, repeatFaults, type Claimable, type ClaimInput } from './claim.ts';

const node = (code: string, given: Partial<Claimable> = {}): Claimable => ({
  _id: `id of ${code}`,
  code,
  kind: 'TECHNOLOGY',
  current: true,
  published: true,
  ...given,
});
const known = claimables([
  node('mesh'),
  node('area', { kind: 'AREA' }),
  node('domain', { kind: 'DOMAIN' }),
  node('retired', { current: false }),
  node('drafted', { current: false, published: false }),
]);
const today = '2026-11-22';
const faults = (claim: ClaimInput) =>
  claimFaults(claim, known, today, ['at']).map(({ path, code, rule }) => [
    path.join('.'),
    code,
    rule,
  ]);

describe('a claim', () => {
  it('names a technology or an area that its map has now', () => {
    expect(faults({ technologyCode: 'mesh', level: 1 })).toEqual([]);
    expect(faults({ technologyId: 'id of area', level: 9 })).toEqual([]);
    expect(faults({ technologyCode: 'domain', level: 5 })).toEqual([
      ['at.technologyCode', 'INVALID', 'CAPABILITY_NAMES_NO_DOMAIN'],
    ]);
    expect(faults({ technologyId: 'id of retired', level: 5 })).toEqual([
      ['at.technologyId', 'WRONG_STATE', 'TECHNOLOGY_IS_CURRENT'],
    ]);
    for (const technologyCode of ['drafted', 'nothing'])
      expect(faults({ technologyCode, level: 5 })).toEqual([
        ['at.technologyCode', 'NOT_FOUND', 'TECHNOLOGY_IS_KNOWN'],
      ]);
  });

  it('names it by id or by code, not by neither and not by both', () => {
    expect(faults({ level: 5 })).toEqual([['at.technologyId', 'INVALID', undefined]]);
    expect(faults({ technologyId: 'id of mesh', technologyCode: 'mesh', level: 5 })).toEqual([
      ['at.technologyId', 'INVALID', undefined],
    ]);
  });

  it('is at a level from 1 to 9, whatever number is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double()), (level) => {
        const allowed = [1, 2, 3, 4, 5, 6, 7, 8, 9].includes(level);
        expect(faults({ technologyCode: 'mesh', level })).toEqual(
          allowed ? [] : [['at.level', 'INVALID', 'LEVEL_IS_TRL']],
        );
      }),
    );
  });

  it('is not of the future', () => {
    expect(faults({ technologyCode: 'mesh', level: 5, since: today })).toEqual([]);
    expect(faults({ technologyCode: 'mesh', level: 5, since: '2026-11-23' })).toEqual([
      ['at.since', 'INVALID', undefined],
    ]);
  });

  it('shows at most ten pieces of evidence, each of them something', () => {
    const evidence = [
      { kind: 'PROJECT' as const, title: ' ' },
      { kind: 'FILE' as const, url: 'file:///etc/passwd' },
      { kind: 'LINK' as const, title: 'No address' },
      { kind: 'CERTIFICATE' as const, note: 'n'.repeat(1_001) },
    ];
    expect(faults({ technologyCode: 'mesh', level: 5, evidence })).toEqual([
      ['at.evidence.0', 'INVALID', undefined],
      ['at.evidence.1.url', 'INVALID', 'ADDRESS_IS_WEB'],
      ['at.evidence.2.url', 'INVALID', undefined],
      ['at.evidence.3.note', 'INVALID', 'TEXT_LENGTH'],
    ]);
    const many = Array.from({ length: 11 }, () => ({ kind: 'FILE' as const, title: 'x' }));
    expect(faults({ technologyCode: 'mesh', level: 5, evidence: many })).toEqual([
      ['at.evidence', 'LIMIT_REACHED', 'LIST_LENGTH'],
    ]);
  });
});

it('tells a technology that is named again, by code or by id', () => {
  const claims = [
    { technologyCode: 'mesh', level: 1 },
    { technologyCode: 'nothing', level: 1 },
    { technologyId: 'id of mesh', level: 2 },
    { technologyCode: 'nothing', level: 1 },
  ];
  expect(repeatFaults(claims, known, ['capabilities'])).toEqual([
    expect.objectContaining({
      path: ['capabilities', '2', 'technologyId'],
      rule: 'TECHNOLOGY_ONCE',
    }),
  ]);
});
