/** The seam of execution: a plan and a call in, data and errors out. Another executor replaces this one function. */
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { getOperationAST, GraphQLError, type DocumentNode, type ExecutionResult } from 'graphql';

import type { Log } from '#kit/log.ts';
import { traced, type Step } from '#kit/trace.ts';
import { clientData, clientError } from '../planning/aliases.ts';
import { spend, type Call } from '../call.ts';
import { faultErrors } from './faults.ts';
import { gather } from './fetches.ts';
import { withDefaults } from '../selection.ts';
import { shape, type Shaped } from './shape.ts';
import {
  SubgraphFault,
  type SubgraphAnswer,
  type SubgraphRequest,
  type SubgraphSource,
} from '../sources/source.ts';
import type { Supergraph } from '../supergraph.ts';
import type { Thing } from './thing.ts';

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

/** Executes a plan over the subgraphs; a subgraph that gives no answer leaves nulls and coded errors. */
export async function executePlan(
  supergraph: Supergraph,
  sources: Sources,
  execution: Execution,
  log: Log,
): Promise<ExecutionResult> {
  const { plan, operationName, call, strict } = execution;
  const document = supergraph.aliases.planned(execution.document);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('There is no such operation.');
  const variables = withDefaults(operation, execution.variables);
  const { tree, errors, faults } = await gather(nodeOf(plan), {
    schema: supergraph.fullSchema,
    variables: execution.variables,
    conditions: variables,
    signal: call.signal,
    ask: (subgraph, request) => ask(sourceOf(sources, subgraph), request, call, log),
  });
  const { apiSchema: schema } = supergraph;
  errors.push(...faultErrors({ schema, document, operation, variables, tree, faults }));
  const asked = { document, operation, operationName, variables: execution.variables };
  const result = withErrors(shape(supergraph, asked, tree), errors, strict);
  return document === execution.document ? result : clientResult(result);
}

function clientResult({ data, errors, ...others }: ExecutionResult): ExecutionResult {
  const result: ExecutionResult = { ...others, ...(errors && { errors: errors.map(clientError) }) };
  if (data !== undefined) result.data = clientData(data) as Thing | null;
  return result;
}

function nodeOf({ node }: QueryPlan): PlanNode | undefined {
  if (node?.kind === 'Subscription') throw new Error('A feed is not executed as a whole.');
  return node;
}

function sourceOf(sources: Sources, subgraph: string): SubgraphSource {
  const source = sources.get(subgraph);
  if (!source) throw new Error(`There is no subgraph ${subgraph}.`);
  return source;
}

/**
 * The answer with what went wrong. A null where none may be is an error of its own only where no other tells of it: then a
 * subgraph broke its word.
 */
function withErrors(
  { data, nulls }: Shaped,
  told: readonly GraphQLError[],
  strict: boolean,
): ExecutionResult {
  const known = new Set(told.flatMap(({ path }) => (path ? prefixes(path) : [])));
  const untold = nulls.filter(({ path }) => !known.has(JSON.stringify(path ?? [])));
  const errors = [...told, ...(strict ? untold.map(unexpectedNull) : [])];
  if (errors.length > 0) return { data, errors };
  return strict || nulls.length === 0 ? { data } : { data, extensions: { valueCompletion: nulls } };
}

function prefixes(path: readonly (string | number)[]): string[] {
  return [...path, ''].map((_, length) => JSON.stringify(path.slice(0, length)));
}

function unexpectedNull({ message, path }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path: path ?? [], extensions: { code: 'UNEXPECTED_NULL' } });
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
    throw error;
  } finally {
    spend(call, source.name, performance.now() - began);
  }
}

function subgraphStep(name: string): Step {
  return { kind: 'CLIENT', attributes: { 'oca.subgraph': name } };
}
