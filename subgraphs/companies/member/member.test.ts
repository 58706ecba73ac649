import { startCompanies, type CompaniesWorld, type Firm } from '../../../test/companies.ts';
import { user } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const answer = 'member { id revision role state email user { name } } problems { code path rule }';
const invite = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { ${answer} } }`;
const accept = `mutation ($input: AcceptMembershipInput!) { acceptMembership(input: $input) { ${answer} } }`;
const change = `mutation ($input: ChangeMemberInput!) { changeMember(input: $input) { ${answer} } }`;
const transfer = `mutation ($input: TransferOwnershipInput!) { transferOwnership(input: $input) { ${answer} } }`;
const remove = `mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { company { id } problems { code path rule } } }`;
const members = `query ($id: ID!) { company(id: $id) { members { id revision role state email user { name } } } }`;

async function membersOf({ id, owner }: Firm) {
  const { members: found } = await world.ask(owner, members, { id });
  return found as { id: string; revision: number; role: string; email: string; state: string }[];
}

/** Invites, and accepts as somebody who then acts for the company. */
async function join(firm: Firm, name: string, role: 'OWNER' | 'EDITOR' | 'VIEWER') {
  const viewer = await world.person(name);
  const input = { companyId: firm.id, email: `${name}@example.org`, role };
  const { member } = await world.ask(firm.owner, invite, { input });
  const accepted = await world.ask(viewer, accept, { input: at(member) });
  return {
    member: accepted.member,
    viewer: user(viewer.userId ?? '', { companies: { [firm.id]: role } }),
  };
}

const at = ({ id, revision }: { id: string; revision: number }) => ({ id, revision });

describe('an invitation', () => {
  it('is made by e-mail, shown to who is invited, and accepted once', async () => {
    const firm = await world.firm();
    const viewer = await world.person('ada');
    const input = { companyId: firm.id, email: ' ADA@example.org', role: 'EDITOR' };
    const { member } = await world.ask(firm.owner, invite, { input });
    expect(member).toMatchObject({ state: 'INVITED', email: 'ada@example.org', user: null });
    const me = await world.ask(viewer, '{ me { memberships { id state company { id } } } }');
    expect(me).toEqual({
      memberships: [{ id: member.id, state: 'INVITED', company: { id: firm.id } }],
    });
    const accepted = await world.ask(viewer, accept, { input: at(member) });
    expect(accepted.member).toMatchObject({
      state: 'ACTIVE',
      role: 'EDITOR',
      user: { name: 'ada' },
    });
    expect(
      (await world.ask(viewer, accept, { input: at(accepted.member) })).problems,
    ).toMatchObject([{ code: 'WRONG_STATE', path: ['id'] }]);
    expect((await world.ask(firm.owner, invite, { input })).problems).toMatchObject([
      { code: 'TAKEN', path: ['email'] },
    ]);
  });

  it('is not for somebody else, nor for an e-mail that was not confirmed', async () => {
    const firm = await world.firm();
    const input = { companyId: firm.id, email: 'bob@example.org', role: 'VIEWER' };
    const { member } = await world.ask(firm.owner, invite, { input });
    const thief = await world.person('thief');
    expect((await world.ask(thief, accept, { input: at(member) })).problems).toMatchObject([
      { code: 'NOT_FOUND', path: ['id'] },
    ]);
    const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } problems { code } } }`;
    const draft = { name: 'Not Bob', email: 'bob@example.org', password: 'a password of thieves' };
    const made = await world.ask(user(''), signUp, { input: draft });
    const unproved = user(made.user.id);
    expect((await world.ask(unproved, accept, { input: at(member) })).problems).toMatchObject([
      { code: 'WRONG_STATE', rule: 'EMAIL_VERIFIED' },
    ]);
    expect(await world.ask(unproved, '{ me { memberships { id } } }')).toEqual({ memberships: [] });
  });

  it('is declined by who is invited', async () => {
    const firm = await world.firm();
    const viewer = await world.person('carol');
    const input = { companyId: firm.id, email: 'carol@example.org', role: 'VIEWER' };
    const { member } = await world.ask(firm.owner, invite, { input });
    expect(await world.ask(viewer, remove, { input: at(member) })).toEqual({
      company: { id: firm.id },
      problems: [],
    });
    expect(await membersOf(firm)).toHaveLength(1);
  });

  it('refuses an address that is none', async () => {
    const { id: companyId, owner } = await world.firm();
    const input = { companyId, email: 'carol at example', role: 'VIEWER' };
    expect((await world.ask(owner, invite, { input })).problems).toMatchObject([
      { code: 'INVALID', path: ['email'], rule: 'EMAIL_FORM' },
    ]);
  });
});

describe('a company', () => {
  it('keeps its last owner, in role and in place', async () => {
    const firm = await world.firm();
    const [own] = await membersOf(firm);
    const input = at(own ?? { id: '', revision: 0 });
    const last = [{ code: 'WRONG_STATE', rule: 'LAST_OWNER' }];
    expect((await world.ask(firm.owner, remove, { input })).problems).toMatchObject(last);
    const down = { ...input, role: 'EDITOR' };
    expect((await world.ask(firm.owner, change, { input: down })).problems).toMatchObject(last);
  });

  it('goes to another owner in one step', async () => {
    const firm = await world.firm();
    const { member } = await join(firm, 'dora', 'EDITOR');
    expect((await world.ask(firm.owner, transfer, { input: at(member) })).problems).toEqual([]);
    const roles = (await membersOf(firm)).map(({ email, role }) => [email.split('@')[0], role]);
    expect(roles[0]).toEqual(['dora', 'OWNER']);
    expect(roles[1]?.[1]).toBe('EDITOR');
  });

  it('is left by a member, and by a second owner', async () => {
    const firm = await world.firm();
    const { member, viewer } = await join(firm, 'eve', 'OWNER');
    expect((await world.ask(viewer, remove, { input: at(member) })).problems).toEqual([]);
    expect(await membersOf(firm)).toMatchObject([{ role: 'OWNER' }]);
  });

  it('keeps one of two owners who leave at the same time', async () => {
    const firm = await world.firm();
    const { member, viewer } = await join(firm, 'fay', 'OWNER');
    const first = (await membersOf(firm)).find(({ id }) => id !== member.id);
    const answers = await Promise.all([
      world.ask(viewer, remove, { input: at(member) }),
      world.ask(firm.owner, remove, { input: at(first ?? { id: '', revision: 0 }) }),
    ]);
    expect(answers.flatMap(({ problems }) => problems)).toMatchObject([{ rule: 'LAST_OWNER' }]);
    const { members: left } = await world.ask(world.secretariat, members, { id: firm.id });
    expect(left).toHaveLength(1);
  });

  it('refuses a change of a membership that was changed since', async () => {
    const firm = await world.firm();
    const { member } = await join(firm, 'gil', 'VIEWER');
    const input = { id: member.id, revision: member.revision, role: 'EDITOR' };
    expect((await world.ask(firm.owner, change, { input })).member).toMatchObject({
      role: 'EDITOR',
    });
    expect((await world.ask(firm.owner, change, { input })).problems).toMatchObject([
      { code: 'STALE', path: ['revision'] },
    ]);
  });
});
