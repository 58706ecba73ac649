/** A subgraph in this process, asked without HTTP. */
import {
  execute,
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
      withDeadline({ signal, at }, async () =>
        answerOf(await execute(argsOf(request, await local.createContext(viewer)))),
      ),
    follow: (request, viewer) =>
      iterate(async () => open(argsOf(request, await local.createContext(viewer))), {
        value: (result) => ({ ...answerOf(result), ...publishedAtOf(result) }),
        fault: (error) => {
          throw error;
        },
      }),
    stop: async () => {},
  };
}

/** A refusal is a feed of one result. */
async function open(args: ExecutionArgs): Promise<AsyncIterator<ExecutionResult>> {
  const feed = await subscribeTimed(args);
  if (Symbol.asyncIterator in feed) return feed;
  const refusal = [feed].values();
  return { next: () => Promise.resolve(refusal.next()) };
}
