import {
  agree,
  editorOf,
  problemFields,
  startAlliance,
  type Alliance,
  type SeenProblem,
} from './alliance.ts';

let alliance: Alliance;
beforeAll(async () => {
  alliance = await startAlliance();
  await alliance.tellTechnology('mesh');
  await alliance.tellFirm('infra', { kinds: ['IAAS'] }, { mesh: 7 });
  for (const firm of ['soft', 'mind', 'late']) await alliance.tellFirm(firm, {}, { mesh: 6 });
});
afterAll(() => alliance.stop());

const lead = editorOf('infra');
const deadline = new Date(Date.now() + 86_400_000).toISOString();

interface Membership {
  id: string;
  revision: number;
  status: string;
  company: { id: string };
}

interface Answer {
  problems: SeenProblem[];
}

async function change(viewer: typeof lead, mutation: string, input: object): Promise<Answer> {
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const result = await alliance.data<Record<string, Answer>>(
    viewer,
    `mutation ($input: ${name}!) { ${mutation}(input: $input) { ${problemFields} } }`,
    { input },
  );
  const answer = result[mutation];
  if (!answer) throw new Error(`${mutation} gave nothing.`);
  return answer;
}

async function state(projectId: string) {
  const { project } = await alliance.data<{
    project: {
      status: string;
      consortium: { id: string; revision: number; status: string; memberships: Membership[] };
    };
  }>(
    lead,
    `query ($id: ID!) {
      project(id: $id) {
        status
        consortium { id revision status memberships { id revision status company { id } } }
      }
    }`,
    { id: projectId },
  );
  return project;
}

/** A project with one partner; accepted and with shares set where asked for. */
async function partnership(partner: string, isReady: boolean) {
  const { draftProject } = await alliance.data<{ draftProject: { project: { id: string } } }>(
    lead,
    `mutation ($input: DraftProjectInput!) { draftProject(input: $input) { project { id } } }`,
    {
      input: {
        leadCompanyId: 'infra',
        title: { en: 'A race' },
        summary: {},
        sector: 'healthcare',
      },
    },
  );
  const projectId = draftProject.project.id;
  await change(lead, 'inviteCompany', { projectId, companyId: partner, deadline });
  if (isReady) {
    const invited = (await state(projectId)).consortium.memberships[1];
    await change(editorOf(partner), 'acceptInvitation', {
      membershipId: invited?.id,
      revision: invited?.revision,
    });
    const { consortium } = await state(projectId);
    await change(lead, 'setShares', {
      consortiumId: consortium.id,
      revision: consortium.revision,
      shares: consortium.memberships.map(({ id }) => ({ membershipId: id, share: 5_000 })),
    });
    await agree(alliance, lead, consortium.id);
  }
  return { projectId, ...(await state(projectId)) };
}

const rounds = 20;
const patience = 120_000;

const codesOf = (answers: Answer[]) =>
  answers.map(({ problems }) => problems.map(({ code }) => code).join()).toSorted();

