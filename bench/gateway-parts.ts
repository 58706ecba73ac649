/** The parts of the gateway's benchmarks, each run as a process of its own: `subgraphs`, `ours URL PLANNER`, `stock URL`. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { execute, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import { foreignGraph, type ForeignGraph } from '../gateway/foreign-graph.ts';
import { createGateway } from '../gateway/gateway.ts';

const [, , name = '', base = 'http://127.0.0.1:1', planner = 'AUTO'] = process.argv;

/** What is told to each reader of the feed, by whoever tells it. */
const readers = new Set<(event: object) => void>();

function feed(): AsyncIterableIterator<object> {
  const waiting: object[] = [];
  let wake: ((result: IteratorResult<object>) => void) | null = null;
  const take = (event: object): void => {
    if (wake) wake({ value: event, done: false });
    else waiting.push(event);
    wake = null;
  };
  readers.add(take);
  return {
    next: () => {
      const value = waiting.shift();
      if (value) return Promise.resolve({ value, done: false });
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    return: async () => {
      readers.delete(take);
      wake?.({ value: undefined, done: true });
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));

function graph(): ForeignGraph {
  return foreignGraph({
    projects: {
      url: `${base}/projects`,
      sdl: `type Query { projects: [Project!]! }
        type Project @key(fields: "id") { id: ID! title: String! members: [Member!]! }
        type Member { share: Int! company: Company! }
        type Company @key(fields: "id", resolvable: false) { id: ID! }
        type Event { at: Float! company: Company! }
        type Subscription { announced: Event! @tag(name: "public") }`,
      resolvers: {
        Query: { projects: () => ids(10) },
        Project: {
          title: ({ id }: { id: string }) => `Project ${id}`,
          members: () => ids(5).map((company) => ({ share: 2000, company })),
        },
        Subscription: { announced: { subscribe: feed } },
      },
    },
    companies: {
      url: `${base}/companies`,
      sdl: `type Query { company(id: ID!): Company }
        type Company @key(fields: "id") { id: ID! name: String! region: String! }`,
      resolvers: {
        Company: {
          __resolveReference: (it: object) => it,
          name: ({ id }: { id: string }) => `Company ${id}`,
          region: () => 'KR-11',
        },
      },
    },
    capabilities: {
      url: `${base}/capabilities`,
      sdl: `type Query { capabilities: Int }
        type Company @key(fields: "id") { id: ID! capabilities: [Capability!]! }
        type Capability { level: Int! technology: String! }`,
      resolvers: {
        Company: {
          __resolveReference: (it: object) => it,
          capabilities: () =>
            ids(4).map(({ id }) => ({ level: 7, technology: `technology ${id}` })),
        },
      },
    },
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Subgraphs that answer from memory; `/publish?count=N` tells their feed N events. */
async function subgraphs(): Promise<string> {
  const { schemas } = graph();
  const documents = new Map<string, ReturnType<typeof parse>>();
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://subgraph');
      if (url.pathname === '/readers') return response.end(String(readers.size));
      if (url.pathname === '/publish') {
        for (let event = 0; event < Number(url.searchParams.get('count')); event += 1)
          for (const tell of readers)
            tell({ announced: { at: Date.now(), company: { id: String(event) } } });
        return response.end();
      }
      const schema = schemas.get(url.pathname.slice(1));
      const { query, variables } = JSON.parse(await bodyOf(request)) as {
        query: string;
        variables: Record<string, unknown>;
      };
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const result = schema && (await execute({ schema, document, variableValues: variables }));
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(result));
    })();
  });
  const schema = schemas.get('projects');
  const sockets = new WebSocketServer({ server, path: '/projects' });
  if (schema) useServer({ schema }, sockets);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ours(): Promise<string> {
  const gateway = await createGateway({
    supergraphSdl: graph().supergraphSdl,
    config: readGatewayConfig({ PORT: '0', GATEWAY_OPEN: 'true', PLANNER: planner }),
    log: createLog('bench', 'warn'),
  });
  const { url } = await gateway.listen();
  return new URL('graphql', url).href;
}

async function stock(): Promise<string> {
  const gateway = new ApolloGateway({ supergraphSdl: graph().supergraphSdl });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return url;
}

const parts: Record<string, () => Promise<string>> = { subgraphs, ours, stock };
const part = parts[name];
if (!part) throw new Error(`There is no part ${name}.`);
process.send?.(await part());
