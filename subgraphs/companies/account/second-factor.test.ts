import { randomBytes } from 'node:crypto';

import { URI, type TOTP } from 'otpauth';

import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { turnOnSecondFactor } from '../../../test/companies/second-factor.ts';
import { someone } from '../../../test/service.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({
    SECRET_KEY: randomBytes(32).toString('base64'),
    SIGN_IN_ATTEMPTS: '3',
  });
});
afterAll(() => world.stop());

const start = `mutation ($input: StartSecondFactorInput!) { startSecondFactor(input: $input) { secret uri problems { code path rule } } }`;
const confirm = `mutation ($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { recoveryCodes user { secondFactor } problems { code path rule } } }`;
const remove = `mutation ($input: RemoveSecondFactorInput!) { removeSecondFactor(input: $input) { user { secondFactor } problems { code path rule } } }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken problems { code path rule } } }`;

const refused = (rule: string) => ({
  accessToken: null,
  problems: [{ code: 'INVALID', path: ['code'], rule }],
});

/** Somebody with a second factor, and the app on their phone. */
async function enrolled(name: string) {
  const viewer = await world.person(name);
  const factor = await turnOnSecondFactor(world, viewer);
  const enter = (code?: string) =>
    world.ask(someone, signIn, { input: { email: `${name}@example.org`, password, code } });
  return { viewer, enter, ...factor };
}

describe('a second factor', () => {
  it('is asked for once a first code proved it, and each code is good once', async () => {
    const { codeIn, enter, recoveryCodes, wrong } = await enrolled('ada');
    expect(recoveryCodes).toHaveLength(10);
    expect(await enter()).toEqual(refused('SECOND_FACTOR'));
    expect(await enter(wrong)).toEqual(refused('SECOND_FACTOR_CODE'));
    const code = codeIn(1);
    expect((await enter(code)).accessToken).toEqual(expect.any(String));
    expect(await enter(code)).toEqual(refused('SECOND_FACTOR_CODE'));
  });

  it('is turned on once by two tabs that do it together, with the codes of the one that was first', async () => {
    const viewer = await world.person('twice');
    const { uri } = await world.ask(viewer, start, { input: { currentPassword: password } });
    const input = { code: (URI.parse(uri) as TOTP).generate() };
    const both = await Promise.all([0, 1].map(() => world.ask(viewer, confirm, { input })));
    const faults = both.flatMap(({ problems }) => problems.map(({ code }) => code));
    expect(faults).toEqual(['WRONG_STATE']);
    const [code] = both.flatMap(({ recoveryCodes }) => (recoveryCodes as string[] | null) ?? []);
    const given = { email: 'twice@example.org', password, code };
    expect((await world.ask(someone, signIn, { input: given })).accessToken).toEqual(
      expect.any(String),
    );
  });

  it('is replaced by each of the codes for a lost phone, once', async () => {
    const { enter, recoveryCodes } = await enrolled('bob');
    const [code = ''] = recoveryCodes;
    expect((await enter(code.toUpperCase())).accessToken).toEqual(expect.any(String));
    expect(await enter(code)).toEqual(refused('SECOND_FACTOR_CODE'));
  });

  it('closes after three wrong codes, and to the right one then', async () => {
    const { enter, codeIn, wrong } = await enrolled('carol');
    for (let count = 0; count < 3; count += 1)
      expect(await enter(wrong)).toEqual(refused('SECOND_FACTOR_CODE'));
    expect((await enter(codeIn(1))).problems).toMatchObject([
      { code: 'LIMIT_REACHED', path: ['code'], rule: 'ATTEMPTS' },
    ]);
  });

  it('is begun with by who knows the password, and turned off with a code too', async () => {
    const dora = await world.person('dora');
    const unproved = { input: { currentPassword: 'not the password' } };
    expect((await world.ask(dora, start, unproved)).problems).toMatchObject([
      { rule: 'CREDENTIALS' },
    ]);
    const { viewer, codeIn, enter, wrong } = await enrolled('eve');
    const again = { input: { currentPassword: password } };
    expect((await world.ask(viewer, start, again)).problems).toMatchObject([
      { code: 'WRONG_STATE' },
    ]);
    const off = { currentPassword: password, code: wrong };
    expect((await world.ask(viewer, remove, { input: off })).problems).toMatchObject([
      { rule: 'SECOND_FACTOR_CODE' },
    ]);
    const right = { ...off, code: codeIn(1) };
    expect(await world.ask(viewer, remove, { input: right })).toEqual({
      user: { secondFactor: false },
      problems: [],
    });
    expect((await enter()).accessToken).toEqual(expect.any(String));
  });
});
