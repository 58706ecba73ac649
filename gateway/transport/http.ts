/** The gateway over HTTP: one path, one answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';

import { newId } from '#kit/id.ts';
import type { Log } from '#kit/log.ts';
import { traced, traceHeader } from '#kit/trace.ts';
import { addressOf } from '../limits/address.ts';
import type { Call } from '../call.ts';
import type { GatewayConfig } from '../config.ts';
import { operationStep, timeOut, type Door } from '../door.ts';
import { bodyLimit, bodyOf } from './body.ts';
import { answerAsStream, streamPath, streamRequest } from './event-stream.ts';
import type { Health } from '../telemetry/health.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { formatted } from '../operation.ts';
import type { Origins } from './origins.ts';
import type { Page } from '../page/page.ts';
import type { Pipeline } from '../pipeline.ts';
import { answerPublication, publications } from './publication.ts';
import type { NoteUnbegun, Unbegun } from '../telemetry/request-log.ts';
import { breakOff, challenge, sayWhen, statusAsAsked } from './status.ts';
import type { Tokens } from '../identity/tokens.ts';

/** What answers over HTTP. */
export interface HttpOptions {
  config: GatewayConfig;
  log: Log;
  pipeline: Pipeline;
  door: Door;
  tokens: Tokens;
  health: Health;
  metrics: Metrics;
  /** Told of requests that are refused before they are operations. */
  noteUnbegun: NoteUnbegun;
  origins: Origins;
  page: Page;
}

/** One request on its way. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  requestId: string;
  /** Where it comes from; see `addressOf`. */
  address: string;
  /** When it came, by `performance.now()`. */
  began: number;
}

type Route = (exchange: Exchange) => Promise<void>;

/** The longest that headers may take, and how often connections are looked at that are slow, in milliseconds. */
const headersMillis = 10_000;
const checkMillis = 1_000;

/** Makes the server; it does not listen yet. */
export function createHttp(options: HttpOptions): Server {
  const { log, origins, config } = options;
  const routes = routesOf(options);
  const answer: Route = async (exchange) => {
    const { request, response, url } = exchange;
    origins.allow(request, response);
    if (request.method === 'OPTIONS') return end(response, 204);
    const route = routes.get(url.pathname);
    if (route) return route(exchange);
    if (!options.page.serve(request, response, url.pathname))
      json(response, 404, { message: 'There is nothing here.' });
  };
  const server = createServer(
    {
      requestTimeout: config.requestTimeoutMillis,
      headersTimeout: Math.min(config.requestTimeoutMillis, headersMillis),
      connectionsCheckingInterval: checkMillis,
      // Java's client offers HTTP/2 with each request; who need not take up an offer answers as if there were none.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      const exchange = exchangeOf(request, response, config);
      if (!exchange) return end(response, 400);
      answer(exchange).catch((error: unknown) => {
        fail(options, exchange, error);
      });
    },
  );
  server.on('clientError', (error, socket) => {
    log.debug({ error }, 'a connection broke');
    breakOff(socket, error);
  });
  return server;
}

function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  config: GatewayConfig,
): Exchange | null {
  const target = request.url ?? '/';
  if (!URL.canParse(target, 'http://gateway')) return null;
  const requestId = newId();
  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  const url = new URL(target, 'http://gateway');
  const address = addressOf(request, config);
  return { request, response, url, requestId, address, began: performance.now() };
}

function routesOf(options: HttpOptions): ReadonlyMap<string, Route> {
  const { door, tokens, health, metrics } = options;
  return new Map<string, Route>([
    ['/graphql', (exchange) => answerGraphql(options, exchange)],
    [streamPath, (exchange) => answerStream(options, exchange)],
    ...publications.map((publication): [string, Route] => [
      publication.path,
      ({ request, response, url, requestId, address }) => {
        const visit = { transport: 'HTTP', address, requestId } as const;
        return answerPublication(publication, door, request, url, response, {
          ...visit,
          signed: () => door.identify(request.headers.authorization, visit),
        });
      },
    ]),
    [
      '/.well-known/jwks.json',
      async ({ response }) => {
        response.setHeader('cache-control', 'public, max-age=60');
        json(response, 200, await tokens.published());
      },
    ],
    ['/health/live', async ({ response }) => json(response, 200, { live: true })],
    [
      '/health/ready',
      async ({ response }) => {
        const state = await health.state();
        json(response, state.ready ? 200 : 503, state);
      },
    ],
    [
      '/metrics',
      async ({ request, response }) => {
        if (!mayScrape(options.config, request))
          return json(response, 404, { message: 'There is nothing here.' });
        const { type, text } = await metrics.scrape();
        response.setHeader('content-type', type);
        end(response, 200, text);
      },
    ],
  ]);
}

