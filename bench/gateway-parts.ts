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
import { createGateway } from '../gateway/gateway.ts';
import { benchGraph, readers } from './gateway-graph.ts';

const [, , name = '', base = 'http://127.0.0.1:1', planner = 'AUTO'] = process.argv;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Subgraphs that answer from memory; `/publish?count=N` tells their feed N events. */
async function subgraphs(): Promise<string> {
  const { schemas } = benchGraph(base);
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
    supergraphSdl: benchGraph(base).supergraphSdl,
    config: readGatewayConfig({ PORT: '0', GATEWAY_OPEN: 'true', PLANNER: planner }),
    log: createLog('bench', 'warn'),
  });
  const { url } = await gateway.listen();
  return new URL('graphql', url).href;
}

async function stock(): Promise<string> {
  const gateway = new ApolloGateway({ supergraphSdl: benchGraph(base).supergraphSdl });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return url;
}

const parts: Record<string, () => Promise<string>> = { subgraphs, ours, stock };
const part = parts[name];
if (!part) throw new Error(`There is no part ${name}.`);
process.send?.(await part());
