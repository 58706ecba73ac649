import type { Problem } from '#kit/refusal.ts';
import { readRules, type GivenRules } from './edition.ts';

const plain: GivenRules = {
  validFrom: '2026-01-01',
  leadKinds: [],
  minMembers: 1,
  membersByKind: [],
  minSmeMembers: 0,
  minSmeShare: 0,
  minDemandMembers: 0,
  minMemberShare: 0,
  stages: [],
  matchingRatio: 0,
  documents: [],
  rubric: [],
  bonuses: [],
  sectors: [],
  years: [],
};
const name = { en: 'Part' };
const faultsOf = (more: Partial<GivenRules>) => {
  const faults: Problem[] = [];
  readRules({ ...plain, ...more }, ['rules', '0'], faults);
  return faults.map(({ path, rule, limit, found }) => [
    path.slice(2).join('/'),
    rule,
    limit,
    found,
  ]);
};

describe('ruleFaults', () => {
  it('finds nothing wrong with rules that allow everything', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each<[Partial<GivenRules>, unknown[]]>([
    [{ validTo: '2025-12-31' }, ['validTo', 'PERIOD_ORDER', '2026-01-01', '2025-12-31']],
    [{ minMembers: 0 }, ['minMembers', 'MEMBERS_LEAST', '1', '0']],
    [{ minMembers: 9, maxMembers: 3 }, ['minMembers', 'MEMBERS_ORDER', '3', '9']],
    [{ maxMembers: 101 }, ['maxMembers', 'MEMBERS_MOST', '1-100', '101']],
    [{ minDemandMembers: -1 }, ['minDemandMembers', 'DEMAND_MEMBERS_RANGE', '0-100', '-1']],
    [
      { minMembers: 3, minMemberShare: 4_000 },
      ['minMemberShare', 'MEMBER_SHARES_FIT', '10000', '12000'],
    ],
    [{ maxSectorsPerYear: 0 }, ['maxSectorsPerYear', 'SECTORS_A_YEAR_LEAST', '1', '0']],
    [{ appealDays: 91 }, ['appealDays', 'APPEAL_DAYS_RANGE', '0-90', '91']],
    [{ reportEveryMonths: 25 }, ['reportEveryMonths', 'REPORT_MONTHS_RANGE', '1-24', '25']],
    [{ maxRunningPerFirm: 0 }, ['maxRunningPerFirm', 'RUNNING_RANGE', '1-1000', '0']],
    [{ outlierShare: 0 }, ['outlierShare', 'OUTLIER_SHARE_RANGE', '1-10000', '0']],
    [{ minSites: 51 }, ['minSites', 'SITES_RANGE', '0-50', '51']],
    [{ siteRegions: ['VN', 'VN'] }, ['siteRegions/1', 'NAMED_ONCE', '1', 'VN']],
    [{ years: [1999] }, ['years/0', 'YEAR_RANGE', '2000-2100', '1999']],
    [
      { membersByKind: [{ kind: 'SAAS', least: 2, most: 1 }] },
      ['membersByKind/0/least', 'KIND_MEMBERS_ORDER', '0-1', '2'],
    ],
    [
      { stages: [{ code: 'x', name }] },
      ['stages/0/code', 'CODE_FORM', '^[A-Z][A-Z0-9_]{1,39}$', 'x'],
    ],
    [
      { stages: ['PLAN', 'PLAN'].map((code) => ({ code, name })) },
      ['stages/1/code', 'NAMED_ONCE', '1', 'PLAN'],
    ],
    [
      { stages: Array.from({ length: 21 }, (_, place) => ({ code: `S${place}`, name })) },
      ['stages', 'PARTS_MOST', '20', '21'],
    ],
    [
      { rubric: [{ code: 'FIT', name, points: 0 }] },
      ['rubric/0/points', 'POINTS_RANGE', '1-1000', '0'],
    ],
    [
      { bonuses: [{ code: 'BORN', name, points: 1, onceWithinYears: 51 }] },
      ['bonuses/0/onceWithinYears', 'BONUS_YEARS_RANGE', '1-50', '51'],
    ],
    [{ sectors: ['A'] }, ['sectors/0', 'CODE_FORM', '^[a-z0-9][a-z0-9-]{1,59}$', 'A']],
    [{ sectors: ['health', 'health'] }, ['sectors/1', 'NAMED_ONCE', '1', 'health']],
    [{ stages: [{ code: 'PLAN', name: {} }] }, ['stages/0/name', 'LANGUAGES_LEAST', '1', '0']],
    [
      { documents: [{ code: 'PLAN', name: { en: 'x' }, mandatory: true }] },
      ['documents/0/name/en', 'TEXT_LENGTH', '2-200', '1'],
    ],
  ])('says of %j its rule, limit and what was found', (more, fault) => {
    expect(faultsOf(more)).toEqual([fault]);
  });

  it('says all of them at once', () => {
    const found = faultsOf({
      minMembers: 9,
      maxMembers: 3,
      stages: [{ code: 'x', name }],
      years: [1999],
      sectors: ['A'],
    });
    expect(found.map(([, rule]) => rule)).toEqual([
      'MEMBERS_ORDER',
      'CODE_FORM',
      'YEAR_RANGE',
      'CODE_FORM',
    ]);
  });
});
