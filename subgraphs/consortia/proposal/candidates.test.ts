import fc from 'fast-check';

import type { CompanyFact } from '#schema/facts.ts';
import type { FirmRecord } from '../pool/firm.model.ts';
import {
  candidateOf,
  historyOf,
  trackRecord,
  wantedCapabilities,
  type Standing,
} from './candidates.ts';

const company: CompanyFact = {
  name: { ko: '기업', en: null },
  businessNumber: null,
  kinds: ['SAAS'],
  sectors: [],
  region: 'KR-26',
  size: 'MICRO',
  status: 'APPROVED',
  capacity: 3,
  affiliateGroup: null,
  certificates: [
    { scheme: 'CSAP', type: null, grade: null, validFrom: '2026-01-01', validTo: '2026-11-22' },
    { scheme: 'ISO_27001', type: null, grade: null, validFrom: '2026-12-01', validTo: null },
  ],
  restrictedUntil: null,
  mergedIntoId: null,
};
const firm = (more: Partial<CompanyFact> = {}): FirmRecord => ({
  _id: 'firm',
  company: { ...company, ...more },
  companyRevision: 1,
  capabilities: [
    { technologyId: 'a', level: 4, declaredLevel: 9, isVerified: true },
    { technologyId: 'b', level: 7, declaredLevel: 7, isVerified: false },
  ],
  mapRevision: 1,
  seals: 0,
});
const nothing: Standing = { used: new Map(), results: new Map(), proposedLately: new Map() };
const now = new Date('2026-11-22T00:00:00Z');
const candidate = (more: Partial<CompanyFact> = {}, standing = nothing) =>
  candidateOf(firm(more), standing, [], now, '2026-11-22');

const busy = (used: number) => ({ ...nothing, used: new Map([['firm', used]]) });

describe('candidateOf', () => {
  it('takes approved firms alone', () => {
    for (const status of ['PENDING', 'SUSPENDED', 'MERGED', 'CLOSED'] as const)
      expect(candidate({ status })).toBeNull();
    expect(candidateOf({ ...firm(), company: null }, nothing, [], now, '')).toBeNull();
  });

  it('counts certificates up to and including their last day', () => {
    expect(candidate()?.certificates).toEqual(['CSAP']);
    expect(candidateOf(firm(), nothing, [], now, '2026-11-23')?.certificates).toEqual([]);
  });

  it('takes what running projects use off the capacity, never below nothing', () => {
    expect(candidate({}, busy(2))).toMatchObject({ capacity: 1, isAvailable: true });
    expect(candidate({}, busy(5))).toMatchObject({ capacity: 0, isAvailable: false });
  });

  it('knows a restriction until its instant', () => {
    expect(candidate({ restrictedUntil: new Date(now.getTime() + 1) })?.isSanctioned).toBe(true);
    expect(candidate({ restrictedUntil: now })?.isSanctioned).toBe(false);
  });

  it.each([
    ['KR-11', false],
    ['KR-28', false],
    ['KR-41', false],
    ['KR-26', true],
    ['US', false],
    [null, false],
  ])('puts region %s outside the capital area: %s', (region, isOutside) => {
    expect(candidate({ region })?.isOutsideCapital).toBe(isOutside);
  });
});

describe('wantedCapabilities', () => {
  it('hands over both levels, the verified one only where there is one', () => {
    expect(wantedCapabilities(firm(), new Set(['a', 'b']))).toEqual([
      { candidateId: 'firm', technologyId: 'a', level: 9, verifiedLevel: 4 },
      { candidateId: 'firm', technologyId: 'b', level: 7, verifiedLevel: null },
    ]);
    expect(wantedCapabilities(firm(), new Set(['c']))).toEqual([]);
  });
});

describe('trackRecord', () => {
  it('stands at one half without a past, and moves with every result without reaching an end', () => {
    expect(trackRecord()).toBe(0.5);
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (completed, terminated) => {
        const record = trackRecord({ completed, terminated });
        expect(record).toBeGreaterThan(0);
        expect(record).toBeLessThan(1);
        expect(trackRecord({ completed: completed + 1, terminated })).toBeGreaterThan(record);
        expect(trackRecord({ completed, terminated: terminated + 1 })).toBeLessThan(record);
      }),
    );
  });
});

describe('historyOf', () => {
  it('knows each pair once, stronger each time, within the pool', () => {
    const teams = [
      ['b', 'a', 'x'],
      ['a', 'b'],
      ['a', 'c'],
    ];
    expect(historyOf(teams, (id) => ['a', 'b', 'c'].includes(id))).toEqual([
      { a: 'a', b: 'b', strength: 0.75 },
      { a: 'a', b: 'c', strength: 0.5 },
    ]);
  });
});
