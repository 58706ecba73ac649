import {
  openBreaches,
  planBreaches,
  shareBreaches,
  teamBreaches,
  type TeamMember,
} from './breaches.ts';
import { readRules, type GivenRules } from './edition.ts';
import { rulesOn, type Rules } from './rules.ts';

const free: GivenRules = {
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

const rules = (more: Partial<GivenRules> = {}): Rules => readRules({ ...free, ...more }, [], []);

const member = (more: Partial<TeamMember> = {}): TeamMember => ({
  role: 'PARTNER',
  kinds: ['SAAS'],
  size: 'SME',
  share: null,
  ...more,
});
const lead = member({ role: 'LEAD', kinds: ['IAAS'], size: 'LARGE' });

const named = (
  problems: { rule?: string | null; limit?: string | null; found?: string | null }[],
) => problems.map(({ rule, limit, found }) => [rule, limit, found]);

describe('teamBreaches', () => {
  it('finds nothing wrong with a lead alone where nothing is demanded', () => {
    expect(teamBreaches(rules(), [lead])).toEqual([]);
    expect(teamBreaches(null, [lead])).toEqual([]);
  });

  it('wants exactly one lead, with rules and without', () => {
    expect(named(teamBreaches(null, [member()]))).toEqual([['LEAD_ONE', '1', '0']]);
    expect(named(teamBreaches(rules(), [lead, lead]))).toEqual([['LEAD_ONE', '1', '2']]);
  });

  it('names every broken rule at once, with its limit and what was found', () => {
    const strict = rules({
      leadKinds: ['IAAS'],
      minMembers: 4,
      membersByKind: [
        { kind: 'MSP', least: 1 },
        { kind: 'SAAS', least: 0, most: 1 },
      ],
      minSmeMembers: 5_000,
      minDemandMembers: 1,
    });
    const team = [
      member({ role: 'LEAD', size: 'LARGE' }),
      member({ size: 'LARGE' }),
      member({ size: 'MICRO' }),
    ];
    expect(named(teamBreaches(strict, team))).toEqual([
      ['LEAD_KIND', 'IAAS', 'SAAS'],
      ['MEMBERS_LEAST', '4', '3'],
      ['DEMAND_LEAST', '1', '0'],
      ['SME_MEMBERS', '5000', '3333'],
      ['KIND_LEAST', '1', '0'],
      ['KIND_MOST', '1', '3'],
    ]);
  });

  it('counts a firm of two kinds for both, and holds a part of the members exactly', () => {
    const strict = rules({
      minSmeMembers: 3_334,
      membersByKind: [
        { kind: 'MSP', least: 1 },
        { kind: 'SAAS', least: 1 },
      ],
    });
    const both = member({ kinds: ['MSP', 'SAAS'] });
    expect(teamBreaches(strict, [lead, both])).toEqual([]);
    // One of three is 3,333.3 basis points: below 3,334, however it is rounded.
    expect(
      named(teamBreaches(strict, [lead, both, member({ size: 'LARGE' })])).map(([rule]) => rule),
    ).toEqual(['SME_MEMBERS']);
  });

  it('counts advisers for no least and no most', () => {
    const adviser = member({ role: 'ADVISOR' });
    const strict = rules({
      minMembers: 3,
      membersByKind: [{ kind: 'SAAS', least: 2 }],
      minSmeMembers: 5_000,
    });
    expect(named(teamBreaches(strict, [lead, adviser, adviser]))).toEqual([
      ['MEMBERS_LEAST', '3', '1'],
      ['SME_MEMBERS', '5000', '0'],
      ['KIND_LEAST', '2', '0'],
    ]);
    const few = rules({ maxMembers: 1, membersByKind: [{ kind: 'SAAS', least: 0, most: 0 }] });
    expect(teamBreaches(few, [lead, adviser, adviser])).toEqual([]);
  });

  it('has a most for members only where the rules have one', () => {
    const crowd = [lead, ...Array.from({ length: 9 }, () => member())];
    expect(teamBreaches(rules(), crowd)).toEqual([]);
    expect(named(teamBreaches(rules({ maxMembers: 9 }), crowd))).toEqual([
      ['MEMBERS_MOST', '9', '10'],
    ]);
  });
});

describe('shareBreaches', () => {
  it('holds for shares that sum to the whole', () => {
    const team = [member({ role: 'LEAD', share: 1 }), member({ share: 9_999 })];
    expect(shareBreaches(null, team)).toEqual([]);
  });

  it.each([9_998, 10_000])('refuses 1 and %i basis points', (share) => {
    const team = [member({ role: 'LEAD', share: 1 }), member({ share })];
    expect(named(shareBreaches(null, team))).toEqual([['SHARES_SUM', '10000', String(share + 1)]]);
  });

  it('leaves advisers out', () => {
    const team = [member({ role: 'LEAD', share: 10_000 }), member({ role: 'ADVISOR' })];
    expect(shareBreaches(rules({ minMemberShare: 500 }), team)).toEqual([]);
  });

  it('finds shares below the least, and too little for SMEs, with the place of each', () => {
    const team = [
      member({ role: 'LEAD', size: 'LARGE', share: 9_000 }),
      member({ share: 400 }),
      member({ share: 600 }),
    ];
    const found = shareBreaches(rules({ minMemberShare: 500, minSmeShare: 3_000 }), team);
    expect(found.map(({ rule, path, found: value }) => [rule, path.join('/'), value])).toEqual([
      ['SHARE_LEAST', 'shares/1/share', '400'],
      ['SME_SHARE', 'shares', '1000'],
    ]);
  });
});

const plan = (budget: number) => ({
  sector: 'finance',
  budget,
  stages: [],
  matching: 0,
  bonuses: [],
});

describe('planBreaches', () => {
  it('lets any sector and any amount pass where nothing is demanded', () => {
    const large = {
      sector: 'defence',
      budget: Number.MAX_SAFE_INTEGER,
      stages: [],
      matching: 0,
      bonuses: [],
    };
    expect(planBreaches(rules(), [], large)).toEqual([]);
  });

  it("holds a project to the call's sectors before the programme's", () => {
    const open = { sector: 'finance', budget: null, stages: [], matching: 0, bonuses: [] };
    expect(planBreaches(rules({ sectors: ['healthcare'] }), ['finance'], open)).toEqual([]);
    expect(named(planBreaches(rules({ sectors: ['healthcare'] }), [], open))).toEqual([
      ['SECTOR', 'healthcare', 'finance'],
    ]);
  });

  it('allows exactly the cap and not one won more', () => {
    const capped = rules({ budgetCap: 10_000_000_000 });
    expect(planBreaches(capped, [], plan(10_000_000_000))).toEqual([]);
    expect(named(planBreaches(capped, [], plan(10_000_000_001)))).toEqual([
      ['BUDGET_CAP', '10000000000', '10000000001'],
    ]);
  });
});

/** A plan that is carried out in some regions. */
const planAt = (...regions: string[]) => ({
  ...plan(1_000),
  sites: regions.map((region) => ({ region })),
});

describe('siteRegions', () => {
  const abroad = rules({ siteRegions: ['VN', 'KR-11'] });

  it('allow a country with its parts, and a part alone', () => {
    expect(planBreaches(abroad, [], planAt('VN', 'VN-SG', 'KR-11'))).toEqual([]);
    expect(planBreaches(rules(), [], planAt('US', 'KR-26'))).toEqual([]);
    expect(planBreaches(abroad, [], plan(1_000))).toEqual([]);
  });

  it('name every place outside', () => {
    const found = planBreaches(abroad, [], planAt('KR', 'VN', 'KR-26'));
    expect(named(found)).toEqual([
      ['SITE_REGION', 'VN, KR-11', 'KR'],
      ['SITE_REGION', 'VN, KR-11', 'KR-26'],
    ]);
    expect(found.map(({ path }) => path.join('/'))).toEqual(['sites/0/region', 'sites/2/region']);
  });

  it('are named before the seal, as many as the rules want', () => {
    const several = rules({ minSites: 2 });
    expect(openBreaches(several, planAt('VN', 'VN'))).toEqual([]);
    expect(named(openBreaches(several, planAt('VN')))).toEqual([['SITES_LEAST', '2', '1']]);
    expect(named(openBreaches(several, plan(1_000)))).toEqual([['SITES_LEAST', '2', '0']]);
  });
});

describe('a cap of a sector', () => {
  it('holds for one project alone already', () => {
    const capped = rules({ sectorCap: 10 });
    expect(planBreaches(capped, [], plan(10))).toEqual([]);
    expect(named(planBreaches(capped, [], plan(11)))).toEqual([['SECTOR_CAP', '10', '11']]);
    expect(named(openBreaches(capped, { ...plan(1), budget: null }))).toEqual([
      ['BUDGET_SET', 'a budget', 'none'],
    ]);
  });
});

describe('openBreaches', () => {
  const stages = [
    { code: 'PLANNING', name: { ko: '기획' }, budgetCap: 100 },
    { code: 'BUILDING', name: { ko: '개발' } },
  ];
  const open = { ...plan(1_000), budget: null };

  it('lets a plan be open where nothing limits it', () => {
    expect(openBreaches(rules(), open)).toEqual([]);
    expect(openBreaches(rules(), plan(1_000))).toEqual([]);
  });

  it('wants the budget by stage where stages have their caps, so that none is passed by', () => {
    expect(named(openBreaches(rules({ stages }), plan(1_000)))).toEqual([
      ['STAGES_SET', 'PLANNING, BUILDING', 'none'],
    ]);
    const stated = { ...plan(1_000), stages: [{ stage: 'BUILDING', amount: 1_000 }] };
    expect(openBreaches(rules({ stages }), stated)).toEqual([]);
  });

  it.each([{ budgetCap: 1 }, { matchingRatio: 1 }])('wants a budget with %j', (limit) => {
    expect(named(openBreaches(rules(limit), open))).toEqual([['BUDGET_SET', 'a budget', 'none']]);
  });
});

describe('rulesOn', () => {
  it('counts both the first and the last day', () => {
    const editions = [
      rules({ validFrom: '2026-01-01', validTo: '2026-06-30' }),
      rules({ validFrom: '2026-07-01' }),
    ];
    expect(rulesOn(editions, '2025-12-31')).toBeNull();
    expect(rulesOn(editions, '2026-01-01')).toBe(editions[0]);
    expect(rulesOn(editions, '2026-06-30')).toBe(editions[0]);
    expect(rulesOn(editions, '2099-01-01')).toBe(editions[1]);
  });
});
