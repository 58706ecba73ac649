import { password, startCompanies, type CompaniesWorld } from '../../../test/companies.ts';
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
