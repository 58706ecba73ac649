/** Every rule of a programme, walked over the graph: all that is broken is told at once, by name, limit and finding. */
import {
  editorOf,
  fromNow,
  hour,
  openCall,
  startAlliance,
  startProgramme,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('big', { kinds: ['SAAS'], size: 'LARGE' }, { mesh: 9 });
  for (const firm of ['small', 'tiny']) await alliance.tellFirm(firm, { size: 'MICRO' });
  await alliance.tellFirm('user', { kinds: ['DEMAND'], size: 'NONPROFIT' });
});
afterAll(() => alliance.stop());

const strict = {
  leadKinds: ['IAAS', 'PAAS'],
  minMembers: 4,
  maxMembers: 5,
  membersByKind: [
    { kind: 'MSP', least: 1 },
    { kind: 'SAAS', least: 0, most: 1 },
  ],
  minSmeMembers: 5_000,
  minSmeShare: 4_000,
  minDemandMembers: 1,
  minMemberShare: 1_000,
  budgetCap: 1_000,
  matchingRatio: 2_500,
  stages: [
    { code: 'PLAN', name: { en: 'Plan' }, budgetCap: 300 },
    { code: 'BUILD', name: { en: 'Build' }, budgetCap: 800 },
  ],
  bonuses: [{ code: 'FIRST', name: { en: 'First' }, points: 3 }],
  sectors: ['healthcare', 'finance'],
};

const named = (problems: SeenProblem[]) =>
  problems
    .map(({ rule, limit, found, path }) => [rule, limit, found, path.join('/')])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b), 'en'));

async function draft(leadCompanyId: string, more: object) {
  const programmeId = await startProgramme(alliance, strict);
  const { call } = await openCall(alliance, programmeId, { sectors: ['healthcare'] });
  return alliance.change<{ project: { id: string } | null }>(
    editorOf(leadCompanyId),
    'draftProject',
    { callId: call?.id, leadCompanyId, title: { en: 'Project' }, summary: {}, ...more },
    'project { id }',
  );
}

const sound = {
  sector: 'healthcare',
  stages: [
    { stage: 'PLAN', amount: 200 },
    { stage: 'BUILD', amount: 700 },
  ],
  matching: 300,
  bonuses: ['FIRST'],
};

