/** Firms that become others while a project is drafted and its consortium forms. */
import { consortia } from '../../subgraphs/consortia/subgraph.ts';
import { startTestService } from '../service.ts';
import { brief, editorOf, firmFact } from './alliance.ts';
import { alliance, draft, invite, lead, startForming } from './forming.ts';

beforeAll(async () => {
  await startForming();
  for (const firm of ['heir', 'grand', 'other', 'left', 'right'])
    await alliance.tellFirm(firm, { kinds: ['IAAS'] }, { mesh: 7, store: 7 });
});
afterAll(() => alliance.stop());

interface SeenTeam {
  revision: number;
  leadCompany: { id: string };
  demandCompanies: { id: string }[];
  consortium: {
    revision: number;
    memberships: {
      role: string;
      status: string;
      share: number | null;
      company: { id: string };
      requirements: { id: string }[];
    }[];
  } | null;
}
const team = async (id: string, viewer = lead) =>
  (
    await alliance.data<{ project: SeenTeam | null }>(
      viewer,
      `query ($id: ID!) { project(id: $id) {
        revision leadCompany { id } demandCompanies { id }
        consortium { revision memberships { role status share company { id } requirements { id } } }
      } }`,
      { id },
    )
  ).project;
const places = (seen: SeenTeam | null) =>
  (seen?.consortium?.memberships ?? []).map(({ role, status, share, company }) => [
    company.id,
    role,
    status,
    share,
  ]);
const merge = (id: string, into: string) =>
  alliance.tellFirm(id, { status: 'MERGED', mergedIntoId: into });
const accept = async (membership: { id: string; revision: number } | null, firm: string) => {
  const { problems } = await alliance.change(editorOf(firm), 'acceptInvitation', {
    membershipId: membership?.id,
    revision: membership?.revision,
  });
  expect(brief(problems)).toEqual([]);
};

/** As an older version left it: the firm is known as merged, what it leads and takes part in is not moved. */
const mergedBefore = (id: string, into: string) =>
  alliance.connection
    .collection<{ _id: string }>('firms')
    .updateOne({ _id: id }, { $set: { 'company.status': 'MERGED', 'company.mergedIntoId': into } });
const startAgain = async () => {
  const service = await startTestService(consortia, alliance.uri);
  await service.stop();
};

