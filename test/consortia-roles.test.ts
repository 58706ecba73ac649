import type { Viewer } from '#kit/viewer.ts';
import {
  editorOf,
  ownerOf,
  problemFields,
  secretary,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './consortia-alliance.ts';
import { someone, user } from './service.ts';

const viewers = {
  visitor: someone,
  user: user('a-user'),
  stranger: editorOf('other'),
  'viewer of the lead': user('reader', { companies: { infra: 'VIEWER' } }),
  'editor of the lead': editorOf('infra'),
  'editor of the invited': editorOf('soft'),
  'owner of the invited': ownerOf('soft'),
  secretariat: secretary,
  reviewer: user('reviewer', { roles: ['REVIEWER'] }),
  operator: user('operator', { roles: ['OPERATOR'] }),
} satisfies Record<string, Viewer>;
type Who = keyof typeof viewers;

let alliance: Alliance;
/** Ids that the inputs below point at. */
const ids = {
  programme: '',
  call: '',
  project: '',
  document: '',
  reviewer: '',
  consortium: '',
  membership: '',
  proposal: '',
};

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
});
afterAll(() => alliance.stop());

const deadline = new Date(Date.now() + 86_400_000).toISOString();
const text = { en: 'A name' };
const rules = { validFrom: '2026-01-01' };

/** An input that changes nothing even where it is allowed: each has one fault of its own. */
const inputs: Record<string, () => object> = {
  createProgramme: () => ({ kind: '!', name: text, rules: [rules] }),
  reviseProgramme: () => ({ id: ids.programme, revision: 0 }),
  reviseCall: () => ({ id: ids.call, revision: 0 }),
  openCall: () => ({
    programmeId: 'none',
    title: text,
    year: 2026,
    budget: 1,
    slots: 1,
    opensAt: deadline,
    closesAt: deadline,
  }),
  draftProject: () => ({ leadCompanyId: 'infra', title: {}, summary: {}, sector: 'healthcare' }),
  updateProject: () => ({ id: ids.project, revision: 0 }),
  setRequirements: () => ({ projectId: ids.project, revision: 0, requirements: [] }),
  assemble: () => ({ projectId: ids.project, alternatives: 99 }),
  inviteProposal: () => ({ proposalId: ids.proposal, deadline: '2020-01-01T00:00:00Z' }),
  inviteCompany: () => ({ projectId: ids.project, companyId: 'soft', deadline }),
  assignRequirements: () => ({
    membershipId: ids.membership,
    revision: 0,
    requirementIds: [],
    deadline,
  }),
  repairTeam: () => ({ projectId: ids.project, constraints: { minKinds: 99 } }),
  counterInvitation: () => ({ membershipId: ids.membership, revision: 0 }),
  answerCounter: () => ({ membershipId: ids.membership, revision: 0, accept: true }),
  acceptInvitation: () => ({ membershipId: ids.membership, revision: 0 }),
  declineInvitation: () => ({ membershipId: ids.membership, revision: 0 }),
  withdrawMembership: () => ({ membershipId: ids.membership, revision: 0, reason: 'Why not' }),
  uploadDocument: () => ({ projectId: ids.project, code: '!', fileName: 'a.pdf', content: '' }),
  removeDocument: () => ({ documentId: ids.document }),
  submitProject: () => ({ projectId: ids.project, revision: 0 }),
  takeBackSubmission: () => ({ projectId: ids.project, revision: 0 }),
  registerReviewer: () => ({ userId: 'u', name: {}, technologyIds: ['mesh'] }),
  reviseReviewer: () => ({ id: ids.reviewer, revision: 0 }),
  assignReviewers: () => ({ callId: ids.call, revision: 0, perProject: 0 }),
  scoreProject: () => ({ reviewId: 'none', revision: 0, scores: [] }),
  decideCall: () => ({ callId: ids.call, revision: 0 }),
  fileProjectAppeal: () => ({ projectId: ids.project, grounds: '' }),
  withdrawProjectAppeal: () => ({ projectId: ids.project, revision: 0 }),
  decideProjectAppeal: () => ({
    appealId: 'none',
    revision: 0,
    outcome: 'REJECT',
    reason: 'Why not',
  }),
  settleProjectAppeal: () => ({ appealId: 'none', revision: 0 }),
  startProject: () => ({ projectId: ids.project, revision: 0 }),
  planBudget: () => ({ projectId: ids.project, revision: 0, items: [] }),
  recordMoney: () => ({ projectId: ids.project, kind: 'PAY', companyId: 'infra', amount: 1 }),
  approveGate: () => ({ projectId: ids.project, revision: 0 }),
  completeProject: () => ({ projectId: ids.project, revision: 0 }),
  terminateProject: () => ({ projectId: ids.project, revision: 0, reason: 'Why not' }),
  withdrawProject: () => ({ projectId: ids.project, revision: 0, reason: 'Why not' }),
  setShares: () => ({ consortiumId: ids.consortium, revision: 0, shares: [] }),
  sealConsortium: () => ({ consortiumId: ids.consortium, revision: 0 }),
  publishAgreementTemplate: () => ({ version: 0, title: text, articles: [] }),
  drawUpAgreement: () => ({ consortiumId: ids.consortium, revision: 0 }),
  signAgreement: () => ({ membershipId: ids.membership, agreementId: 'none', sha256: '' }),
  consentToReopening: () => ({ membershipId: ids.membership, reason: 'Why not' }),
  withdrawReopeningConsent: () => ({ membershipId: ids.membership }),
  dissolveConsortium: () => ({ consortiumId: ids.consortium, revision: 0, reason: 'Why not' }),
  importProgrammes: () => ({ source: 'x', rows: [] }),
};

