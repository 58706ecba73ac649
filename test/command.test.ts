/** The gateway as a command over any supergraph file, as public federation suites start it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

import { execute, parse } from 'graphql';

import { freePort } from './ports.ts';
import { itself } from '../gateway/federation/federation-cases.ts';
import { foreignGraph } from '../gateway/sources/foreign-graph.ts';

let subgraphs: Server;
let base: string;
let folder: string;
let child: ChildProcess;

/** Two subgraphs over HTTP that know nothing of our signatures. */
const graph = () =>
  foreignGraph({
    a: {
      url: `${base}/a`,
      sdl: 'type Query { things(first: Int): [Thing!]! } type Thing @key(fields: "id") { id: ID! }',
      resolvers: {
        Query: {
          things: (_: unknown, { first }: { first: number }) =>
            Array.from({ length: first }, (__, index) => ({ id: String(index) })),
        },
      },
    },
    b: {
      url: `${base}/b`,
      sdl: 'type Thing @key(fields: "id") { id: ID! name: String! }',
      resolvers: {
        Thing: { __resolveReference: itself, name: ({ id }: { id: string }) => `Thing ${id}` },
      },
    },
  });

beforeAll(async () => {
  subgraphs = createServer((request, response) => {
    void text(request).then(async (body) => {
      const { query, variables } = JSON.parse(body) as {
        query: string;
        variables?: Record<string, unknown>;
      };
      const schema = graph().schemas.get(String(request.url).slice(1));
      if (!schema) throw new Error('There is no such subgraph.');
      const document = parse(query);
      const result = await execute({ schema, document, variableValues: variables ?? {} });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(result));
    });
  }).listen(0, '127.0.0.1');
  await once(subgraphs, 'listening');
  base = `http://127.0.0.1:${(subgraphs.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'oca-'));
});

afterAll(async () => {
  // With npm, its shell, and the gateway itself: npm alone would leave the others running.
  process.kill(-Number(child.pid));
  await once(child, 'exit');
  subgraphs.close();
  await rm(folder, { recursive: true, force: true });
});

const names = (id: number) =>
  Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`n${index}`, `Thing ${id}`]));

it('serves an open graph from a file, at the port and to the subgraphs that it is told of', async () => {
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, graph().supergraphSdl);
  const port = await freePort();
  const settings = {
    SUPERGRAPH: file,
    PORT: String(port),
    HOST: '127.0.0.1',
    GATEWAY_OPEN: 'true',
    LOG_LEVEL: 'error',
  };
  const named = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  child = spawn('env', [...named, 'npm', 'run', '-s', 'start:gateway'], {
    stdio: 'ignore',
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/health/ready`).catch(() => null))?.ok) await pause(50);
  // More than any limit would let through, and introspection beside it.
  const many = Array.from({ length: 60 }, (_, index) => `n${index}: name`).join(' ');
  const query = `query ($n: Int) { things(first: $n) { id ${many} } __type(name: "Thing") { name } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { n: 2 } }),
  });
  expect(await response.json()).toEqual({
    data: {
      things: [
        { id: '0', ...names(0) },
        { id: '1', ...names(1) },
      ],
      __type: { name: 'Thing' },
    },
  });
});
