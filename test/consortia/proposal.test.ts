/** A team that was proposed: invited at once, and repaired after a firm declined. */
import {
  editorOf,
  fromNow,
  hour,
  problemFields,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import { assemble, lead, needs, startSupply } from './assembling.ts';
import { draftProject } from './draft.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startSupply();
});
afterAll(() => alliance.stop());

const deadline = fromNow(24 * hour);

describe('a proposed team', () => {
  it('sends the invitations of a proposal at once, and refuses them after the requirements changed', async () => {
    const project = await draftProject(alliance, 'infra', needs);
    const { assembly } = await assemble(alliance, project.id, { alternatives: 0 });
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

  it('proposes the smallest change after a firm declined', async () => {
    const project = await draftProject(alliance, 'infra', needs);
    const { assembly } = await assemble(alliance, project.id, { alternatives: 0 });
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
    const project = await draftProject(alliance, 'infra', needs);
    const { problems } = await alliance.change(lead, 'repairTeam', { projectId: project.id });
    expect(problems).toMatchObject([{ code: 'WRONG_STATE', path: ['projectId'] }]);
  });
});
