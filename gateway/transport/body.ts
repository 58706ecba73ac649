/** The body of a request: how large it may be, and the JSON that it holds. */
import type { IncomingMessage } from 'node:http';

import { GraphQLError } from 'graphql';

import type { GatewayConfig } from '../config.ts';
import type { Door, Visit } from '../door.ts';

/**
 * How many bytes a body may have. Only who is signed in sends documents, so nobody else makes us read so much.
 *
 * @throws {GraphQLError} UNAUTHENTICATED for a large body with a token that is not valid
 */
export async function bodyLimit(
  { headers }: IncomingMessage,
  { bodyBytes, uploadBytes }: GatewayConfig,
  door: Door,
  visit: Pick<Visit, 'requestId' | 'address' | 'transport'>,
): Promise<number> {
  const length = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (headers.authorization === undefined || length <= bodyBytes) return bodyBytes;
  const { viewer } = await door.identify(headers.authorization, visit);
  return viewer.userId === null ? bodyBytes : uploadBytes;
}

/**
 * The JSON of a request; an empty object for another content type, which Apollo Server refuses.
 *
 * @throws {GraphQLError} REQUEST_TOO_LARGE, BAD_REQUEST
 */
export async function bodyOf(request: IncomingMessage, bodyBytes: number): Promise<unknown> {
  const tooLarge = badRequest(
    `A request has at most ${bodyBytes} bytes.`,
    413,
    'REQUEST_TOO_LARGE',
  );
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw tooLarge;
  refusePacked(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytes) throw tooLarge;
    chunks.push(chunk);
  }
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/json') return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw badRequest('The body is not JSON.');
  }
}

/** A request that cannot be understood. */
export function badRequest(message: string, status = 400, code = 'BAD_REQUEST'): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** What a packed body would be unpacked to is nothing that its length bounds. */
function refusePacked({ headers }: IncomingMessage): void {
  const { 'content-encoding': encoding = 'identity' } = headers;
  if (encoding !== 'identity') throw badRequest('Send the body as it is, not packed.', 415);
}
