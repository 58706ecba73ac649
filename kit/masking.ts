/** What of an error may leave the house. */
import { type GraphQLFormattedError, GraphQLError } from 'graphql';

import { newId } from './id.ts';
import type { Log } from './log.ts';

/** Codes whose message was written for clients; every other error is masked. */
export const openCodes: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'REQUEST_TIMEOUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * Gives a client only message, path, code, the place in its input and when to try again of an error that was meant for it. Anything else is
 * logged with an id and answered by one sentence that carries the same id.
 *
 * @param open codes that pass besides `openCodes`
 */
export function mask(log: Log, open: readonly string[] = []) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { message, path, locations, extensions } = formatted;
    const code = extensions?.['code'];
    const where = { ...(path && { path }), ...(locations && { locations }) };
    if (typeof code === 'string' && (openCodes.has(code) || open.includes(code)))
      return {
        message,
        ...where,
        extensions: { code, ...inputPath(extensions), ...patience(extensions) },
      };
    return { ...sentence(maskedBefore(formatted) ?? logged(log, error)), ...where };
  };
}

/** The place of a fault in what the client sent: names and positions, and nothing else. */
function inputPath(extensions: Record<string, unknown> | undefined): { path?: unknown[] } {
  const path = extensions?.['path'];
  const isPath = Array.isArray(path) && path.every((part) => ['string', 'number'].includes(typeof part)); // prettier-ignore
  return isPath ? { path } : {};
}

/** When to try again, in seconds. */
function patience(extensions: Record<string, unknown> | undefined): { retryAfter?: number } {
  const retryAfter = extensions?.['retryAfter'];
  return Number.isSafeInteger(retryAfter) ? { retryAfter: Number(retryAfter) } : {};
}

function sentence(errorId: string): GraphQLFormattedError {
  return {
    message: `Something went wrong on our side; quote ${errorId} when you report it.`,
    extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
  };
}

const idForm = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

/** The id under which a service further in has logged the error; its text is written anew all the same. */
function maskedBefore({ extensions }: GraphQLFormattedError): string | null {
  const { code, errorId } = extensions ?? {};
  const masked = code === 'INTERNAL_SERVER_ERROR' && typeof errorId === 'string';
  return masked && idForm.test(errorId) ? errorId : null;
}

function logged(log: Log, error: unknown): string {
  const errorId = newId();
  log.error({ errorId, error: original(error) }, 'unexpected error');
  return errorId;
}

function original(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? error.originalError : error;
}
