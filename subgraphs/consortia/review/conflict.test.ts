import { expertise, hasConflict } from './conflict.ts';

const day = '2026-11-22';

const leftOn = (until: string | null) =>
  hasConflict([{ companyId: 'own', until }], ['other', 'own'], [], day);

describe('hasConflict', () => {
  it('holds for a firm the reviewer belongs to, and one left less than two years ago', () => {
    expect(leftOn(null)).toBe(true);
    expect(leftOn('2024-11-22')).toBe(true);
    expect(leftOn('2024-11-21')).toBe(false);
  });

  it('holds for a firm that shares a running project with one of the reviewer', () => {
    const own = [{ companyId: 'own', until: null }];
    expect(hasConflict(own, ['other'], [['own', 'other']], day)).toBe(true);
    expect(hasConflict(own, ['other'], [['own', 'third']], day)).toBe(false);
    expect(hasConflict(own, ['other'], [['other', 'third']], day)).toBe(false);
  });

  it('holds for nobody without a firm', () => {
    expect(hasConflict([], ['other'], [['other', 'third']], day)).toBe(false);
  });
});

describe('expertise', () => {
  it('is the part of the weight that the reviewer knows', () => {
    const needs = [
      { technologyId: 'a', weight: 100 },
      { technologyId: 'b', weight: 300 },
    ];
    expect(expertise(['b', 'z'], needs)).toBe(0.75);
    expect(expertise([], needs)).toBe(0);
    expect(expertise(['a'], [])).toBe(0);
  });
});
