import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';

import { serverAudits } from 'graphql-http';

import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { calendars, graph, openGateway, token } from './listening.ts';

const log = createLog('gateway', 'silent');

let gateway: Gateway;
let url: string;
beforeAll(async () => {
  ({ gateway, url } = await openGateway());
});
afterAll(() => gateway.stop());

const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL('graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: JSON.parse(text) as unknown,
  };
};
const withCode = (code: string) => ({
  errors: [{ message: expect.any(String), extensions: { code } }],
});

const sized = (length: number) => ({ query: `{ who } # ${'x'.repeat(length)}` });

const allowed = async (origin: string) =>
  (await post({ query: '{ who }' }, { origin })).headers.get('access-control-allow-origin');

describe('POST /graphql', () => {
  it('answers a visitor and a token’s user', async () => {
    expect(await post({ query: '{ who }' })).toMatchObject({
      status: 200,
      text: '{"data":{"who":"nobody"}}',
    });
    expect(await post({ query: '{ who }' }, { authorization: token() })).toMatchObject({
      json: { data: { who: 'u1' } },
    });
  });

  it.each([
    ['expired', () => token(-60)],
    [
      'signed by another key',
      () => token(900, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    ],
    ['no token', () => 'Bearer nonsense'],
  ])(
    'refuses a token that is %s with 401, and makes nobody a visitor',
    async (_, authorization) => {
      const answer = await post({ query: '{ who }' }, { authorization: authorization() });
      expect(answer).toMatchObject({ status: 401, json: withCode('UNAUTHENTICATED') });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      const calendar = await fetch(new URL('calendar.ics', url), {
        headers: { authorization: authorization() },
      });
      expect(calendar.status).toBe(401);
      expect(calendar.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      await calendar.text();
    },
  );

  it('says to a visitor how to sign in', async () => {
    const answer = await post({ query: 'mutation { own }' });
    expect(answer).toMatchObject({ status: 401, json: { errors: [{ path: ['own'] }] } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect((await post({ query: '{ who }' })).headers.get('www-authenticate')).toBeNull();
  });

  it('refuses too large a body, said or unsaid, and what is no JSON', async () => {
    expect(await post({ query: `{ who } # ${'x'.repeat(2048)}` })).toMatchObject({
      status: 413,
      json: withCode('REQUEST_TOO_LARGE'),
    });
    expect(await post('{')).toMatchObject({ status: 400, json: withCode('BAD_REQUEST') });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n${'x'.repeat(4095)}\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('refuses a packed body, whose length bounds nothing', async () => {
    expect(await post('{"query":"{ who }"}', { 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      json: withCode('BAD_REQUEST'),
    });
    expect(await post('{"query":"{ who }"}', { 'content-encoding': 'identity' })).toMatchObject({
      status: 200,
    });
  });

  it.each([
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
      400,
    ],
  ])('says what is wrong with %s, and ends the connection', async (_, text, status) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(text);
    const answer = (await socket.setEncoding('utf8').toArray()).join('');
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('answers a request that offers another protocol as if it did not', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n',
    );
    const answer = (await socket.setEncoding('utf8').toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"live":true\}/);
  });

  it('takes a larger body from who is signed in, up to a bound, and from nobody else', async () => {
    const signed = { authorization: token() };
    expect(await post(sized(4_096), signed)).toMatchObject({ status: 200 });
    expect(await post(sized(8_192), signed)).toMatchObject({
      status: 413,
      json: withCode('REQUEST_TOO_LARGE'),
    });
    expect(await post(sized(4_096), { authorization: token(-60) })).toMatchObject({
      status: 401,
      json: withCode('UNAUTHENTICATED'),
    });
  });

  it('refuses what a foreign page can send without asking first', async () => {
    expect(
      (await post('{"query":"mutation { change }"}', { 'content-type': 'text/plain' })).status,
    ).toBe(400);
    expect(await statusOf(new URL('graphql?query={who}', url))).toBe(400);
  });

  it('refuses several operations at once', async () => {
    expect((await post([{ query: '{ who }' }])).status).toBe(400);
  });

  it('takes no viewer from outside', async () => {
    expect(await post({ query: '{ who }' }, { 'x-oca-viewer': 'k.e30.x' })).toMatchObject({
      json: { data: { who: 'nobody' } },
    });
  });

  it('ends what takes too long', async () => {
    expect(await post({ query: '{ slow }' })).toMatchObject({
      status: 504,
      json: withCode('REQUEST_TIMEOUT'),
    });
  });

  it('sends live feeds elsewhere', async () => {
    expect(await post({ query: 'subscription { ticks }' })).toMatchObject({
      status: 400,
      json: withCode('SUBSCRIPTION_NOT_SUPPORTED'),
    });
  });

  it('opens up to listed pages alone', async () => {
    expect(await allowed('https://listed.example')).toBe('https://listed.example');
    expect(await allowed('https://other.example')).toBeNull();
  });

  it('keeps the schema to itself in production', async () => {
    const config = readGatewayConfig({
      PORT: '0',
      NODE_ENV: 'production',
      VIEWER_KEYS: `k:${'s'.repeat(32)}`,
    });
    const production = await createGateway({ ...graph, config, log });
    const opened = await production.listen();
    const asked = async (query: string) => {
      const response = await fetch(new URL('graphql', opened.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.text();
    };
    expect(await asked('{ __schema { types { name } } }')).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(await asked('{ whoo }')).not.toContain('Did you mean');
    expect(await statusOf(new URL('metrics', opened.url))).toBe(404);
    expect(await (await fetch(new URL('page/accounts.json', opened.url))).json()).toEqual([]);
    await production.stop();
  });
});

it('an open gateway is refused in production', () => {
  expect(() => readGatewayConfig({ NODE_ENV: 'production', GATEWAY_OPEN: 'true' })).toThrow(
    /GATEWAY_OPEN/,
  );
  expect(() => readGatewayConfig({ NODE_ENV: 'production' })).toThrow(/VIEWER_KEYS/);
});

describe('/calendar.ics', () => {
  it('is the graph’s calendar, filtered, and not sent twice', async () => {
    const address = new URL('calendar.ics?sector=a,b&sector=c&technology=t&region=KR', url);
    const first = await fetch(address);
    expect(first.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(await first.text()).toContain('BEGIN:VCALENDAR');
    expect(calendars.at(-1)).toEqual({
      sectors: ['a', 'b', 'c'],
      technologies: ['t'],
      regions: ['KR'],
    });
    const again = await fetch(address, {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });
});

describe('the rest', () => {
  it('publishes keys, health and figures', async () => {
    const json = async (path: string): Promise<unknown> => (await fetch(new URL(path, url))).json();
    expect(await json('.well-known/jwks.json')).toMatchObject({
      keys: [{ kid: 'k', kty: 'EC', use: 'sig' }],
    });
    expect(await json('health/live')).toEqual({ live: true });
    expect(await json('health/ready')).toEqual({ ready: true, subgraphs: { a: true } });
    const figures = await (await fetch(new URL('metrics', url))).text();
    expect(figures).toMatch(
      /oca_gateway_operation_seconds_count\{kind="query",transport="HTTP",outcome="ok",operation="other"\} \d+/,
    );
    expect(figures).toContain('oca_gateway_feed_subscribers 0');
  });

  it('shows pages that load nothing from elsewhere', async () => {
    for (const path of ['', 'graphiql', 'mailbox', 'sign-in/callback?code=c&state=s']) {
      const page = await fetch(new URL(path, url));
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      const parts = [...(await page.text()).matchAll(/(?:src|href)="([^"#]+)"/g)].map(
        ([, part]) => part ?? '',
      );
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) {
        expect(part).toMatch(/^\//);
        expect(await statusOf(new URL(part, url))).toBe(200);
      }
    }
    // A mail is shown as text: no page makes markup of what somebody wrote.
    for (const name of ['mailbox', 'parts', 'letters', 'sign-in', 'callback', 'first']) {
      const script = await fetch(new URL(`page/${name}.js`, url));
      expect(await script.text()).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
      );
      expect(script.status).toBe(200);
    }
    expect(await (await fetch(new URL('page/accounts.json', url))).json()).toMatchObject([
      { email: 'e@example.kr' },
    ]);
    for (const path of ['page/../config.ts', 'page/%2e%2e/config.ts', 'nothing'])
      expect(await statusOf(new URL(path, url))).toBe(404);
  });
});

describe('GraphQL over HTTP', () => {
  /** GETs without a header that no simple request carries: cross-site request forgery is stopped there. */
  const stopped = new Set(['5A70', 'D6D5', '6A70']);
  for (const audit of serverAudits({ url: () => new URL('graphql', url).href }))
    it(`${audit.id} ${audit.name}`, async () => {
      const { status } = await audit.fn();
      expect(status).toBe(stopped.has(audit.id) ? 'notice' : 'ok');
    });
});

/** The status of an address; what it says is read to its end, so that the connection is free again. */
async function statusOf(address: URL): Promise<number> {
  const response = await fetch(address);
  await response.arrayBuffer();
  return response.status;
}
