/** The gateway's face: one graph over all subgraphs, for programs in this process and for everyone over HTTP. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ExecutionResult } from 'graphql';

import type { Log } from '#kit/log.ts';
import { sharedScalars } from '#kit/subgraph.ts';
import type { Viewer, ViewerKeys } from '#kit/viewer.ts';
import type { GatewayConfig } from './config.ts';
import { createDoor, type Door, type GraphRequest, type Outcome } from './door.ts';
import { createFeeds, type Feeds } from './feeds/feeds.ts';
import { createHealth } from './telemetry/health.ts';
import { createHttp } from './transport/http.ts';
import { knowScalars } from './limits/input-paths.ts';
import type { LocalSubgraph } from './sources/local-source.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createOrigins } from './transport/origins.ts';
import { createPage, type Account } from './page/page.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { publications } from './transport/publication.ts';
import { createRateStore } from './limits/rate-store.ts';
import { createRates } from './limits/rates.ts';
import { requestLog, unbegunLog } from './telemetry/request-log.ts';
import { createSourceRoom, type SourceRoom } from './sources/sources.ts';
import { readSupergraph, type Supergraph } from './supergraph.ts';
import { tokenKeys } from './identity/token-keys.ts';
import { createTokens } from './identity/tokens.ts';
import {
  operationNames,
  readTrustedDocuments,
  trustedTexts,
  type TrustedDocuments,
} from './limits/trusted-documents.ts';
import { examplesFile, textsIn } from './limits/trusted-sources.ts';
import { acceptSockets, type Sockets } from './transport/websocket.ts';

export type { GraphRequest } from './door.ts';
export type { LocalSubgraph } from './sources/local-source.ts';
export type { Account } from './page/page.ts';

/** What a gateway is made of. */
export interface GatewayOptions {
  /** The composed schema. */
  supergraphSdl: string;
  config: GatewayConfig;
  log: Log;
  /** Subgraphs in this process, by name; any other is reached at its URL. */
  local?: ReadonlyMap<string, LocalSubgraph>;
  /** Accounts for the first page; asked each time, since they may come in after the start. */
  accounts?: () => readonly Account[];
  /** Keys to sign viewers with, asked at every call, instead of the configuration's. */
  viewerKeys?: () => ViewerKeys;
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
  /**
   * Serves another supergraph from now on. Feeds whose subscription stays the same go on under it.
   *
   * @throws {Error} when it cannot be served; then the old one serves on
   */
  reload(supergraphSdl: string): Promise<void>;
  /** Ends feeds, lets requests under way finish, closes everything. */
  stop(): Promise<void>;
}

