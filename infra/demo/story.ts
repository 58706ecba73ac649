/** The main job from sign-in to the live announcement, done by people over HTTP as anybody would do it. */
import { splitWon, wholeInBasisPoints } from '#kit/won.ts';
import { accounts } from '../seed/accounts.ts';
import { agree, type Agreement } from './agree.ts';
import { announce, type Announcement } from './announce.ts';
import { chooseRequirements, type SuppliedTechnology } from './choose.ts';
import { signIn, type Client } from './client.ts';
import { showAssembly, showMembers, won } from './show.ts';
import {
  nameOf,
  type Assembly,
  type Company,
  type Consortium,
  type Name,
  type Proposal,
} from './team.ts';

/** Where the story takes place. */
export interface Stage {
  /** The gateway's first page. */
  url: string;
  /** Code of the map from which the requirements are drawn. */
  map: string;
  /** Takes one line of the story. */
  print: (line: string) => void;
}

/** What a story came to. */
export interface Outcome {
  projectId: string;
  requirements: number;
  assembly: Assembly;
  consortium: Consortium;
  agreement: Agreement;
  announcement: Announcement;
}

/** Won for each stage of the flagship programme: an odd sum, so that shares cannot come out even by chance. */
const stages = [
  { stage: 'YEAR_1', amount: 3_999_999_999 },
  { stage: 'YEAR_2', amount: 3_500_000_002 },
];
const dayMillis = 24 * 60 * 60 * 1000;

const consortiumFields = `consortium { id revision status shareTotal memberships {
  id role share shareAmount company { id name { ko en } } requirements { id }
} }`;

/**
 * Tells the story.
 *
 * @throws {DemoFault} where the platform refuses a step
 */
export async function tellStory(stage: Stage): Promise<Outcome> {
  const { url, print } = stage;
  const lead = await signInAs(stage, 'lead@example.kr');
  const operator = await signInAs(stage, 'operator@example.kr');
  const { id: leadCompanyId, name } = await companyOf(lead);
  print(`Signed in as the lead of ${nameOf(name)}.`);
  const { projectId, requirements } = await draft(stage, lead, leadCompanyId);
  const assembly = await assemble(stage, lead, projectId);
  const best = assembly.proposals[0];
  if (!best) throw new RangeError('No team was found.');
  await invite(stage, lead, best);
  const owners = await answer(stage, operator, best, leadCompanyId);
  const shared = await share(stage, lead, projectId);
  const agreement = await agree(lead, shared, new Map([...owners, [leadCompanyId, lead]]), print);
  const consortium = await seal(stage, lead, shared);
  const technologyIds = requirements.slice(0, 2).map(({ technologyId }) => technologyId);
  const announcement = await announce({ url, print }, lead, leadCompanyId, technologyIds);
  return {
    projectId,
    requirements: requirements.length,
    assembly,
    consortium,
    agreement,
    announcement,
  };
}

function signInAs({ url }: Stage, email: string): Promise<Client> {
  const account = accounts.find((each) => each.email === email);
  return signIn(url, email, account?.password ?? '');
}

async function companyOf(client: Client): Promise<Company> {
  const { me } = await client.ask<{ me: { memberships: { company: Company }[] } }>(
    '{ me { memberships { company { id name { ko en } } } } }',
  );
  const [first] = me.memberships;
  if (!first) throw new RangeError('The lead belongs to no company.');
  return first.company;
}

async function draft({ map, print }: Stage, lead: Client, leadCompanyId: string) {
  const found = await lead.ask<{
    techMap: { id: string; name: Name; published: { number: number; size: number } };
    calls: { edges: { node: { id: string; title: Name } }[] };
  }>(
    `query DemoGround($code: String!) {
      techMap(code: $code) { id name { ko en } published { number size } }
      calls(filter: { status: OPEN, sector: "healthcare" }, first: 1) { edges { node { id title { ko en } } } }
    }`,
    { code: map },
  );
  const technologies = await technologiesOf(lead, found.techMap.id);
  const requirements = chooseRequirements(technologies);
  const call = found.calls.edges[0]?.node;
  print(
    `Map "${nameOf(found.techMap.name)}", version ${found.techMap.published.number}: ${technologies.length} technologies, ${requirements.length} of them needed.`,
  );
  const { project } = await lead.change<{ project: { id: string; title: Name } }>(
    { field: 'draftProject', type: 'DraftProjectInput', select: 'project { id title { ko en } }' },
    {
      callId: call?.id,
      leadCompanyId,
      title: { ko: '지역 병원 공동 클라우드', en: 'A shared cloud for regional hospitals' },
      summary: { ko: '시연용 과제.', en: 'A project of the demo.' },
      sector: 'healthcare',
      stages,
      requirements,
    },
  );
  print(
    `Opened the project "${nameOf(project.title)}" under "${call ? nameOf(call.title) : 'no call'}".`,
  );
  for (const { technologyId, providers, mandatory } of requirements) {
    const technology = technologies.find(({ id }) => id === technologyId);
    if (technology)
      print(
        `  ${`${nameOf(technology.name)} (${technology.code})`.padEnd(84)} ${providers} of ${technology.supply.able} able firms${mandatory ? '' : ', wished for'}`,
      );
  }
  return { projectId: project.id, requirements };
}