async function answerGraphql(
  { config, door, pipeline, noteUnbegun }: HttpOptions,
  { request, response, url, requestId, address, began }: Exchange,
): Promise<void> {
  const visit = { transport: 'HTTP', address, requestId } as const;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body =
    request.method === 'POST'
      ? await bodyOf(request, await bodyLimit(request, config, door, visit))
      : undefined;
  let call: Call | null = null;
  const step = { ...operationStep('HTTP', requestId), parent: traceOf(request, config) };
  const answer = await traced('graphql', step, () =>
    pipeline.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'GET',
        headers: headersOf(request),
        search: url.search,
        body,
      },
      context: async () => {
        const signed = await door.identify(request.headers.authorization, visit);
        const patience = timeOut(config, gone.signal);
        call = door.admit(signed, { address, transport: 'HTTP', ...patience });
        return call;
      },
    }),
  );
  const text = answer.body.kind === 'complete' ? answer.body.string : '';
  if (!hasBegun(call)) {
    const { errors = [] } = JSON.parse(text) as Pick<Partial<Unbegun>, 'errors'>;
    noteUnbegun({ ...visit, began, errors });
  }
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  end(response, statusAsAsked(request, answer.status ?? 200, text), text);
}

/** Whether what a callback may have made is an operation. */
function hasBegun(call: Call | null): boolean {
  return call?.stage.begun === true;
}

/** A trace goes on that a trusted proxy began; anybody else's would be theirs to forge. */
function traceOf({ headers }: IncomingMessage, config: GatewayConfig): string | undefined {
  const header = config.trustedProxies > 0 ? headers[traceHeader] : undefined;
  return typeof header === 'string' ? header : undefined;
}

async function answerStream(
  { config, door }: HttpOptions,
  { request, response, url, requestId, address }: Exchange,
): Promise<void> {
  if (!['GET', 'POST'].includes(request.method ?? '')) {
    response.setHeader('allow', 'GET, POST');
    return json(response, 405, { message: 'Use GET or POST.' });
  }
  const body = request.method === 'POST' ? await bodyOf(request, config.bodyBytes) : undefined;
  const visit = { address, requestId };
  await answerAsStream(door, streamRequest(request, url, body), response, {
    ...visit,
    signed: () => door.identify(request.headers.authorization, { transport: 'SSE', ...visit }),
  });
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

function fail({ pipeline, noteUnbegun }: HttpOptions, exchange: Exchange, error: unknown): void {
  const { request, response, url, requestId, address, began } = exchange;
  if (response.headersSent || isGone(exchange, error)) {
    response.destroy();
    return;
  }
  const http = error instanceof GraphQLError ? error.extensions['http'] : null;
  const { status = 500 } = (http ?? {}) as { status?: number };
  // What is left of a body that was refused is not read.
  if (!request.complete) response.setHeader('connection', 'close');
  const errors = [formatted(pipeline.format, error)];
  sayWhen(response, errors);
  const transport = url.pathname === streamPath ? 'SSE' : 'HTTP';
  noteUnbegun({ requestId, transport, address, began, errors });
  json(response, status, { errors });
}

/** Whether the client left before it had sent everything: nobody waits for an answer, and nothing went wrong here. */
function isGone({ request }: Exchange, error: unknown): boolean {
  return !(error instanceof GraphQLError) && request.destroyed && !request.complete;
}

/** In production figures are for who knows the word; elsewhere for everybody. */
function mayScrape(
  { production, metricsToken }: GatewayConfig,
  { headers }: IncomingMessage,
): boolean {
  if (metricsToken === null) return !production;
  return headers.authorization === `Bearer ${metricsToken}`;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  end(response, status, JSON.stringify(value));
}

function end(response: ServerResponse, status: number, text?: string): void {
  challenge(response, status);
  response.writeHead(status);
  response.end(text);
}
