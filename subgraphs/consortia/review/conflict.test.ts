import fc from 'fast-check';

import { heirIn } from '../pool/merged.ts';
import { nowIn } from '../pool/succession.ts';
import { expertise, hasConflict, ownFirms } from './conflict.ts';

const day = '2026-11-22';
const same = (id: string) => id;
const itself = (id: string) => [id];
const need = (technologyId: string) => [{ technologyId, weight: 1 }];
const among = (running: string[][], heirOf = same) => ({ running, day, heirOf });

const belong = (companyIds: string[]) =>
  companyIds.map((companyId) => ({ companyId, until: null }));
const leftOn = (until: string | null) =>
  hasConflict([{ companyId: 'own', until }], ['other', 'own'], among([]));

describe('hasConflict', () => {
  it('holds for a firm the reviewer belongs to, and one left less than two years ago', () => {
    expect(leftOn(null)).toBe(true);
    expect(leftOn('2024-11-22')).toBe(true);
    expect(leftOn('2024-11-21')).toBe(false);
  });

  it('holds for a firm that shares a running project with one of the reviewer', () => {
    const own = [{ companyId: 'own', until: null }];
    expect(hasConflict(own, ['other'], among([['own', 'other']]))).toBe(true);
    expect(hasConflict(own, ['other'], among([['own', 'third']]))).toBe(false);
    expect(hasConflict(own, ['other'], among([['other', 'third']]))).toBe(false);
  });

  it('holds for nobody without a firm', () => {
    expect(hasConflict([], ['other'], among([['other', 'third']]))).toBe(false);
  });

  it('is the same whichever of the ids of a merged firm anything was kept under', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const ids = fc.array(id, { maxLength: 4 });
    const merged = fc.dictionary(fc.constantFrom('b', 'c'), fc.constantFrom('a'));
    fc.assert(
      fc.property(ids, ids, fc.array(ids, { maxLength: 3 }), merged, (own, team, running, next) => {
        const heirOf = heirIn(new Map([...Object.entries(next), ['d', 'b']]));
        const asKept = hasConflict(belong(own), team, among(running, heirOf));
        const renamed = hasConflict(
          belong(own.map(heirOf)),
          team.map(heirOf),
          among(running.map((members) => members.map(heirOf))),
        );
        expect(asKept).toBe(renamed);
      }),
    );
  });
});

it('ownFirms are firms as they are now', () => {
  const heirOf = heirIn(new Map([['old', 'heir']]));
  const own = [...belong(['old']), { companyId: 'gone', until: '2020-01-01' }];
  expect([...ownFirms(own, day, heirOf)]).toEqual(['heir']);
});

describe('expertise', () => {
  it('is the part of the weight that the reviewer knows', () => {
    const needs = [
      { technologyId: 'a', weight: 100 },
      { technologyId: 'b', weight: 300 },
    ];
    expect(expertise(['b', 'z'], needs, itself)).toBe(0.75);
    expect(expertise([], needs, itself)).toBe(0);
    expect(expertise(['a'], [], itself)).toBe(0);
  });

  it('is in what technologies became, on either side', () => {
    const successors = new Map([
      ['old', ['older', 'half']],
      ['older', ['new']],
      ['round', ['about']],
      ['about', ['round']],
      ['retired', []],
    ]);
    const nowOf = (id: string) => nowIn(successors, id);
    expect(nowOf('old')).toEqual(['half', 'new']);
    expect(expertise(['old'], need('new'), nowOf)).toBe(1);
    expect(expertise(['new'], need('old'), nowOf)).toBe(1);
    expect(expertise(['retired'], need('retired'), nowOf)).toBe(1);
    expect(expertise(['round'], need('round'), nowOf)).toBe(1);
    expect(expertise(['other'], need('old'), nowOf)).toBe(0);
  });
});
