/** What is served, and an operation on its way to it. */
import type { QueryPlan } from '@apollo/query-planner';
import {
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';

import type { Allowed } from './identity/authorization.ts';
import type { Cache } from './cache.ts';
import type { Call } from './call.ts';
import type { Sources } from './execution/execution.ts';
import type { Supergraph } from './supergraph.ts';

/** What is served at the moment: a supergraph and the way to its subgraphs. */
export interface Served {
  supergraph: Supergraph;
  sources: Sources;
  /** Plans by operation and by what of it is allowed. */
  plans: Cache<QueryPlan>;
}

/** An operation that passed everything up to planning. */
export interface CheckedOperation {
  served: Served;
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  call: Call;
  allowed: Allowed;
  /** SHA-256 of the text, in hexadecimal. */
  queryHash: string;
}

/** What of an error may leave. */
export type FormatError = (error: GraphQLError) => GraphQLFormattedError;

/** A result that is one error and nothing else, such as a feed's last word. */
export function failed(format: FormatError, message: string, code: string): ExecutionResult {
  return { errors: [formatted(format, new GraphQLError(message, { extensions: { code } }))] };
}

/** What may leave of anything thrown, as a result carries it. */
export function formatted(format: FormatError, error: unknown): GraphQLError {
  const known =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('Unexpected error.', {
          originalError: error instanceof Error ? error : new Error(String(error)),
        });
  const { message, path, extensions } = format(known);
  return new GraphQLError(message, { ...(path && { path }), ...(extensions && { extensions }) });
}
