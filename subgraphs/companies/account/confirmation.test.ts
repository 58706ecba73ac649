import type { Viewer } from '#kit/viewer.ts';
import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { startProvider, type TestProvider } from '../../../test/companies/provider.ts';
import { turnOnSecondFactor } from '../../../test/companies/second-factor.ts';
import { someone, user } from '../../../test/service.ts';
import { confirmationsOf } from './confirmation.model.ts';
import { mutationText } from '../../../test/mutation.ts';

let provider: TestProvider;
let world: CompaniesWorld;
beforeAll(async () => {
  const people = ['bora', 'dana', 'eun', 'gaon', 'hana', 'iseul'].map(
    (name) => [name, { name, email: `${name}@example.org`, email_verified: true }] as const,
  );
  provider = await startProvider(Object.fromEntries(people));
  world = await startCompanies(provider.settings);
});
afterAll(async () => {
  await world.stop();
  await provider.stop();
});

const problems = 'problems { code path rule }';
const mutation = (name: string, fields: string) => mutationText(name, `${fields} ${problems}`);
const start = mutation('startExternalSignIn', 'authorizationUrl ticket');
const finish = mutation('finishExternalSignIn', 'user { id }');
const confirm = mutation('confirmExternally', 'confirmation expiresAt');
const change = mutation('changePassword', 'accessToken');
const erase = mutation('eraseAccount', 'user { name }');

async function begin(anew: boolean): Promise<{ authorizationUrl: string; ticket: string }> {
  const { authorizationUrl, ticket } = await world.ask(someone, start, { input: { anew } });
  return { authorizationUrl: String(authorizationUrl), ticket: String(ticket) };
}

/** Somebody who has an account by the provider alone. */
async function arrived(login: string): Promise<Viewer> {
  const { authorizationUrl, ticket } = await begin(false);
  const callbackUrl = await provider.signIn(authorizationUrl, login);
  const entered = await world.ask(someone, finish, { input: { callbackUrl, ticket } });
  return user(entered.user.id);
}

/** What `confirmExternally` answers to somebody who signed in as somebody. */
async function confirmed(viewer: Viewer, login: string, strip: string[] = [], anew = true) {
  const { authorizationUrl, ticket } = await begin(anew);
  const address = new URL(authorizationUrl);
  for (const name of strip) address.searchParams.delete(name);
  const callbackUrl = await provider.signIn(address.href, login);
  return world.ask(viewer, confirm, { input: { callbackUrl, ticket } });
}

const confirmationOf = async (viewer: Viewer, login: string) =>
  String((await confirmed(viewer, login)).confirmation);

