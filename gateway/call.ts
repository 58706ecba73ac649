/** One request on its way through the gateway. */
import type { QueryPlan } from '@apollo/query-planner';
import type { ExecutionResult } from 'graphql';

import type { Viewer } from '#kit/viewer.ts';
import type { Renewals } from './feeds/renewals.ts';

/** What a call to one subgraph took. */
export interface Spent {
  calls: number;
  /** Milliseconds, summed over calls that may have run side by side. */
  millis: number;
}

/** A place for the feed of a subscription; only transports that can carry one offer it. */
export interface FeedPlace {
  feed: AsyncIterableIterator<ExecutionResult> | null;
}

/** What the gateway's parts know of a request. */
export interface Call {
  viewer: Viewer;
  /** When the token ends, in milliseconds since the epoch; null for a visitor or a call from this process. */
  expiresAt: number | null;
  /** Tells of newer tokens in the same connection; null where none can come. */
  renewals: Renewals | null;
  /** Aborted when the time is over or the client has gone. */
  signal: AbortSignal;
  /** When the time is over, in milliseconds since the epoch; null where a program in this process minds its own. */
  deadline: number | null;
  /** By subgraph. */
  spent: Map<string, Spent>;
  feedPlace: FeedPlace | null;
  /** Cost by `@cost` and `@listSize`; 0 before it is counted. */
  cost: number;
  /** The plan, once there is one. */
  plan: QueryPlan | null;
  /** Where the request came from; null for a call from this process. */
  address: string | null;
  /** Whether it has come as far as being an operation, which the request log then tells of; kept by the server's copies. */
  stage: { begun: boolean };
  /** How the request came. */
  transport: 'HTTP' | 'WEBSOCKET' | 'SSE' | 'PROCESS';
}

/** A call of a viewer. */
export function callOf(viewer: Viewer, parts: Partial<Omit<Call, 'viewer'>> = {}): Call {
  return {
    viewer,
    expiresAt: null,
    renewals: null,
    signal: new AbortController().signal,
    deadline: null,
    spent: new Map(),
    feedPlace: null,
    cost: 0,
    plan: null,
    address: null,
    stage: { begun: false },
    transport: 'PROCESS',
    ...parts,
  };
}

/** Adds one call to a subgraph to what a request has spent. */
export function spend(call: Call, subgraph: string, millis: number): void {
  const sofar = call.spent.get(subgraph) ?? { calls: 0, millis: 0 };
  call.spent.set(subgraph, { calls: sofar.calls + 1, millis: sofar.millis + millis });
}

/**
 * What subgraphs may tell viewers apart by: two viewers with the same text are answered alike. The request id is
 * no part of it.
 */
export function identityOf({ userId, companies, roles, scopes }: Viewer): string {
  if (userId === null && scopes.length === 0) return '';
  return JSON.stringify([
    userId,
    companies.map(({ companyId, role }) => `${companyId} ${role}`).toSorted(),
    roles.toSorted(),
    scopes.toSorted(),
  ]);
}
