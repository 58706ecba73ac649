/** What HTTP says of a refusal, where no other part has said it: the status of a code, and how to sign in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Statuses of codes that a whole request may be refused with; a fault of what was sent otherwise. */
const statuses: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNTRUSTED_DOCUMENT: 403,
  RATE_LIMITED: 429,
  INTERNAL_SERVER_ERROR: 500,
  SUBGRAPH_BAD_ANSWER: 502,
  SUBGRAPH_UNAVAILABLE: 503,
  SUBGRAPH_TIMEOUT: 504,
  REQUEST_TIMEOUT: 504,
};

/** An error as far as HTTP looks at it. */
interface Coded {
  extensions?: Readonly<Record<string, unknown>>;
}

/** The status of a request that was refused with these errors; the first that has one of its own decides. */
export function statusOfErrors(errors: readonly Coded[]): number {
  for (const { extensions } of errors) {
    const status = statuses[String(extensions?.['code'])];
    if (status !== undefined) return status;
  }
  return 400;
}

/**
 * Says with a 401 how to sign in: by a bearer token, and whether the one that was sent is no good.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export function challenge(response: ServerResponse, status: number): void {
  if (status !== 401) return;
  const sent = response.req.headers.authorization !== undefined;
  response.setHeader('www-authenticate', sent ? 'Bearer error="invalid_token"' : 'Bearer');
}

/** Says when to try again, in seconds, where a refusal knows. */
export function sayWhen(response: ServerResponse, errors: readonly Coded[]): void {
  const waits = errors.flatMap(({ extensions }) => {
    const seconds = extensions?.['retryAfter'];
    return typeof seconds === 'number' ? [seconds] : [];
  });
  if (waits.length > 0) response.setHeader('retry-after', String(Math.max(...waits)));
}

/** Faults in what a client wrote, which the older media type reports in the body alone. */
const writtenFaults = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
]);

/** GraphQL over HTTP: a client that accepts only `application/json` gets 200 for a well-formed request. */
export function statusAsAsked({ headers }: IncomingMessage, status: number, text: string): number {
  const accept = headers.accept ?? '';
  const older =
    accept.includes('application/json') && !accept.includes('application/graphql-response+json');
  if (status !== 400 || !older) return status;
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
  const written = errors.every(({ extensions }) => writtenFaults.has(extensions?.code ?? ''));
  return written ? 200 : status;
}

/** What is said of a request that never became one, by Node's codes; of any other that it was not HTTP. */
const brokenStatuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Ends a connection on which no request could be read; says why, unless something else has been said on it. */
export function breakOff(socket: Duplex, { code = '' }: NodeJS.ErrnoException): void {
  const isNew = socket instanceof Socket && socket.bytesWritten === 0;
  if (!isNew || !socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = brokenStatuses[code] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
