import type { Problem } from '#kit/refusal.ts';
import { readRules, type GivenRules } from '../programme/edition.ts';
import { readConstraints } from './constraints.ts';
import { firmsNamed, noWishes, wishFaults, type GivenConstraints } from './wishes.ts';

const rules = (more: Partial<GivenRules> = {}) =>
  readRules(
    {
      validFrom: '2026-01-01',
      leadKinds: ['IAAS'],
      minMembers: 3,
      maxMembers: 8,
      membersByKind: [{ kind: 'SAAS', least: 2 }],
      minSmeMembers: 3_000,
      minSmeShare: 0,
      minDemandMembers: 1,
      minMemberShare: 0,
      stages: [],
      matchingRatio: 0,
      documents: [],
      rubric: [],
      bonuses: [],
      sectors: [],
      years: [],
      ...more,
    },
    [],
    [],
  );

function read(wishes: Partial<GivenConstraints>, ruled: ReturnType<typeof rules> | null = rules()) {
  const faults: Problem[] = [];
  const constraints = readConstraints(
    { ...noWishes, ...wishes },
    { leadCompanyId: 'lead', budget: 1_000, rules: ruled },
    faults,
  );
  return { constraints, faults: faults.map(({ path }) => path.join('/')) };
}

describe('readConstraints', () => {
  it('takes over the rules of the call where nothing is wished', () => {
    expect(read({})).toEqual({
      constraints: {
        leadKinds: ['IAAS'],
        leadId: 'lead',
        minPartners: 3,
        maxPartners: 8,
        minSmes: { shareBasisPoints: 3_000 },
        regions: [],
        certificates: [],
        membersByKind: [
          { kind: 'SAAS', least: 2, most: null },
          { kind: 'DEMAND', least: 1, most: null },
        ],
        budgetWon: 1_000,
        mustInclude: [],
        mustExclude: [],
        conflicts: [],
        exposureCap: null,
      },
      faults: [],
    });
  });

  it('lets any kind lead, up to twenty members, without rules', () => {
    expect(read({}, null).constraints).toMatchObject({
      leadKinds: ['IAAS', 'PAAS', 'SAAS', 'MSP', 'SI', 'CONSULTING', 'DEMAND'],
      minPartners: 1,
      maxPartners: 20,
    });
  });

  it('keeps the stricter of wish and rule', () => {
    const { constraints } = read({
      minPartners: 2,
      maxPartners: 50,
      minSmes: { share: 5_000 },
      membersByKind: [{ kind: 'SAAS', least: 1, most: 4 }],
      budget: 5_000,
    });
    expect(constraints).toMatchObject({
      minPartners: 3,
      maxPartners: 8,
      minSmes: { shareBasisPoints: 5_000 },
      membersByKind: [
        { kind: 'SAAS', least: 2, most: 4 },
        { kind: 'DEMAND', least: 1 },
      ],
      budgetWon: 1_000,
    });
  });

  it('refuses a wish that no team could meet together with the rules', () => {
    expect(read({ membersByKind: [{ kind: 'SAAS', least: 0, most: 1 }] }).faults).toEqual([
      'constraints/membersByKind',
    ]);
    expect(read({ minSmes: { count: 2 } }).faults).toEqual(['constraints/minSmes']);
    expect(read({ minSmes: {} }, null).faults).toEqual(['constraints/minSmes']);
  });

  it('refuses fewer members at most than at least, wished or ruled', () => {
    expect(read({ minPartners: 5, maxPartners: 4 }, null).faults).toEqual([
      'constraints/minPartners',
    ]);
    expect(read({ minPartners: 9 }).faults).toEqual(['constraints/minPartners']);
    expect(read({ maxPartners: 2 }).faults).toEqual(['constraints/maxPartners']);
    expect(read({ minPartners: 4, maxPartners: 4 }).faults).toEqual([]);
  });

  it('lets a team be as large as it must be', () => {
    expect(read({ minPartners: 30 }, null)).toMatchObject({
      constraints: { minPartners: 30, maxPartners: 30 },
      faults: [],
    });
  });

  it('keeps whoever drafted the project in the team when another firm may lead', () => {
    expect(read({ anyLead: true, mustInclude: ['friend', 'lead'] }).constraints).toMatchObject({
      leadId: null,
      mustInclude: ['lead', 'friend'],
    });
  });
});

/** Each fault as its rule, limit, what was found, and the path below `constraints`. */
const told = (wishes: Partial<GivenConstraints>) =>
  wishFaults({ ...noWishes, ...wishes }).map(({ rule, limit, found, path }) =>
    [rule, limit, found, path.slice(1).join('/')].join(' '),
  );
const many = <Part>(length: number, part: (index: number) => Part) =>
  Array.from({ length }, (_, index) => part(index));

