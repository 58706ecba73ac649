import { auditOf, verifyAudit } from '#kit/audit.ts';
import { connect } from '#kit/mongo.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies();
});
afterAll(() => world.stop());

const erase = `mutation ($input: EraseAccountInput!) { eraseAccount(input: $input) { user { id name email } problems { code path rule } } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }`;
const save = `mutation ($input: SaveSearchInput!) { saveSearch(input: $input) { problems { code } } }`;
const members = `query ($id: ID!) { company(id: $id) { members { email } } }`;
const reads = '{ me { contactReads { totalCount edges { node { reader { name } } } } } }';

describe('ownData', () => {
  it('holds everything of the user and no secret', async () => {
    const firm = await world.firm();
    const viewer = await world.person('ada', { companies: { [firm.id]: 'EDITOR' } });
    await world.ask(someone, signIn, { input: { email: 'ada@example.org', password } });
    const input = { name: 'Mine', filter: { text: 'x' } };
    await world.ask(viewer, save, { input });
    const text = await world.ask<string>(viewer, '{ ownData }');
    const data = JSON.parse(text);
    expect(data.account).toMatchObject({ name: 'ada', email: 'ada@example.org' });
    expect(data.memberships).toMatchObject([{ companyId: firm.id, role: 'EDITOR' }]);
    expect(data.sessions).toHaveLength(1);
    expect(data.savedSearches).toMatchObject([{ name: 'Mine' }]);
    const deeds = data.deeds.map(({ mutation }: { mutation: string }) => mutation);
    expect(deeds.toSorted()).toEqual(['saveSearch', 'signIn']);
    expect(text).not.toMatch(/argon2|family|current|recovery/);
  });
});

describe('contact data', () => {
  it('shows its owner who read it, once a request', async () => {
    const firm = await world.firm();
    const bob = await world.person('bob', { companies: { [firm.id]: 'VIEWER' } });
    expect(await world.ask(bob, reads)).toEqual({ contactReads: { totalCount: 0, edges: [] } });
    await world.ask(bob, members, { id: firm.id });
    expect(await world.ask(bob, reads)).toMatchObject({ contactReads: { totalCount: 0 } });
    await world.ask(firm.owner, members, { id: firm.id });
    const read = await world.ask(bob, reads);
    expect(read.contactReads.totalCount).toBe(1);
    expect(read.contactReads.edges[0].node.reader.name).toMatch(/^owner/);
  });
});

describe('eraseAccount', () => {
  it('leaves deeds without a name, in a chain that is whole, and nothing else', async () => {
    const firm = await world.firm();
    const carol = await world.person('carol', { companies: { [firm.id]: 'EDITOR' } });
    const input = { name: 'Mine', filter: { text: 'x' }, idempotencyKey: 'carol-saves' };
    await world.ask(carol, save, { input });
    const wrong = { currentPassword: 'not the password' };
    expect((await world.ask(carol, erase, { input: wrong })).problems).toMatchObject([
      { path: ['currentPassword'], rule: 'CREDENTIALS' },
    ]);
    const erased = await world.ask(carol, erase, { input: { currentPassword: password } });
    expect(erased).toEqual({
      user: { id: carol.userId, name: '—', email: `${carol.userId}@erased.invalid` },
      problems: [],
    });
    const { members: left } = await world.ask(firm.owner, members, { id: firm.id });
    expect(left.map(({ email }: { email: string }) => email)).not.toContain('carol@example.org');
    const enter = { email: 'carol@example.org', password };
    expect(await world.ask(someone, signIn, { input: enter })).toEqual({ accessToken: null });
    const connection = await connect(world.uri, 'oca_companies');
    const own = await auditOf(connection).find({ userId: carol.userId }).sort({ at: 1 }).lean();
    expect(own.map(({ mutation, input: kept }) => [mutation, kept])).toEqual([
      ['saveSearch', null],
      ['eraseAccount', '{}'],
    ]);
    expect((await verifyAudit(connection)).faults).toEqual([]);
    for (const { name } of await connection.listCollections()) {
      const found = await connection.collection(name).find().toArray();
      const text = JSON.stringify(found);
      expect([name, text.includes('carol@example.org')]).toEqual([name, false]);
    }
  });

  it('is not for the last owner of a company', async () => {
    const firm = await world.firm();
    const input = { currentPassword: password };
    expect((await world.ask(firm.owner, erase, { input })).problems).toMatchObject([
      { code: 'WRONG_STATE', rule: 'LAST_OWNER' },
    ]);
    const name = await world.ask(user(firm.owner.userId ?? ''), '{ me { name } }');
    expect(name).not.toEqual({ name: '—' });
  });
});
