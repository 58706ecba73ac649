/** A provider that is away, broken or not to be believed: each is told as what it is, and changes nothing. */
import { generateKeyPairSync } from 'node:crypto';

import jwt from 'jsonwebtoken';

import { startCompanies, type CompaniesWorld } from '../../../test/companies/companies.ts';
import {
  startProvider,
  type Between,
  type TestProvider,
} from '../../../test/companies/provider.ts';
import { someone } from '../../../test/service.ts';

let provider: TestProvider;
let world: CompaniesWorld;
beforeAll(async () => {
  provider = await startProvider({
    ana: { name: 'Ana', email: 'ana@example.org', email_verified: true },
  });
  world = await startCompanies(provider.settings);
});
afterAll(async () => {
  await world.stop();
  await provider.stop();
});
afterEach(() => {
  provider.between = null;
});

const problems = 'problems { code path rule }';
const start = `mutation { startExternalSignIn(input: {}) { authorizationUrl ticket ${problems} } }`;
const finish = `mutation ($input: FinishExternalSignInInput!) { finishExternalSignIn(input: $input) { accessToken ${problems} } }`;

const begin = () => world.ask(someone, start);
const end = (callbackUrl: string, ticket: string) =>
  world.ask(someone, finish, { input: { callbackUrl, ticket } });

/** Somebody on their way back. */
async function back(): Promise<{ callbackUrl: string; ticket: string }> {
  const { authorizationUrl, ticket } = await begin();
  const callbackUrl = await provider.signIn(String(authorizationUrl), 'ana');
  return { callbackUrl, ticket: String(ticket) };
}

const refused = (code: string, rule: string, path = ['callbackUrl']) => ({
  accessToken: null,
  problems: [{ code, path, rule }],
});
const unbegun = (rule: string) => ({
  authorizationUrl: null,
  ticket: null,
  problems: [{ code: 'WRONG_STATE', path: [], rule }],
});

const well = '/.well-known/openid-configuration';
const at =
  (where: string, tell: (body: unknown) => unknown): Between =>
  (path, body) =>
    path === where ? tell(body) : undefined;
const seconds = () => Math.floor(Date.now() / 1000);
const never = () => new Promise(() => {});

describe('before the provider was ever asked', () => {
  it('nothing begins while nobody listens there', async () => {
    await provider.stop();
    const answer = await begin();
    await provider.resume();
    expect(answer).toEqual(unbegun('EXTERNAL_AWAY'));
  });

  it.each<[string, Between]>([
    ['does not answer in time', at(well, never)],
    ['says that it cannot', at(well, () => 503)],
  ])('nothing begins while it %s', async (_, between) => {
    provider.between = between;
    expect(await begin()).toEqual(unbegun('EXTERNAL_AWAY'));
  });

  it.each<[string, Between]>([
    ['is no JSON', at(well, () => '<html></html>')],
    ['is of another issuer', at(well, (body) => ({ ...Object(body), issuer: 'https://other.example' }))], // prettier-ignore
    ['is nothing', at(well, () => ({}))],
    ['is not there', at(well, () => 404)],
  ])('nothing begins while what it says of itself %s', async (_, between) => {
    provider.between = between;
    expect(await begin()).toEqual(unbegun('EXTERNAL_BROKEN'));
  });

  it('a sign-in begins as soon as it is there', async () => {
    expect((await begin()).problems).toEqual([]);
  });
});

describe('on the way back', () => {
  it.each<[string, Between]>([
    ['does not answer in time', at('/token', never)],
    ['says that it cannot', at('/token', () => 503)],
    ['has lost its keys', at('/jwks', () => 500)],
  ])('a provider that %s is away', async (_, between) => {
    const { callbackUrl, ticket } = await back();
    provider.between = between;
    expect(await end(callbackUrl, ticket)).toEqual(refused('WRONG_STATE', 'EXTERNAL_AWAY'));
  });

  it('the same sign-in goes on once the provider is there again', async () => {
    const { callbackUrl, ticket } = await back();
    await provider.stop();
    const answer = await end(callbackUrl, ticket);
    await provider.resume();
    expect(answer).toEqual(refused('WRONG_STATE', 'EXTERNAL_AWAY'));
    expect((await end(callbackUrl, ticket)).problems).toEqual([]);
    expect(await end(callbackUrl, ticket)).toEqual(refused('EXPIRED', 'EXTERNAL_SIGN_IN'));
  });

  const saying = (change: () => object): Between =>
    at('/token', (body) => {
      const answer = Object(body) as { id_token: string };
      const claims = { ...Object(jwt.decode(answer.id_token)), ...change() };
      return { ...answer, id_token: provider.sign(claims) };
    });

  it.each<[string, Between]>([
    ['another issuer', saying(() => ({ iss: 'https://other.example' }))],
    ['another audience', saying(() => ({ aud: 'somebody-else' }))],
    ['another nonce', saying(() => ({ nonce: 'of-another-sign-in' }))],
    ['no nonce', saying(() => ({ nonce: undefined }))],
    ['an hour ago', saying(() => ({ exp: seconds() - 3_600 }))],
    ['an hour from now', saying(() => ({ nbf: seconds() + 3_600 }))],
    [
      'the signature of somebody else',
      at('/token', (body) => {
        const answer = Object(body) as { id_token: string };
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const claims = Object(jwt.decode(answer.id_token)) as object;
        return { ...answer, id_token: provider.sign(claims, privateKey) };
      }),
    ],
    [
      'no signature',
      at('/token', (body) => {
        const answer = Object(body) as { id_token: string };
        const claims = Object(jwt.decode(answer.id_token)) as object;
        return { ...answer, id_token: jwt.sign(claims, '', { algorithm: 'none' }) };
      }),
    ],
    ['no token', at('/token', () => ({ access_token: 'a', token_type: 'Bearer' }))],
    ['no JSON', at('/token', () => '<html></html>')],
    ['somebody else’s user info', at('/me', (body) => ({ ...Object(body), sub: 'eve' }))],
  ])('an answer with %s does not hold, and is not tried again', async (_, between) => {
    const { callbackUrl, ticket } = await back();
    provider.between = between;
    expect(await end(callbackUrl, ticket)).toEqual(refused('INVALID', 'EXTERNAL_FAILED'));
    provider.between = null;
    expect(await end(callbackUrl, ticket)).toEqual(refused('EXPIRED', 'EXTERNAL_SIGN_IN'));
  });

  it('a clock that is a little ahead of ours is believed', async () => {
    const { callbackUrl, ticket } = await back();
    provider.between = saying(() => ({ nbf: seconds() + 20 }));
    expect((await end(callbackUrl, ticket)).problems).toEqual([]);
  });
});
