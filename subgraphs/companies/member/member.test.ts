import { factsOf } from '#kit/facts.ts';
import type { AccessFact } from '#schema/facts.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
  type Firm,
} from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';
import { usersOf } from '../account/user.model.ts';

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
    const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { accepted } }`;
    const draft = { name: 'Not Bob', email: 'bob@example.org', password: 'a password of thieves' };
    await world.ask(someone, signUp, { input: draft });
    const { connection } = world;
    const made = await usersOf(connection).findOne({ email: draft.email }).lean();
    const unproved = user(made?._id ?? '');
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

/** Places and departures of somebody, as told. */
async function told(userId: string | null) {
  const { connection } = world;
  const fact = await factsOf(connection).findById(`access:${userId}`).lean();
  return fact?.state as AccessFact | undefined;
}

describe('what others are told of places', () => {
  it('is every place from its beginning, without a word against tokens', async () => {
    const firm = await world.firm();
    const { viewer } = await join(firm, 'nadia', 'EDITOR');
    expect(await told(viewer.userId)).toMatchObject({
      since: new Date(0),
      companies: [{ companyId: firm.id, role: 'EDITOR' }],
      left: [],
    });
    expect((await told(firm.owner.userId))?.companies).toEqual([
      { companyId: firm.id, role: 'OWNER' },
    ]);
  });

  it('is which firms somebody left and when last, until they are forgotten', async () => {
    const [one, other] = [await world.firm(), await world.firm()];
    const leave = async (firm: Firm, name: string) => {
      const [own] = (await membersOf(firm)).filter(({ email }) => email.startsWith(name));
      if (own) await world.ask(firm.owner, remove, { input: at(own) });
    };
    const { viewer } = await join(one, 'oscar', 'VIEWER');
    await leave(one, 'oscar');
    const first = await told(viewer.userId);
    expect(first).toMatchObject({ companies: [], left: [{ companyId: one.id }] });
    const again = await world.ask(one.owner, invite, {
      input: { companyId: one.id, email: 'oscar@example.org', role: 'VIEWER' },
    });
    await world.ask(viewer, accept, { input: at(again.member) });
    // Who was here before keeps the word against tokens from then.
    expect((await told(viewer.userId))?.since).toEqual(first?.since);
    await leave(one, 'oscar');
    const invited = await world.ask(other.owner, invite, {
      input: { companyId: other.id, email: 'oscar@example.org', role: 'VIEWER' },
    });
    await world.ask(viewer, accept, { input: at(invited.member) });
    const last = await told(viewer.userId);
    expect(last).toMatchObject({
      companies: [{ companyId: other.id }],
      left: [{ companyId: one.id }],
    });
    expect(last?.left?.[0]?.at.getTime()).toBeGreaterThan(first?.left?.[0]?.at.getTime() ?? 0);
    const input = { currentPassword: password };
    const erase = `mutation ($input: EraseAccountInput!) { eraseAccount(input: $input) { problems { code } } }`;
    expect((await world.ask(viewer, erase, { input })).problems).toEqual([]);
    expect(await told(viewer.userId)).toMatchObject({ companies: [], left: [] });
  });
});
