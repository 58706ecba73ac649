/** One line a request: what it was, for whom, what it cost and took; never its text, variables or answer. */
import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

import type { Log } from '#kit/log.ts';
import { currentTrace, note } from '#kit/trace.ts';
import { visitor } from '#kit/viewer.ts';
import { callOf, type Call } from '../call.ts';
import type { Marks } from '../marks.ts';
import type { Answered, Metrics } from './metrics.ts';
import type { Rates } from '../limits/rates.ts';
import { fragmentsOf, type Fragments } from '../selection.ts';

/** The tag on a root field that is asked for by nobody: neither viewer nor request can be told by the log. */
export const anonymousTag = 'anonymous';

/** Writes the line and counts the request when it is answered. */
export function requestLog(
  log: Log,
  metrics: () => Metrics,
  marks: () => Pick<Marks, 'tags'>,
): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async ({ contextValue }) => {
      contextValue.stage.begun = true;
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
          const codes = codesOf(errorsOf(response.body));
          metrics().inFlight.dec();
          metrics().answered({ call, kind, name: operationName ?? null, codes, millis });
          const unnamed =
            operation != null && isUnnamed(operation, fragmentsOf(document ?? none), marks());
          const name = unnamed || !operationName ? null : operationName.slice(0, longestName);
          note(attributesOf({ call, kind, name, codes }));
          const { transport, cost } = call;
          const line = { transport, kind, operation: name, cost, millis: rounded(millis) };
          log.info(
            {
              ...(unnamed ? nobody : askerOf(call)),
              ...line,
              subgraphs: spentIn(call),
              ...(codes.length > 0 && { codes }),
            },
            'request',
          );
        },
      };
    },
  };
}

/** A request that was refused before it was an operation: its token, its size, its form. */
export interface Unbegun {
  requestId: string;
  /** Where from; null for a call from this process. */
  address: string | null;
  transport: Call['transport'];
  /** When it came, by `performance.now()`. */
  began: number;
  /** Why it was refused. */
  errors: readonly { extensions?: Readonly<Record<string, unknown>> }[];
}

/** Tells the log and the figures of requests that the pipeline's plugins never see. */
export type NoteUnbegun = (unbegun: Unbegun) => void;

/** Writes the same line, and counts and charges the same, as for an operation, of which nothing is known. */
export function unbegunLog(log: Log, metrics: () => Metrics, rates: Rates): NoteUnbegun {
  return ({ requestId, transport, address, began, errors }) => {
    const call = callOf(visitor(requestId), { transport, address });
    void rates.refused(call, errors);
    const millis = performance.now() - began;
    const codes = codesOf(errors);
    metrics().answered({ call, kind: 'unknown', name: null, codes, millis });
    const line = { transport, kind: 'unknown', operation: null, cost: 0, millis: rounded(millis) };
    log.info({ ...askerOf(call), ...line, subgraphs: {}, codes }, 'request');
  };
}

function attributesOf({ call, kind, name, codes }: Omit<Answered, 'millis'>) {
  return {
    'graphql.operation.type': kind,
    ...(name !== null && { 'graphql.operation.name': name }),
    'oca.cost': call.cost,
    'oca.codes': [...codes],
  };
}

/** Who asked, and by which request and trace it is found again. */
function askerOf({ viewer }: Call): object {
  return { requestId: viewer.requestId, traceId: currentTrace(), viewer: viewer.userId };
}

/** What was not read has no fragments. */
const none = { definitions: [] };

const nobody = { requestId: null, traceId: null, viewer: null };

function spentIn({ spent }: Call): Record<string, object> {
  return Object.fromEntries(
    [...spent].map(([name, { calls, millis }]) => [name, { calls, millis: rounded(millis) }]),
  );
}

/** Names come from clients. */
const longestName = 100;

/**
 * Whether an operation selects a root field that is asked for by nobody, in a fragment too. Each fragment is looked at
 * once: this runs for refused operations as well, whose fragments may expand to anything.
 */
export function isUnnamed(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
  { tags }: Pick<Marks, 'tags'>,
): boolean {
  const root = `${operation[0]?.toUpperCase()}${operation.slice(1)}`;
  const seen = new Set<string>();
  const within = ({ selections }: SelectionSetNode): boolean =>
    selections.some((each) => {
      if (each.kind === Kind.FIELD)
        return tags.get(`${root}.${each.name.value}`)?.includes(anonymousTag) ?? false;
      if (each.kind === Kind.INLINE_FRAGMENT) return within(each.selectionSet);
      const fragment = fragments.get(each.name.value);
      if (!fragment || seen.has(each.name.value)) return false;
      seen.add(each.name.value);
      return within(fragment.selectionSet);
    });
  return within(selectionSet);
}

interface AnswerBody {
  kind: string;
  singleResult?: { errors?: Unbegun['errors'] };
}

function errorsOf(body: object): Unbegun['errors'] {
  const { singleResult } = body as AnswerBody;
  return singleResult?.errors ?? [];
}

function codesOf(errors: Unbegun['errors']): string[] {
  const codes = errors.map(({ extensions }) => String(extensions?.['code']));
  return [...new Set(codes)];
}

function rounded(millis: number): number {
  return Math.round(millis * 10) / 10;
}
