/** Projects whose consortium forms, as the tests of invitations, shares and forming see them. */
import {
  editorOf,
  problemFields,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';

/** The service and its firms, once forming was begun. */
export let alliance: Alliance;

/** Starts the service with a lead and firms to invite. */
export async function startForming(): Promise<void> {
  alliance = await startAlliance();
  for (const technology of ['mesh', 'store', 'model']) await alliance.tellTechnology(technology);
  await alliance.tellFirm('infra', { kinds: ['IAAS'], size: 'LARGE' }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { store: 6, mesh: 4 });
  await alliance.tellFirm('mind', { size: 'MICRO' }, { model: [8, 6] });
  await alliance.tellFirm('rival', {}, { store: 9 });
}

/** An editor of the lead of every project here. */
export const lead = editorOf('infra');

/** A place as a test sees it. */
export interface Membership {
  id: string;
  revision: number;
  status: string;
  role: string;
  share: number | null;
  shareAmount: number | null;
  company: { id: string };
}

/** The fields of a place. */
export const membershipFields = 'id revision status role share shareAmount company { id }';

/** Drafts a project of two requirements with a budget. */
export async function draft(title: string, more: Record<string, unknown> = {}) {
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

/** A day from now. */
export const deadline = new Date(Date.now() + 86_400_000).toISOString();

/** Invites a firm into a project. */
export async function invite(
  projectId: string,
  companyId: string,
  more: Record<string, unknown> = {},
) {
  return alliance.change<{ membership: Membership | null }>(
    lead,
    'inviteCompany',
    { projectId, companyId, deadline, ...more },
    `membership { ${membershipFields} }`,
  );
}

/** Answers an invitation by an editor of the firm. */
export async function answer(
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

/** A project as its lead sees it while it forms. */
export interface Board {
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

/** A project as a viewer sees it. */
export async function board(projectId: string, viewer = lead) {
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

/** The consortium of a project that has one. */
export async function consortiumOf(projectId: string) {
  const consortium = (await board(projectId))?.consortium;
  if (!consortium) throw new Error('There is no consortium yet.');
  return consortium;
}

/** Sets shares by firm. */
export async function setShares(projectId: string, shares: Record<string, number>) {
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

/** Seals the consortium of a project. */
export async function seal(projectId: string) {
  const { id: consortiumId, revision } = await consortiumOf(projectId);
  return alliance.change<{ consortium: { status: string } | null }>(
    lead,
    'sealConsortium',
    { consortiumId, revision },
    'consortium { status }',
  );
}
