import { setTimeout as pause } from 'node:timers/promises';

import { auditOf } from '#kit/audit.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { mailTo, tokenIn } from '../../../test/companies/mail.ts';
import { turnOnSecondFactor } from '../../../test/companies/second-factor.ts';
import { someone, user } from '../../../test/service.ts';
import { usersOf } from './user.model.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({ MAILBOX_OPEN: 'true', SIGN_IN_ATTEMPTS: '4' });
});
afterAll(() => world.stop());

const problems = 'problems { code path rule message }';
const signUp = `mutation ($input: SignUpInput!) { signUp(input: $input) { accepted ${problems} } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken user { id name } ${problems} } }`;
const verify = `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { id } ${problems} } }`;
const again = `mutation ($input: RequestEmailVerificationInput!) { requestEmailVerification(input: $input) { accepted ${problems} } }`;
const reset = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { user { id } ${problems} } }`;
const mailbox = `query ($to: String!) { mailbox(to: $to, first: 100) { edges { node { subject } } } }`;
const accepted = { accepted: true, problems: [] };

const ask = (email: string, more: object = {}) =>
  world.ask(someone, signUp, { input: { name: 'Ada', email, password, ...more } });
const enter = (email: string, word = password) =>
  world.ask(someone, signIn, { input: { email, password: word } });
const letters = async (email: string): Promise<string[]> => {
  const { edges } = await world.ask(someone, mailbox, { to: email });
  return edges.map(({ node }: { node: { subject: string } }) => node.subject.split(' · ')[0]);
};
const confirm = async (email: string) =>
  world.ask(someone, verify, {
    input: { token: tokenIn(await mailTo(world, email, 'Confirm')) },
  });

describe('signing up', () => {
  it('answers alike for an e-mail that is new, waits, or is taken, whatever its letter case', async () => {
    await world.person('taken');
    const answers = [
      await ask('new@example.org'),
      await ask('NEW@Example.org'),
      await ask('Taken@example.org'),
    ];
    expect(answers).toEqual([accepted, accepted, accepted]);
    await mailTo(world, 'taken@example.org', 'You have an account');
    await mailTo(world, 'new@example.org', 'You have an account');
  });

  it('leads in once the e-mail is confirmed, and before answers as if there were no account', async () => {
    const email = 'bea@example.org';
    await ask(email);
    const waiting = await enter(email);
    expect(waiting).toEqual(await enter('nobody@example.org'));
    expect(waiting).toMatchObject({ accessToken: null, problems: [{ rule: 'CREDENTIALS' }] });
    expect((await confirm(email)).problems).toEqual([]);
    expect((await enter(email)).user).toMatchObject({ name: 'Ada' });
  });

  it('tells no visitor who tries the password signed up with whether the e-mail was taken', async () => {
    await world.person('victim');
    const [tried, fresh] = ['the word of a stranger', 'fresh@example.org'];
    await ask('victim@example.org', { password: tried });
    await ask(fresh, { password: tried });
    expect(await enter('victim@example.org', tried)).toEqual(await enter(fresh, tried));
  });

  it('leaves the account of a taken e-mail as it is', async () => {
    const { userId } = await world.person('kept');
    await ask('kept@example.org', { name: 'Somebody', password: 'another long password' });
    expect((await enter('kept@example.org')).user).toEqual({ id: userId, name: 'kept' });
    expect((await enter('kept@example.org', 'another long password')).accessToken).toBeNull();
  });

  it('mails once, however often it is repeated under one key, one after the other and at once', async () => {
    const email = 'cleo@example.org';
    const key = { idempotencyKey: 'cleo-signs-up' };
    await Promise.all([ask(email, key), ask(email, key), ask(email, key)]);
    expect(await ask(email, key)).toEqual(accepted);
    await mailTo(world, email, 'Confirm');
    // Another one’s mail has come after: no further one waits before it.
    await ask('later@example.org');
    await mailTo(world, 'later@example.org', 'Confirm');
    expect(await letters(email)).toEqual(['Confirm your e-mail address']);
  });

  it('makes one account of two that come at once', async () => {
    const email = 'twins@example.org';
    const both = await Promise.all([ask(email), ask(email, { password: 'of the other twin' })]);
    expect(both).toEqual([accepted, accepted]);
    await mailTo(world, email, 'You have an account');
    const { connection } = world;
    expect(await usersOf(connection).countDocuments({ email })).toBe(1);
  });

  it('is closed after so many for one e-mail, taken or not', async () => {
    await world.person('flooded');
    for (const email of ['flooded@example.org', 'drowned@example.org']) {
      for (let count = 0; count < 4; count += 1) expect(await ask(email)).toEqual(accepted);
      expect(await ask(email)).toMatchObject({
        accepted: null,
        problems: [{ code: 'LIMIT_REACHED', path: ['email'], rule: 'ATTEMPTS' }],
      });
    }
  });

  it('names every fault at once, before it looks who has an account', async () => {
    const input = { name: ' ', email: 'nobody', password: 'short' };
    expect((await world.ask(someone, signUp, { input })).problems).toMatchObject([
      { code: 'INVALID', path: ['name'], rule: null },
      { code: 'INVALID', path: ['email'], rule: 'EMAIL_FORM' },
      { code: 'INVALID', path: ['password'], rule: 'PASSWORD_LENGTH' },
    ]);
  });

  it('is written down without the password', async () => {
    await ask('noted@example.org');
    const { connection } = world;
    const [deed] = await auditOf(connection).find({ mutation: 'signUp', input: /noted/ }).lean();
    expect(JSON.parse(deed?.input ?? '')).toEqual({ name: 'Ada', email: 'noted@example.org' });
  });
});

describe('an e-mail that two signed up with', () => {
  it('goes to who reads its mail: the other’s password, second factor and links end', async () => {
    const email = 'contested@example.org';
    await ask(email, { name: 'Squatter', password: 'the word of a squatter' });
    const stale = tokenIn(await mailTo(world, email, 'Confirm'));
    await ask(email);
    const token = tokenIn(await mailTo(world, email, 'You have an account'));
    const late = await world.ask(someone, verify, { input: { token: stale } });
    expect(late.problems).toMatchObject([{ code: 'EXPIRED', rule: 'LETTER_TOKEN' }]);
    const set = await world.ask(someone, reset, { input: { token, newPassword: password } });
    expect(set.problems).toEqual([]);
    expect((await enter(email, 'the word of a squatter')).accessToken).toBeNull();
    expect((await enter(email)).accessToken).toEqual(expect.any(String));
  });

  it('keeps no second factor of before its e-mail was proved', async () => {
    const email = 'factor@example.org';
    await ask(email);
    const { connection } = world;
    const { _id: userId } = (await usersOf(connection).findOne({ email }).lean()) ?? { _id: '' };
    await turnOnSecondFactor(world, user(userId));
    await ask(email);
    const token = tokenIn(await mailTo(world, email, 'You have an account'));
    await world.ask(someone, reset, { input: { token, newPassword: 'set by its reader' } });
    expect((await enter(email, 'set by its reader')).accessToken).toEqual(expect.any(String));
  });
});

describe('another link to confirm an e-mail with', () => {
  it('is asked for alike by everybody, and mailed where an account waits for it', async () => {
    await ask('waits@example.org');
    await mailTo(world, 'waits@example.org', 'Confirm');
    await world.person('done');
    for (const email of ['done@example.org', 'none@example.org', 'waits@example.org'])
      expect(await world.ask(someone, again, { input: { email } })).toEqual(accepted);
    while ((await letters('waits@example.org')).length < 2) await pause(50);
    expect(await letters('done@example.org')).toEqual([]);
    expect(await letters('none@example.org')).toEqual([]);
    expect((await confirm('waits@example.org')).problems).toEqual([]);
  });

  it('is given so many times in a while', async () => {
    const input = { email: 'often@example.org' };
    for (let count = 0; count < 4; count += 1)
      expect(await world.ask(someone, again, { input })).toEqual(accepted);
    expect((await world.ask(someone, again, { input })).problems).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['email'] },
    ]);
  });
});
