/** Projects of the seed, carried as far as they stand there, by the people who would do it. */
import type { Viewer } from '#kit/viewer.ts';
import {
  ask,
  problemFields,
  refuseProblems,
  type Graph,
  type GraphProblem,
} from '../import/graph.ts';
import type { SeedUsers } from './seed-account.ts';
import type { SeedData, SeedInvitation, SeedProject } from './seed-file.ts';
import { seedCode, seoulTime } from './seed-rows.ts';

interface Membership {
  id: string;
  revision: number;
  company: { id: string };
}

interface Consortium {
  id: string;
  revision: number;
  status: string;
  memberships: Membership[];
}

/** Days that an invitation of the seed waits. */
const answerDays = 21;

const projectFields = 'project { id revision requirements { id } }';
const consortiumFields =
  'consortium { id revision status memberships { id revision company { id } } }';

/** Drafts a project and, where the seed says so, invites, accepts, shares and seals. Safe to repeat within a day. */
export async function seedProject(
  graph: Graph,
  project: SeedProject,
  data: SeedData,
  users: SeedUsers,
  now: Date,
): Promise<void> {
  const lead = actorOf(users, project.lead);
  const run = runner(graph, project.key);
  const drafted = await run<{ project: { id: string; requirements: { id: string }[] } }>(
    { field: 'draftProject', type: 'DraftProjectInput', select: projectFields, viewer: lead },
    await draftOf(graph, project, data, lead),
  );
  const requirementIds = drafted.project.requirements.map(({ id }) => id);
  for (const invitation of project.invitations ?? []) {
    const input = {
      projectId: drafted.project.id,
      companyId: companyOf(actorOf(users, invitation.company)),
      role: invitation.role,
      requirementIds: invitation.covers.flatMap((position) => requirementIds[position] ?? []),
      deadline: seoulTime(now, answerDays, '18:00'),
    };
    await invite(run, invitation, input, lead, actorOf(users, invitation.company));
  }
  if (project.seal === true) await seal(graph, run, drafted.project.id, project, users);
}

type Run = ReturnType<typeof runner>;

/** What one mutation of the seed is. */
interface Step {
  field: string;
  type: string;
  select: string;
  viewer: Viewer;
  /** Tells steps of the same field apart. */
  name?: string;
  /** Whether a repeat comes with a newer revision, and is told by what it finds rather than by a key. */
  isRevised?: boolean;
}

/** Runs mutations that are answered once, however often the seed is tried. */
function runner(graph: Graph, key: string) {
  return async <Payload>({ field, type, select, viewer, name, isRevised }: Step, input: object) => {
    const idempotencyKey = isRevised === true ? null : `seed-${key}-${field}-${name ?? 'once'}`;
    const { payload } = await ask<{ payload: Payload & { problems: GraphProblem[] } }>(
      graph,
      `mutation Seed($input: ${type}!) { payload: ${field}(input: $input) { ${select} ${problemFields} } }`,
      { input: { ...input, idempotencyKey } },
      viewer,
    );
    refuseProblems(`${field} of the seed's project ${key}`, payload.problems);
    return payload;
  };
}

async function draftOf(
  graph: Graph,
  project: SeedProject,
  { programmes }: SeedData,
  lead: Viewer,
): Promise<object> {
  const { key, title, summary, sector, stages } = project;
  const technologyIds = await technologiesOf(graph, project);
  const call = programmes.flatMap(({ calls }) => calls).find((each) => each.key === project.call);
  return {
    callId: await callIdOf(graph, call?.title.en ?? key),
    leadCompanyId: companyOf(lead),
    title,
    summary,
    sector,
    stages: Object.entries(stages).map(([stage, amount]) => ({ stage, amount })),
    requirements: project.requirements.map(
      ({ technology, level, providers, weight, mandatory }) => ({
        technologyId: technologyIds.get(seedCode(technology)),
        leastLevel: level,
        providers,
        weight,
        mandatory: mandatory ?? true,
      }),
    ),
  };
}

