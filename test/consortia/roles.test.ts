import type { Viewer } from '#kit/viewer.ts';
import {
  problemFields,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';
import {
  allowed,
  deadline,
  ids,
  inputs,
  rules,
  text,
  viewers,
  weights,
  type Who,
} from './roles.ts';
import { someone } from '../service.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  await alliance.tellFirm('soft', {}, { mesh: 6 });
  await alliance.tellFirm('other', {}, {});
  const { createProgramme } = await alliance.data<{
    createProgramme: { programme: { id: string } };
  }>(
    secretary,
    'mutation ($input: CreateProgrammeInput!) { createProgramme(input: $input) { programme { id } } }',
    { input: { kind: 'XAAS', name: text, rules: [rules] } },
  );
  ids.programme = createProgramme.programme.id;
  const { openCall } = await alliance.data<{ openCall: { call: { id: string } } }>(
    secretary,
    'mutation ($input: OpenCallInput!) { openCall(input: $input) { call { id } } }',
    {
      input: {
        programmeId: ids.programme,
        title: text,
        year: 2026,
        budget: 1,
        slots: 1,
        opensAt: '2026-01-01T00:00:00Z',
        closesAt: '2099-01-01T00:00:00Z',
      },
    },
  );
  ids.call = openCall.call.id;
  const lead = viewers['editor of the lead'];
  const { draftProject } = await alliance.data<{ draftProject: { project: { id: string } } }>(
    lead,
    'mutation ($input: DraftProjectInput!) { draftProject(input: $input) { project { id } } }',
    {
      input: {
        leadCompanyId: 'infra',
        title: { en: 'Roles' },
        summary: {},
        sector: 'healthcare',
        requirements: [{ technologyId: 'mesh', leastLevel: 5, providers: 2 }],
      },
    },
  );
  ids.project = draftProject.project.id;
  const { reviewer } = await alliance.change<{ reviewer: { id: string } }>(
    secretary,
    'registerReviewer',
    { userId: 'reviewer', name: text, technologyIds: ['mesh'] },
    'reviewer { id }',
  );
  ids.reviewer = reviewer.id;
  const { document } = await alliance.change<{ document: { id: string } }>(
    lead,
    'uploadDocument',
    { projectId: ids.project, code: 'PLAN', fileName: 'plan.pdf', content: 'JVBERi0xLjQK' },
    'document { id }',
  );
  ids.document = document.id;
  const { assemble } = await alliance.data<{
    assemble: { assembly: { proposals: { id: string }[] } };
  }>(
    lead,
    'mutation ($input: AssembleInput!) { assemble(input: $input) { assembly { proposals { id } } } }',
    { input: { projectId: ids.project, alternatives: 0 } },
  );
  ids.proposal = assemble.assembly.proposals[0]?.id ?? '';
  const { inviteProposal } = await alliance.data<{
    inviteProposal: { consortium: { id: string }; memberships: { id: string }[] };
  }>(
    lead,
    `mutation ($input: InviteProposalInput!) {
      inviteProposal(input: $input) { consortium { id } memberships { id } }
    }`,
    { input: { proposalId: ids.proposal, deadline } },
  );
  ids.consortium = inviteProposal.consortium.id;
  ids.membership = inviteProposal.memberships[0]?.id ?? '';
  await keepCourse();
});
afterAll(() => alliance.stop());

async function outcome(mutation: string, viewer: Viewer): Promise<string> {
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await alliance.ask(
    viewer,
    `mutation ($input: ${name}!) { ${mutation}(input: $input) { ${problemFields} } }`,
    { input: inputs[mutation]?.() },
  );
  const code: unknown = errors?.[0]?.extensions['code'];
  if (typeof code === 'string') return code;
  const answers = Object.values(data ?? {}) as { problems: SeenProblem[] }[];
  return answers
    .flatMap(({ problems }) => problems.map(({ code: each, path }) => `${each} ${path.join('/')}`))
    .join();
}

async function inboxFor(viewer: Viewer) {
  const { data, errors } = await alliance.ask(
    viewer,
    '{ invitations(companyId: "soft") { totalCount edges { node { status } } } }',
  );
  return errors ? errors[0]?.extensions['code'] : data?.['invitations'];
}

/** How many memberships and consortia of the invited firm a viewer sees. */
async function partsFor(viewer: Viewer) {
  const { _entities } = await alliance.data<{
    _entities: [{ memberships: { totalCount: number }; consortia: { totalCount: number } }];
  }>(
    viewer,
    `{ _entities(representations: [{ __typename: "Company", id: "soft" }]) {
      ... on Company { memberships { totalCount } consortia { totalCount } }
    } }`,
  );
  return [_entities[0].memberships.totalCount, _entities[0].consortia.totalCount];
}

