import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { mailTo, tokenIn } from '../../../test/companies/mail.ts';
import { someone, user } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({ MAILBOX_OPEN: 'true', SIGN_IN_ATTEMPTS: '3' });
});
afterAll(() => world.stop());

const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { problems { code } } }`;
const verify = `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } problems { code path rule } } }`;
const forgot = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { accepted problems { code path } } }`;
const reset = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { user { id } problems { code path rule } } }`;
const change = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken refreshToken problems { code path rule } } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken problems { rule } } }`;
const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { refreshToken } }`;
const mailbox = `query ($to: String!) { mailbox(to: $to) { edges { node { subject text } } } }`;
const newPassword = 'battery staple horse';

const enter = async (email: string, word: string) =>
  (await world.ask(someone, signIn, { input: { email, password: word } })).refreshToken as
    string | null;

describe('an e-mail', () => {
  it('is confirmed by the token that was mailed to it, once', async () => {
    const email = 'ada@example.org';
    await world.ask(someone, signUp, { input: { name: 'Ada', email, password } });
    const token = tokenIn(await mailTo(world, email, 'Confirm'));
    const confirmed = await world.ask(someone, verify, { input: { token } });
    expect(confirmed).toEqual({ user: { id: expect.any(String) }, problems: [] });
    const ada = user(confirmed.user.id);
    expect(await world.ask(ada, '{ me { emailVerified } }')).toEqual({ emailVerified: true });
    expect((await world.ask(someone, verify, { input: { token } })).problems).toEqual([
      { code: 'EXPIRED', path: ['token'], rule: 'LETTER_TOKEN' },
    ]);
  });
});

describe('a lost password', () => {
  it('is replaced by whoever reads the mail, and every session ends', async () => {
    const email = 'carol@example.org';
    await world.person('carol');
    const open = await enter(email, password);
    expect(await world.ask(someone, forgot, { input: { email } })).toEqual({
      accepted: true,
      problems: [],
    });
    const token = tokenIn(await mailTo(world, email, 'new password'));
    const weak = await world.ask(someone, reset, { input: { token, newPassword: email } });
    expect(weak.problems).toMatchObject([{ path: ['newPassword'], rule: 'PASSWORD_KNOWN' }]);
    const done = await world.ask(someone, reset, { input: { token, newPassword } });
    expect(done.problems).toEqual([]);
    expect(await enter(email, password)).toBeNull();
    expect(await enter(email, newPassword)).toEqual(expect.any(String));
    const old = await world.ask(someone, refresh, { input: { refreshToken: open } });
    expect(old).toEqual({ refreshToken: null });
    expect(await mailTo(world, email, 'was changed')).toContain('carol');
    const again = await world.ask(someone, reset, { input: { token, newPassword } });
    expect(again.problems).toMatchObject([{ code: 'EXPIRED', path: ['token'] }]);
  });

  it('is answered the same for an e-mail without an account, and nothing is mailed to it', async () => {
    const email = 'stranger@example.org';
    expect(await world.ask(someone, forgot, { input: { email } })).toEqual({
      accepted: true,
      problems: [],
    });
    // A later mail has come: the stranger's was looked at before it.
    await world.ask(someone, forgot, { input: { email: 'carol@example.org' } });
    await mailTo(world, 'carol@example.org', 'new password');
    expect(await world.ask(someone, mailbox, { to: email })).toEqual({ edges: [] });
  });
});

describe('a password', () => {
  it('is changed by who knows it; the other sessions end and a new one opens', async () => {
    const dora = await world.person('dora');
    const open = await enter('dora@example.org', password);
    const wrong = { currentPassword: 'not the password', newPassword };
    expect((await world.ask(dora, change, { input: wrong })).problems).toEqual([
      { code: 'INVALID', path: ['currentPassword'], rule: 'CREDENTIALS' },
    ]);
    const same = { currentPassword: password, newPassword: password };
    expect((await world.ask(dora, change, { input: same })).problems).toMatchObject([
      { rule: 'PASSWORD_KNOWN' },
    ]);
    const right = { currentPassword: password, newPassword };
    const { refreshToken, problems } = await world.ask(dora, change, { input: right });
    expect(problems).toEqual([]);
    const next = async (token: unknown) =>
      (await world.ask(someone, refresh, { input: { refreshToken: token } }))
        .refreshToken as unknown;
    expect(await next(open)).toBeNull();
    expect(await next(refreshToken)).toEqual(expect.any(String));
  });
});
