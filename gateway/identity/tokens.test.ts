import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import jwt from 'jsonwebtoken';

import { createLog } from '#kit/log.ts';
import { createTokens, type PublishedKey, type Tokens } from './tokens.ts';

const log = createLog('gateway', 'silent');
const seconds = 1_800_000_000;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const publish = (kid: string, key: KeyObject): PublishedKey => ({
  kid,
  jwk: JSON.stringify(key.export({ format: 'jwk' })),
});

let published: PublishedKey[];
let fetches: number;
let time: number;
let down: boolean;
let tokens: Tokens;
beforeEach(() => {
  published = [publish('ec', ec.publicKey), publish('rsa', rsa.publicKey)];
  fetches = 0;
  time = seconds * 1000;
  down = false;
  tokens = createTokens({
    issuer: 'us',
    audience: 'them',
    log,
    clock: () => time,
    fetchKeys: async () => {
      fetches += 1;
      if (down) throw new Error('down');
      return published;
    },
  });
});

const claims = {
  sub: 'u1',
  iss: 'us',
  aud: 'them',
  iat: seconds,
  exp: seconds + 900,
  companies: [
    { companyId: 'c1', role: 'OWNER' },
    { companyId: 'c2', role: 'KING' },
  ],
  roles: ['SECRETARIAT', 'EMPEROR'],
  scope: 'read write',
};

function token(change: object = {}, key = ec.privateKey, options: jwt.SignOptions = {}): string {
  // By way of JSON, so that a claim that is undefined is not there.
  const changed = JSON.parse(JSON.stringify({ ...claims, ...change })) as object;
  const signed = jwt.sign(changed, key, { algorithm: 'ES256', keyid: 'ec', ...options });
  return `Bearer ${signed}`;
}

const unauthenticated = { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } };

describe('an access token', () => {
  it('stands for its user, with the companies, roles and scopes that are known here', async () => {
    expect(await tokens.verify(token(), 'r')).toEqual({
      viewer: {
        userId: 'u1',
        companies: [{ companyId: 'c1', role: 'OWNER' }],
        roles: ['SECRETARIAT'],
        scopes: ['read', 'write'],
        issuedAt: seconds * 1000,
        requestId: 'r',
      },
      expiresAt: (seconds + 905) * 1000,
    });
  });

  it('may be signed with RS256 by an RSA key', async () => {
    const signed = token({}, rsa.privateKey, { algorithm: 'RS256', keyid: 'rsa' });
    expect((await tokens.verify(signed, 'r')).viewer.userId).toBe('u1');
  });

  it('is not needed: without one a visitor asks', async () => {
    expect((await tokens.verify(undefined, 'r')).viewer.userId).toBeNull();
    expect(fetches).toBe(0);
  });

  const none = `Bearer ${Buffer.from('{"alg":"none","kid":"ec"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
  const symmetric = (): string =>
    `Bearer ${jwt.sign(claims, ec.publicKey.export({ type: 'spki', format: 'pem' }) as string, { algorithm: 'HS256', keyid: 'ec' })}`;
  it.each<[string, () => string]>([
    ['has expired', () => token({ exp: seconds - 6 })],
    ['never expires', () => token({ exp: undefined })],
    ['is for another audience', () => token({ aud: 'others' })],
    ['is from another issuer', () => token({ iss: 'others' })],
    ['is not valid yet', () => token({ nbf: seconds + 60 })],
    ['names nobody', () => token({ sub: '' })],
    ['is signed by a stranger under a known id', () => token({}, stranger.privateKey)],
    [
      'is signed by a stranger under an unknown id',
      () => token({}, stranger.privateKey, { keyid: 'x' }),
    ],
    [
      'is signed by another kind of key than its id says',
      () => token({}, rsa.privateKey, { algorithm: 'RS256' }),
    ],
    ['has no key id', () => `Bearer ${jwt.sign(claims, ec.privateKey, { algorithm: 'ES256' })}`],
    ['is not signed', () => none],
    ['is signed with the public key as a password', symmetric],
    [
      'is changed',
      () =>
        token().replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...claims, sub: 'u2' })).toString('base64url')}.`,
        ),
    ],
    ['is no token', () => 'Bearer x'],
    ['comes by another scheme', () => 'Basic dTpw'],
  ])('is refused, and nobody becomes a visitor, when it %s', async (_, authorization) => {
    await expect(tokens.verify(authorization(), 'r')).rejects.toMatchObject(unauthenticated);
  });

  it('has five seconds of leeway', async () => {
    expect((await tokens.verify(token({ exp: seconds - 4 }), 'r')).viewer.userId).toBe('u1');
  });
});

describe('keys', () => {
  it('are asked for once, again for an unknown id, and then not for ten seconds', async () => {
    await tokens.verify(token(), 'r');
    await tokens.verify(token(), 'r');
    expect(fetches).toBe(1);
    const rotated = token({}, stranger.privateKey, { keyid: 'new' });
    await expect(tokens.verify(rotated, 'r')).rejects.toMatchObject(unauthenticated);
    expect(fetches).toBe(1);
    time += 10_001;
    published = [publish('new', stranger.publicKey), ...published];
    expect((await tokens.verify(rotated, 'r')).viewer.userId).toBe('u1');
    expect(fetches).toBe(2);
    await expect(
      tokens.verify(token({}, stranger.privateKey, { keyid: 'y' }), 'r'),
    ).rejects.toMatchObject(unauthenticated);
    expect(fetches).toBe(2);
  });

  it('that were withdrawn end within minutes, but serve on while their source is down', async () => {
    await tokens.verify(token({ exp: seconds + 9000 }), 'r');
    time += 5 * 60_000 + 1;
    down = true;
    expect((await tokens.verify(token({ exp: seconds + 9000 }), 'r')).viewer.userId).toBe('u1');
    down = false;
    time += 10_001;
    published = [publish('rsa', rsa.publicKey)];
    await expect(tokens.verify(token({ exp: seconds + 9000 }), 'r')).rejects.toMatchObject(
      unauthenticated,
    );
  });

  it('are passed on as a JWK set without private parts', async () => {
    published = [publish('ec', ec.privateKey)];
    const { keys } = await tokens.published();
    const { x, y } = ec.publicKey.export({ format: 'jwk' });
    expect(keys).toEqual([{ kty: 'EC', crv: 'P-256', x, y, kid: 'ec', use: 'sig', alg: 'ES256' }]);
  });

  it('that cannot be had are no reason to call a token bad', async () => {
    down = true;
    await expect(tokens.verify(token(), 'r')).rejects.toThrow('down');
  });
});