describe('wishFaults', () => {
  it('finds nothing wrong with no wishes', () => {
    expect(told({})).toEqual([]);
  });

  it.each<[Partial<GivenConstraints>, string]>([
    [{ minPartners: 0 }, 'MEMBERS_RANGE 1-100 0 minPartners'],
    [{ maxPartners: 101 }, 'MEMBERS_RANGE 1-100 101 maxPartners'],
    [{ minKinds: 8 }, 'KINDS_RANGE 1-7 8 minKinds'],
    [{ exposureCap: 10_001 }, 'EXPOSURE_RANGE 1-10000 10001 exposureCap'],
    [{ minSmes: {} }, 'COUNT_OR_SHARE 1 0 minSmes'],
    [{ minSmes: { count: 1, share: 1 } }, 'COUNT_OR_SHARE 1 2 minSmes'],
    [{ minOutsideCapital: { count: 101 } }, 'COUNT_RANGE 0-100 101 minOutsideCapital/count'],
    [{ regions: [{ region: 'KR-11', least: 0 }] }, 'LEAST_RANGE 1-100 0 regions/0/least'],
    [
      { certificates: [{ scheme: 'CSAP', least: 101 }] },
      'LEAST_RANGE 1-100 101 certificates/0/least',
    ],
    [
      { membersByKind: [{ kind: 'SI', least: 5, most: 2 }] },
      'MOST_RANGE 5-100 2 membersByKind/0/most',
    ],
    [{ membersByKind: [{ kind: 'SI', least: -1 }] }, 'LEAST_RANGE 0-100 -1 membersByKind/0/least'],
    [{ mustInclude: ['a', 'b'], mustExclude: ['b'] }, 'IN_OR_OUT mustInclude mustExclude mustInclude/1'], // prettier-ignore
    [{ conflicts: [['a', 'b', 'c']] }, 'PAIR 2 3 conflicts/0'],
    [{ conflicts: [['a', 'a']] }, 'PAIR 2 1 conflicts/0'],
    [{ conflicts: [[]] }, 'PAIR 2 0 conflicts/0'],
  ])('names the rule, the limit and what was found of %j', (wishes, expected) => {
    expect(told(wishes)).toEqual([expected]);
  });

  it('takes no list without an end, and tells only its length', () => {
    const wishes = {
      regions: many(101, () => ({ region: 'KR-11', least: 0 })),
      certificates: many(2_000, (index) => ({ scheme: `S${index}`, least: 1 })),
      membersByKind: many(8, () => ({ kind: 'SI' as const, least: 1 })),
      mustInclude: many(101, String),
      mustExclude: many(1_001, String),
      conflicts: many(1_001, () => ['a', 'a']),
    };
    expect(told(wishes)).toEqual([
      'LIST_MOST 100 101 regions',
      'LIST_MOST 100 2000 certificates',
      'LIST_MOST 7 8 membersByKind',
      'LIST_MOST 100 101 mustInclude',
      'LIST_MOST 1000 1001 mustExclude',
      'LIST_MOST 1000 1001 conflicts',
    ]);
    expect(firmsNamed({ ...noWishes, ...wishes })).toHaveLength(100 + 1_000 + 2_000);
    expect(firmsNamed({ ...noWishes, conflicts: [many(5_000, String)] })).toHaveLength(2);
  });

  it('wants regions, schemes and kinds once each, and schemes that are codes', () => {
    expect(
      told({
        regions: [1, 2].map((least) => ({ region: 'KR-11', least })),
        certificates: ['CSAP', 'CSAP', '', 'x'.repeat(100_000)].map((scheme) => ({
          scheme,
          least: 1,
        })),
        membersByKind: [1, 2].map((least) => ({ kind: 'SI' as const, least })),
      }),
    ).toEqual([
      'NAMED_ONCE 1 2 regions/1/region',
      'NAMED_ONCE 1 2 certificates/1/scheme',
      'NAMED_ONCE 1 2 membersByKind/1/kind',
      'SCHEME_FORM ^[A-Z][A-Z0-9_]{1,39}$  certificates/2/scheme',
      `SCHEME_FORM ^[A-Z][A-Z0-9_]{1,39}$ ${'x'.repeat(60)} certificates/3/scheme`,
    ]);
  });

  it('names each weight outside its range besides their sum', () => {
    const weights = { coverage: 1_100, track: -100, cost: 0, size: 0, cohesion: 0 };
    expect(told({ weights })).toEqual([
      'WEIGHT_RANGE 0-1000 1100 weights/coverage',
      'WEIGHT_RANGE 0-1000 -100 weights/track',
    ]);
    expect(told({ weights: { ...weights, coverage: 1_000, track: 1 } })).toEqual([
      'WEIGHTS_SUM 1000 1001 weights',
    ]);
  });
});