describe('a project', () => {
  it('is told every rule of the call that its content breaks', async () => {
    const { project, problems } = await draft('infra', {
      sector: 'finance',
      budget: 2_001,
      stages: [
        { stage: 'BUILD', amount: 801 },
        { stage: 'PLAN', amount: 301 },
        { stage: 'PARTY', amount: 898 },
      ],
      matching: 0,
      bonuses: ['LAST'],
    });
    expect(project).toBeNull();
    expect(named(problems)).toEqual([
      ['BONUS', 'FIRST', 'LAST', 'bonuses/0'],
      ['BUDGET_CAP', '1000', '2001', 'budget'],
      ['MATCHING', '2500', '0', 'matching'],
      ['SECTOR', 'healthcare', 'finance', 'sector'],
      ['STAGE', 'PLAN, BUILD', 'PARTY', 'stages/2/stage'],
      ['STAGE_CAP', '800', '801', 'stages/0/amount'],
      ['STAGE_CAP', '300', '301', 'stages/1/amount'],
      ['STAGE_ORDER', 'PLAN, BUILD', 'BUILD, PLAN', 'stages'],
      ['STAGES_SUM', '2001', '2000', 'stages'],
    ]);
  });

  it('may use every limit to the won', async () => {
    const { problems } = await draft('infra', {
      ...sound,
      budget: 1_000,
      stages: [
        { stage: 'PLAN', amount: 300 },
        { stage: 'BUILD', amount: 700 },
      ],
      matching: 334,
    });
    expect(problems).toEqual([]);
  });

  it.each([
    ['no money at all', {}, ['BUDGET_SET', 'STAGES_SET']],
    ['money past the caps of stages', { budget: 1_000, matching: 334 }, ['STAGES_SET']],
  ])(
    'is not drawn up with %s, and its lead is looked at from the draft on',
    async (_, more, open) => {
      const { project } = await draft('big', { sector: 'healthcare', ...more });
      const lead = editorOf('big');
      const { breaches } = (
        await alliance.data<{ project: { breaches: SeenProblem[] } }>(
          lead,
          'query ($id: ID!) { project(id: $id) { breaches { code rule limit found path } } }',
          { id: project?.id },
        )
      ).project;
      expect(named(breaches)).toEqual(
        expect.arrayContaining([
          ['LEAD_KIND', 'IAAS, PAAS', 'SAAS', ''],
          ['MEMBERS_LEAST', '4', '1', ''],
          ['STAGES_SET', 'PLAN, BUILD', 'none', 'stages'],
        ]),
      );
      await alliance.change(lead, 'inviteCompany', {
        projectId: project?.id,
        companyId: 'small',
        role: 'ADVISOR',
        deadline: fromNow(hour),
      });
      const { project: forming } = await alliance.data<{
        project: { consortium: { id: string; revision: number } };
      }>(lead, 'query ($id: ID!) { project(id: $id) { consortium { id revision } } }', {
        id: project?.id,
      });
      const { id: consortiumId, revision } = forming.consortium;
      const { problems } = await alliance.change(lead, 'drawUpAgreement', {
        consortiumId,
        revision,
      });
      const rules = problems.map(({ rule }) => rule);
      expect(rules).toEqual(expect.arrayContaining([...open, 'MEMBERS_LEAST', 'SME_MEMBERS']));
      expect(problems).toContainEqual(
        expect.objectContaining({ rule: 'MEMBERS_LEAST', limit: '4', found: '1' }),
      );
    },
  );

  it('is told every rule that its team breaks', async () => {
    const { project } = await draft('big', {
      ...sound,
      requirements: [{ technologyId: 'mesh', leastLevel: 8, providers: 2 }],
    });
    const lead = editorOf('big');
    const { problems: invited } = await alliance.change(lead, 'inviteCompany', {
      projectId: project?.id,
      companyId: 'small',
      deadline: fromNow(hour),
    });
    expect(invited).toEqual([]);
    const read = await alliance.data<{
      project: {
        breaches: SeenProblem[];
        consortium: { id: string; revision: number; memberships: { id: string }[] };
      };
    }>(
      lead,
      `query ($id: ID!) { project(id: $id) {
        breaches { code rule limit found path }
        consortium { id revision memberships { id } }
      } }`,
      { id: project?.id },
    );
    const rules = Object.fromEntries(
      read.project.breaches.map(({ rule, limit, found }) => [rule, [limit, found]]),
    );
    expect(rules).toMatchObject({
      ALL_ACCEPTED: ['0', '1'],
      DEMAND_LEAST: ['1', '0'],
      KIND_LEAST: ['1', '0'],
      KIND_MOST: ['1', '2'],
      LEAD_KIND: ['IAAS, PAAS', 'SAAS'],
      MEMBERS_LEAST: ['4', '2'],
      REQUIREMENT_PROVIDERS: ['2', '0'],
      SHARE_SET: ['0', '2'],
    });
    const { consortium } = read.project;
    const shares = consortium.memberships.map(({ id: membershipId }, index) => ({
      membershipId,
      share: index === 0 ? 9_500 : 500,
    }));
    const { problems } = await alliance.change(lead, 'setShares', {
      consortiumId: consortium.id,
      revision: consortium.revision,
      shares,
    });
    expect(named(problems)).toEqual([
      ['SHARE_LEAST', '1000', '500', 'shares/1/share'],
      ['SME_SHARE', '4000', '500', 'shares'],
    ]);
  });
});

