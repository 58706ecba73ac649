import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { connect } from '#kit/mongo.ts';
import { signViewer, viewerHeader, visitor } from '#kit/viewer.ts';
import { startTestDatabase, type TestDatabase } from './database.ts';
import { createProcesses } from './processes.ts';

const processes = createProcesses();
const older = { kid: 'older', secret: 'the-older-secret-of-this-test-0123456789' };
const newer = { kid: 'newer', secret: 'the-newer-secret-of-this-test-0123456789' };
type Key = typeof older;

let database: TestDatabase;
let folder: string;
let subgraph: string;
let gateway: string;
/** Stands between the gateway and the subgraph. */
let relay: Server;
/** The key by which the gateway signed last. */
let signedBy: string | undefined;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
  await keep('subgraph', older);
  await keep('gateway', older);
  const shared = { HOST: '127.0.0.1', PORT: '0', WATCH_MILLIS: '50' };
  subgraph = await processes.start(['infra/subgraph.ts', 'companies'], {
    ...shared,
    MONGODB_URI: database.uri,
    VIEWER_KEYS_FILE: join(folder, 'subgraph'),
    OPERATOR_EMAIL: 'root@example.org',
    OPERATOR_PASSWORD: 'a-password-for-this-test-alone',
  });
  relay = createServer((asked, answer) => {
    const { method, headers, url = '' } = asked;
    [signedBy] = String(headers[viewerHeader]).split('.');
    const onward = request(new URL(url, subgraph), { method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    asked.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  gateway = await processes.start(['gateway/main.ts'], {
    ...shared,
    VIEWER_KEYS_FILE: join(folder, 'gateway'),
    SUBGRAPH_URL_COMPANIES: `http://127.0.0.1:${(relay.address() as AddressInfo).port}${new URL(subgraph).pathname}`,
  });
});
afterAll(async () => {
  await processes.end();
  relay.close();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Swaps the file of one process, whole. */
async function keep(name: string, ...keys: Key[]): Promise<void> {
  const text = keys.map(({ kid, secret }) => `${kid}:${secret}`).join(',');
  const next = join(folder, randomUUID());
  await writeFile(next, `${text}\n`, { mode: 0o600 });
  await rename(next, join(folder, name));
}

interface Answer {
  data?: Record<string, unknown>;
  errors?: { extensions: { code: string } }[];
}

async function ask(query: string, authorization?: string): Promise<Answer> {
  const response = await fetch(new URL('graphql', gateway), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer;
}

/** The status that the subgraph itself answers to what a key signed. */
async function statusOf(key: Key): Promise<number> {
  const body = JSON.stringify({ query: '{ __typename }' });
  const binding = { subgraph: 'companies', purpose: 'REQUEST', body } as const;
  const response = await fetch(subgraph, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [viewerHeader]: signViewer(visitor('test'), binding, [key], Date.now()),
    },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

async function until(key: Key, status: number): Promise<void> {
  while ((await statusOf(key)) !== status) await pause(50);
}

it('a viewer key is replaced while everybody is answered, and then opens nothing', async () => {
  const sectors = '{ sectors { code } }';
  const answered = async () => expect(await ask(sectors)).toHaveProperty('data.sectors');
  await answered();
  expect([await statusOf(older), await statusOf(newer)]).toEqual([200, 401]);

  await keep('subgraph', older, newer);
  await until(newer, 200);
  expect(await statusOf(older)).toBe(200);
  await answered();

  await keep('gateway', newer, older);
  // Until the gateway has looked, it signs with the older key, which still opens.
  while (signedBy !== newer.kid) {
    await answered();
    await pause(30);
  }

  await keep('subgraph', newer);
  await until(older, 401);
  expect(await statusOf(newer)).toBe(200);
  await answered();
});

it('a file of keys that is broken is not taken: what was read before holds', async () => {
  await writeFile(join(folder, 'subgraph'), 'nonsense');
  await pause(300);
  expect([await statusOf(older), await statusOf(newer)]).toEqual([401, 200]);
});

it('a token key that is too old hands over, and its tokens are good to their end', async () => {
  const signIn = `mutation { signIn(input: { email: "root@example.org", password: "a-password-for-this-test-alone" }) { accessToken } }`;
  const token = async (): Promise<string> => {
    const { data } = await ask(signIn);
    return `Bearer ${String(Object(data?.['signIn'])['accessToken'])}`;
  };
  const first = await token();
  const connection = await connect(database.uri, 'oca_companies');
  await connection.collection('signing_keys').updateMany({}, { $set: { createdAt: new Date(0) } });
  await connection.close();
  const second = await token();
  expect(kidOf(first)).not.toBe(kidOf(second));
  for (const each of [first, second])
    expect(await ask('{ me { email } }', each)).toEqual({
      data: { me: { email: 'root@example.org' } },
    });
});

/** Which key signed a token. */
function kidOf(authorization: string): unknown {
  const [header = ''] = authorization.slice('Bearer '.length).split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: unknown };
  return kid;
}
