import { editorOf } from './alliance.ts';
import {
  alliance,
  answer,
  board,
  consortiumOf,
  deadline,
  draft,
  invite,
  lead,
  membershipFields,
  setShares,
  type Membership,
  startForming,
} from './forming.ts';

beforeAll(startForming);
afterAll(() => alliance.stop());

describe('an invitation', () => {
  it('lets a firm have one standing place, and another after it declined', async () => {
    const project = await draft('Again');
    const first = await invite(project.id, 'soft');
    expect((await invite(project.id, 'soft')).problems[0]?.code).toBe('TAKEN');
    if (!first.membership) throw new Error('Nobody was invited.');
    await answer('declineInvitation', 'soft', first.membership);
    expect((await invite(project.id, 'soft')).problems).toEqual([]);
  });

  it('refuses to invite as lead, an unknown firm, for an unknown requirement, into the past, all at once', async () => {
    const project = await draft('Bad invitation');
    const { membership, problems } = await invite(project.id, 'nobody', {
      role: 'LEAD',
      requirementIds: ['nothing'],
      deadline: '2020-01-01T00:00:00Z',
    });
    expect(membership).toBeNull();
    expect(problems.map(({ code, path }) => [code, path.join('/')])).toEqual([
      ['INVALID', 'deadline'],
      ['INVALID', 'role'],
      ['NOT_FOUND', 'requirementIds/0'],
      ['NOT_FOUND', 'companyId'],
    ]);
    expect((await board(project.id))?.status).toBe('DRAFT');
  });

  it('talks about terms: a firm asks for others, and the lead says no and then yes', async () => {
    const project = await draft('Terms');
    const [mesh, store] = project.requirements.map(({ id }) => id);
    const { membership } = await invite(project.id, 'soft', { requirementIds: [mesh] });
    const counter = (revision: number | undefined, share: number) =>
      alliance.change<{ membership: (Membership & { counter: object }) | null }>(
        editorOf('soft'),
        'counterInvitation',
        {
          membershipId: membership?.id,
          revision,
          requirementIds: [store],
          share,
          note: '우리 몫은 더 커야 합니다.',
        },
        `membership { ${membershipFields} counter { share note requirements { id } } }`,
      );
    const reply = (revision: number | undefined, accept: boolean) =>
      alliance.change<{ membership: Membership & { requirements: { id: string }[] } }>(
        lead,
        'answerCounter',
        { membershipId: membership?.id, revision, accept, deadline },
        `membership { ${membershipFields} requirements { id } }`,
      );
    const asked = await counter(1, 4_000);
    expect(asked.membership).toMatchObject({
      status: 'COUNTERED',
      counter: { share: 4_000, requirements: [{ id: store }] },
    });
    expect((await reply(2, false)).membership.status).toBe('INVITED');
    await counter(3, 3_500);
    expect((await reply(4, true)).membership).toMatchObject({
      status: 'ACCEPTED',
      share: 3_500,
      requirements: [{ id: store }],
    });
    expect((await reply(5, true)).problems).toMatchObject([{ code: 'WRONG_STATE' }]);
  });

  it('talks about shares in won as well, which the shares are that are nearest', async () => {
    const project = await draft('Won');
    const fields = 'id revision share shareAmount proposedAmount counter { share shareAmount }';
    const asked = await alliance.change<{
      membership: { id: string; share: number; shareAmount: null; proposedAmount: number };
    }>(
      lead,
      'inviteCompany',
      { projectId: project.id, companyId: 'soft', deadline, shareAmount: 300_000_000 },
      `membership { ${fields} }`,
    );
    const { id, ...terms } = asked.membership;
    const worth = { share: 3_000, shareAmount: null, proposedAmount: 300_000_000 };
    expect(terms).toEqual({ revision: 1, ...worth, counter: null });
    const counter = (more: object) =>
      alliance.change<{ membership: object | null }>(
        editorOf('soft'),
        'counterInvitation',
        { membershipId: id, revision: 1, ...more },
        `membership { ${fields} }`,
      );
    const faults = [
      await counter({ shareAmount: 1, share: 1 }),
      await counter({ shareAmount: 1_000_000_002 }),
    ].flatMap(({ problems }) => problems.map(({ rule, limit, found }) => [rule, limit, found]));
    expect(faults).toEqual([
      ['SHARE_OR_AMOUNT', '1', '2'],
      ['AMOUNT_MOST', '1000000001', '1000000002'],
    ]);
    const { membership } = await counter({ shareAmount: 400_049_999 });
    expect(membership).toMatchObject({ counter: { share: 4_000, shareAmount: 400_000_000 } });
  });

  it('puts a firm in the place of one that left, with what it answered for and its share', async () => {
    const project = await draft('Replacing');
    const [, store] = project.requirements.map(({ id }) => id);
    const { membership } = await invite(project.id, 'soft', { requirementIds: [store] });
    await invite(project.id, 'mind');
    await setShares(project.id, { infra: 6_000, soft: 3_000, mind: 1_000 });
    const early = await invite(project.id, 'rival', { replaces: membership?.id });
    expect(early.problems).toMatchObject([{ code: 'WRONG_STATE', path: ['replaces'] }]);
    if (!membership) throw new Error('Nobody was invited.');
    await answer('withdrawMembership', 'soft', { ...membership, revision: 2 }, 'No people.');
    const { membership: successor } = await alliance.change<{
      membership: { share: number; replaces: { id: string }; requirements: { id: string }[] };
    }>(
      lead,
      'inviteCompany',
      { projectId: project.id, companyId: 'rival', deadline, replaces: membership?.id },
      'membership { share replaces { id } requirements { id } }',
    );
    expect(successor).toEqual({
      share: 3_000,
      replaces: { id: membership?.id },
      requirements: [{ id: store }],
    });
    const standing = (await consortiumOf(project.id)).memberships.filter(
      ({ status }) => status !== 'WITHDRAWN',
    );
    expect(standing.map(({ share }) => share)).toEqual([6_000, 1_000, 3_000]);
  });
});
