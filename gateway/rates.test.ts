import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLog } from '#kit/log.ts';
import { visitor } from '#kit/viewer.ts';
import { readGatewayConfig } from './config.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { graph, token } from './listening.ts';
import { addressOf } from './rates.ts';
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

  it('go by the address that the outermost trusted proxy saw', () => {
    const request = {
      socket: { remoteAddress: '10.0.0.1' },
      headers: { 'x-forwarded-for': 'invented, 203.0.113.7, 10.0.0.2' },
    };
    expect([0, 1, 2, 5].map((proxies) => addressOf(request, proxies))).toEqual([
      '10.0.0.1',
      '10.0.0.2',
      '203.0.113.7',
      '10.0.0.1',
    ]);
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
