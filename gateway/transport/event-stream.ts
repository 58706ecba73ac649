/** Server-sent events: one operation a connection, as graphql-sse's distinct connections mode has it. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ExecutionResult } from 'graphql';

import type { Door, GraphRequest, Outcome, Visit } from '../door.ts';
import { badRequest } from './body.ts';
import { challenge, sayWhen, statusOfErrors } from './status.ts';

/** Where event streams are opened. */
export const streamPath = '/graphql/stream';

/** How often a silent stream shows that it lives, in milliseconds. */
const pingMillis = 12_000;

/** Answers one operation as a stream of events; resolves when it is over. Slow readers hold back only themselves. */
export async function answerAsStream(
  door: Door,
  request: GraphRequest,
  response: ServerResponse,
  visit: Omit<Visit, 'transport' | 'signal'>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const outcome = await door.run(request, { ...visit, transport: 'SSE', signal: gone.signal });
  if (isRefusal(outcome)) {
    const { errors = [] } = outcome;
    const status = statusOfErrors(errors);
    challenge(response, status);
    sayWhen(response, errors);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(outcome));
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.write(':\n\n');
  if (Symbol.asyncIterator in outcome) await write(response, outcome);
  else await send(response, `event: next\ndata: ${JSON.stringify(outcome)}\n\n`);
  response.end('event: complete\ndata:\n\n');
}

async function write(
  response: ServerResponse,
  feed: AsyncIterableIterator<ExecutionResult>,
): Promise<void> {
  const leave = (): void => void feed.return?.();
  response.once('close', leave);
  const ping = setInterval(() => response.write(':\n\n'), pingMillis);
  try {
    for await (const result of feed)
      await send(response, `event: next\ndata: ${JSON.stringify(result)}\n\n`);
  } finally {
    clearInterval(ping);
    response.off('close', leave);
  }
}

async function send(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}

function isRefusal(outcome: Outcome): outcome is ExecutionResult {
  return !(Symbol.asyncIterator in outcome) && outcome.data === undefined;
}

/**
 * The operation of a stream's request.
 *
 * @throws {GraphQLError} BAD_REQUEST
 */
export function streamRequest(request: IncomingMessage, url: URL, body: unknown): GraphRequest {
  if (request.method !== 'GET') return requestOf(body);
  const { query, variables, operationName } = Object.fromEntries(url.searchParams);
  if (query !== undefined && /\bmutation\b/.test(query))
    throw badRequest('Changes are not made by GET.');
  return requestOf({
    query,
    operationName,
    ...(variables !== undefined && { variables: parsed(variables) }),
  });
}

function requestOf(given: unknown): GraphRequest {
  const { query, variables, operationName } = (given ?? {}) as Record<string, unknown>;
  const known = variables ?? {};
  if (typeof query !== 'string' || typeof known !== 'object' || Array.isArray(known))
    throw badRequest('Send a query, and variables as an object.');
  return {
    query,
    variables: known as Record<string, unknown>,
    ...(typeof operationName === 'string' && { operationName }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The variables are not JSON.');
  }
}
