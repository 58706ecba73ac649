/** The gateway's face: one graph over all subgraphs, for programs in this process and for everyone over HTTP. */
import type { ExecutionResult, GraphQLSchema } from 'graphql';

import type { Log } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import type { GatewayConfig } from './config.ts';

/** A subgraph in this process, reached without HTTP. */
export interface LocalSubgraph {
  schema: GraphQLSchema;
  /** What its resolvers may reach; made anew for each call. */
  createContext(viewer: Viewer): object;
}

/** An account that the first page offers for sign-in, outside production only. */
export interface Account {
  email: string;
  password: string;
  /** Whose account it is, as a person would be introduced. */
  name: string;
  /** In a few words, such as `Consortium lead`. */
  role: string;
  /** What this person can try, one sentence each. */
  tries: string[];
}

/** What a gateway is made of. */
export interface GatewayOptions {
  /** The composed schema. */
  supergraphSdl: string;
  config: GatewayConfig;
  log: Log;
  /** Subgraphs in this process, by name; any other is reached at its URL. */
  local?: ReadonlyMap<string, LocalSubgraph>;
  /** Accounts for the first page. */
  accounts?: readonly Account[];
}

/** One operation. */
export interface GraphRequest {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

/** A running gateway. */
export interface Gateway {
  /** Runs a query or mutation as a viewer, through everything a request from outside passes. */
  execute(request: GraphRequest, viewer: Viewer): Promise<ExecutionResult>;
  /** Starts a live feed as a viewer; a refusal comes as a result. */
  subscribe(
    request: GraphRequest,
    viewer: Viewer,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** Opens the port; `url` is the first page. */
  listen(): Promise<{ url: string; port: number }>;
  /** Ends feeds, lets requests under way finish, closes everything. */
  stop(): Promise<void>;
}

/**
 * Makes a gateway; it answers `execute` and `subscribe` at once, and HTTP after `listen`.
 *
 * @throws {ConfigError} when a subgraph is remote and there is no key to sign viewers with
 */
export type CreateGateway = (options: GatewayOptions) => Promise<Gateway>;
