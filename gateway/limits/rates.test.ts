import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { graph, token } from '../transport/listening.ts';
import { manifestOf } from './trusted-documents.ts';

const log = createLog('gateway', 'silent');

let gateway: Gateway;
let address: string;
async function open(
  environment: Record<string, string>,
): Promise<(body: object, authorization?: string) => Promise<Response>> {
  const config = readGatewayConfig({ PORT: '0', ...environment });
  gateway = await createGateway({ ...graph, config, log });
  const { url } = await gateway.listen();
  address = url;
  return (body, authorization) =>
    fetch(new URL('graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(body),
    });
}
afterEach(() => gateway.stop());

const coded = (value: string) => ({ extensions: { code: value } });
const code = async (response: Response): Promise<unknown> => {
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code;
};

describe('rates', () => {
  it('are counted by cost, for each viewer and each address alone', async () => {
    const ask = await open({ RATE_POINTS: '3' });
    for (const _ of [1, 2, 3]) expect(await code(await ask({ query: '{ who }' }))).toBeUndefined();
    const refused = await ask({ query: '{ who }' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await code(refused)).toBe('RATE_LIMITED');
    expect(await code(await ask({ query: '{ who }' }, token()))).toBeUndefined();
    // A change costs ten: more than there is.
    expect(await code(await ask({ query: 'mutation { change }' }, token()))).toBe('RATE_LIMITED');
    expect(await gateway.execute({ query: '{ who }' }, visitor('t'))).toMatchObject({
      data: { who: 'nobody' },
    });
  });

  it('say over server-sent events too when to come back', async () => {
    const ask = await open({ RATE_POINTS: '1' });
    await ask({ query: '{ who }' });
    const refused = await fetch(new URL('graphql/stream', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ who }"}',
    });
    expect(refused.status).toBe(429);
    const { errors } = (await refused.json()) as { errors: { extensions: object }[] };
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(errors[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: wait });
  });

  it.each<[string, object, string | null]>([
    ['a text that cannot be parsed', { query: '{ who' }, null],
    ['a text that is not valid', { query: '{ nobody }' }, null],
    [
      'a hash that is not known',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
      null,
    ],
    ['variables that cannot be read', { query: '{ who }', variables: 'none' }, null],
    ['a body that is no request', {}, null],
    ['what only others may do', { query: 'mutation { own }' }, null],
    ['a token that is not valid', { query: '{ who }' }, 'Bearer no.such.token'],
  ])(
    'are charged for %s, and then refuse before anything is read',
    async (_, body, authorization) => {
      const ask = await open({ RATE_POINTS: '25', RATE_REFUSAL_POINTS: '10' });
      // Twice ten are there; a third time leaves nothing.
      for (let time = 0; time < 2; time += 1) {
        const { status } = await ask(body, authorization ?? undefined);
        expect([200, 400, 401]).toContain(status);
      }
      await ask(body, authorization ?? undefined);
      const refused = await ask({ query: '{ who }' });
      expect([refused.status, await code(refused)]).toEqual([429, 'RATE_LIMITED']);
      expect(await code(await ask(body, authorization ?? undefined))).toBe('RATE_LIMITED');
      expect(await code(await ask({ query: '{ who }' }, token()))).toBeUndefined();
    },
  );

  it('do not charge for what is nobody’s fault', async () => {
    const ask = await open({
      RATE_POINTS: '25',
      RATE_REFUSAL_POINTS: '10',
      REQUEST_TIMEOUT_MILLIS: '50',
    });
    for (const _ of [1, 2, 3, 4])
      expect(await code(await ask({ query: '{ slow }' }))).toBe('REQUEST_TIMEOUT');
    expect(await code(await ask({ query: '{ who }' }))).toBeUndefined();
  });

  it('count a socket’s refusals with all others', async () => {
    const ask = await open({ RATE_POINTS: '25', RATE_REFUSAL_POINTS: '10' });
    const client = createClient({
      url: `${address.replace('http', 'ws')}graphql`,
      webSocketImpl: WebSocket,
    });
    const refusal = async (query: string) => {
      try {
        for await (const result of client.iterate({ query })) return result.errors?.[0];
        return null;
      } catch (error) {
        return (error as { extensions: { code: string } }[])[0];
      }
    };
    for (const _ of [1, 2, 3])
      expect(await refusal('subscription { nobody }')).toMatchObject(
        coded('GRAPHQL_VALIDATION_FAILED'),
      );
    expect(await refusal('subscription { ticks }')).toMatchObject(coded('RATE_LIMITED'));
    expect(await code(await ask({ query: '{ who }' }))).toBe('RATE_LIMITED');
    await client.dispose();
  });
});

describe('known operations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oca-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const manifest = manifestOf(['query Who { who }']);
  const [known] = manifest.operations;
  const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash: known?.id } } };

  it('are called by their hash, and nobody adds to them', async () => {
    const file = join(folder, 'manifest.json');
    await writeFile(file, JSON.stringify(manifest));
    const ask = await open({ TRUSTED_DOCUMENTS: file });
    expect(await (await ask(byHash)).json()).toEqual({ data: { who: 'nobody' } });
    const other = manifestOf(['query Other { who }']).operations[0];
    const adding = {
      query: other?.body,
      extensions: { persistedQuery: { version: 1, sha256Hash: other?.id } },
    };
    expect(await code(await ask(adding))).toBeUndefined();
    expect(await code(await ask({ extensions: adding.extensions }))).toBe(
      'PERSISTED_QUERY_NOT_FOUND',
    );
  });

  it.each([1, 2])('are called by no hash of another text, in version %i', async (version) => {
    const file = join(folder, 'manifest.json');
    await writeFile(file, JSON.stringify(manifest));
    const ask = await open({ TRUSTED_DOCUMENTS: file });
    const persistedQuery = { version, sha256Hash: known?.id };
    const refused = await ask({ query: '{ __typename }', extensions: { persistedQuery } });
    expect(refused.status).toBe(400);
    expect(await code(refused)).toBe('BAD_REQUEST');
  });

  it('are the only ones, when so configured', async () => {
    const file = join(folder, 'only.json');
    await writeFile(file, JSON.stringify(manifest));
    const ask = await open({ TRUSTED_DOCUMENTS: file, TRUSTED_DOCUMENTS_ONLY: 'true' });
    expect(await (await ask({ query: known?.body })).json()).toEqual({ data: { who: 'nobody' } });
    const refused = await ask({ query: '{ who }' });
    expect(refused.status).toBe(403);
    expect(await code(refused)).toBe('UNTRUSTED_DOCUMENT');
    // What the gateway asks itself is known to it.
    const calendar = await fetch(new URL('calendar.ics', address));
    expect([calendar.status, await calendar.text()]).toEqual([
      200,
      'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n',
    ]);
  });
});

describe('what may be asked beside the answer', () => {
  it('is the cost for everybody, and the plan for operators alone', async () => {
    const ask = await open({});
    const body = { query: 'mutation { change }', extensions: { cost: true, plan: true } };
    expect(await (await ask(body)).json()).toEqual({
      data: { change: 'changed' },
      extensions: { cost: { total: 10, limit: 100_000 } },
    });
    const operator = token(900, undefined, { roles: ['OPERATOR'] });
    expect(await (await ask(body, operator)).json()).toMatchObject({
      extensions: { plan: { kind: 'QueryPlan', node: { kind: 'Fetch', serviceName: 'a' } } },
    });
  });
});