describe('a firm that became another', () => {
  it('leads its drafts and forming projects under the last one that it became, for its people alone', async () => {
    await alliance.tellFirm('before', { kinds: ['IAAS'] });
    const before = editorOf('before');
    const { project } = await alliance.change<{ project: { id: string } }>(
      before,
      'draftProject',
      {
        leadCompanyId: 'before',
        title: { en: 'Left behind' },
        summary: {},
        sector: 'healthcare',
        budget: 9,
      },
      'project { id }',
    );
    const drafted = await team(project.id, before);
    await merge('before', 'heir');
    await merge('heir', 'grand');
    const seen = await team(project.id, editorOf('grand'));
    expect(seen?.leadCompany.id).toBe('grand');
    expect(seen?.revision).toBeGreaterThan(drafted?.revision ?? 0);
    expect(await team(project.id, editorOf('soft'))).toBeNull();
    const invited = await alliance.change<{ membership: { company: { id: string } } | null }>(
      editorOf('grand'),
      'inviteCompany',
      {
        projectId: project.id,
        companyId: 'soft',
        role: 'PARTNER',
        requirementIds: [],
        deadline: new Date(Date.now() + 86_400_000).toISOString(),
      },
      'membership { company { id } }',
    );
    expect(brief(invited.problems)).toEqual([]);
    expect(places(await team(project.id, editorOf('grand')))).toEqual([
      ['grand', 'LEAD', 'ACCEPTED', null],
      ['soft', 'PARTNER', 'INVITED', null],
    ]);
  });

  it('keeps its place under what it became, which is not invited beside it', async () => {
    const { id, requirements } = await draft('One place');
    const own = { role: 'PARTNER', requirementIds: [requirements[0]?.id], share: 2_000 };
    const { membership } = await invite(id, 'left', own);
    await accept(membership, 'left');
    const before = await team(id);
    await merge('left', 'other');
    const after = await team(id);
    expect(places(after)).toEqual([
      ['infra', 'LEAD', 'ACCEPTED', null],
      ['other', 'PARTNER', 'ACCEPTED', 2_000],
    ]);
    expect(after?.consortium?.revision).toBeGreaterThan(before?.consortium?.revision ?? 0);
    const again = await invite(id, 'other', { role: 'PARTNER', requirementIds: [] });
    expect(brief(again.problems)).toEqual([['TAKEN', 'companyId', 'ONE_PLACE']]);
  });

  it('folds its place into that of the firm that it became, with what both had agreed to', async () => {
    const { id, requirements } = await draft('Two places');
    const [first, second] = requirements.map((each) => each.id);
    for (const [firm, requirementId, share] of [
      ['right', first, 1_500],
      ['rival', second, 2_500],
    ] as const) {
      const terms = { role: 'PARTNER', requirementIds: [requirementId], share };
      const { membership } = await invite(id, firm, terms);
      await accept(membership, firm);
    }
    await merge('right', 'rival');
    const seen = await team(id);
    expect(places(seen)).toEqual([
      ['infra', 'LEAD', 'ACCEPTED', null],
      ['right', 'PARTNER', 'WITHDRAWN', 1_500],
      ['rival', 'PARTNER', 'ACCEPTED', 4_000],
    ]);
    const kept = seen?.consortium?.memberships[2]?.requirements.map((each) => each.id);
    expect(new Set(kept)).toEqual(new Set([first, second]));
  });

  it('stands on the demand side under what it became', async () => {
    for (const firm of ['clinic', 'hospital']) await alliance.tellFirm(firm, { kinds: ['DEMAND'] });
    const { id } = await draft('Asked for', { demandCompanyIds: ['clinic', 'hospital'] });
    await merge('clinic', 'hospital');
    const seen = await team(id);
    expect(seen?.demandCompanies).toEqual([{ id: 'hospital' }]);
  });

  it('leads on where it became one of its partners', async () => {
    const { id, requirements } = await draft('Led on');
    const terms = { role: 'PARTNER', requirementIds: [requirements[1]?.id], share: 3_000 };
    const { membership } = await invite(id, 'soft', terms);
    await accept(membership, 'soft');
    await merge('infra', 'soft');
    const seen = await team(id, editorOf('soft'));
    expect(seen?.leadCompany.id).toBe('soft');
    expect(places(seen)).toEqual([
      ['soft', 'LEAD', 'ACCEPTED', 3_000],
      ['soft', 'PARTNER', 'WITHDRAWN', 3_000],
    ]);
  });
});

describe('a firm that became another before the service followed mergers', () => {
  it('is followed when the service starts, however many there are, and once', async () => {
    for (const firm of ['zeta-heir', 'zeta-lead', 'zeta-part', 'zeta-stay'])
      await alliance.tellFirm(firm, { kinds: ['IAAS'] }, { mesh: 7, store: 7 });
    await alliance.connection.collection<{ _id: string }>('firms').insertMany(
      Array.from({ length: 1_001 }, (_, index) => ({
        _id: `gone-${index}`,
        company: firmFact(`gone-${index}`, { status: 'MERGED', mergedIntoId: 'zeta-heir' }),
        companyRevision: 1,
        capabilities: [],
        mapRevision: 0,
        seals: 0,
      })),
    );
    const { project } = await alliance.change<{ project: { id: string } }>(
      editorOf('zeta-lead'),
      'draftProject',
      {
        leadCompanyId: 'zeta-lead',
        title: { en: 'Before' },
        summary: {},
        sector: 'healthcare',
        budget: 9,
      },
      'project { id }',
    );
    const { membership } = await alliance.change<{
      membership: { id: string; revision: number } | null;
    }>(
      editorOf('zeta-lead'),
      'inviteCompany',
      {
        projectId: project.id,
        companyId: 'zeta-part',
        role: 'PARTNER',
        deadline: new Date(Date.now() + 86_400_000).toISOString(),
      },
      'membership { id revision }',
    );
    await accept(membership, 'zeta-part');
    await mergedBefore('zeta-lead', 'zeta-heir');
    await mergedBefore('zeta-part', 'zeta-stay');
    await startAgain();
    const seen = await team(project.id, editorOf('zeta-heir'));
    expect(seen?.leadCompany.id).toBe('zeta-heir');
    expect(places(seen)).toEqual([
      ['zeta-heir', 'LEAD', 'ACCEPTED', null],
      ['zeta-stay', 'PARTNER', 'ACCEPTED', null],
    ]);
    await startAgain();
    expect(await team(project.id, editorOf('zeta-heir'))).toEqual(seen);
  });
});
