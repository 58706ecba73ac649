/** What every operation passes, however it came: parse, validate, limits, authorization, plan, execution, masking. */
import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
} from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { QueryPlan } from '@apollo/query-planner';
import {
  GraphQLError,
  print,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';

import type { Log } from '#kit/log.ts';
import { mask } from '#kit/masking.ts';
import { traced } from '#kit/trace.ts';
import { withPlannedVariables } from './planning/aliases.ts';
import { allow, refusalErrors, type Allowed } from './identity/authorization.ts';
import { Cache } from './cache.ts';
import type { Call } from './call.ts';
import type { GatewayConfig } from './config.ts';
import { costOf } from './limits/cost.ts';
import { disclosure } from './limits/disclosure.ts';
import { executePlan, type Sources } from './execution/execution.ts';
import type { Feeds } from './feeds/feeds.ts';
import { literalPaths, nullFaults, variableFaults } from './limits/input-paths.ts';
import { breach, limitCodes, limitSize } from './limits/limits.ts';
import { nestingLimit } from './limits/nesting.ts';
import type { CheckedOperation, FormatError, Served } from './operation.ts';
import { plainSubscription } from './limits/plain-subscription.ts';
import { rateLimiter, type Rates } from './limits/rates.ts';
import { refusalOf } from './limits/refused-document.ts';
import { report } from './telemetry/report.ts';
import { subgraphFaultCodes } from './sources/source.ts';
import type { Supergraph } from './supergraph.ts';
import { trustedCache, trustedOnly, type TrustedDocuments } from './limits/trusted-documents.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<Call>['gateway'];
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;

/** How many plans are kept. */
const plansKept = 2_000;

/** Codes of the gateway's own, whose messages were written for clients. */
export const gatewayCodes: readonly string[] = [
  ...Object.values(limitCodes),
  ...subgraphFaultCodes,
  'RATE_LIMITED',
  'REQUEST_TIMEOUT',
  'REQUEST_TOO_LARGE',
  'TOO_MANY_OPERATIONS',
  'UNEXPECTED_NULL',
  'UNTRUSTED_DOCUMENT',
  'SLOW_CONSUMER',
  'SUBSCRIPTION_CLOSED',
  'SUBSCRIPTION_NOT_SUPPORTED',
  'SUBSCRIPTION_SCHEMA_RELOAD',
  'SUBSCRIPTION_UPSTREAM_CLOSED',
];

/** The pipeline's parts. */
export interface PipelineOptions {
  config: GatewayConfig;
  log: Log;
  feeds: Feeds;
  plugins: ApolloServerPlugin<Call>[];
  rates: Rates;
  /** Operations that may be called by their hash. */
  trusted?: TrustedDocuments | null;
}

/** A pipeline that can be given another supergraph while it runs. */
export interface Pipeline {
  server: ApolloServer<Call>;
  served(): Served;
  serve(supergraph: Supergraph, sources: Sources): void;
  /** What of an error may leave. */
  format: FormatError;
}

/** Makes a pipeline over a supergraph; its server is started. */
export async function createPipeline(
  first: { supergraph: Supergraph; sources: Sources },
  { config, log, feeds, plugins, rates, trusted = null }: PipelineOptions,
): Promise<Pipeline> {
  let served: Served = { ...first, plans: new Cache(plansKept) };
  const listeners = new Set<SchemaListener>();
  const announce = (listener: SchemaListener): void =>
    listener({
      apiSchema: served.supergraph.apiSchema,
      coreSupergraphSdl: served.supergraph.sdl,
    });
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: async () => {
      for (const listener of listeners) announce(listener);
      return { executor: (context) => run(served, context, { config, log, feeds }) };
    },
    stop: async () => {},
  };
  const formatError = formatter(log, config);
  const server = new ApolloServer<Call>({
    gateway,
    formatError,
    logger: log,
    // To whom the schema is told is decided for each viewer (`disclosure.ts`).
    introspection: true,
    hideSchemaDetailsFromClientErrors: false,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: trusted ? { cache: trustedCache(trusted), ttl: null } : false,
    stopOnTerminationSignals: false,
    stringifyResult: (result) => JSON.stringify(result),
    ...(!config.open && { parseOptions: { maxTokens: config.limits.tokens } }),
    plugins: [
      ...(config.open ? [] : [nestingLimit(config.limits)]),
      plainSubscription,
      literalPaths,
      ...plugins,
      // Nothing is told to anybody elsewhere, and no page is loaded from there, whatever the environment says.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ...(config.open ? [] : [limiter(() => served, config), rateLimiter(rates)]),
      disclosure(config),
      ...(trusted && config.trustedOnly ? [trustedOnly(trusted)] : []),
      report(config),
    ],
  });
  await server.start();
  return {
    server,
    served: () => served,
    serve: (supergraph, sources) => {
      served = { supergraph, sources, plans: new Cache(plansKept) };
      for (const listener of listeners) announce(listener);
    },
    format: (error) => formatError(error.toJSON(), error),
  };
}

/** What Apollo Server says, without a code, of a hash that is not the text's, or of a version that it does not know. */
const hashFaults = ['provided sha does not match query', 'Unsupported persisted query version'];

/** What the parser, which walks down each level, says where there are too many. */
const stackBroken = 'Maximum call stack size exceeded';

function formatter(log: Log, config: GatewayConfig) {
  const format = mask(log, gatewayCodes);
  const tokensBroken = /^Syntax Error: Document contains more that (\d+) tokens/;
  const { tokens, nesting } = config.limits;
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { message, extensions } = formatted;
    if (tokensBroken.test(message))
      return format(breach('tokens', tokens, tokens + 1).toJSON(), error);
    // Where nesting is not limited, too.
    if (extensions?.['code'] === 'GRAPHQL_PARSE_FAILED' && message === stackBroken)
      return format(breach('nesting', nesting, nesting + 1).toJSON(), error);
    if (hashFaults.includes(message))
      return format({ message, extensions: { code: 'BAD_REQUEST' } }, error);
    return format(formatted, error);
  };
}

/** Size and cost, for every operation whether or not its text was seen before. */
function limiter(served: () => Served, { limits }: GatewayConfig): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, operation, request, contextValue }) => {
        if (!operation) return;
        limitSize(document, operation, limits);
        const { supergraph } = served();
        const cost = costOf(supergraph, document, operation, request.variables ?? {});
        contextValue.cost = cost;
        if (cost > limits.cost) throw breach('cost', limits.cost, cost);
      },
    }),
  };
}

interface Parts {
  config: GatewayConfig;
  log: Log;
  feeds: Feeds;
}

async function run(
  served: Served,
  context: Parameters<Executor>[0],
  { config, log, feeds }: Parts,
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
