import type { Viewer } from '#kit/viewer.ts';
import { editorOf, fromNow, hour, secretary, startAlliance } from './alliance.ts';
import type { Alliance } from './alliance.ts';

let alliance: Alliance;
const lead = editorOf('infra');

beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  for (const firm of ['soft', 'mind']) await alliance.tellFirm(firm, {}, { mesh: 6 });
});
afterAll(() => alliance.stop());

interface Seen {
  id: string;
  share: number | null;
  company: { id: string };
  counter: { share: number; note: string } | null;
}

/** What a viewer sees of the place of `soft` in a project's consortium. */
async function softAsSeenBy(viewer: Viewer, projectId: string | undefined) {
  const { project } = await alliance.data<{
    project: { consortium: { memberships: Seen[] } };
  }>(
    viewer,
    `query ($id: ID!) {
      project(id: $id) {
        consortium { memberships { id share company { id } counter { share note } } }
      }
    }`,
    { id: projectId },
  );
  return project.consortium.memberships.find(({ company }) => company.id === 'soft');
}

describe('terms that a firm asks for', () => {
  it('stay between it, the lead and the secretariat, and its share is seen by firms that are in', async () => {
    const { project } = await alliance.change<{ project: { id: string } | null }>(
      lead,
      'draftProject',
      {
        leadCompanyId: 'infra',
        title: { en: 'Between us' },
        summary: {},
        sector: 'healthcare',
        requirements: [{ technologyId: 'mesh', leastLevel: 5 }],
      },
      'project { id }',
    );
    const invite = async (companyId: string) =>
      (
        await alliance.change<{ membership: { id: string } | null }>(
          lead,
          'inviteCompany',
          { projectId: project?.id, companyId, deadline: fromNow(hour), share: 1_000 },
          'membership { id }',
        )
      ).membership?.id;
    const membershipId = await invite('soft');
    const otherId = await invite('mind');
    const terms = { share: 4_000, note: 'Between us.' };
    const asked = await alliance.change<object>(editorOf('soft'), 'counterInvitation', {
      membershipId,
      revision: 1,
      ...terms,
    });
    expect(asked.problems).toEqual([]);
    for (const viewer of [editorOf('soft'), lead, secretary])
      expect(await softAsSeenBy(viewer, project?.id)).toMatchObject({
        counter: terms,
        share: 1_000,
      });
    const hidden = { id: membershipId, counter: null };
    expect(await softAsSeenBy(editorOf('mind'), project?.id)).toMatchObject({
      ...hidden,
      share: null,
    });
    const { problems } = await alliance.change<object>(editorOf('mind'), 'acceptInvitation', {
      membershipId: otherId,
      revision: 1,
    });
    expect(problems).toEqual([]);
    expect(await softAsSeenBy(editorOf('mind'), project?.id)).toMatchObject({
      ...hidden,
      share: 1_000,
    });
  });
});

interface Answer {
  status: string;
  company: { id: string };
  reason: string | null;
}

/** What a viewer sees of a project's consortium. */
async function teamAsSeenBy(viewer: Viewer, projectId: string | undefined) {
  const { project } = await alliance.data<{
    project: {
      breaches: { rule: string }[];
      consortium: { id: string; shareTotal: number | null; memberships: Answer[] };
    };
  }>(
    viewer,
    `query ($id: ID!) {
      project(id: $id) {
        breaches { rule }
        consortium { id shareTotal memberships { status reason company { id } } }
      }
    }`,
    { id: projectId },
  );
  const { shareTotal, memberships } = project.consortium;
  return {
    shareTotal,
    rules: project.breaches.map(({ rule }) => rule),
    members: memberships.map(({ company, status, reason }) => [company.id, status, reason]),
  };
}

describe('answers and shares before a seal', () => {
  it('are seen by the lead and the secretariat; an invited firm sees its own answer alone', async () => {
    await alliance.tellFirm('gone', {}, { mesh: 6 });
    const { project } = await alliance.change<{ project: { id: string } | null }>(
      lead,
      'draftProject',
      { leadCompanyId: 'infra', title: { en: 'Quiet' }, summary: {}, sector: 'healthcare' },
      'project { id }',
    );
    const invite = async (companyId: string) =>
      (
        await alliance.change<{ membership: { id: string } | null }>(
          lead,
          'inviteCompany',
          { projectId: project?.id, companyId, deadline: fromNow(hour), share: 3_000 },
          'membership { id }',
        )
      ).membership?.id;
    const [soft, mind, gone] = [await invite('soft'), await invite('mind'), await invite('gone')];
    await alliance.change(editorOf('soft'), 'counterInvitation', {
      membershipId: soft,
      revision: 1,
      share: 4_000,
    });
    const reason = '다른 컨소시엄에 참여합니다.';
    await alliance.change(editorOf('gone'), 'declineInvitation', {
      membershipId: gone,
      revision: 1,
      reason,
    });
    for (const viewer of [lead, secretary])
      expect(await teamAsSeenBy(viewer, project?.id)).toEqual({
        shareTotal: 9_000,
        rules: ['ALL_ACCEPTED', 'SHARE_SET', 'SHARES_SUM'],
        members: [
          ['infra', 'ACCEPTED', null],
          ['soft', 'COUNTERED', null],
          ['mind', 'INVITED', null],
          ['gone', 'DECLINED', reason],
        ],
      });
    expect(await teamAsSeenBy(editorOf('mind'), project?.id)).toEqual({
      shareTotal: null,
      rules: ['ALL_ACCEPTED'],
      members: [
        ['infra', 'ACCEPTED', null],
        ['soft', 'INVITED', null],
        ['mind', 'INVITED', null],
      ],
    });
    await alliance.change(editorOf('mind'), 'acceptInvitation', {
      membershipId: mind,
      // The share of the firm that declined went to the others.
      revision: 2,
    });
    const after = await teamAsSeenBy(editorOf('mind'), project?.id);
    expect(after.shareTotal).toBe(9_000);
    expect(after.members).not.toContainEqual(['gone', 'DECLINED', reason]);
    const { invitations } = await alliance.data<{
      invitations: { edges: { node: { reason: string | null } }[] };
    }>(
      editorOf('gone'),
      '{ invitations(companyId: "gone", status: DECLINED) { edges { node { reason } } } }',
    );
    expect(invitations.edges).toEqual([{ node: { reason } }]);
  });
});
