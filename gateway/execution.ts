/** The seam of execution: a plan and a call in, data and errors out. Another executor replaces this one function. */
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import {
  GraphQLError,
  Kind,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFormattedError,
} from 'graphql';

import type { Log } from '#kit/log.ts';
import { traced, type Step } from '#kit/trace.ts';
import { spend, type Call } from './call.ts';
import {
  SubgraphFault,
  type SubgraphAnswer,
  type SubgraphRequest,
  type SubgraphSource,
} from './source.ts';
import type { Supergraph } from './supergraph.ts';

/** What is executed. */
export interface Execution {
  plan: QueryPlan;
  /** What the answer is shaped by; it may select more than the plan fetches, which is then null. */
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown>;
  call: Call;
  /** Whether a null where none may be is an error, as GraphQL has it, or told in `extensions`, as stock gateways do. */
  strict: boolean;
}

/** Where subgraphs are, by name. */
export type Sources = ReadonlyMap<string, SubgraphSource>;

/** How many paths of one failed call are named. */
const failedPaths = 50;

/** Executes a plan over the subgraphs; a subgraph that gives no answer leaves nulls and coded errors. */
export async function executePlan(
  supergraph: Supergraph,
  sources: Sources,
  { plan, document, operationName, variables, call, strict }: Execution,
  log: Log,
): Promise<ExecutionResult> {
  const operation = buildOperationContext({
    schema: supergraph.apiSchema,
    operationDocument: document,
    ...(operationName !== undefined && { operationName }),
  });
  // The executor reads these four and nothing else.
  const requestContext: Pick<RequestContext, 'logger' | 'metrics' | 'request' | 'context'> = {
    logger: log,
    metrics: {},
    request: { variables },
    context: call,
  };
  const result = await executeQueryPlan(
    plan,
    serviceMap(sources, log),
    requestContext as RequestContext,
    operation,
    supergraph.fullSchema,
    supergraph.api,
  );
  return strict ? withNullErrors(result) : result;
}

/** The executor tells of nulls where none may be only when nothing else went wrong: a subgraph broke its word. */
function withNullErrors({ extensions, ...result }: ExecutionResult): ExecutionResult {
  const { valueCompletion, ...others } = extensions ?? {};
  const nulls = Array.isArray(valueCompletion) ? (valueCompletion as GraphQLError[]) : [];
  const errors = nulls.map(
    ({ message, path }) =>
      new GraphQLError(message, { path: path ?? [], extensions: { code: 'UNEXPECTED_NULL' } }),
  );
  return {
    ...result,
    ...(errors.length > 0 && { errors: [...(result.errors ?? []), ...errors] }),
    ...(Object.keys(others).length > 0 && { extensions: others }),
  };
}

type RequestContext = Parameters<typeof executeQueryPlan>[2];
type ServiceMap = Parameters<typeof executeQueryPlan>[1];
type DataSource = ServiceMap[string];

const serviceMaps = new WeakMap<Sources, ServiceMap>();

function serviceMap(sources: Sources, log: Log): ServiceMap {
  const known = serviceMaps.get(sources);
  if (known) return known;
  const made = Object.fromEntries(
    [...sources].map(([name, source]) => [name, dataSource(source, log)]),
  );
  serviceMaps.set(sources, made);
  return made;
}

function dataSource(source: SubgraphSource, log: Log): DataSource {
  return {
    process: async ({ request, context }) => {
      const { query = '', operationName, variables = {} } = request;
      const asked = { query, variables, ...(operationName !== undefined && { operationName }) };
      return ask(source, asked, context as Call, log);
    },
  };
}

async function ask(
  source: SubgraphSource,
  request: SubgraphRequest,
  call: Call,
  log: Log,
): Promise<SubgraphAnswer> {
  const began = performance.now();
  try {
    return await traced(`subgraph ${source.name}`, subgraphStep(source.name), () =>
      source.ask(request, call),
    );
  } catch (error) {
    if (!(error instanceof SubgraphFault)) throw error;
    const { requestId } = call.viewer;
    log.warn(
      { error: error.cause, code: error.code, subgraph: source.name, requestId },
      'no answer',
    );
    return { data: null, errors: failures(request, error) };
  } finally {
    spend(call, source.name, performance.now() - began);
  }
}

function subgraphStep(name: string): Step {
  return { kind: 'CLIENT', attributes: { 'oca.subgraph': name } };
}

/** One error for each entity or root field that was asked for. */
function failures(request: SubgraphRequest, fault: SubgraphFault): GraphQLFormattedError[] {
  const { code, message } = fault;
  return askedPaths(request).map((path) => ({
    message,
    path,
    extensions: { code },
  }));
}

function askedPaths({ query, variables }: SubgraphRequest): (string | number)[][] {
  const { representations } = variables;
  if (Array.isArray(representations))
    return representations.slice(0, failedPaths).map((_, index) => ['_entities', index]);
  return parse(query, { noLocation: true })
    .definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION ? each.selectionSet.selections : [],
    )
    .flatMap((each) => (each.kind === Kind.FIELD ? [[(each.alias ?? each.name).value]] : []))
    .slice(0, failedPaths);
}