async function technologiesOf(client: Client, mapId: string): Promise<SuppliedTechnology[]> {
  const { technologies } = await client.ask<{
    technologies: { edges: { node: SuppliedTechnology }[] };
  }>(
    `query DemoTechnologies($mapId: ID!) {
      technologies(filter: { mapId: $mapId, kind: TECHNOLOGY }, first: 100) {
        edges { node { id code name { ko en } supply { able: firmsAtLeast(level: 8) } } }
      }
    }`,
    { mapId },
  );
  return technologies.edges.map(({ node }) => node);
}

async function assemble({ print }: Stage, lead: Client, projectId: string): Promise<Assembly> {
  const { assembly } = await lead.change<{ assembly: Assembly }>(
    {
      field: 'assemble',
      type: 'AssembleInput',
      select: `assembly {
        id status
        statistics { candidates pairs survivors seconds stoppedBy }
        proposals {
          id rank points bound gap
          members {
            role company { id name { ko en } }
            covers { level requirement { technology { name { ko en } } } }
            reasons { text { ko en } }
          }
          uncovered { technology { name { ko en } } }
        }
      }`,
    },
    { projectId, alternatives: 2 },
  );
  showAssembly(assembly, print);
  return assembly;
}

async function invite({ print }: Stage, lead: Client, best: Proposal): Promise<void> {
  const deadline = new Date(Date.now() + 14 * dayMillis).toISOString();
  const { memberships } = await lead.change<{ memberships: { id: string }[] }>(
    { field: 'inviteProposal', type: 'InviteProposalInput', select: 'memberships { id }' },
    { proposalId: best.id, deadline },
  );
  print(
    `Invited ${memberships.length} firms of the best proposal, to answer by ${deadline.slice(0, 10)}.`,
  );
}

/** Every partner answers for itself; firms without people get an owner from the operator first. */
async function answer(
  stage: Stage,
  operator: Client,
  { members }: Proposal,
  leadCompanyId: string,
): Promise<Map<string, Client>> {
  const owners = new Map<string, Client>();
  const partners = members.map(({ company }) => company).filter(({ id }) => id !== leadCompanyId);
  for (const [index, company] of partners.entries()) {
    const email = `owner-${index + 1}@partner.example`;
    const password = `partner-of-the-demo-${index + 1}`;
    await operator.change(
      { field: 'provisionUser', type: 'ProvisionUserInput', select: 'user { id }' },
      {
        name: `Owner ${index + 1}`,
        email,
        password,
        memberships: [{ companyId: company.id, role: 'OWNER' }],
      },
    );
    const owner = await signIn(stage.url, email, password);
    owners.set(company.id, owner);
    const { invitations } = await owner.ask<{
      invitations: { edges: { node: { id: string; revision: number } }[] };
    }>(
      `query Inbox($companyId: ID!) {
        invitations(companyId: $companyId, first: 1) { edges { node { id revision } } }
      }`,
      { companyId: company.id },
    );
    const invitation = invitations.edges[0]?.node;
    await owner.change(
      { field: 'acceptInvitation', type: 'AcceptInvitationInput', select: 'membership { status }' },
      { membershipId: invitation?.id, revision: invitation?.revision },
    );
  }
  stage.print(
    `All ${partners.length} partners signed in and accepted: ${partners.map(({ name }) => nameOf(name)).join(', ')}.`,
  );
  return owners;
}

/** Shares by how much each firm carries, the lead one part more. */
async function share({ print }: Stage, lead: Client, projectId: string): Promise<Consortium> {
  const { project } = await lead.ask<{ project: { consortium: Consortium } }>(
    `query Team($id: ID!) { project(id: $id) { ${consortiumFields} } }`,
    { id: projectId },
  );
  const { id, revision, memberships } = project.consortium;
  const weights = memberships.map(
    ({ role, requirements }) => requirements.length + (role === 'LEAD' ? 2 : 1),
  );
  const parts = splitWon(wholeInBasisPoints, weights);
  const shares = memberships.map((each, index) => ({ membershipId: each.id, share: parts[index] }));
  const { consortium } = await lead.change<{ consortium: Consortium }>(
    { field: 'setShares', type: 'SetSharesInput', select: consortiumFields },
    { consortiumId: id, revision, shares },
  );
  showMembers(consortium, print);
  return consortium;
}

async function seal(
  { print }: Stage,
  lead: Client,
  { id, revision }: Consortium,
): Promise<Consortium> {
  const sealed = await lead.change<{ consortium: Consortium }>(
    { field: 'sealConsortium', type: 'SealConsortiumInput', select: consortiumFields },
    { consortiumId: id, revision },
  );
  const total = sealed.consortium.memberships.reduce(
    (sum, { shareAmount }) => sum + (shareAmount ?? 0),
    0,
  );
  print(
    `Sealed: ${sealed.consortium.shareTotal.toLocaleString('en-US')} basis points and ${won(total)} in all, to the won.`,
  );
  return sealed.consortium;
}