/** Things of the project that exist only once it runs, and what belongs to the lead's firm. */
async function keepCourse(): Promise<void> {
  const of = { projectId: ids.project, companyId: 'infra', revision: 1 };
  const keep = async (collection: string, record: object) => {
    const _id = `${collection}-1`;
    await alliance.connection.collection<{ _id: string }>(collection).insertOne({ _id, ...record });
    return _id;
  };
  const deliverables = [{ code: 'A', name: text, file: null }];
  ids.milestone = await keep('milestones', { ...of, status: 'PLANNED', deliverables });
  ids.change = await keep('planChanges', { ...of, status: 'PROPOSED', items: null });
  ids.report = await keep('reports', { ...of, status: 'SUBMITTED', number: 1 });
  ids.visit = await keep('visits', { ...of, status: 'PLANNED', on: '2020-01-01' });
  ids.pilot = await keep('pilots', { ...of, companyId: 'soft', feedback: null });
  ids.outcome = await keep('outcomes', { ...of, status: 'DRAFT', suppliers: [] });
  ids.recovery = await keep('recoveries', { ...of, status: 'DEMANDED', amount: 1 });
  const { project } = await alliance.data<{
    project: { assemblies: { edges: { node: { id: string } }[] } };
  }>(
    viewers['editor of the lead'],
    'query ($id: ID!) { project(id: $id) { assemblies { edges { node { id } } } } }',
    { id: ids.project },
  );
  ids.assembly = project.assemblies.edges[0]?.node.id ?? '';
  const requirements = [{ technologyId: 'mesh', leastLevel: 5, providers: 2 }];
  const own = { companyId: 'infra', name: text };
  const { template } = await alliance.change<{ template: { id: string } }>(
    viewers['editor of the lead'],
    'createRequirementTemplate',
    { ...own, requirements },
    'template { id }',
  );
  ids.template = template.id;
  const { profile } = await alliance.change<{ profile: { id: string } }>(
    viewers['editor of the lead'],
    'createWeightProfile',
    { ...own, weights },
    'profile { id }',
  );
  ids.profile = profile.id;
}

describe('who may', () => {
  it('has a row for every mutation', async () => {
    const { __schema } = await alliance.data<{
      __schema: { mutationType: { fields: { name: string }[] } };
    }>(someone, '{ __schema { mutationType { fields { name } } } }');
    const names = __schema.mutationType.fields.map(({ name }) => name).toSorted();
    expect(Object.keys(allowed).toSorted()).toEqual(names);
    expect(Object.keys(inputs).toSorted()).toEqual(names);
  });

  it.each(Object.keys(allowed))('%s hears those it is for and nobody else', async (mutation) => {
    for (const [who, viewer] of Object.entries(viewers)) {
      // What the editor removed is gone for the owner.
      if (who === 'owner of the lead' && mutation === 'removeDocument') continue;
      const answer = await outcome(mutation, viewer);
      // An owner may what an editor may.
      const roles = [who, who.replace('owner', 'editor')];
      const isHeard = roles.some((role) => allowed[mutation]?.includes(role as Who));
      // A firm that may not see the draft is told that there is none.
      const isTurnedAway =
        /^(UNAUTHENTICATED|FORBIDDEN|NOT_FOUND (id|projectId|consortiumId|membershipId|proposalId|documentId|assemblyId|milestoneId|changeId|reportId|visitId|pilotId|outcomeId|recoveryId))$/u.test(
          answer,
        );
      expect([who, answer, isTurnedAway]).toEqual([who, answer, !isHeard]);
    }
    expect(await outcome(mutation, someone)).toBe('UNAUTHENTICATED');
  });

  it("shows a firm's inbox to its own people and the secretariat alone", async () => {
    const inbox = { totalCount: 1, edges: [{ node: { status: 'INVITED' } }] };
    expect(await inboxFor(viewers['editor of the invited'])).toEqual(inbox);
    expect(await inboxFor(secretary)).toEqual(inbox);
    expect(await inboxFor(viewers['editor of the lead'])).toBe('FORBIDDEN');
    expect(await inboxFor(someone)).toBe('UNAUTHENTICATED');
  });

  it('shows what a firm is asked to join to itself, the lead and the secretariat', async () => {
    expect(await partsFor(viewers['editor of the invited'])).toEqual([1, 0]);
    expect(await partsFor(viewers['editor of the lead'])).toEqual([1, 0]);
    expect(await partsFor(secretary)).toEqual([1, 0]);
    expect(await partsFor(viewers.stranger)).toEqual([0, 0]);
    expect(await partsFor(someone)).toEqual([0, 0]);
  });
});
