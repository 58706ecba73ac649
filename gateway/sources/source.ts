/** A subgraph as the gateway sees it, in this process or at a URL. */
import type { GraphQLFormattedError } from 'graphql';

import type { Viewer } from '#kit/viewer.ts';

/** An operation for one subgraph. */
export interface SubgraphRequest {
  query: string;
  operationName?: string;
  variables: Record<string, unknown>;
}

/** What a subgraph says. */
export interface SubgraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
  /** When what an event tells came about, in milliseconds since the epoch; where the subgraph says so. */
  publishedAt?: number;
}

/** When an event came about, of the result that tells it; nothing where its subgraph does not say. */
export function publishedAtOf({
  extensions,
}: {
  extensions?: unknown;
}): Pick<SubgraphAnswer, 'publishedAt'> {
  const told = (extensions ?? {}) as { publishedAt?: unknown };
  return typeof told.publishedAt === 'number' ? { publishedAt: told.publishedAt } : {};
}

/** For whom a subgraph is asked, and until when. */
export interface Asking {
  viewer: Viewer;
  signal: AbortSignal;
  /** When the time is over, in milliseconds since the epoch; null where only the signal knows. */
  deadline: number | null;
}

/** A subgraph that can be asked. */
export interface SubgraphSource {
  name: string;
  /**
   * Runs a query or mutation.
   *
   * @throws {SubgraphFault} when there is no answer
   */
  ask(request: SubgraphRequest, asking: Asking): Promise<SubgraphAnswer>;
  /**
   * Starts a subscription; a refusal is its only answer. Ending the iteration ends the subscription.
   *
   * @throws {SubgraphFault} from the iteration, when the feed is lost
   */
  follow(request: SubgraphRequest, viewer: Viewer): AsyncIterableIterator<SubgraphAnswer>;
  stop(): Promise<void>;
}

/** Why a subgraph gave no answer. */
export type SubgraphFaultCode =
  /** No connection, or too many faults of late. */
  | 'SUBGRAPH_UNAVAILABLE'
  /** No answer within its time. */
  | 'SUBGRAPH_TIMEOUT'
  /** An answer that is not GraphQL, or too large. */
  | 'SUBGRAPH_BAD_ANSWER';

/** Codes of faults, whose messages were written for clients. */
export const subgraphFaultCodes: readonly SubgraphFaultCode[] = [
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_BAD_ANSWER',
];

/** A subgraph gave no answer. */
export class SubgraphFault extends Error {
  readonly code: SubgraphFaultCode;
  readonly subgraph: string;
  /** Whether the request certainly did not reach the subgraph or may be asked again when it only reads. */
  readonly retryable: boolean;

  constructor(subgraph: string, code: SubgraphFaultCode, cause?: unknown, retryable = false) {
    super(faultMessages[code].replace('%', subgraph), { cause });
    this.name = 'SubgraphFault';
    this.subgraph = subgraph;
    this.code = code;
    this.retryable = retryable;
  }
}

const faultMessages: Record<SubgraphFaultCode, string> = {
  SUBGRAPH_UNAVAILABLE: 'The part "%" cannot be reached now; try again later.',
  SUBGRAPH_TIMEOUT: 'The part "%" did not answer in time; try again later.',
  SUBGRAPH_BAD_ANSWER: 'The part "%" gave an answer that cannot be used.',
};
