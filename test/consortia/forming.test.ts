import { agree, editorOf, problemFields, secretary, type SeenProblem } from './alliance.ts';
import {
  alliance,
  answer,
  board,
  consortiumOf,
  draft,
  invite,
  lead,
  membershipFields,
  seal,
  setShares,
  type Membership,
  startForming,
} from './forming.ts';
import { someone } from '../service.ts';

beforeAll(startForming);
afterAll(() => alliance.stop());

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