/**
 * Makes a gateway; it answers `execute` and `subscribe` at once, and HTTP after `listen`.
 *
 * @throws {ConfigError} when a subgraph is remote and there is no key to sign viewers with
 * @throws {Error} when the text is no supergraph
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log, supergraphSdl, accounts = () => [] } = options;
  const read = async (sdl: string): Promise<Supergraph> => {
    const known = await readSupergraph(sdl, config.planner, log);
    // A scalar of a foreign graph may mean something else under the same name.
    if (!config.open) knowScalars(known.apiSchema, Object.values(sharedScalars));
    return known;
  };
  const supergraph = await read(supergraphSdl);
  const keys = viewerKeysOf(options);
  const room = createSourceRoom({ config, log, local: options.local ?? new Map(), keys });
  const sources = room.for(supergraph);
  const feeds = createFeeds(
    config,
    log,
    (error) => pipeline.format(error),
    (millis) => metrics.delivered(millis),
  );
  const plugins = [
    requestLog(
      log,
      () => metrics,
      () => pipeline.served().supergraph.marks,
    ),
  ];
  const trusted = await trustedOf(config);
  const rateStore = await createRateStore(config, log);
  const rates = createRates(rateStore, config, log);
  const parts = { config, log, feeds, plugins, rates, trusted };
  const pipeline = await createPipeline({ supergraph, sources }, parts);
  const { issuer, audience } = config.token;
  const tokens = createTokens({ issuer, audience, log, fetchKeys: tokenKeys(pipeline) });
  const schema = () => pipeline.served().supergraph.apiSchema;
  const noteUnbegun = unbegunLog(log, () => metrics, rates);
  const door = createDoor({ pipeline, tokens, config, rates, noteUnbegun });
  const health = createHealth({
    local: config.open ? new Map() : await databasesOf(options.local ?? new Map()),
    remote: () => (config.open ? new Map() : room.remote()),
    sources: () => pipeline.served().sources,
    log,
  });
  const origins = createOrigins(config);
  const page = createPage(config, accounts);
  let sockets: Sockets | null = null;
  const metrics = createMetrics(
    {
      feeds: () => feeds.figures(),
      sockets: () => sockets?.count() ?? 0,
      plans: () => {
        const { plans } = pipeline.served();
        return { kept: plans.size, ...plans.figures };
      },
    },
    operationNames(trusted?.values() ?? (await textsIn(examplesFile))),
  );
  const told = { health, metrics, noteUnbegun };
  const http = createHttp({ config, log, pipeline, door, tokens, ...told, origins, page });
  return {
    execute: async (request, viewer) => singleOf(await inProcess(door, request, viewer)),
    subscribe: (request, viewer) => inProcess(door, request, viewer),
    listen: async () => {
      const { mayCall } = origins;
      sockets = acceptSockets({ http, door, config, log, schema, mayCall, noteUnbegun });
      return listen(http, config);
    },
    reload: async (sdl) => {
      const next = await read(sdl);
      if (next.hash === pipeline.served().supergraph.hash) return;
      pipeline.serve(next, room.for(next));
      feeds.reload(pipeline.served());
      await room.tidy();
      log.info({ hash: next.hash }, 'another supergraph is served');
    },
    stop: async () => {
      health.drain();
      await stop({ http, sockets, feeds, pipeline, room, config });
      await rateStore?.stop();
    },
  };
}

function inProcess(door: Door, request: GraphRequest, viewer: Viewer): Promise<Outcome> {
  return door.run(request, {
    transport: 'PROCESS',
    address: null,
    requestId: viewer.requestId,
    signed: () => Promise.resolve({ viewer, expiresAt: null }),
  });
}

/** A feed that was asked for as a query gives its first result. */
async function singleOf(outcome: Outcome): Promise<ExecutionResult> {
  if (!(Symbol.asyncIterator in outcome)) return outcome;
  for await (const result of outcome) return result;
  return {};
}

/** The operations of the manifest, and those that the gateway asks itself for calendars and feeds. */
async function trustedOf({
  trustedDocuments: file,
}: GatewayConfig): Promise<TrustedDocuments | null> {
  if (file === null) return null;
  const own = publications.flatMap(({ open, saved }) => [open, saved]);
  return new Map([...(await readTrustedDocuments(file)), ...trustedTexts(own)]);
}

/** Whether each subgraph in this process has its database. The driver is loaded only where there is one. */
async function databasesOf(
  local: ReadonlyMap<string, LocalSubgraph>,
): Promise<ReadonlyMap<string, () => Promise<boolean>>> {
  if (local.size === 0) return new Map();
  const { databaseOf } = await import('#kit/health.ts');
  return new Map([...local].map(([name, each]) => [name, databaseOf(each)]));
}

function viewerKeysOf({ config, viewerKeys }: GatewayOptions): (() => ViewerKeys) | null {
  const { viewerKeys: fixed } = config;
  return viewerKeys ?? (fixed && (() => fixed));
}

async function listen(
  http: Server,
  { host, port }: GatewayConfig,
): Promise<{ url: string; port: number }> {
  http.listen(port, host);
  await once(http, 'listening');
  const { port: opened } = http.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shown}:${opened}/`, port: opened };
}

interface Running {
  http: Server;
  sockets: Sockets | null;
  feeds: Feeds;
  pipeline: Pipeline;
  room: SourceRoom;
  config: GatewayConfig;
}

/** Sockets first: their clients are told to come back, rather than that their feeds are complete. */
async function stop({ http, sockets, feeds, pipeline, room, config }: Running): Promise<void> {
  const closed = http.listening ? once(http, 'close') : Promise.resolve();
  http.close();
  await sockets?.stop();
  feeds.stop();
  http.closeIdleConnections();
  const forced = setTimeout(() => http.closeAllConnections(), config.drainMillis);
  await closed;
  clearTimeout(forced);
  await pipeline.server.stop();
  await room.stop();
}
