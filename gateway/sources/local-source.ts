/** A subgraph in this process, asked without HTTP. */
import {
  execute,
  GraphQLError,
  parse,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';

import { withDeadline } from '#kit/deadline.ts';
import type { Log } from '#kit/log.ts';
import { mask } from '#kit/masking.ts';
import { subscribeTimed } from '#kit/subgraph.ts';
import type { Viewer } from '#kit/viewer.ts';
import { Cache } from '../cache.ts';
import { iterate } from './iteration.ts';
import {
  publishedAtOf,
  type SubgraphAnswer,
  type SubgraphRequest,
  type SubgraphSource,
} from './source.ts';

/** A subgraph in this process, reached without HTTP. */
export interface LocalSubgraph {
  schema: GraphQLSchema;
  /** What its resolvers may reach; made anew for each call. */
  createContext(viewer: Viewer): Promise<object> | object;
}

/** How many parsed operations of one subgraph are kept. */
const documentsKept = 1_000;

/** Makes a source of a subgraph in this process; what it throws is masked as a remote subgraph would. */
export function localSource(name: string, local: LocalSubgraph, log: Log): SubgraphSource {
  const documents = new Cache<DocumentNode>(documentsKept);
  const format = mask(log.child({ subgraph: name }));
  const answerOf = ({ data, errors }: ExecutionResult): SubgraphAnswer => ({
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map((error) => format(error.toJSON(), error)) }),
  });
  const argsOf = ({ query, operationName, variables }: SubgraphRequest, contextValue: object) => ({
    schema: local.schema,
    document: documents.get(query, () => parse(query, { noLocation: true })),
    contextValue,
    variableValues: variables,
    ...(operationName !== undefined && { operationName }),
  });
  return {
    name,
    ask: (request, { viewer, signal, deadline: at }) =>
      withDeadline({ signal, at }, async () => {
        const came = await contextOf(local, viewer);
        if ('refused' in came) return answerOf({ errors: [came.refused] });
        return answerOf(await execute(argsOf(request, came.context)));
      }),
    follow: (request, viewer) =>
      iterate(
        async () => {
          const came = await contextOf(local, viewer);
          if ('refused' in came) return onlyResult({ errors: [came.refused] });
          return open(argsOf(request, came.context));
        },
        {
          value: (result) => ({ ...answerOf(result), ...publishedAtOf(result) }),
          fault: (error) => {
            throw error;
          },
        },
      ),
    stop: async () => {},
  };
}

/** The context of a viewer, or why the subgraph does not let them in: that is its answer, and no fault. */
async function contextOf(
  local: LocalSubgraph,
  viewer: Viewer,
): Promise<{ context: object } | { refused: GraphQLError }> {
  try {
    return { context: await local.createContext(viewer) };
  } catch (error) {
    if (error instanceof GraphQLError) return { refused: error };
    throw error;
  }
}

/** A refusal is a feed of one result. */
async function open(args: ExecutionArgs): Promise<AsyncIterator<ExecutionResult>> {
  const feed = await subscribeTimed(args);
  return Symbol.asyncIterator in feed ? feed : onlyResult(feed);
}

function onlyResult(result: ExecutionResult): AsyncIterator<ExecutionResult> {
  const results = [result].values();
  return { next: () => Promise.resolve(results.next()) };
}
