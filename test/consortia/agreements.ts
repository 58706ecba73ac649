/** Consortia that are ready for an agreement, for the stories about signing, sealing and opening again. */
import type { Viewer } from '#kit/viewer.ts';
import { editorOf, fromNow, hour, ownerOf } from './alliance.ts';
import type { Alliance, SeenAgreement, SeenProblem } from './alliance.ts';

/** A consortium as a test sees it. */
export interface Team {
  id: string;
  revision: number;
  status: string;
  memberships: { id: string; revision: number; status: string; company: { id: string } }[];
  agreements: (SeenAgreement & {
    sealedAt: string | null;
    reopenedAt: string | null;
    reopening: { company: { id: string } }[];
    withdrawal: { company: { id: string }; reason: string }[];
  })[];
}

/** The lead of every consortium. */
export const lead: Viewer = editorOf('infra');

/** A firm's place. */
export function placeOf({ memberships }: Team, companyId: string): Team['memberships'][number] {
  const found = memberships.find(({ company }) => company.id === companyId);
  if (!found) throw new Error(`${companyId} has no place.`);
  return found;
}

/** Who signed. */
export const signed = (agreement: SeenAgreement | undefined) =>
  agreement?.signatures.map(({ company }) => company.id).toSorted();

/** Tells the firms and the technology that the stories need. */
export async function tellFirms(alliance: Alliance): Promise<void> {
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  for (const firm of ['soft', 'mind', 'late']) await alliance.tellFirm(firm, {}, { mesh: 6 });
}

/** What the stories do, on the alliance that is there by then. */
export function signingOn(at: () => Alliance) {
  async function read(consortiumId: string, viewer: Viewer = lead): Promise<Team> {
    const { consortium } = await at().data<{ consortium: Team }>(
      viewer,
      `query ($id: ID!) {
      consortium(id: $id) {
        id revision status memberships { id revision status company { id } }
        agreements {
          id number status sha256 signatures { company { id } sha256 } unsigned { id }
          sealedAt reopenedAt reopening { company { id } } withdrawal { company { id } reason }
        }
      }
    }`,
      { id: consortiumId },
    );
    return consortium;
  }

  /** A consortium of the lead and a partner with shares, and its project. */
  async function form(partner = 'soft'): Promise<{ id: string; projectId: string }> {
    const { project } = await at().change<{ project: { id: string } }>(
      lead,
      'draftProject',
      { leadCompanyId: 'infra', title: { en: 'Signed' }, summary: {}, sector: 'healthcare' },
      'project { id }',
    );
    const { membership } = await at().change<{
      membership: { id: string; consortium: { id: string } };
    }>(
      lead,
      'inviteCompany',
      { projectId: project.id, companyId: partner, deadline: fromNow(hour) },
      'membership { id consortium { id } }',
    );
    await at().change(editorOf(partner), 'acceptInvitation', {
      membershipId: membership.id,
      revision: 1,
    });
    await share(membership.consortium.id, 5_000);
    return { id: membership.consortium.id, projectId: project.id };
  }

  /** Gives the lead so many basis points, the partner the rest. */
  async function share(id: string, ofLead: number): Promise<{ problems: SeenProblem[] }> {
    const { revision, memberships } = await read(id);
    return at().change(lead, 'setShares', {
      consortiumId: id,
      revision,
      shares: memberships.map((each) => ({
        membershipId: each.id,
        share: each.company.id === 'infra' ? ofLead : 10_000 - ofLead,
      })),
    });
  }

  async function seal(id: string): Promise<SeenProblem[]> {
    const { revision } = await read(id);
    const { problems } = await at().change(lead, 'sealConsortium', {
      consortiumId: id,
      revision,
    });
    return problems;
  }

  async function consent(id: string, companyId: string): Promise<SeenProblem[]> {
    const { problems } = await at().change(ownerOf(companyId), 'consentToReopening', {
      membershipId: placeOf(await read(id), companyId).id,
      reason: '지분을 다시 정합니다.',
    });
    return problems;
  }

  /** Consents for a firm to take its project back. */
  async function withdraw(id: string, companyId: string): Promise<SeenProblem[]> {
    const { problems } = await at().change(ownerOf(companyId), 'consentToWithdrawal', {
      membershipId: placeOf(await read(id), companyId).id,
      reason: `${companyId}: 사업을 접습니다.`,
    });
    return problems;
  }

  async function projectOf(id: string) {
    const { project } = await at().data<{ project: { status: string; revision: number } | null }>(
      lead,
      'query ($id: ID!) { project(id: $id) { status revision } }',
      { id },
    );
    if (!project) throw new Error('There is no such project.');
    return project;
  }

  return { read, form, share, seal, consent, withdraw, projectOf };
}
