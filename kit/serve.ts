/** How a subgraph is served when it runs alone: GraphQL over HTTP and graphql-transport-ws, to the gateway only. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { WebSocketServer } from 'ws';

import { timeIsOver, timeoutHeader, withDeadline, type Deadline } from './deadline.ts';
import { databaseOf } from './health.ts';
import type { Log } from './log.ts';
import { mask } from './masking.ts';
import { serveSockets, type SocketExtra } from './socket.ts';
import {
  executable,
  subscribeTimed,
  type Runtime,
  type Service,
  type Subgraph,
} from './subgraph.ts';
import { traced, traceHeader } from './trace.ts';
import {
  operationBody,
  viewerGate,
  viewerHeader,
  type Viewer,
  type ViewerGate,
  type ViewerKeys,
} from './viewer.ts';

/** Where a subgraph listens, and whom it believes. */
export interface ServeOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Keys of the gateway's signatures; a function is asked at every request, so that keys can change meanwhile. */
  viewerKeys: ViewerKeys | (() => ViewerKeys);
  /** Bytes of one request body. */
  bodyBytes?: number;
  /** How long a stop waits for requests under way, in milliseconds. */
  drainMillis?: number;
}

/** A subgraph that is served. */
export interface Served {
  /** Where its GraphQL is. */
  url: string;
  port: number;
  /** Lets requests under way finish, then stops the subgraph too. */
  stop(): Promise<void>;
}

/** Imports send hundreds of rows in one request. */
const defaultBodyBytes = 8 * 2 ** 20;
const defaultDrainMillis = 5_000;

/** The most that a gateway may give, in milliseconds. */
const longestMillis = 3_600_000;

/** How much longer work may go on, in milliseconds: it is the gateway that says first that time is over, and hangs up. */
const graceMillis = 250;

const path = '/graphql';

/**
 * Starts a subgraph and serves it. But for `/health/live` and `/health/ready` it answers nobody without a viewer that
 * the gateway signed for this very request.
 */
