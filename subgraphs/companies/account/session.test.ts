import { createPublicKey } from 'node:crypto';

import jsonwebtoken from 'jsonwebtoken';

import {
  password,
  startCompanies,
  type CompaniesWorld,
} from '../../../test/companies/companies.ts';
import { someone } from '../../../test/service.ts';
import { modelsOf } from '../context.ts';
import { digestOf } from './secret.ts';

let world: CompaniesWorld;
beforeAll(async () => {
  world = await startCompanies({ SIGN_IN_ATTEMPTS: '3' });
});
afterAll(() => world.stop());

const pass = 'accessToken expiresAt refreshToken user { id } problems { code path rule }';
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) { ${pass} } }`;
const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${pass} } }`;
const signOut = `mutation ($input: SignOutInput!) { signOut(input: $input) { ended problems { code } } }`;
const tokenKeys = `{ tokenKeys { kid jwk } }`;

const enter = (email: string, more = {}) =>
  world.ask(someone, signIn, { input: { email, password, ...more } });
const exchange = (refreshToken: string, more = {}) =>
  world.ask(someone, refresh, { input: { refreshToken, ...more } });
const over = {
  accessToken: null,
  problems: [{ code: 'EXPIRED', path: ['refreshToken'], rule: 'SESSION' }],
};

