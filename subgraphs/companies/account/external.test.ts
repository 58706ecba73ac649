import { auditOf } from '#kit/audit.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { startProvider, type TestProvider } from '../../../test/companies/provider.ts';
import { turnOnSecondFactor } from '../../../test/companies/second-factor.ts';
import { someone } from '../../../test/service.ts';
import { readCompaniesConfig } from '../config.ts';
import { modelsOf } from '../context.ts';
import { personOf } from './provider.ts';

let provider: TestProvider;
let world: CompaniesWorld;
beforeAll(async () => {
  provider = await startProvider({
    new: { name: '  김\u200B 새별 ', email: 'New@Example.org', email_verified: true },
    member: { name: 'Member', email: 'member@example.org', email_verified: true },
    squatted: { name: 'Real', email: 'squatted@example.org', email_verified: true },
    unverified: { name: 'Sly', email: 'secretariat@example.org', email_verified: false },
    silent: { name: 'Silent' },
    careful: { name: 'Careful', email: 'careful@example.org', email_verified: true },
    twice: { name: 'Twice', email: 'twice@example.org', email_verified: true },
  });
  world = await startCompanies({ ...provider.settings, OIDC_NAME: 'Staff' });
});
afterAll(async () => {
  await world.stop();
  await provider.stop();
});

const problems = 'problems { code path rule }';
const start = `mutation { startExternalSignIn(input: {}) { authorizationUrl ticket ${problems} } }`;
const finish = `mutation ($input: FinishExternalSignInInput!) { finishExternalSignIn(input: $input) { accessToken refreshToken user { id name email emailVerified secondFactor } ${problems} } }`;
const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { refreshToken ${problems} } }`;
const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { accepted ${problems} } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken ${problems} } }`;

async function begin(): Promise<{ authorizationUrl: string; ticket: string }> {
  const { authorizationUrl, ticket } = await world.ask(someone, start);
  return { authorizationUrl: String(authorizationUrl), ticket: String(ticket) };
}

const end = (callbackUrl: string, ticket: string, more = {}) =>
  world.ask(someone, finish, { input: { callbackUrl, ticket, ...more } });

/** The whole way of somebody who signs in at the provider. */
async function enter(login: string) {
  const { authorizationUrl, ticket } = await begin();
  return end(await provider.signIn(authorizationUrl, login), ticket);
}

const refused = (rule: string, code = 'INVALID') => [{ code, path: ['callbackUrl'], rule }];

describe('signing in at the provider', () => {
  it('is offered by name', async () => {
    expect(await world.ask(someone, '{ externalProvider { name issuer } }')).toEqual({
      name: 'Staff',
      issuer: provider.issuer,
    });
  });

  it('sends the browser with PKCE, state and nonce', async () => {
    const { searchParams } = new URL((await begin()).authorizationUrl);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(searchParams.get(name)?.length).toBeGreaterThanOrEqual(43);
    expect(searchParams.get('redirect_uri')).toBe(provider.redirectUrl);
  });

  it('makes an account for somebody new, verified, and finds it again by who they are', async () => {
    const first = await enter('new');
    expect(first.problems).toEqual([]);
    expect(first.user).toMatchObject({
      name: '김 새별',
      email: 'new@example.org',
      emailVerified: true,
    });
    provider.people['new'] = { name: 'Other', email: 'moved@example.org', email_verified: true };
    const again = await enter('new');
    expect(again.user).toEqual(first.user);
  });

  it('opens a session whose tokens rotate as those of any other', async () => {
    const { refreshToken } = await enter('new');
    const next = await world.ask(someone, refresh, { input: { refreshToken } });
    expect(next.problems).toEqual([]);
    const reused = await world.ask(someone, refresh, { input: { refreshToken } });
    expect(reused.problems).toMatchObject([{ code: 'EXPIRED', rule: 'SESSION' }]);
    const ended = await world.ask(someone, refresh, {
      input: { refreshToken: next.refreshToken },
    });
    expect(ended.problems).toMatchObject([{ code: 'EXPIRED', rule: 'SESSION' }]);
  });

  it('leads to the account of the same e-mail, which keeps its password', async () => {
    const { userId } = await world.person('member');
    expect((await enter('member')).user.id).toBe(userId);
    const input = { email: 'member@example.org', password };
    expect((await world.ask(someone, signIn, { input })).problems).toEqual([]);
  });

  it('makes one account of two sign-ins at once', async () => {
    const [a, b] = await Promise.all([enter('twice'), enter('twice')]);
    expect(a.problems).toEqual([]);
    expect(b.user).toEqual(a.user);
  });

  it('is in the audit log, without secrets', async () => {
    const { connection } = world;
    const deeds = await auditOf(connection).find({ mutation: 'finishExternalSignIn' }).lean();
    expect(deeds.length).toBeGreaterThan(0);
    for (const { input } of deeds)
      expect(Object.keys(JSON.parse(input ?? '{}') as object)).toEqual(['issuer', 'created']);
  });
});