export async function serve(
  subgraph: Subgraph,
  runtime: Runtime,
  options: ServeOptions,
): Promise<Served> {
  const { viewerKeys: keys, host, port } = options;
  const schema = executable(subgraph);
  const service = await subgraph.start(runtime);
  const gate = viewerGate(subgraph.name, typeof keys === 'function' ? keys : () => keys);
  const formatError = mask(runtime.log);
  const apollo = new ApolloServer<{ viewer: Viewer }>({
    schema,
    formatError,
    logger: runtime.log,
    // Only the gateway comes through, and it sends no cookies and needs no stack traces.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    introspection: true,
    stopOnTerminationSignals: false,
    stringifyResult: (result) => JSON.stringify(result),
    plugins: [
      // Both wrap every resolver: for a tracer that nobody here is, and for cache hints that nobody gives.
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      // Nothing is told to anybody elsewhere, and no page is loaded from there, whatever the environment says.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await apollo.start();
  const parts: Parts = {
    name: subgraph.name,
    apollo,
    schema,
    service,
    gate,
    formatError,
    options,
    log: runtime.log,
    database: databaseOf(service),
    stopping: false,
  };
  const http = createServer((request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      // Nobody waits any more.
      if (response.destroyed) return;
      if (isTimeOut(error)) return reply(response, 504, timedOut);
      runtime.log.error({ error }, 'a request broke');
      if (response.headersSent) response.destroy();
      else reply(response, 500, internal);
    });
  });
  const sockets = acceptSockets(http, parts);
  http.listen(port, host);
  await once(http, 'listening');
  const { port: opened } = http.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${opened}${path}`,
    port: opened,
    stop: async () => {
      parts.stopping = true;
      await close(http, sockets, options.drainMillis ?? defaultDrainMillis);
      await apollo.stop();
      await service.stop();
    },
  };
}

interface Parts {
  name: string;
  apollo: ApolloServer<{ viewer: Viewer }>;
  schema: GraphQLSchema;
  service: Service;
  gate: ViewerGate;
  formatError: ReturnType<typeof mask>;
  options: ServeOptions;
  log: Log;
  /** Whether the database answers. */
  database: () => Promise<boolean>;
  stopping: boolean;
}

const refusedAnswer = {
  errors: [
    {
      message: 'Only the gateway is answered here.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
};

const internal = {
  errors: [{ message: 'Something went wrong.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
};

const timedOut = { errors: [timeIsOver()] };

function isTimeOut(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

async function answer(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [target] = (request.url ?? '').split('?');
  if (target?.startsWith('/health/')) return answerHealth(parts, target, response);
  if (target !== path || request.method !== 'POST') return reply(response, 401, refusedAnswer);
  const body = await bodyOf(request, parts.options.bodyBytes ?? defaultBodyBytes);
  if (!body) {
    response.setHeader('connection', 'close');
    return reply(response, 413, refusedAnswer);
  }
  // Before a byte of it is read as JSON.
  const viewer = parts.gate.admit(text(request.headers[viewerHeader]), {
    purpose: 'REQUEST',
    body,
  });
  if (!viewer) return reply(response, 401, refusedAnswer);
  return answerGraphql(parts, viewer, body, request, response);
}

async function answerHealth(parts: Parts, target: string, response: ServerResponse): Promise<void> {
  if (target === '/health/live') return reply(response, 200, { live: true });
  if (target !== '/health/ready') return reply(response, 401, refusedAnswer);
  const ready = !parts.stopping && (await parts.database());
  reply(response, ready ? 200 : 503, { ready });
}

async function answerGraphql(
  { name, apollo, service }: Parts,
  viewer: Viewer,
  body: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = new HeaderMap([['content-type', 'application/json']]);
  headers.set('accept', request.headers.accept ?? 'application/json');
  const result = await traced(
    'graphql',
    {
      kind: 'SERVER',
      attributes: { 'oca.subgraph': name, 'oca.request_id': viewer.requestId },
      parent: text(request.headers[traceHeader]),
    },
    () =>
      withDeadline(deadlineOf(request, response), () =>
        apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: {
            method: 'POST',
            headers,
            search: '',
            body: JSON.parse(body.toString('utf8')) as unknown,
          },
          context: () => service.createContext(viewer),
        }),
      ),
  );
  for (const [header, value] of result.headers) response.setHeader(header, value);
  response.writeHead(result.status ?? 200);
  response.end(result.body.kind === 'complete' ? result.body.string : '');
}

/** The time that the gateway gives, which may be less than it says: when it hangs up, nobody waits for an answer. */
function deadlineOf(request: IncomingMessage, response: ServerResponse): Deadline {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const millis = Number(text(request.headers[timeoutHeader]));
  if (!Number.isInteger(millis) || millis < 1 || millis > longestMillis)
    return { signal: gone.signal, at: null };
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(millis + graceMillis)]);
  return { signal, at: Date.now() + millis };
}

async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > most) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface Admitted extends SocketExtra {
  /** What each operation may reach, by its id. */
  contexts?: Map<string, { viewer: Viewer }>;
}

function acceptSockets(http: Server, parts: Parts): { stop(): Promise<void> } {
  const { schema, service, gate, formatError, options } = parts;
  const sockets = new WebSocketServer({
    server: http,
    path,
    maxPayload: options.bodyBytes ?? defaultBodyBytes,
    perMessageDeflate: false,
  });
  const masked = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    errors.map((error) => formatError(error.toJSON(), error));
  return serveSockets<Admitted>(
    sockets,
    {
      schema,
      subscribe: (args) => subscribeTimed(args),
      onConnect: ({ connectionParams }) =>
        gate.admit(text(connectionParams?.['viewer']), { purpose: 'CONNECTION', body: '' }) !==
        null,
      onSubscribe: async ({ extra }, id, payload) => {
        const body = operationBody(payload);
        const header = text(payload.extensions?.['viewer']);
        const viewer = gate.admit(header, { purpose: 'OPERATION', body });
        if (!viewer) return [refusal()];
        try {
          // Here and not in `context`: what is thrown there ends the socket, with the feeds of everybody else.
          const context = await service.createContext(viewer);
          (extra.contexts ??= new Map()).set(id, context);
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
        return undefined;
      },
      context: ({ extra }, id) => {
        const context = extra.contexts?.get(id);
        if (!context) throw refusal();
        return context;
      },
      onNext: (_context, _id, _payload, _args, { errors, ...others }) => {
        const result: object = { ...others, ...(errors && { errors: masked(errors) }) };
        return result;
      },
      onError: (_context, _id, _payload, errors) =>
        masked(errors.filter((error) => error instanceof GraphQLError)),
      onComplete: ({ extra }, id) => void extra.contexts?.delete(id),
    },
    parts.log,
  );
}

function refusal(): GraphQLError {
  return new GraphQLError('Only the gateway is answered here.', {
    extensions: { code: 'UNAUTHENTICATED' },
  });
}

async function close(
  http: Server,
  sockets: { stop(): Promise<void> },
  drainMillis: number,
): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  const forced = setTimeout(() => http.closeAllConnections(), drainMillis);
  await sockets.stop();
  http.closeIdleConnections();
  await closed;
  clearTimeout(forced);
}

function reply(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