describe('two steps at the same time', () => {
  it(
    'lets exactly one of an acceptance and a withdrawal through',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { projectId, consortium } = await partnership('soft', false);
        const invited = consortium.memberships[1];
        const place = { membershipId: invited?.id, revision: invited?.revision };
        const answers = await Promise.all([
          change(editorOf('soft'), 'acceptInvitation', place),
          change(lead, 'withdrawMembership', { ...place, reason: 'We found another firm.' }),
        ]);
        expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
        const [refused] = answers.flatMap(({ problems }) => problems);
        const isAccepted = answers[0].problems.length === 0;
        // Whoever withdraws after an acceptance has read an older state; whoever accepts after a withdrawal is too late.
        expect(refused?.code).toBe(isAccepted ? 'STALE' : 'WRONG_STATE');
        expect((await state(projectId)).consortium.memberships[1]?.status).toBe(
          isAccepted ? 'ACCEPTED' : 'WITHDRAWN',
        );
      }
    },
    patience,
  );

  it('seals once when the seal is asked for twice', async () => {
    const { projectId, consortium } = await partnership('soft', true);
    const input = { consortiumId: consortium.id, revision: consortium.revision };
    const answers = await Promise.all([
      change(lead, 'sealConsortium', input),
      change(lead, 'sealConsortium', input),
    ]);
    expect(codesOf(answers)).toEqual(['', 'WRONG_STATE']);
    expect((await state(projectId)).status).toBe('SEALED');
  });

  it(
    'lets exactly one of a seal and a withdrawal through',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { projectId, consortium } = await partnership('mind', true);
        const partner = consortium.memberships[1];
        const answers = await Promise.all([
          change(lead, 'sealConsortium', {
            consortiumId: consortium.id,
            revision: consortium.revision,
          }),
          change(editorOf('mind'), 'withdrawMembership', {
            membershipId: partner?.id,
            revision: partner?.revision,
            reason: 'We changed our mind.',
          }),
        ]);
        expect(answers.filter(({ problems }) => problems.length === 0)).toHaveLength(1);
        const isSealed = answers[0].problems.length === 0;
        const after = await state(projectId);
        expect([after.status, after.consortium.memberships[1]?.status]).toEqual(
          isSealed ? ['SEALED', 'ACCEPTED'] : ['FORMING', 'WITHDRAWN'],
        );
      }
    },
    patience,
  );

  it(
    'seals, or refuses a seal, when it meets a sanction; whoever is in by then is marked',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { projectId, consortium } = await partnership('late', true);
        const [sealed] = await Promise.all([
          change(lead, 'sealConsortium', {
            consortiumId: consortium.id,
            revision: consortium.revision,
          }),
          alliance.tellSoon('late', { restrictedUntil: new Date('2999-01-01') }),
        ]);
        await alliance.caughtUp();
        const isSealed = sealed.problems.length === 0;
        expect(sealed.problems.map(({ rule }) => rule)).toEqual(isSealed ? [] : ['MEMBER_FIT']);
        expect((await state(projectId)).status).toBe(isSealed ? 'SEALED' : 'FORMING');
        const { consortium: shown } = await alliance.data<{
          consortium: { memberships: { isRestricted: boolean }[] };
        }>(lead, 'query ($id: ID!) { consortium(id: $id) { memberships { isRestricted } } }', {
          id: consortium.id,
        });
        expect(shown.memberships.map(({ isRestricted }) => isRestricted)).toEqual([false, true]);
        await alliance.tellFirm('late', { restrictedUntil: null });
      }
    },
    patience,
  );

  it('seals nothing with a firm whose sanction is known', async () => {
    const { consortium } = await partnership('late', true);
    await alliance.tellFirm('late', { restrictedUntil: new Date('2999-01-01') });
    const refused = await change(lead, 'sealConsortium', {
      consortiumId: consortium.id,
      revision: consortium.revision,
    });
    expect(refused.problems).toMatchObject([
      { code: 'INVALID', rule: 'MEMBER_FIT', limit: 'APPROVED', found: 'RESTRICTED' },
    ]);
    await alliance.tellFirm('late', { restrictedUntil: null });
  });

  it(
    'lets a firm in or ends the project, when an acceptance meets the withdrawal of all of it',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { projectId, consortium } = await partnership('soft', false);
        const invited = consortium.memberships[1];
        const { project } = await alliance.data<{ project: { revision: number } }>(
          lead,
          'query ($id: ID!) { project(id: $id) { revision } }',
          { id: projectId },
        );
        const [accepted, ended] = await Promise.all([
          change(editorOf('soft'), 'acceptInvitation', {
            membershipId: invited?.id,
            revision: invited?.revision,
          }),
          change(lead, 'withdrawProject', {
            projectId,
            revision: project.revision,
            reason: 'We give it up.',
          }),
        ]);
        expect(ended.problems).toEqual([]);
        expect(codesOf([accepted])).toEqual([accepted.problems.length === 0 ? '' : 'WRONG_STATE']);
        const after = await state(projectId);
        expect([after.status, after.consortium.status]).toEqual(['WITHDRAWN', 'DISSOLVED']);
        expect(after.consortium.memberships.map(({ status }) => status)).toEqual([
          'WITHDRAWN',
          'WITHDRAWN',
        ]);
      }
    },
    patience,
  );

  it('sends one invitation when the same firm is invited twice at once', async () => {
    const { projectId } = await partnership('soft', false);
    const input = { projectId, companyId: 'mind', deadline };
    const answers = await Promise.all([
      change(lead, 'inviteCompany', input),
      change(lead, 'inviteCompany', input),
    ]);
    expect(codesOf(answers)).toEqual(['', 'TAKEN']);
  });
});
