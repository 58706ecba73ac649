/** One line a request: what it was, for whom, what it cost and took; never its text, variables or answer. */
import type { ApolloServerPlugin } from '@apollo/server';

import type { Log } from '#kit/log.ts';
import { currentTrace, note } from '#kit/trace.ts';
import type { Call } from './call.ts';
import type { Metrics } from './metrics.ts';

/** Writes the line and counts the request when it is answered. */
export function requestLog(log: Log, metrics: () => Metrics): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => {
      const began = performance.now();
      metrics().inFlight.inc();
      return {
        willSendResponse: async ({ contextValue: call, operation, operationName, response }) => {
          const millis = performance.now() - began;
          const kind = operation?.operation ?? 'unknown';
          const codes = codesOf(response.body);
          metrics().inFlight.dec();
          metrics().answered({ call, kind, name: operationName ?? null, codes, millis });
          const trace = currentTrace();
          note({
            'graphql.operation.type': kind,
            'graphql.operation.name': operationName?.slice(0, longestName) ?? '',
            'oca.cost': call.cost,
            'oca.codes': codes,
          });
          log.info(
            {
              requestId: call.viewer.requestId,
              ...(trace !== null && { traceId: trace }),
              transport: call.transport,
              kind,
              operation: operationName?.slice(0, longestName) ?? null,
              viewer: call.viewer.userId,
              cost: call.cost,
              millis: rounded(millis),
              subgraphs: Object.fromEntries(
                [...call.spent].map(([name, { calls, millis: spent }]) => [
                  name,
                  { calls, millis: rounded(spent) },
                ]),
              ),
              ...(codes.length > 0 && { codes }),
            },
            'request',
          );
        },
      };
    },
  };
}

/** Names come from clients. */
const longestName = 100;

interface Answered {
  kind: string;
  singleResult?: { errors?: readonly { extensions?: Record<string, unknown> }[] };
}

function codesOf(body: object): string[] {
  const { singleResult } = body as Answered;
  const codes = (singleResult?.errors ?? []).map(({ extensions }) => String(extensions?.['code']));
  return [...new Set(codes)];
}

function rounded(millis: number): number {
  return Math.round(millis * 10) / 10;
}
