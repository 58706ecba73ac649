/** What makes a service a subgraph: its SDL, who answers each field, and how it is started. */
import { buildSubgraphSchema, type GraphQLSchemaModule } from '@apollo/subgraph';
import {
  createSourceEventStream,
  execute,
  isObjectType,
  parse,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';

import type { Environment } from './config.ts';
import { checkDeadline } from './deadline.ts';
import { guard } from './guard.ts';
import { dayScalar, instantScalar } from './instant.ts';
import type { Log } from './log.ts';
import { regionScalar } from './region.ts';
import type { Viewer } from './viewer.ts';
import { basisPointsScalar, wonScalar } from './won.ts';

/** Where a subgraph runs. */
export interface Runtime {
  /** The MongoDB deployment, without a database. */
  mongoUri: string;
  /** What its `config.ts` reads. */
  environment: Environment;
  log: Log;
}

/** A subgraph that answers. */
export interface Service {
  /** What a domain function may reach for a viewer, admitted as they are now; made anew for each request. */
  createContext(viewer: Viewer): Promise<{ viewer: Viewer }>;
  /** Resolves once every fact told to it before the call has been applied. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** The face of a subgraph. */
export interface Subgraph {
  name: string;
  sdl: string;
  resolvers: Required<GraphQLSchemaModule>['resolvers'];
  /** Opens its database, makes its collections and indexes, follows the facts it reads. */
  start(runtime: Runtime): Promise<Service>;
}

/** The scalars of schema/common.graphql, by name. */
export const sharedScalars = {
  BasisPoints: basisPointsScalar,
  Date: dayScalar,
  Instant: instantScalar,
  RegionCode: regionScalar,
  Won: wonScalar,
};

/** The executable schema, with the shared scalars and with what its security directives demand enforced. */
export function executable({ sdl, resolvers }: Pick<Subgraph, 'sdl' | 'resolvers'>): GraphQLSchema {
  const typeDefs = parse(sdl);
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: { ...sharedScalars, ...resolvers } }]);
  return guard(ending(schema));
}

/** Lets no resolver begin when the time for its request is over. */
function ending(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (...asked) => {
        checkDeadline();
        return resolve(...asked);
      };
    }
  }
  return schema;
}

/**
 * Subscribes as GraphQL has it. Each result says in `extensions.publishedAt` when what it tells came about, in milliseconds
 * since the epoch, where its record says so (`at`) and it came about since: what is told anew after a cursor is not late.
 */
export async function subscribeTimed(
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const began = Date.now();
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  const records = source[Symbol.asyncIterator]();
  const told = async ({
    done,
    value,
  }: IteratorResult<unknown>): Promise<IteratorResult<ExecutionResult>> => {
    if (done) return { done: true, value: undefined };
    const result = await execute({ ...args, rootValue: value });
    return { done: false, value: { ...result, ...timeOf(value, began) } };
  };
  const results: AsyncIterableIterator<ExecutionResult> = {
    next: async () => told(await records.next()),
    return: async () => told((await records.return?.()) ?? { done: true, value: undefined }),
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

function timeOf(record: unknown, began: number): Pick<ExecutionResult, 'extensions'> {
  const at = typeof record === 'object' && record && 'at' in record ? record.at : null;
  if (!(at instanceof Date) || at.getTime() < began) return {};
  return { extensions: { publishedAt: at.getTime() } };
}
