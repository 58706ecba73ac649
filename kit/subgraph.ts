/** What makes a service a subgraph: its SDL, who answers each field, and how it is started. */
import { buildSubgraphSchema, type GraphQLSchemaModule } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';

import type { Environment } from './config.ts';
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
  return guard(
    buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: { ...sharedScalars, ...resolvers } }]),
  );
}