describe('a hostile user', () => {
  it('gets nobody’s account by an e-mail that the provider did not verify, or by none', async () => {
    expect((await enter('unverified')).problems).toEqual(refused('EMAIL_VERIFIED'));
    expect((await enter('silent')).problems).toEqual(refused('EMAIL_VERIFIED'));
  });

  it('keeps nothing of an account opened under somebody else’s e-mail', async () => {
    const draft = { name: 'Squatter', email: 'squatted@example.org', password };
    await world.ask(someone, signUp, { input: draft });
    const { connection } = world;
    const opened = await modelsOf(connection).users.findOne({ email: draft.email }).lean();
    const credentials = { email: draft.email, password };
    const claimed = await enter('squatted');
    expect(claimed.user).toMatchObject({ id: opened?._id, emailVerified: true });
    expect((await world.ask(someone, signIn, { input: credentials })).problems).toMatchObject([
      { rule: 'CREDENTIALS' },
    ]);
  });

  it('signs nobody else in with a way back of their own: the ticket is somebody else’s', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const back = await provider.signIn(mine.authorizationUrl, 'new');
    expect((await end(back, theirs.ticket)).problems).toEqual(
      refused('EXTERNAL_SIGN_IN', 'EXPIRED'),
    );
    expect((await end(back, mine.ticket)).problems).toEqual([]);
  });

  it('uses a way back once, also when two try at once', async () => {
    const { authorizationUrl, ticket } = await begin();
    const back = await provider.signIn(authorizationUrl, 'new');
    const outcomes = await Promise.all([end(back, ticket), end(back, ticket), end(back, ticket)]);
    expect(outcomes.filter(({ accessToken }) => accessToken !== null)).toHaveLength(1);
    expect((await end(back, ticket)).problems).toEqual(refused('EXTERNAL_SIGN_IN', 'EXPIRED'));
  });

  it('puts no code of another sign-in into this one', async () => {
    const [one, other] = [await begin(), await begin()];
    const stolen = new URL(await provider.signIn(other.authorizationUrl, 'member'));
    const back = new URL(await provider.signIn(one.authorizationUrl, 'new'));
    back.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await end(back.href, one.ticket)).problems).toEqual(refused('EXTERNAL_FAILED'));
  });

  it.each(['', 'nonsense', 'http://127.0.0.1/back', 'http://127.0.0.1/back?state=x&code=y'])(
    'comes back with %p to nothing',
    async (callbackUrl) => {
      const { ticket } = await begin();
      expect((await end(callbackUrl, ticket)).problems).toEqual(
        refused('EXTERNAL_SIGN_IN', 'EXPIRED'),
      );
    },
  );

  it('comes back without having agreed', async () => {
    const { authorizationUrl, ticket } = await begin();
    const state = new URL(authorizationUrl).searchParams.get('state');
    const back = `${provider.redirectUrl}?error=access_denied&state=${state}&iss=${provider.issuer}`;
    expect((await end(back, ticket)).problems).toEqual(refused('EXTERNAL_DENIED'));
  });

  it('comes back too late', async () => {
    const { authorizationUrl, ticket } = await begin();
    const back = await provider.signIn(authorizationUrl, 'new');
    const { connection } = world;
    await modelsOf(connection).externalSignIns.updateMany({}, { expiresAt: new Date(0) });
    expect((await end(back, ticket)).problems).toEqual(refused('EXTERNAL_SIGN_IN', 'EXPIRED'));
  });

  it('does not pass the second factor of an account', async () => {
    const careful = await world.person('careful');
    const { wrong, recoveryCodes } = await turnOnSecondFactor(world, careful);
    const { authorizationUrl, ticket } = await begin();
    const back = await provider.signIn(authorizationUrl, 'careful');
    for (const more of [{}, { code: wrong }]) {
      const { accessToken, problems: found } = await end(back, ticket, more);
      expect(accessToken).toBeNull();
      expect(found).toMatchObject([{ code: 'INVALID', path: ['code'] }]);
    }
    const passed = await end(back, ticket, { code: recoveryCodes[0] });
    expect(passed.user).toMatchObject({ id: careful.userId, secondFactor: true });
  });
});