describe('a call', () => {
  it('is told every number and date that cannot be, and every rule of its programme', async () => {
    const programmeId = await startProgramme(alliance, {
      years: [2026],
      sectors: ['healthcare'],
      maxSectorsPerYear: 1,
    });
    const { call, problems } = await openCall(alliance, programmeId, {
      year: 20_270,
      budget: 0,
      slots: 0,
      sectors: ['healthcare', 'finance'],
      opensAt: '2026-12-01T00:00:00Z',
      closesAt: '2026-12-01T00:00:00Z',
    });
    expect(call).toBeNull();
    expect(named(problems)).toEqual([
      ['BUDGET_RANGE', '1-1000000000000000', '0', 'budget'],
      ['CLOSES_AFTER', '2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', 'closesAt'],
      ['SECTOR', 'healthcare', 'finance', 'sectors/1'],
      ['SECTORS_A_YEAR', '1', '2', 'sectors'],
      ['SLOTS_RANGE', '1-10000', '0', 'slots'],
      ['YEAR', '2026', '20270', 'year'],
      ['YEAR_RANGE', '2000-2100', '20270', 'year'],
    ]);
  });

  it.each([1999, 2101])('is for no year like %i', async (year) => {
    const { problems } = await openCall(alliance, await startProgramme(alliance), { year });
    expect(problems).toMatchObject([{ rule: 'YEAR_RANGE', found: String(year) }]);
  });

  it('follows the edition of the day on which it opens in Seoul', async () => {
    const programmeId = await startProgramme(alliance, { validTo: '2026-12-31', minMembers: 2 });
    const last = await openCall(alliance, programmeId, {
      opensAt: '2026-12-31T14:59:59Z',
      closesAt: '2027-02-01T00:00:00Z',
    });
    expect(last.problems).toEqual([]);
    const late = await openCall(alliance, programmeId, {
      opensAt: '2026-12-31T15:00:00Z',
      closesAt: '2027-02-01T00:00:00Z',
    });
    expect(late.problems.map(({ path }) => path)).toEqual([['opensAt']]);
  });
});

describe('firms that are no approved members', () => {
  it('count nowhere, whatever their capability maps say', async () => {
    await alliance.tellTechnology('rare');
    await alliance.tellFirm('known', {}, { rare: 8 });
    await alliance.tellFirm('pending', { status: 'PENDING' }, { rare: 9 });
    await alliance.tellFirm('suspended', { status: 'SUSPENDED' }, { rare: 9 });
    await alliance.tellFirm('closing', {}, { rare: 9 });
    const { project } = await alliance.change<{ project: { id: string } }>(
      editorOf('infra'),
      'draftProject',
      {
        leadCompanyId: 'infra',
        title: { en: 'Project' },
        summary: {},
        sector: 'healthcare',
        requirements: [{ technologyId: 'rare', leastLevel: 3, wishedProviders: 5 }],
        demandCompanyIds: ['known', 'closing'],
      },
      'project { id }',
    );
    await alliance.tellFirm('closing', { status: 'CLOSED' });
    const { assembly } = await alliance.change<{
      assembly: { proposals: { coverage: { providers: { id: string }[] }[] }[] };
    }>(
      editorOf('infra'),
      'assemble',
      { projectId: project.id },
      'assembly { proposals { coverage { providers { id } } } }',
    );
    const providers = assembly.proposals.flatMap(({ coverage }) =>
      coverage.flatMap((each) => each.providers.map(({ id }) => id)),
    );
    expect(providers).toEqual(['known']);
    const shown = await alliance.data<{
      project: { requirements: { supply: { firms: number } }[]; demandCompanies: { id: string }[] };
    }>(
      editorOf('infra'),
      `query ($id: ID!) { project(id: $id) {
        requirements { supply { firms } } demandCompanies { id }
      } }`,
      { id: project.id },
    );
    expect(shown.project.requirements).toEqual([{ supply: { firms: 1 } }]);
    expect(shown.project.demandCompanies).toEqual([{ id: 'known' }, { id: 'closing' }]);
  });

  it('are left out where an old record names them as users of a project', async () => {
    const { project } = await alliance.change<{ project: { id: string } }>(
      editorOf('infra'),
      'draftProject',
      {
        leadCompanyId: 'infra',
        title: { en: 'Project' },
        summary: {},
        sector: 'healthcare',
        demandCompanyIds: ['user'],
      },
      'project { id }',
    );
    await alliance.connection
      .collection<{ _id: string }>('projects')
      .updateOne(
        { _id: project.id },
        { $set: { demandCompanyIds: ['nobody', 'user', 'pending'] } },
      );
    const shown = await alliance.data<{ project: { demandCompanies: { id: string }[] } }>(
      editorOf('infra'),
      'query ($id: ID!) { project(id: $id) { demandCompanies { id } } }',
      { id: project.id },
    );
    expect(shown.project.demandCompanies).toEqual([{ id: 'user' }]);
  });
});
