/** A subgraph at a URL: signed calls over kept connections, bounded in time and size, with a breaker in front. */
import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  noop,
  type IPolicy,
} from 'cockatiel';
import { Pool, type Dispatcher } from 'undici';

import { timeoutHeader } from '#kit/deadline.ts';
import { traceHeaders } from '#kit/trace.ts';
import { signViewer, viewerHeader } from '#kit/viewer.ts';
import { remoteFeeds } from './remote-feeds.ts';
import type { RemoteSubgraph } from './remote-subgraph.ts';
import {
  SubgraphFault,
  type Asking,
  type SubgraphAnswer,
  type SubgraphRequest,
  type SubgraphSource,
} from './source.ts';

/** How many faults in a row open the breaker, and for how long, in milliseconds. */
const faultsInRow = 5;
const openMillis = 5_000;

/** Makes a source of a subgraph at a URL. */
export function remoteSource(remote: RemoteSubgraph): SubgraphSource {
  const { name, url, config } = remote;
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: config.subgraphConnections,
    headersTimeout: config.subgraphTimeoutMillis,
    bodyTimeout: config.subgraphTimeoutMillis,
  });
  const breaker = breakerOf(remote);
  const feeds = remoteFeeds(remote);
  const post = (request: SubgraphRequest, asking: Asking): Promise<SubgraphAnswer> =>
    breaker
      .execute(() => call(remote, pool, `${pathname}${search}`, request, asking))
      .catch((error: unknown) => {
        throw isBrokenCircuitError(error)
          ? new SubgraphFault(name, 'SUBGRAPH_UNAVAILABLE', error)
          : error;
      });
  return {
    name,
    ask: async (request, asking) => {
      try {
        return await post(request, asking);
      } catch (error) {
        const again = error instanceof SubgraphFault && error.retryable && isRead(request.query);
        // Signed anew: a subgraph takes no header twice.
        if (again && !asking.signal.aborted) return post(request, asking);
        throw error;
      }
    },
    follow: (request, viewer) => feeds.follow(request, viewer),
    stop: async () => {
      await feeds.stop();
      await pool.destroy();
    },
  };
}

/** Conformance suites let subgraphs fail on purpose, so an open gateway asks on. */
function breakerOf({ name, config, log }: RemoteSubgraph): IPolicy {
  if (config.open) return noop;
  const policy = handleWhen((error) => error instanceof SubgraphFault);
  const breaker = circuitBreaker(policy, {
    halfOpenAfter: openMillis,
    breaker: new ConsecutiveBreaker(faultsInRow),
  });
  breaker.onBreak(() => log.warn({ subgraph: name }, 'subgraph keeps failing; not asked for now'));
  breaker.onReset(() => log.info({ subgraph: name }, 'subgraph answers again'));
  return breaker;
}

async function call(
  { name, keys, config }: RemoteSubgraph,
  pool: Pool,
  path: string,
  { query, operationName, variables }: SubgraphRequest,
  { viewer, signal, deadline }: Asking,
): Promise<SubgraphAnswer> {
  const body = JSON.stringify({ query, variables, ...(operationName && { operationName }) });
  const millis = millisFor(config.subgraphTimeoutMillis, deadline);
  const timeOut = AbortSignal.timeout(config.subgraphTimeoutMillis);
  const binding = { subgraph: name, purpose: 'REQUEST', body } as const;
  try {
    const response = await pool.request({
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-request-id': viewer.requestId,
        [timeoutHeader]: String(millis),
        ...traceHeaders(),
        ...(keys && { [viewerHeader]: signViewer(viewer, binding, keys(), Date.now()) }),
      },
      body,
      signal: AbortSignal.any([signal, timeOut]),
    });
    const text = await read(name, response.body, config.subgraphAnswerBytes);
    return matching(name, variables, answerOf(name, text, response));
  } catch (error) {
    // The caller's own end is no fault of the subgraph.
    if (signal.aborted) throw signal.reason;
    throw faultOf(name, error, timeOut.aborted);
  }
}

/** The time that a subgraph is given: its own, or what is left of the request's. */
function millisFor(most: number, deadline: number | null): number {
  return deadline === null ? most : Math.max(1, Math.min(most, deadline - Date.now()));
}

async function read(
  name: string,
  body: Dispatcher.ResponseData['body'],
  most: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) {
      body.destroy();
      throw new SubgraphFault(name, 'SUBGRAPH_BAD_ANSWER', new Error(`more than ${most} bytes`));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(
  name: string,
  text: string,
  { statusCode }: Dispatcher.ResponseData,
): SubgraphAnswer {
  const answer = parsed(text);
  // A refusal of the request itself is between the gateway and the subgraph, unless it is of what the client sent.
  const refused =
    statusCode >= 400 && answer !== null && !('data' in answer) && !isInputRefusal(answer);
  if (answer && !refused && ('data' in answer || Array.isArray(answer.errors))) return answer;
  // Not the answer itself: whatever it is, it may hold what no log should.
  const cause = new Error(`HTTP ${statusCode}, ${text.length} characters that are no answer`);
  if (statusCode === gatewayTimeout) throw new SubgraphFault(name, 'SUBGRAPH_TIMEOUT', cause);
  throw statusCode >= 500
    ? new SubgraphFault(name, 'SUBGRAPH_UNAVAILABLE', cause)
    : new SubgraphFault(name, 'SUBGRAPH_BAD_ANSWER', cause);
}

/** An answer about things is a list with a place for each; the executor takes that for granted. */
function matching(
  name: string,
  { representations }: SubgraphRequest['variables'],
  answer: SubgraphAnswer,
): SubgraphAnswer {
  const entities = answer.data?.['_entities'];
  if (!Array.isArray(representations) || entities == null) return answer;
  if (Array.isArray(entities) && entities.length === representations.length) return answer;
  const found = Array.isArray(entities) ? String(entities.length) : 'no list';
  const cause = new Error(`${representations.length} things were asked for; there came ${found}`);
  throw new SubgraphFault(name, 'SUBGRAPH_BAD_ANSWER', cause);
}

function isInputRefusal({ errors }: SubgraphAnswer): boolean {
  const codes = Array.isArray(errors) ? errors.map(({ extensions }) => extensions?.['code']) : [];
  return codes.length > 0 && codes.every((code) => code === 'BAD_USER_INPUT');
}

/** What a subgraph says whose time is over. */
const gatewayTimeout = 504;

function parsed(text: string): SubgraphAnswer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Faults of a connection, before an answer began: what only reads may be asked once more. */
const connectionFaults = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function faultOf(name: string, error: unknown, timedOut: boolean): SubgraphFault {
  if (error instanceof SubgraphFault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (timedOut || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new SubgraphFault(name, 'SUBGRAPH_TIMEOUT', error);
  return new SubgraphFault(name, 'SUBGRAPH_UNAVAILABLE', error, connectionFaults.has(code));
}

function isRead(query: string): boolean {
  return !query.trimStart().startsWith('mutation');
}
