/** One line a request: what it was, for whom, what it cost and took; never its text, variables or answer. */
import type { ApolloServerPlugin } from '@apollo/server';
import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

import type { Log } from '#kit/log.ts';
import { currentTrace, note } from '#kit/trace.ts';
import type { Call } from './call.ts';
import type { Marks } from './marks.ts';
import type { Metrics } from './metrics.ts';

/** The tag on a root field that is asked for by nobody: neither viewer nor request can be told by the log. */
export const anonymousTag = 'anonymous';

/** Writes the line and counts the request when it is answered. */
export function requestLog(
  log: Log,
  metrics: () => Metrics,
  marks: () => Pick<Marks, 'tags'>,
): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => {
      const began = performance.now();
      metrics().inFlight.inc();
      return {
        willSendResponse: async ({
          contextValue: call,
          document,
          operation,
          operationName,
          response,
        }) => {
          const millis = performance.now() - began;
          const kind = operation?.operation ?? 'unknown';
          const codes = codesOf(response.body);
          metrics().inFlight.dec();
          metrics().answered({ call, kind, name: operationName ?? null, codes, millis });
          const fragments = fragmentsOf(document);
          const unnamed = operation != null && isUnnamed(operation, fragments, marks());
          const trace = unnamed ? null : currentTrace();
          note({
            'graphql.operation.type': kind,
            'graphql.operation.name': operationName?.slice(0, longestName) ?? '',
            'oca.cost': call.cost,
            'oca.codes': codes,
          });
          log.info(
            {
              requestId: unnamed ? null : call.viewer.requestId,
              ...(trace !== null && { traceId: trace }),
              transport: call.transport,
              kind,
              operation: unnamed ? null : (operationName?.slice(0, longestName) ?? null),
              viewer: unnamed ? null : call.viewer.userId,
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

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf(document: DocumentNode | undefined): Fragments {
  const found = (document?.definitions ?? []).filter(
    (each) => each.kind === Kind.FRAGMENT_DEFINITION,
  );
  return new Map(found.map((each) => [each.name.value, each]));
}

/** Whether an operation selects a root field that is asked for by nobody, in a fragment too. */
export function isUnnamed(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
  { tags }: Pick<Marks, 'tags'>,
): boolean {
  const root = `${operation[0]?.toUpperCase()}${operation.slice(1)}`;
  const within = ({ selections }: SelectionSetNode): boolean =>
    selections.some((each) => {
      if (each.kind === Kind.FIELD)
        return tags.get(`${root}.${each.name.value}`)?.includes(anonymousTag) ?? false;
      if (each.kind === Kind.INLINE_FRAGMENT) return within(each.selectionSet);
      const fragment = fragments.get(each.name.value);
      return fragment !== undefined && within(fragment.selectionSet);
    });
  return within(selectionSet);
}

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