describe('signIn', () => {
  it('gives a token that says who, what for, and is verified by a published key', async () => {
    const { id } = await world.firm();
    const person = await world.person('carol', {
      roles: ['REVIEWER'],
      companies: { [id]: 'EDITOR' },
    });
    const { accessToken, expiresAt } = await enter('carol@example.org');
    const { header } = jsonwebtoken.decode(accessToken, { complete: true }) ?? {};
    const keys = await world.ask<{ kid: string; jwk: string }[]>(someone, tokenKeys);
    const key = keys.find(({ kid }) => kid === header?.kid);
    const publicKey = createPublicKey({ key: JSON.parse(key?.jwk ?? '{}'), format: 'jwk' });
    const claims = jsonwebtoken.verify(accessToken, publicKey, {
      algorithms: ['ES256'],
      issuer: 'open-cloud-alliance',
      audience: 'open-cloud-alliance',
      complete: false,
    });
    expect(claims).toMatchObject({
      sub: person.userId,
      companies: [{ companyId: id, role: 'EDITOR' }],
      roles: ['REVIEWER'],
      scope: '',
    });
    const { iat = 0, exp = 0 } = typeof claims === 'string' ? {} : claims;
    expect(exp - Math.floor(iat)).toBe(15 * 60);
    expect(new Date(expiresAt).getTime()).toBe(exp * 1000);
    expect(key?.jwk).not.toContain('"d"');
  });

  it('shows who signed in what is their own, and nobody else', async () => {
    const { id } = await world.firm();
    await world.person('own', { companies: { [id]: 'EDITOR' } });
    const own = `user { email emailVerified roles memberships { role company { id } } }`;
    const document = `mutation ($input: SignInInput!) { signIn(input: $input) { ${own} refreshToken } }`;
    const input = { email: 'own@example.org', password };
    const entered = await world.ask(someone, document, { input });
    const shown = {
      email: 'own@example.org',
      emailVerified: true,
      roles: [],
      memberships: [{ role: 'EDITOR', company: { id } }],
    };
    expect(entered.user).toEqual(shown);
    const renew = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${own} } }`;
    const again = await world.ask(someone, renew, {
      input: { refreshToken: entered.refreshToken },
    });
    expect(again.user).toEqual(shown);
  });

  it.each(['', 'short', 'x'.repeat(129)])(
    'refuses the idempotency key %p',
    async (idempotencyKey) => {
      const { problems } = await enter('dora@example.org', { idempotencyKey });
      expect(problems).toMatchObject([{ code: 'INVALID', path: ['idempotencyKey'] }]);
    },
  );

  it('answers an unknown e-mail as it answers a wrong password', async () => {
    await world.person('dora');
    const wrong = await enter('dora@example.org', { password: 'not the password' });
    const unknown = await enter('nobody@example.org');
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({
      accessToken: null,
      problems: [{ code: 'INVALID', path: ['password'], rule: 'CREDENTIALS' }],
    });
  });

  it.each(['eve@example.org', 'no.such.person@example.org'])(
    'closes to %s after three failures, even for the right password',
    async (email) => {
      if (email.startsWith('eve')) await world.person('eve');
      for (let failures = 0; failures < 3; failures += 1)
        expect((await enter(email, { password: 'not the password' })).problems).toMatchObject([
          { rule: 'CREDENTIALS' },
        ]);
      expect((await enter(email)).problems).toMatchObject([
        { code: 'LIMIT_REACHED', path: ['email'], rule: 'ATTEMPTS' },
      ]);
    },
  );

  it('forgets failures once one attempt succeeds', async () => {
    await world.person('fay');
    for (let round = 0; round < 3; round += 1) {
      await enter('fay@example.org', { password: 'not the password' });
      expect((await enter('fay@example.org')).accessToken).toEqual(expect.any(String));
    }
  });

  it('replaces the session of a repeat with the same key', async () => {
    await world.person('gil');
    const first = await enter('gil@example.org', { idempotencyKey: 'gil-signs-in' });
    const second = await enter('gil@example.org', { idempotencyKey: 'gil-signs-in' });
    expect(await exchange(first.refreshToken)).toMatchObject(over);
    expect((await exchange(second.refreshToken)).problems).toEqual([]);
  });
});

describe('refreshSession', () => {
  it('exchanges each token once: the second use of one ends the session', async () => {
    await world.person('hal');
    const first = await enter('hal@example.org');
    const second = await exchange(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    const third = await exchange(second.refreshToken);
    expect(third.problems).toEqual([]);
    expect(await exchange(first.refreshToken)).toMatchObject(over);
    expect(await exchange(third.refreshToken)).toMatchObject(over);
  });

  it('lets a repeat under the same key through, because its answer was lost', async () => {
    await world.person('ida');
    const { refreshToken } = await enter('ida@example.org');
    const idempotencyKey = 'ida-refreshes';
    const lost = await exchange(refreshToken, { idempotencyKey });
    const got = await exchange(refreshToken, { idempotencyKey });
    expect(got.problems).toEqual([]);
    expect((await exchange(got.refreshToken)).problems).toEqual([]);
    expect(await exchange(lost.refreshToken)).toMatchObject(over);
  });

  it('lets repeats at once under the same key through, and takes none of them for a theft', async () => {
    await world.person('ira');
    const { refreshToken } = await enter('ira@example.org');
    const repeats = [1, 2, 3].map(() =>
      exchange(refreshToken, { idempotencyKey: 'ira-refreshes' }),
    );
    const pairs = await Promise.all(repeats);
    expect(pairs.flatMap((pair) => pair.problems)).toEqual([]);
    const { connection } = world;
    const [id = ''] = String(refreshToken).split('.');
    const session = await modelsOf(connection).sessions.findById(id).lean();
    const secrets = pairs.map((pair) => digestOf(String(pair.refreshToken).split('.')[2] ?? ''));
    expect(session?.endedAt).toBeNull();
    expect(secrets).toContain(session?.current);
  });

  it('takes up companies that the user joined since', async () => {
    const viewer = await world.person('jim');
    const { refreshToken } = await enter('jim@example.org');
    const input = { name: { en: "Jim's" }, kinds: ['SI'], region: 'US', size: 'MICRO' };
    const register = `mutation ($input: RegisterCompanyInput!) { registerCompany(input: $input) { company { id } problems { code } } }`;
    const { company } = await world.ask(viewer, register, { input });
    const { accessToken } = await exchange(refreshToken);
    expect(jsonwebtoken.decode(accessToken)).toMatchObject({
      companies: [{ companyId: company.id, role: 'OWNER' }],
    });
  });

  it.each(['', 'a.b.c', '01890000-0000-7000-8000-000000000000.x.y'])(
    'refuses %j',
    async (token) => {
      expect(await exchange(token)).toMatchObject(over);
    },
  );
});

describe('signOut', () => {
  it('ends one session, or all of the user, and nothing for a stranger', async () => {
    await world.person('kim');
    const sessions = [];
    for (let count = 0; count < 3; count += 1) sessions.push(await enter('kim@example.org'));
    const [first, second, third] = sessions.map(({ refreshToken }) => refreshToken);
    const leave = (refreshToken: string, everywhere: boolean) =>
      world.ask(someone, signOut, { input: { refreshToken, everywhere } });
    const forged = first.split('.')[0] + '.guess.guess';
    expect(await leave(forged, true)).toMatchObject({ ended: 0 });
    expect(await leave(first, false)).toMatchObject({ ended: 1 });
    expect(await exchange(first)).toMatchObject(over);
    expect((await exchange(second)).problems).toEqual([]);
    expect(await leave(third, true)).toMatchObject({ ended: 2 });
    expect(await exchange(third)).toMatchObject(over);
  });
});
