/** A real OpenID Connect provider on loopback, and a browser that signs in at it. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import jwt from 'jsonwebtoken';
import { Provider, type AccountClaims, type KoaContextWithOIDC } from 'oidc-provider';

/** Who has an account at the provider, by login. */
export type People = Record<string, Omit<AccountClaims, 'sub'>>;

/** A running provider. */
export interface TestProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where it sends people back to. */
  redirectUrl: string;
  /** What a companies subgraph is told, so that its users sign in here. */
  settings: Record<string, string>;
  people: People;
  /** Signs in as somebody at the address; gives the address the browser is sent back to. */
  signIn(address: string, login: string): Promise<string>;
  /** What comes between the provider and who asks it; null for nothing. */
  between: Between | null;
  /** Signs claims as the provider signs them, or with the key given. */
  sign(claims: object, key?: KeyObject): string;
  stop(): Promise<void>;
  /** Listens again after a stop. */
  resume(): Promise<void>;
}

/** Gives what is answered on a path in place of what the provider says: a body, an HTTP status, or what is there after all. */
export type Between = (path: string, body: unknown) => unknown;

/** The key that the provider signs with. */
const kid = 'of-this-test';

/** Starts a provider that knows one client, which needs no consent; by itself it sends people back to where nobody listens. */
export async function startProvider(
  people: People,
  redirectUrl = 'http://127.0.0.1:1/back',
): Promise<TestProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const client = { clientId: 'alliance', clientSecret: 'a secret of this test' };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] },
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUrl],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of this test'] },
    pkce: { required: () => true },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => Promise.resolve({ sub: accountId, ...people[accountId] }),
    }),
    loadExistingGrant: grantAll,
  });
  const test: TestProvider = {
    issuer,
    ...client,
    redirectUrl,
    settings: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: client.clientId,
      OIDC_CLIENT_SECRET: client.clientSecret,
      OIDC_REDIRECT_URL: redirectUrl,
    },
    people,
    signIn: (address, login) => signIn(address, login, redirectUrl),
    between: null,
    sign: (claims, key = privateKey) => jwt.sign(claims, key, { algorithm: 'RS256', keyid: kid }),
    stop: () => close(server),
    resume: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
  provider.use(async (context, next) => {
    await next();
    const said: unknown = context.body;
    const told: unknown = await test.between?.(context.path, said);
    if (told === undefined) return;
    if (typeof told === 'number') context.status = told;
    else context.body = told;
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
  return test;
}

async function grantAll(context: KoaContextWithOIDC) {
  const { oidc } = context;
  const grant = new oidc.provider.Grant({
    clientId: oidc.client?.clientId ?? '',
    accountId: oidc.session?.accountId ?? '',
  });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

/** Follows redirections, fills in the form where one is shown, and stops at the way back. */
async function signIn(address: string, login: string, redirectUrl: string): Promise<string> {
  const cookies = new Map<string, string>();
  const form = new URLSearchParams({ prompt: 'login', login, password: 'any' });
  let next = address;
  let body: URLSearchParams | null = null;
  for (let steps = 0; steps < 10; steps += 1) {
    if (next.startsWith(redirectUrl)) return next;
    const response = await visit(next, cookies, body);
    const location = response.headers.get('location');
    body = location === null ? form : null;
    next = new URL(location ?? (await actionIn(response)), next).href;
  }
  throw new Error('The provider sent us nowhere.');
}

async function visit(
  address: string,
  cookies: Map<string, string>,
  body: URLSearchParams | null,
): Promise<Response> {
  const response = await fetch(address, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(body && { method: 'POST', body }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  return response;
}

async function actionIn(response: Response): Promise<string> {
  return /action="([^"]+)"/.exec(await response.text())?.[1] ?? '';
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
