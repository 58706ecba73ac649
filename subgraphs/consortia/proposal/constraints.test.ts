import type { Problem } from '#kit/refusal.ts';
import { readRules, type GivenRules } from '../programme/edition.ts';
import { noWishes, readConstraints, type GivenConstraints } from './constraints.ts';

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
