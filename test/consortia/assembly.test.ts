import { auditOf, verifyAudit } from '#kit/audit.ts';
import {
  editorOf,
  problemFields,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model']) await alliance.tellTechnology(technology);
  const csap = [
    { scheme: 'CSAP', type: null, grade: null, validFrom: '2020-01-01', validTo: null },
  ];
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', { certificates: csap }, { store: 8 });
  await alliance.tellFirm('mind', { region: 'KR-26' }, { model: [3, 8] });
  await alliance.tellFirm('twin', { affiliateGroup: 'group' }, { store: 7, model: 7 });
  await alliance.tellFirm('sibling', { affiliateGroup: 'group' }, { store: 7 });
  await alliance.tellFirm('barred', { restrictedUntil: new Date('2999-01-01') }, { store: 9 });
  await alliance.tellFirm('full', { capacity: 0 }, { store: 9 });
  await alliance.tellFirm('pending', { status: 'PENDING' }, { store: 9 });
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const deadline = new Date(Date.now() + 86_400_000).toISOString();

async function draft(requirements: object[], more: Record<string, unknown> = {}) {
  const { draftProject } = await alliance.data<{
    draftProject: { project: { id: string; revision: number }; problems: SeenProblem[] };
  }>(
    lead,
    `mutation ($input: DraftProjectInput!) {
      draftProject(input: $input) { project { id revision } ${problemFields} }
    }`,
    {
      input: {
        leadCompanyId: 'infra',
        title: { en: 'A project' },
        summary: { en: 'What it is about' },
        sector: 'healthcare',
        requirements,
        ...more,
      },
    },
  );
  expect(draftProject.problems).toEqual([]);
  return draftProject.project;
}

interface SeenAssembly {
  id: string;
  status: string;
  proposals: {
    id: string;
    rank: number;
    points: number;
    bound: number;
    gap: number;
    cost: number;
    parts: Record<string, number>;
    distance: number | null;
    lead: { id: string };
    members: {
      company: { id: string };
      role: string;
      covers: { requirement: { technology: { id: string } }; level: number; isVerified: boolean }[];
      reasons: { kind: string; text: { ko: string; en: string } }[];
    }[];
    uncovered: { technology: { id: string } }[];
  }[];
  infeasibility: {
    conflict: { kind: string; text: { ko: string; en: string } }[];
    relaxation: { changes: { demand: { kind: string }; from: number; to: number }[] } | null;
  } | null;
  shortfalls: { requirement: { technology: { id: string } }; missing: number; available: number }[];
}

const assemblyFields = `
  id status
  proposals {
    id rank points bound gap cost distance parts { coverage track cost size cohesion }
    lead { id }
    members {
      company { id } role
      covers { requirement { technology { id } } level isVerified }
      reasons { kind text { ko en } }
    }
    uncovered { technology { id } }
  }
  infeasibility { conflict { kind text { ko en } } relaxation { changes { demand { kind } from to } } }
  shortfalls { requirement { technology { id } } missing available }
  statistics { candidates solver instanceHash }
`;

async function assemble(projectId: string, more: Record<string, unknown> = {}, viewer = lead) {
  const { assemble: result } = await alliance.data<{
    assemble: { assembly: SeenAssembly | null; problems: SeenProblem[] };
  }>(
    viewer,
    `mutation ($input: AssembleInput!) {
      assemble(input: $input) { assembly { ${assemblyFields} } ${problemFields} }
    }`,
    { input: { projectId, ...more } },
  );
  return result;
}

const needs = [
  { technologyId: 'mesh', leastLevel: 5 },
  { technologyId: 'store', leastLevel: 6, wishedProviders: 2, estimatedPrice: 1_000 },
  { technologyId: 'model', leastLevel: 6 },
];

describe('assembling a team', () => {
  it('covers every mandatory requirement, proves it, and says why each firm is in', async () => {
    const project = await draft(needs, { budget: 5_000 });
    const { assembly, problems } = await assemble(project.id, { alternatives: 1 });
    expect(problems).toEqual([]);
    expect(assembly?.status).toBe('OPTIMAL');
    const [best] = assembly?.proposals ?? [];
    if (!best) throw new Error('There is no proposal.');
    expect(best.lead.id).toBe('infra');
    const covered = best.members.flatMap(({ covers }) =>
      covers.map(({ requirement }) => requirement.technology.id),
    );
    expect(new Set(covered)).toEqual(new Set(['mesh', 'store', 'model']));
    const members = best.members.map(({ company }) => company.id);
    expect(members).not.toEqual(expect.arrayContaining(['barred']));
    expect(members).not.toEqual(expect.arrayContaining(['full']));
    expect(members).not.toEqual(expect.arrayContaining(['pending']));
    expect(best.bound).toBeLessThanOrEqual(best.points);
    expect(Object.values(best.parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(
      best.points,
      6,
    );
    expect(best.cost % 1_000).toBe(0);
    for (const { reasons } of best.members) {
      expect(reasons.length).toBeGreaterThan(0);
      for (const { text } of reasons) {
        expect(text.ko).toMatch(/\p{Script=Hangul}/u);
        expect(text.en).not.toMatch(/\p{Script=Hangul}|[0-9a-f]{8}-/u);
      }
    }
  });

  it('is recorded once it is done, and not when it is refused', async () => {
    const project = await draft(needs, { budget: 5_000 });
    const deeds = () =>
      auditOf(alliance.connection).countDocuments({ mutation: 'assemble', userId: lead.userId });
    const before = await deeds();
    await assemble(project.id);
    expect(await deeds()).toBe(before + 1);
    expect((await assemble('nowhere')).problems).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await deeds()).toBe(before + 1);
    expect((await verifyAudit(alliance.connection)).faults).toEqual([]);
  });

  it('says which requirement cannot be met and by how many firms', async () => {
    const ko = '기술 요구: store 기술 (독립 공급 기업 4개, TRL 6 이상)';
    const en = 'providers of store (4 independent, at TRL 6 or above)';
    const project = await draft([{ technologyId: 'store', leastLevel: 6, providers: 4 }]);
    const { assembly } = await assemble(project.id);
    expect(assembly).toMatchObject({ status: 'INFEASIBLE', proposals: [] });
    // Two firms of one group count once, the restricted and the full one not at all.
    expect(assembly?.shortfalls).toEqual([
      { requirement: { technology: { id: 'store' } }, missing: 2, available: 3 },
    ]);
    expect(assembly?.infeasibility).toEqual({
      conflict: [{ kind: 'REQUIREMENT', text: { ko, en } }],
      relaxation: { changes: [{ demand: { kind: 'REQUIREMENT' }, from: 4, to: 2 }] },
    });
  });

  it('tells what a team costs at least where the budget is in the way', async () => {
    const priced = needs.map((need) => ({ ...need, estimatedPrice: 1_000 }));
    const project = await draft(priced, { budget: 5_000_000 });
    const cost = 1_000 * needs.length;
    const budgets = await Promise.all(
      [cost, cost - 1].map(async (budget) => {
        const { assembly } = await alliance.change<{ assembly: unknown }>(
          lead,
          'assemble',
          { projectId: project.id, alternatives: 0, constraints: { budget } },
          'assembly { infeasibility { cheapestTeam { cost isProven } } }',
        );
        return assembly;
      }),
    );
    expect(budgets).toEqual([
      { infeasibility: null },
      { infeasibility: { cheapestTeam: { cost, isProven: true } } },
    ]);
  });

  it('lets the verified level count in place of the declared one', async () => {
    await alliance.tellFirm('boaster', {}, { mesh: [9, 2] });
    const project = await draft([{ technologyId: 'mesh', leastLevel: 5, providers: 2 }]);
    expect((await assemble(project.id)).assembly?.status).toBe('INFEASIBLE');
  });

  it('counts only certificates that are valid today', async () => {
    const lapsed = [
      { scheme: 'CSAP', type: null, grade: null, validFrom: '2010-01-01', validTo: '2011-01-01' },
    ];
    await alliance.tellFirm('lapsed', { certificates: lapsed }, { store: 9 });
    const project = await draft([
      { technologyId: 'store', leastLevel: 6, certificateScheme: 'CSAP' },
    ]);
    const { assembly } = await assemble(project.id, { alternatives: 0 });
    expect(assembly?.proposals[0]?.members.map(({ company }) => company.id)).toEqual([
      'infra',
      'soft',
    ]);
  });

  it('answers a repeat with the first answer, and refuses another request under its key', async () => {
    const project = await draft(needs);
    const key = { idempotencyKey: `repeat-${project.id}` };
    const first = await assemble(project.id, key);
    const second = await assemble(project.id, key);
    expect(second.assembly?.id).toBe(first.assembly?.id);
    const other = await assemble(project.id, { ...key, alternatives: 0 });
    expect(other.problems).toMatchObject([{ code: 'TAKEN', path: ['idempotencyKey'] }]);
  });

  it('refuses impossible wishes with every path at once', async () => {
    const project = await draft(needs);
    const { assembly, problems } = await assemble(project.id, {
      alternatives: 11,
      constraints: {
        maxPartners: 101,
        minSmes: { count: 2, share: 3_000 },
        mustInclude: ['soft'],
        mustExclude: ['soft'],
        conflicts: [['soft']],
        weights: { coverage: 1_000, track: 1, cost: 0, size: 0, cohesion: 0 },
      },
    });
    expect(assembly).toBeNull();
    expect(problems.map(({ path }) => path.join('/')).toSorted()).toEqual([
      'alternatives',
      'constraints/conflicts/0',
      'constraints/maxPartners',
      'constraints/minSmes',
      'constraints/mustInclude/0',
      'constraints/weights',
    ]);
  });

  it('is shown to the firm that leads and the secretariat alone', async () => {
    const project = await draft(needs);
    const { assembly } = await assemble(project.id);
    const read = async (viewer: typeof lead) =>
      (
        await alliance.data<{ assembly: { id: string } | null }>(
          viewer,
          'query ($id: ID!) { assembly(id: $id) { id } }',
          { id: assembly?.id },
        )
      ).assembly;
    expect(await read(lead)).not.toBeNull();
    expect(await read(secretary)).not.toBeNull();
    expect(await read(editorOf('soft'))).toBeNull();
    const { errors } = await alliance.ask(someone, '{ assembly(id: "x") { id } }');
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });

  it('sends the invitations of a proposal at once, and refuses them after the requirements changed', async () => {
    const project = await draft(needs);
    const { assembly } = await assemble(project.id, { alternatives: 0 });
    const proposal = assembly?.proposals[0];
    const inviteAll = async () =>
      (
        await alliance.data<{
          inviteProposal: {
            consortium: { memberships: { status: string; requirements: object[] }[] } | null;
            memberships: { company: { id: string }; status: string }[] | null;
            problems: SeenProblem[];
          };
        }>(
          lead,
          `mutation ($input: InviteProposalInput!) {
            inviteProposal(input: $input) {
              consortium { memberships { status requirements { id } } }
              memberships { company { id } status }
              ${problemFields}
            }
          }`,
          { input: { proposalId: proposal?.id, deadline } },
        )
      ).inviteProposal;
    const invited = await inviteAll();
    expect(invited.problems).toEqual([]);
    expect(invited.memberships?.map(({ company }) => company.id).toSorted()).toEqual(
      proposal?.members
        .map(({ company }) => company.id)
        .filter((id) => id !== 'infra')
        .toSorted(),
    );
    const [own, ...others] = invited.consortium?.memberships ?? [];
    expect(own?.status).toBe('ACCEPTED');
    expect(own?.requirements).toHaveLength(1);
    expect(others.every(({ status }) => status === 'INVITED')).toBe(true);

    // Asked a second time, everybody has a place already and nothing is sent.
    expect((await inviteAll()).memberships).toEqual([]);
    const { project: now } = await alliance.data<{
      project: { revision: number; requirements: { id: string }[] };
    }>(lead, 'query ($id: ID!) { project(id: $id) { revision requirements { id } } }', {
      id: project.id,
    });
    await alliance.data(
      lead,
      `mutation ($input: SetRequirementsInput!) { setRequirements(input: $input) { ${problemFields} } }`,
      {
        input: {
          projectId: project.id,
          revision: now.revision,
          requirements: [{ technologyId: 'mesh', leastLevel: 3, id: now.requirements[0]?.id }],
        },
      },
    );
    expect((await inviteAll()).problems).toMatchObject([{ code: 'STALE', path: ['proposalId'] }]);
  });

  it('shows at once how many firms could meet each requirement', async () => {
    const project = await draft([
      { technologyId: 'store', leastLevel: 6 },
      { technologyId: 'store', leastLevel: 8 },
      { technologyId: 'store', leastLevel: 6, certificateScheme: 'CSAP' },
      { technologyId: 'model', leastLevel: 9 },
    ]);
    const { project: shown } = await alliance.data<{
      project: { requirements: { supply: { firms: number; independent: number } }[] };
    }>(
      lead,
      'query ($id: ID!) { project(id: $id) { requirements { supply { firms independent } } } }',
      { id: project.id },
    );
    expect(shown.requirements.map(({ supply }) => supply)).toEqual([
      { firms: 4, independent: 3 },
      { firms: 2, independent: 2 },
      { firms: 1, independent: 1 },
      { firms: 0, independent: 0 },
    ]);
  });

  it('proposes the smallest change after a firm declined', async () => {
    const project = await draft(needs);
    const { assembly } = await assemble(project.id, { alternatives: 0 });
    const members = assembly?.proposals[0]?.members.map(({ company }) => company.id) ?? [];
    const { memberships } = await alliance.change<{
      memberships: { id: string; revision: number; company: { id: string } }[];
    }>(
      lead,
      'inviteProposal',
      { proposalId: assembly?.proposals[0]?.id, deadline },
      'memberships { id revision company { id } }',
    );
    const [lost] = memberships;
    if (!lost) throw new Error('Nobody was invited.');
    await alliance.change(editorOf(lost.company.id), 'declineInvitation', {
      membershipId: lost.id,
      revision: lost.revision,
    });
    const repaired = await alliance.change<{
      assembly: {
        status: string;
        repair: { changes: number; isSmallest: boolean; keep: { id: string }[] };
        proposals: { id: string; members: { company: { id: string } }[] }[];
      };
    }>(
      lead,
      'repairTeam',
      { projectId: project.id },
      `assembly {
        status
        repair { changes isSmallest keep { id } join { id } leave { id } }
        proposals { id members { company { id } } }
      }`,
    );
    expect(repaired.problems).toEqual([]);
    const unknown = await alliance.change(lead, 'repairTeam', {
      projectId: project.id,
      droppedCompanyIds: [lost.company.id, 'nobody'],
    });
    expect(unknown.problems).toMatchObject([
      { code: 'NOT_FOUND', path: ['droppedCompanyIds', '1'], rule: 'MEMBER_INVITED' },
    ]);
    const after = repaired.assembly.proposals[0]?.members.map(({ company }) => company.id) ?? [];
    expect(after).not.toContain(lost.company.id);
    const kept = members.filter((id) => id !== lost.company.id);
    expect(repaired.assembly.repair).toMatchObject({
      isSmallest: true,
      keep: expect.arrayContaining([{ id: 'infra' }]),
    });
    expect(after).toEqual(expect.arrayContaining(kept));
    const again = await alliance.change<{ memberships: object[] }>(
      lead,
      'inviteProposal',
      { proposalId: repaired.assembly.proposals[0]?.id, deadline },
      'memberships { id }',
    );
    expect(again.problems).toEqual([]);
    expect(again.memberships.length).toBeGreaterThan(0);
  });

  it('has no team to repair before anybody was invited', async () => {
    const project = await draft(needs);
    const { problems } = await alliance.change(lead, 'repairTeam', { projectId: project.id });
    expect(problems).toMatchObject([{ code: 'WRONG_STATE', path: ['projectId'] }]);
  });
});