async function technologiesOf(graph: Graph, project: SeedProject): Promise<Map<string, string>> {
  const codes = project.requirements.map(({ technology }) => seedCode(technology));
  const fields = codes.map(
    (code, index) => `t${index}: technology(code: ${JSON.stringify(code)}) { id code }`,
  );
  const found = await ask<Record<string, { id: string; code: string } | null>>(
    graph,
    `query SeedTechnologies { ${fields.join(' ')} }`,
  );
  return new Map(Object.values(found).flatMap((each) => (each ? [[each.code, each.id]] : [])));
}

async function callIdOf(graph: Graph, title: string): Promise<string | null> {
  const { calls } = await ask<{
    calls: { edges: { node: { id: string; title: { en: string | null } } }[] };
  }>(graph, 'query SeedCalls { calls(first: 100) { edges { node { id title { en } } } } }');
  return calls.edges.find(({ node }) => node.title.en === title)?.node.id ?? null;
}

async function invite(
  run: Run,
  { company, answer }: SeedInvitation,
  input: object,
  lead: Viewer,
  partner: Viewer,
): Promise<void> {
  const select = 'membership { id revision }';
  const { membership } = await run<{ membership: { id: string; revision: number } }>(
    { field: 'inviteCompany', type: 'InviteCompanyInput', select, viewer: lead, name: company },
    input,
  );
  if (answer === 'ACCEPTED')
    await run(
      {
        field: 'acceptInvitation',
        type: 'AcceptInvitationInput',
        select,
        viewer: partner,
        name: company,
      },
      { membershipId: membership.id, revision: membership.revision },
    );
}

async function seal(
  graph: Graph,
  run: Run,
  projectId: string,
  { invitations, lead, leadShare }: SeedProject,
  users: SeedUsers,
): Promise<void> {
  const viewer = actorOf(users, lead);
  const before = await consortiumOf(graph, projectId, viewer);
  if (before.status === 'SEALED') return;
  const shareByCompany = new Map([
    [companyOf(viewer), leadShare ?? 0],
    ...(invitations ?? []).map(
      ({ company, share }) => [companyOf(actorOf(users, company)), share ?? 0] as const,
    ),
  ]);
  const shares = before.memberships.map(({ id, company }) => ({
    membershipId: id,
    share: shareByCompany.get(company.id) ?? 0,
  }));
  const revisable = { select: consortiumFields, viewer, isRevised: true };
  const { consortium } = await run<{ consortium: Consortium }>(
    { ...revisable, field: 'setShares', type: 'SetSharesInput' },
    { consortiumId: before.id, revision: before.revision, shares },
  );
  await agree(run, consortium, users, viewer);
  await run(
    { ...revisable, field: 'sealConsortium', type: 'SealConsortiumInput' },
    { consortiumId: consortium.id, revision: consortium.revision },
  );
}

/** Draws up the agreement, and signs it as the owner of every member. */
async function agree(
  run: Run,
  { id, revision, memberships }: Consortium,
  users: SeedUsers,
  viewer: Viewer,
): Promise<void> {
  const select = 'agreement { id sha256 }';
  const { agreement } = await run<{ agreement: { id: string; sha256: string } }>(
    { field: 'drawUpAgreement', type: 'DrawUpAgreementInput', select, viewer, isRevised: true },
    { consortiumId: id, revision },
  );
  for (const membership of memberships) {
    const owner = [...users.values()].find((each) => companyOf(each) === membership.company.id);
    if (!owner) throw new RangeError(`Nobody of the seed signs for ${membership.company.id}.`);
    await run(
      {
        field: 'signAgreement',
        type: 'SignAgreementInput',
        select,
        viewer: owner,
        isRevised: true,
      },
      { membershipId: membership.id, agreementId: agreement.id, sha256: agreement.sha256 },
    );
  }
}

async function consortiumOf(graph: Graph, id: string, viewer: Viewer): Promise<Consortium> {
  const { project } = await ask<{ project: { consortium: Consortium } }>(
    graph,
    `query SeedConsortium($id: ID!) { project(id: $id) { ${consortiumFields} } }`,
    { id },
    viewer,
  );
  return project.consortium;
}

function actorOf(users: SeedUsers, company: string): Viewer {
  const user = users.get(company);
  if (user) return user;
  throw new RangeError(`Nobody of the seed acts for ${company}.`);
}

function companyOf({ companies }: Viewer): string {
  return companies[0]?.companyId ?? '';
}