it('is refused where there is no provider', async () => {
  const plain = await startCompanies();
  expect(await plain.ask(someone, '{ externalProvider { name } }')).toBeNull();
  expect((await plain.ask(someone, start)).problems).toEqual([
    { code: 'WRONG_STATE', path: [], rule: 'EXTERNAL_PROVIDER' },
  ]);
  await plain.stop();
});

describe('the settings of a provider', () => {
  const whole = {
    OIDC_ISSUER: 'https://id.example.org',
    OIDC_CLIENT_ID: 'alliance',
    OIDC_CLIENT_SECRET: 'secret',
    OIDC_REDIRECT_URL: 'https://alliance.example.org/back',
  };

  it('are all there, or none', () => {
    expect(readCompaniesConfig({}).external).toBeNull();
    expect(readCompaniesConfig(whole).external?.issuer).toBe('https://id.example.org');
    const { OIDC_REDIRECT_URL: _, ...needed } = whole;
    for (const name of Object.keys(needed))
      expect(() => readCompaniesConfig({ ...whole, [name]: undefined })).toThrow(name);
  });

  it('send people back to the gateway’s own page unless they say otherwise', () => {
    const own = { ...whole, OIDC_REDIRECT_URL: undefined, PUBLIC_URL: 'https://oca.example.org/' };
    expect(readCompaniesConfig(own).external?.redirectUrl).toBe(
      'https://oca.example.org/sign-in/callback',
    );
    const plain = { ...own, PUBLIC_URL: 'http://oca.example.org' };
    expect(() => readCompaniesConfig(plain)).toThrow('OIDC_REDIRECT_URL');
  });

  it.each(['http://id.example.org', 'nowhere', 'ftp://id.example.org'])(
    'do not take the issuer %p',
    (issuer) => {
      expect(() => readCompaniesConfig({ ...whole, OIDC_ISSUER: issuer })).toThrow('OIDC_ISSUER');
    },
  );

  it('take a provider without https on one’s own machine, but not in production', () => {
    const own = { ...whole, OIDC_ISSUER: 'http://127.0.0.1:9000' };
    expect(readCompaniesConfig(own).external?.issuer).toBe('http://127.0.0.1:9000');
    expect(() => readCompaniesConfig({ ...own, NODE_ENV: 'production' })).toThrow('OIDC_ISSUER');
  });
});

describe('what a provider says of somebody', () => {
  it.each([
    [{ email: 'a@example.org', email_verified: 'true' }, null],
    [{ email: 'a@example.org' }, null],
    [{ email: 'not an address', email_verified: true }, null],
    [{ email: ['a@example.org'], email_verified: true }, null],
    [{ email: ' A@Example.org ', email_verified: true }, 'a@example.org'],
  ])('counts by its verified address: %j', (said, email) => {
    expect(personOf('s', said).email).toBe(email);
  });
});