describe('an account without a password', () => {
  it('says so to its user, gets a first password and then has one', async () => {
    const viewer = await arrived('bora');
    const me = '{ me { hasPassword } }';
    expect(await world.ask(viewer, me)).toEqual({ hasPassword: false });
    const wrong = { currentPassword: '', newPassword: password };
    expect((await world.ask(viewer, change, { input: wrong })).problems).toEqual([
      { code: 'INVALID', path: ['currentPassword'], rule: 'CREDENTIALS' },
    ]);
    const confirmation = await confirmationOf(viewer, 'bora');
    const weak = { confirmation, newPassword: 'bora@example.org' };
    expect((await world.ask(viewer, change, { input: weak })).problems).toMatchObject([
      { rule: 'PASSWORD_KNOWN' },
    ]);
    // A refusal uses nothing up.
    const input = { confirmation, newPassword: password };
    expect((await world.ask(viewer, change, { input })).accessToken).toEqual(expect.any(String));
    expect(await world.ask(viewer, me)).toEqual({ hasPassword: true });
    expect((await world.ask(viewer, change, { input })).problems).toEqual([
      { code: 'EXPIRED', path: ['confirmation'], rule: 'CONFIRMATION' },
    ]);
  });

  it('is erased, and signing in at the provider makes another one', async () => {
    const viewer = await arrived('dana');
    const unproved = await world.ask(viewer, erase, { input: {} });
    expect(unproved.problems).toEqual([
      { code: 'INVALID', path: ['currentPassword'], rule: 'PROOF' },
    ]);
    const confirmation = await confirmationOf(viewer, 'dana');
    const both = { confirmation, currentPassword: password };
    expect((await world.ask(viewer, erase, { input: both })).problems).toMatchObject([
      { rule: 'PROOF' },
    ]);
    expect(await world.ask(viewer, erase, { input: { confirmation } })).toEqual({
      user: { name: '—' },
      problems: [],
    });
    const { connection } = world;
    expect(await confirmationsOf(connection).countDocuments({ userId: viewer.userId })).toBe(0);
    expect((await arrived('dana')).userId).not.toBe(viewer.userId);
  });

  it('turns a second factor on and off', async () => {
    const viewer = await arrived('eun');
    const { wrong, recoveryCodes } = await turnOnSecondFactor(world, viewer, {
      confirmation: await confirmationOf(viewer, 'eun'),
    });
    const confirmation = await confirmationOf(viewer, 'eun');
    const remove = mutation('removeSecondFactor', 'user { secondFactor }');
    const guess = { confirmation, code: wrong };
    expect((await world.ask(viewer, remove, { input: guess })).problems).toMatchObject([
      { path: ['code'] },
    ]);
    const input = { confirmation, code: recoveryCodes[0] };
    expect(await world.ask(viewer, remove, { input })).toEqual({
      user: { secondFactor: false },
      problems: [],
    });
  });
});

describe('a confirmation', () => {
  it('is good for one deed of two at once', async () => {
    const viewer = await arrived('gaon');
    const confirmation = await confirmationOf(viewer, 'gaon');
    const tries = ['of the first tab', 'of the second tab'].map((newPassword) =>
      world.ask(viewer, change, { input: { confirmation, newPassword } }),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter(({ accessToken }) => accessToken !== null)).toHaveLength(1);
  });

  it('is nobody else’s, neither to get nor to use', async () => {
    const [viewer, other] = [await arrived('hana'), await arrived('iseul')];
    expect((await confirmed(other, 'hana')).problems).toEqual([
      { code: 'INVALID', path: ['callbackUrl'], rule: 'EXTERNAL_OTHER' },
    ]);
    const confirmation = await confirmationOf(viewer, 'hana');
    expect((await world.ask(other, erase, { input: { confirmation } })).problems).toMatchObject([
      { code: 'EXPIRED', rule: 'CONFIRMATION' },
    ]);
    expect(await world.codes(someone, confirm, { input: { callbackUrl: '', ticket: '' } })).toEqual(
      ['UNAUTHENTICATED'],
    );
  });

  it('takes a sign-in that was begun as one anew', async () => {
    const viewer = await arrived('hana');
    expect((await confirmed(viewer, 'hana', [], false)).problems).toEqual([
      { code: 'EXPIRED', path: ['callbackUrl'], rule: 'EXTERNAL_SIGN_IN' },
    ]);
  });

  it('is not had by taking out of the address what asks the provider to ask', async () => {
    const viewer = await arrived('hana');
    expect((await confirmed(viewer, 'hana', ['max_age', 'prompt'])).problems).toEqual([
      { code: 'INVALID', path: ['callbackUrl'], rule: 'EXTERNAL_FAILED' },
    ]);
  });

  it('runs out', async () => {
    const viewer = await arrived('hana');
    const confirmation = await confirmationOf(viewer, 'hana');
    const { connection } = world;
    await confirmationsOf(connection).updateMany({}, { expiresAt: new Date(0) });
    expect((await world.ask(viewer, erase, { input: { confirmation } })).problems).toMatchObject([
      { code: 'EXPIRED', rule: 'CONFIRMATION' },
    ]);
  });
});
