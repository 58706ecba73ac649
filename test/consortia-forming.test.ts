import {
  agree,
  editorOf,
  problemFields,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './consortia-alliance.ts';
import { someone } from './service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { store: 6, mesh: 4 });
  await alliance.tellFirm('mind', { size: 'MICRO' }, { model: [8, 6] });
  await alliance.tellFirm('rival', {}, { store: 9 });
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');

interface Membership {
  id: string;
  revision: number;
  status: string;
  role: string;
  share: number | null;
  shareAmount: number | null;
  company: { id: string };
}

const membershipFields = 'id revision status role share shareAmount company { id }';

async function draft(title: string, more: Record<string, unknown> = {}) {
  const { draftProject } = await alliance.data<{
    draftProject: { project: { id: string; revision: number; requirements: { id: string }[] } };
  }>(
    lead,
    `mutation ($input: DraftProjectInput!) {
      draftProject(input: $input) { project { id revision requirements { id } } ${problemFields} }
    }`,
    {
      input: {
        leadCompanyId: 'infra',
        title: { en: title },
        summary: { ko: '의료 데이터 플랫폼' },
        sector: 'healthcare',
        budget: 1_000_000_001,
        requirements: [
          { technologyId: 'mesh', leastLevel: 5 },
          { technologyId: 'store', leastLevel: 5 },
        ],
        ...more,
      },
    },
  );
  return draftProject.project;
}

const deadline = new Date(Date.now() + 86_400_000).toISOString();

async function invite(projectId: string, companyId: string, more: Record<string, unknown> = {}) {
  return alliance.change<{ membership: Membership | null }>(
    lead,
    'inviteCompany',
    { projectId, companyId, deadline, ...more },
    `membership { ${membershipFields} }`,
  );
}

async function answer(
  mutation: string,
  companyId: string,
  membership: Membership,
  reason?: string,
) {
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const result = await alliance.data<{
    [mutation: string]: { membership: Membership | null; problems: SeenProblem[] };
  }>(
    editorOf(companyId),
    `mutation ($input: ${name}!) {
      ${mutation}(input: $input) { membership { ${membershipFields} } ${problemFields} }
    }`,
    {
      input: {
        membershipId: membership.id,
        revision: membership.revision,
        ...(reason !== undefined && { reason }),
      },
    },
  );
  const answered = result[mutation];
  if (!answered) throw new Error(`${mutation} gave nothing.`);
  return answered;
}

interface Board {
  status: string;
  breaches: SeenProblem[];
  consortium: {
    id: string;
    revision: number;
    status: string;
    shareTotal: number;
    memberships: Membership[];
  } | null;
}

async function board(projectId: string, viewer = lead) {
  const { project } = await alliance.data<{ project: Board | null }>(
    viewer,
    `query ($id: ID!) {
      project(id: $id) {
        status
        breaches { code path rule limit found }
        consortium { id revision status shareTotal memberships { ${membershipFields} } }
      }
    }`,
    { id: projectId },
  );
  return project;
}

async function consortiumOf(projectId: string) {
  const consortium = (await board(projectId))?.consortium;
  if (!consortium) throw new Error('There is no consortium yet.');
  return consortium;
}

async function setShares(projectId: string, shares: Record<string, number>) {
  const consortium = await consortiumOf(projectId);
  const { setShares: result } = await alliance.data<{
    setShares: { consortium: { revision: number } | null; problems: SeenProblem[] };
  }>(
    lead,
    `mutation ($input: SetSharesInput!) {
      setShares(input: $input) { consortium { revision } ${problemFields} }
    }`,
    {
      input: {
        consortiumId: consortium.id,
        revision: consortium.revision,
        shares: consortium.memberships
          .filter(({ company, status }) => company.id in shares && status !== 'WITHDRAWN')
          .map(({ id, company }) => ({ membershipId: id, share: shares[company.id] })),
      },
    },
  );
  return result;
}

async function seal(projectId: string) {
  const { id: consortiumId, revision } = await consortiumOf(projectId);
  return alliance.change<{ consortium: { status: string } | null }>(
    lead,
    'sealConsortium',
    { consortiumId, revision },
    'consortium { status }',
  );
}

describe('forming a consortium', () => {
  it('leads from a draft through invitations and shares to a sealed, public project', async () => {
    const project = await draft('Hospital data');
    const [mesh, store] = project.requirements.map(({ id }) => id);
    const { membership, problems } = await invite(project.id, 'soft', { requirementIds: [store] });
    expect(problems).toEqual([]);
    if (!membership) throw new Error('Nobody was invited.');
    const accepted = await answer('acceptInvitation', 'soft', membership);
    expect(accepted.membership?.status).toBe('ACCEPTED');
    await invite(project.id, 'mind', { role: 'ADVISOR' });
    expect((await setShares(project.id, { infra: 3_333, soft: 6_667 })).problems).toEqual([]);

    const refused = await seal(project.id);
    expect(refused.problems.map(({ rule, limit, found }) => [rule, limit, found])).toEqual([
      ['ALL_ACCEPTED', '0', '1'],
      ['REQUIREMENT_PROVIDERS', '1', '0'],
      ['AGREEMENT_DRAWN_UP', 'OPEN', 'NONE'],
    ]);
    expect(refused.problems[1]?.path).toEqual(['requirements', mesh]);

    const consortium = await consortiumOf(project.id);
    const adviser = consortium.memberships.find(({ role }) => role === 'ADVISOR');
    if (!adviser) throw new Error('There is no adviser.');
    await answer('acceptInvitation', 'mind', adviser);
    const own = consortium.memberships.find(({ role }) => role === 'LEAD');
    expect(consortium.memberships.map(({ shareAmount }) => shareAmount ?? 0)).toEqual([
      333_300_000, 666_700_001, 0,
    ]);
    const { assignRequirements } = await alliance.data<{
      assignRequirements: { membership: Membership; problems: SeenProblem[] };
    }>(
      lead,
      `mutation ($input: AssignRequirementsInput!) {
        assignRequirements(input: $input) { membership { ${membershipFields} } ${problemFields} }
      }`,
      { input: { membershipId: own?.id, revision: own?.revision, requirementIds: [mesh] } },
    );
    expect(assignRequirements.membership.status).toBe('ACCEPTED');

    await agree(alliance, lead, consortium.id);
    expect((await seal(project.id)).consortium?.status).toBe('SEALED');
    expect(await board(project.id, someone)).toMatchObject({ status: 'SEALED', breaches: [] });
    expect((await seal(project.id)).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['consortiumId'] },
    ]);
  });

  it('refuses shares that do not sum, that leave somebody out and that name a stranger, all at once', async () => {
    const project = await draft('Shares');
    await invite(project.id, 'soft');
    await invite(project.id, 'mind');
    const consortium = await consortiumOf(project.id);
    const [first, second] = consortium.memberships;
    const { setShares: result } = await alliance.data<{
      setShares: { consortium: object | null; problems: SeenProblem[] };
    }>(
      lead,
      `mutation ($input: SetSharesInput!) {
        setShares(input: $input) { consortium { id } ${problemFields} }
      }`,
      {
        input: {
          consortiumId: consortium.id,
          revision: consortium.revision,
          shares: [
            { membershipId: first?.id, share: 5_000 },
            { membershipId: second?.id, share: 4_000 },
            { membershipId: 'stranger', share: 10 },
          ],
        },
      },
    );
    expect(result.consortium).toBeNull();
    expect(result.problems.map(({ code, path, rule }) => [code, path.join('/'), rule])).toEqual([
      ['NOT_FOUND', 'shares/2/membershipId', null],
      ['INVALID', '', 'SHARE_SET'],
      ['INVALID', 'shares', 'SHARES_SUM'],
    ]);
    expect((await consortiumOf(project.id)).shareTotal).toBe(0);
  });

  it('gives the share of a firm that leaves to the others in proportion', async () => {
    const project = await draft('Leaving');
    for (const firm of ['soft', 'mind', 'rival']) await invite(project.id, firm);
    await setShares(project.id, { infra: 5_000, soft: 2_500, mind: 1_501, rival: 999 });
    const rival = (await consortiumOf(project.id)).memberships.find(
      ({ company }) => company.id === 'rival',
    );
    if (!rival) throw new Error('The rival is not there.');
    const { membership } = await answer('declineInvitation', 'rival', rival, 'No time.');
    expect(membership?.status).toBe('DECLINED');
    const consortium = await consortiumOf(project.id);
    expect(consortium.shareTotal).toBe(10_000);
    expect(
      consortium.memberships
        .filter(({ status }) => status !== 'DECLINED')
        .map(({ share }) => share),
    ).toEqual([5_555, 2_777, 1_668]);
  });

  it('lets a firm have one standing place, and another after it declined', async () => {
    const project = await draft('Again');
    const first = await invite(project.id, 'soft');
    expect((await invite(project.id, 'soft')).problems[0]?.code).toBe('TAKEN');
    if (!first.membership) throw new Error('Nobody was invited.');
    await answer('declineInvitation', 'soft', first.membership);
    expect((await invite(project.id, 'soft')).problems).toEqual([]);
  });

  it('refuses to invite as lead, an unknown firm, for an unknown requirement, into the past, all at once', async () => {
    const project = await draft('Bad invitation');
    const { membership, problems } = await invite(project.id, 'nobody', {
      role: 'LEAD',
      requirementIds: ['nothing'],
      deadline: '2020-01-01T00:00:00Z',
    });
    expect(membership).toBeNull();
    expect(problems.map(({ code, path }) => [code, path.join('/')])).toEqual([
      ['INVALID', 'deadline'],
      ['INVALID', 'role'],
      ['NOT_FOUND', 'requirementIds/0'],
      ['NOT_FOUND', 'companyId'],
    ]);
    expect((await board(project.id))?.status).toBe('DRAFT');
  });

  it('shows a draft to the firms that are invited and the secretariat, and to nobody else', async () => {
    const project = await draft('Secret');
    expect(await board(project.id, editorOf('soft'))).toBeNull();
    expect(await board(project.id, someone)).toBeNull();
    expect(await board(project.id, secretary)).not.toBeNull();
    const { membership } = await invite(project.id, 'soft');
    expect(await board(project.id, editorOf('soft'))).not.toBeNull();
    if (!membership) throw new Error('Nobody was invited.');
    await answer('withdrawMembership', 'soft', membership, 'Not for us.');
    expect(await board(project.id, editorOf('soft'))).toBeNull();
  });

  it('makes the project a draft again when the consortium is dissolved', async () => {
    const project = await draft('Given up');
    await invite(project.id, 'soft');
    const consortium = await consortiumOf(project.id);
    const { dissolveConsortium } = await alliance.data<{
      dissolveConsortium: { consortium: { status: string } };
    }>(
      lead,
      `mutation ($input: DissolveConsortiumInput!) {
        dissolveConsortium(input: $input) { consortium { status } ${problemFields} }
      }`,
      {
        input: {
          consortiumId: consortium.id,
          revision: consortium.revision,
          reason: 'No partners.',
        },
      },
    );
    expect(dissolveConsortium.consortium.status).toBe('DISSOLVED');
    const after = await board(project.id);
    expect(after).toMatchObject({ status: 'DRAFT', consortium: null });
  });

  it('talks about terms: a firm asks for others, and the lead says no and then yes', async () => {
    const project = await draft('Terms');
    const [mesh, store] = project.requirements.map(({ id }) => id);
    const { membership } = await invite(project.id, 'soft', { requirementIds: [mesh] });
    const counter = (revision: number | undefined, share: number) =>
      alliance.change<{ membership: (Membership & { counter: object }) | null }>(
        editorOf('soft'),
        'counterInvitation',
        {
          membershipId: membership?.id,
          revision,
          requirementIds: [store],
          share,
          note: '우리 몫은 더 커야 합니다.',
        },
        `membership { ${membershipFields} counter { share note requirements { id } } }`,
      );
    const reply = (revision: number | undefined, accept: boolean) =>
      alliance.change<{ membership: Membership & { requirements: { id: string }[] } }>(
        lead,
        'answerCounter',
        { membershipId: membership?.id, revision, accept, deadline },
        `membership { ${membershipFields} requirements { id } }`,
      );
    const asked = await counter(1, 4_000);
    expect(asked.membership).toMatchObject({
      status: 'COUNTERED',
      counter: { share: 4_000, requirements: [{ id: store }] },
    });
    expect((await reply(2, false)).membership.status).toBe('INVITED');
    await counter(3, 3_500);
    expect((await reply(4, true)).membership).toMatchObject({
      status: 'ACCEPTED',
      share: 3_500,
      requirements: [{ id: store }],
    });
    expect((await reply(5, true)).problems).toMatchObject([{ code: 'WRONG_STATE' }]);
  });

  it('puts a firm in the place of one that left, with what it answered for and its share', async () => {
    const project = await draft('Replacing');
    const [, store] = project.requirements.map(({ id }) => id);
    const { membership } = await invite(project.id, 'soft', { requirementIds: [store] });
    await invite(project.id, 'mind');
    await setShares(project.id, { infra: 6_000, soft: 3_000, mind: 1_000 });
    const early = await invite(project.id, 'rival', { replaces: membership?.id });
    expect(early.problems).toMatchObject([{ code: 'WRONG_STATE', path: ['replaces'] }]);
    if (!membership) throw new Error('Nobody was invited.');
    await answer('withdrawMembership', 'soft', { ...membership, revision: 2 }, 'No people.');
    const { membership: successor } = await alliance.change<{
      membership: { share: number; replaces: { id: string }; requirements: { id: string }[] };
    }>(
      lead,
      'inviteCompany',
      { projectId: project.id, companyId: 'rival', deadline, replaces: membership?.id },
      'membership { share replaces { id } requirements { id } }',
    );
    expect(successor).toEqual({
      share: 3_000,
      replaces: { id: membership?.id },
      requirements: [{ id: store }],
    });
    const standing = (await consortiumOf(project.id)).memberships.filter(
      ({ status }) => status !== 'WITHDRAWN',
    );
    expect(standing.map(({ share }) => share)).toEqual([6_000, 1_000, 3_000]);
  });

  it('ends with its project when the lead takes that back, and frees everybody', async () => {
    const project = await draft('Taken back');
    const { membership } = await invite(project.id, 'soft');
    if (!membership) throw new Error('Nobody was invited.');
    await answer('acceptInvitation', 'soft', membership);
    const { revision } = (
      await alliance.data<{ project: { revision: number } }>(
        lead,
        'query ($id: ID!) { project(id: $id) { revision } }',
        { id: project.id },
      )
    ).project;
    const withdraw = () =>
      alliance.change<{ project: { status: string } | null }>(
        lead,
        'withdrawProject',
        { projectId: project.id, revision, reason: '사업을 접습니다.' },
        'project { status }',
      );
    expect((await withdraw()).project?.status).toBe('WITHDRAWN');
    const after = await board(project.id);
    expect(after?.consortium?.status).toBe('DISSOLVED');
    expect(after?.consortium?.memberships.map(({ status }) => status)).toEqual([
      'WITHDRAWN',
      'WITHDRAWN',
    ]);
    expect((await withdraw()).problems).toMatchObject([
      { code: 'WRONG_STATE', path: ['projectId'] },
    ]);
  });
});
