/** The answer to an operation that is valid and within its limits: allowed, planned, executed, or begun as a feed. */
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, OperationTypeNode, print, type ExecutionResult } from 'graphql';

import type { Log } from '#kit/log.ts';
import { traced } from '#kit/trace.ts';
import type { Call } from './call.ts';
import type { GatewayConfig } from './config.ts';
import { executePlan } from './execution/execution.ts';
import type { Feeds } from './feeds/feeds.ts';
import { allow, refusalErrors, type Allowed } from './identity/authorization.ts';
import { nullFaults, variableFaults } from './limits/input-paths.ts';
import { refusalOf } from './limits/refused-document.ts';
import type { CheckedOperation, Served } from './operation.ts';
import { withPlannedVariables } from './planning/aliases.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<Call>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;

/** What answers. */
export interface Answering {
  config: GatewayConfig;
  log: Log;
  feeds: Feeds;
}

/** Answers a validated operation: what the viewer may see of it is planned and executed; a subscription becomes a feed. */
export async function answer(
  served: Served,
  context: Parameters<Executor>[0],
  { config, log, feeds }: Answering,
): ReturnType<Executor> {
  const { request, document, operation, queryHash } = context;
  if (!operation) return { errors: [new GraphQLError('There is no such operation.')] };
  const call = context.context as Call;
  const refusal = refusalOf(document);
  if (refusal) return { errors: [refusal] };
  const variables = withPlannedVariables(request.variables ?? {});
  const definitions = operation.variableDefinitions ?? [];
  const { apiSchema } = served.supergraph;
  const faults = [
    ...variableFaults(apiSchema, definitions, variables),
    ...nullFaults(apiSchema, document, operation, variables),
  ];
  if (faults.length > 0) return { errors: faults };
  const allowed = allow(served.supergraph, { document, operation, variables }, call.viewer);
  if (operation.operation !== OperationTypeNode.QUERY) refuseWhole(allowed);
  const { operationName } = request;
  const asked = { served, document, operationName, variables, call, allowed, queryHash };
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return feeds.start(asked);
  const plan = await traced('graphql.plan', {}, async () => planOf(asked));
  call.plan = plan;
  const work = traced('graphql.execute', {}, () => executed({ ...asked, plan }, config, log));
  return within(call.signal, config, work);
}

/** A change is made whole or not at all, and a feed that shows nothing is not begun. */
function refuseWhole({ refused }: Allowed): void {
  const [first] = refused;
  if (!first) return;
  const { code, message, path } = first;
  const status = code === 'UNAUTHENTICATED' ? 401 : 403;
  const place = path.includes('@') ? path.slice(0, path.indexOf('@')) : path;
  throw new GraphQLError(message, { path: place, extensions: { code, http: { status } } });
}

/** The plan of what is allowed of an operation, from the cache where it is there. */
function planOf({
  served,
  document,
  operationName,
  allowed,
  queryHash,
}: CheckedOperation): QueryPlan {
  const name = operationName ?? '';
  if (allowed.document === document)
    return served.plans.get(`${queryHash} ${name}`, () =>
      served.supergraph.planner.plan(document, operationName),
    );
  const { document: rest } = allowed;
  if (!rest) return { kind: 'QueryPlan' };
  return served.plans.get(`${print(rest)} ${name}`, () =>
    served.supergraph.planner.plan(rest, operationName),
  );
}

/** Executes what is allowed and shapes the answer by what was asked: the rest is null, with an error each. */
async function executed(
  {
    served,
    plan,
    document,
    operationName,
    variables,
    call,
    allowed,
  }: CheckedOperation & { plan: QueryPlan },
  { open }: GatewayConfig,
  log: Log,
): Promise<ExecutionResult> {
  const { supergraph, sources } = served;
  // What was taken out is null too; its errors are told below.
  const strict = !open && allowed.refused.length === 0;
  const execution = { plan, document, operationName, variables, call, strict };
  const result = await executePlan(supergraph, sources, execution, log);
  if (allowed.refused.length === 0) return result;
  const { data = null, errors = [] } = result;
  const all = [...errors, ...refusalErrors(allowed.refused, data)];
  return { data, ...(all.length > 0 && { errors: all }) };
}

async function within<Result>(
  signal: AbortSignal,
  config: GatewayConfig,
  work: Promise<Result>,
): Promise<Result> {
  const over = Promise.withResolvers<never>();
  const abort = (): void => over.reject(timedOut(config));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function timedOut({ requestTimeoutMillis }: GatewayConfig): GraphQLError {
  return new GraphQLError(`The request took longer than ${requestTimeoutMillis} ms.`, {
    extensions: { code: 'REQUEST_TIMEOUT', http: { status: 504 } },
  });
}
