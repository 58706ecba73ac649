import { password, startCompanies, type CompaniesWorld } from '../../../test/companies.ts';
import { someone, user } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({ MAILBOX_OPEN: 'true', SIGN_IN_ATTEMPTS: '3' });
});
afterAll(() => world.stop());

const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } problems { code } } }`;
const verify = `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } problems { code path rule } } }`;
const another = `mutation { requestEmailVerification(input: {}) { problems { code } } }`;
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

/** The newest mail with this word in its subject, once it has come. */
async function mailTo(to: string, word: string): Promise<string> {
  for (;;) {
    const { edges } = await world.ask(someone, mailbox, { to });
    const found = edges.find(({ node }: { node: { subject: string } }) =>
      node.subject.includes(word),
    );
    if (found) return found.node.text as string;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const tokenIn = (text: string) => /token=([\w-]+)/.exec(text)?.[1] ?? '';

describe('an e-mail', () => {
  it('is confirmed by the token that was mailed to it, once', async () => {
    const email = 'ada@example.org';
    const made = await world.ask(someone, signUp, { input: { name: 'Ada', email, password } });
    const ada = user(made.user.id);
    const state = '{ me { emailVerified } }';
    expect(await world.ask(ada, state)).toEqual({ emailVerified: false });
    const token = tokenIn(await mailTo(email, 'Confirm'));
    const confirmed = await world.ask(someone, verify, { input: { token } });
    expect(confirmed).toEqual({ user: { id: ada.userId }, problems: [] });
    expect(await world.ask(ada, state)).toEqual({ emailVerified: true });
    expect((await world.ask(someone, verify, { input: { token } })).problems).toEqual([
      { code: 'EXPIRED', path: ['token'], rule: 'LETTER_TOKEN' },
    ]);
    expect((await world.ask(ada, another)).problems).toEqual([{ code: 'WRONG_STATE' }]);
  });

  it('may be asked to be confirmed again, three times in a while', async () => {
    const input = { name: 'Bob', email: 'bob@example.org', password };
    const bob = user((await world.ask(someone, signUp, { input })).user.id);
    for (let count = 0; count < 3; count += 1)
      expect((await world.ask(bob, another)).problems).toEqual([]);
    expect((await world.ask(bob, another)).problems).toEqual([{ code: 'LIMIT_REACHED' }]);
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
    const token = tokenIn(await mailTo(email, 'new password'));
    const weak = await world.ask(someone, reset, { input: { token, newPassword: email } });
    expect(weak.problems).toMatchObject([{ path: ['newPassword'], rule: 'PASSWORD_KNOWN' }]);
    const done = await world.ask(someone, reset, { input: { token, newPassword } });
    expect(done.problems).toEqual([]);
    expect(await enter(email, password)).toBeNull();
    expect(await enter(email, newPassword)).toEqual(expect.any(String));
    const old = await world.ask(someone, refresh, { input: { refreshToken: open } });
    expect(old).toEqual({ refreshToken: null });
    expect(await mailTo(email, 'was changed')).toContain('carol');
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
    await mailTo('carol@example.org', 'new password');
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
