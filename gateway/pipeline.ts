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
import type { GraphQLFormattedError } from 'graphql';

import type { Log } from '#kit/log.ts';
import { mask } from '#kit/masking.ts';
import { answer } from './answer.ts';
import { Cache } from './cache.ts';
import type { Call } from './call.ts';
import type { GatewayConfig } from './config.ts';
import { costOf } from './limits/cost.ts';
import { disclosure } from './limits/disclosure.ts';
import type { Sources } from './execution/execution.ts';
import type { Feeds } from './feeds/feeds.ts';
import { literalPaths } from './limits/input-paths.ts';
import { breach, limitCodes, limitSize } from './limits/limits.ts';
import { nestingLimit } from './limits/nesting.ts';
import type { FormatError, Served } from './operation.ts';
import { plainSubscription } from './limits/plain-subscription.ts';
import { rateLimiter, type Rates } from './limits/rates.ts';
import { report } from './telemetry/report.ts';
import { subgraphFaultCodes } from './sources/source.ts';
import type { Supergraph } from './supergraph.ts';
import { trustedCache, trustedOnly, type TrustedDocuments } from './limits/trusted-documents.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<Call>['gateway'];
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];

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
      return { executor: (context) => answer(served, context, { config, log, feeds }) };
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
