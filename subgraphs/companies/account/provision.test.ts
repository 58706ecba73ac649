import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { someone, user } from '../../../test/service.ts';

const operatorPassword = 'the first operator';
let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({
    OPERATOR_EMAIL: 'root@example.org',
    OPERATOR_PASSWORD: operatorPassword,
  });
});
afterAll(() => world.stop());

const provision = `mutation ($input: ProvisionUserInput!) { provisionUser(input: $input) { user { id name roles } problems { code path } } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken user { id name } problems { code } } }`;
const draft = { name: 'Ada', email: 'ada@example.org', password };
const enter = (email: string, word: string) =>
  world.ask(someone, signIn, { input: { email, password: word } });

describe('provisionUser', () => {
  it('makes an account that may sign in, and brings the same one to what is given later', async () => {
    const firm = await world.firm();
    const memberships = [{ companyId: firm.id, role: 'EDITOR' }];
    const input = { ...draft, roles: ['SECRETARIAT'], memberships };
    const first = await world.ask(world.operator, provision, { input });
    expect(first.user).toMatchObject({ name: 'Ada', roles: ['SECRETARIAT'] });
    expect((await enter(draft.email, password)).user.id).toBe(first.user.id);

    const places = `{ me { memberships { revision role state } } }`;
    const before = await world.ask(user(first.user.id), places);
    await world.ask(world.operator, provision, { input });
    expect(await world.ask(user(first.user.id), places)).toEqual(before);
    expect(before).toEqual({ memberships: [{ revision: 1, role: 'EDITOR', state: 'ACTIVE' }] });

    const later = {
      ...draft,
      name: 'Ada L.',
      password: 'another long password',
      roles: ['REVIEWER'],
    };
    const second = await world.ask(world.operator, provision, { input: later });
    expect(second.user).toEqual({ id: first.user.id, name: 'Ada L.', roles: ['REVIEWER'] });
    expect((await enter(draft.email, password)).accessToken).toBeNull();
    expect((await enter(draft.email, later.password)).accessToken).toEqual(expect.any(String));
  });

  it('leaves nothing to whoever had opened the account with that e-mail', async () => {
    const email = 'squatted@example.org';
    const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { accepted } }`;
    const theirs = 'the password of a stranger';
    await world.ask(someone, signUp, { input: { name: 'Sly', email, password: theirs } });
    const input = { ...draft, email, roles: ['SECRETARIAT'] };
    const { user: made } = await world.ask(world.operator, provision, { input });
    expect((await enter(email, theirs)).accessToken).toBeNull();
    expect((await enter(email, password)).user.id).toBe(made.id);
    const known = await world.ask(user(made.id), '{ me { emailVerified secondFactor } }');
    expect(known).toEqual({ emailVerified: true, secondFactor: false });
  });

  it('ends the sessions that were opened with another password, and no others', async () => {
    const enterWith = `mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }`;
    const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { refreshToken } }`;
    const account = { name: 'Kept', email: 'kept@example.org', password };
    await world.ask(world.operator, provision, { input: account });
    const own = { email: account.email, password };
    const opened = await world.ask(someone, enterWith, { input: own });
    await world.ask(world.operator, provision, { input: account });
    const next = await world.ask(someone, refresh, {
      input: { refreshToken: opened.refreshToken },
    });
    expect(next.refreshToken).toEqual(expect.any(String));
    const changed = { ...account, password: 'quite another password' };
    await world.ask(world.operator, provision, { input: changed });
    const last = await world.ask(someone, refresh, { input: { refreshToken: next.refreshToken } });
    expect(last.refreshToken).toBeNull();
  });

  it('names every fault, and each company that there is not', async () => {
    const bad = { name: '', email: 'ada', password: 'short' };
    expect((await world.ask(world.operator, provision, { input: bad })).problems).toMatchObject([
      { code: 'INVALID', path: ['name'] },
      { code: 'INVALID', path: ['email'] },
      { code: 'INVALID', path: ['password'] },
    ]);
    const input = { ...draft, memberships: [{ companyId: 'none', role: 'OWNER' }] };
    expect((await world.ask(world.operator, provision, { input })).problems).toMatchObject([
      { code: 'NOT_FOUND', path: ['memberships', '0', 'companyId'] },
    ]);
  });
});

describe('an installation', () => {
  it('begins with the configured operator', async () => {
    expect((await enter('root@example.org', operatorPassword)).user).toMatchObject({
      name: 'Operator',
    });
  });
});