/** Who is heard at all; the fault of the input is then what is answered. */
const allowed: Record<string, Who[]> = {
  createProgramme: ['secretariat'],
  openCall: ['secretariat'],
  reviseProgramme: ['secretariat'],
  reviseCall: ['secretariat'],
  draftProject: ['editor of the lead'],
  updateProject: ['editor of the lead'],
  setRequirements: ['editor of the lead'],
  assemble: ['editor of the lead'],
  inviteProposal: ['editor of the lead'],
  inviteCompany: ['editor of the lead'],
  assignRequirements: ['editor of the lead'],
  repairTeam: ['editor of the lead'],
  counterInvitation: ['editor of the invited'],
  answerCounter: ['editor of the lead'],
  acceptInvitation: ['editor of the invited'],
  declineInvitation: ['editor of the invited'],
  withdrawMembership: ['editor of the lead', 'editor of the invited'],
  uploadDocument: ['editor of the lead'],
  removeDocument: ['editor of the lead'],
  submitProject: ['editor of the lead'],
  takeBackSubmission: ['editor of the lead'],
  registerReviewer: ['secretariat'],
  reviseReviewer: ['secretariat'],
  assignReviewers: ['secretariat'],
  scoreProject: ['reviewer'],
  decideCall: ['secretariat'],
  fileProjectAppeal: ['editor of the lead'],
  withdrawProjectAppeal: ['editor of the lead'],
  decideProjectAppeal: ['secretariat'],
  settleProjectAppeal: ['secretariat'],
  startProject: ['editor of the lead'],
  planBudget: ['editor of the lead'],
  recordMoney: ['editor of the lead'],
  approveGate: ['secretariat'],
  completeProject: ['editor of the lead'],
  terminateProject: ['secretariat'],
  withdrawProject: ['editor of the lead'],
  setShares: ['editor of the lead'],
  sealConsortium: ['editor of the lead'],
  publishAgreementTemplate: ['secretariat'],
  drawUpAgreement: ['editor of the lead'],
  signAgreement: ['owner of the invited'],
  consentToReopening: ['owner of the invited'],
  withdrawReopeningConsent: ['owner of the invited'],
  dissolveConsortium: ['editor of the lead'],
  importProgrammes: ['secretariat', 'operator'],
};

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
      const answer = await outcome(mutation, viewer);
      // An owner may what an editor may.
      const roles = who === 'owner of the invited' ? [who, 'editor of the invited'] : [who];
      const isHeard = roles.some((role) => allowed[mutation]?.includes(role as Who));
      // A firm that may not see the draft is told that there is none.
      const isTurnedAway =
        /^(UNAUTHENTICATED|FORBIDDEN|NOT_FOUND (id|projectId|consortiumId|membershipId|proposalId|documentId))$/u.test(
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
