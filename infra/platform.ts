/** The whole platform in one process: the database, five subgraphs without ports between them, and the gateway. */
import { readFile } from 'node:fs/promises';

import type { Environment } from '#kit/config.ts';
import type { Log } from '#kit/log.ts';
import { executable, type Runtime, type Service, type Subgraph } from '#kit/subgraph.ts';
import { startTracing, type Tracing } from '#kit/trace.ts';
import { readGatewayConfig } from '../gateway/config.ts';
import {
  createGateway,
  type Account,
  type Gateway,
  type LocalSubgraph,
} from '../gateway/gateway.ts';
import { companies } from '../subgraphs/companies/subgraph.ts';
import { consortia } from '../subgraphs/consortia/subgraph.ts';
import { events } from '../subgraphs/events/subgraph.ts';
import { marketplace } from '../subgraphs/marketplace/subgraph.ts';
import { techmaps } from '../subgraphs/techmaps/subgraph.ts';
import { readPlatformConfig } from './config.ts';
import { openStorage, type Storage } from './storage.ts';

/** Every subgraph, by the order of the picture in ARCHITECTURE.md. */
export const subgraphs: readonly Subgraph[] = [companies, techmaps, consortia, events, marketplace];

/** How to open the platform. */
export interface PlatformOptions {
  environment: Environment;
  log: Log;
  /** Accounts that the first page offers; asked each time. */
  accounts?: () => readonly Account[];
  /** Use the database of a platform that already runs on the same data folder, rather than refuse. */
  joinRunning?: boolean;
}

/** A running platform. */
export interface Platform extends Pick<Gateway, 'execute' | 'subscribe' | 'listen'> {
  /** Connection URI of the deployment, without a database. */
  mongoUri: string;
  /** Resolves once every fact told before the call has reached those who follow it. */
  caughtUp(): Promise<void>;
  /** Stops everything, last opened first. */
  stop(): Promise<void>;
}

/**
 * Opens the platform; it answers `execute` at once, and HTTP after `listen`.
 *
 * @throws {ConfigError} naming every variable at fault
 * @throws {DatabaseFault} DATABASE_LOCKED, DATABASE_FOREIGN, DATABASE_CORRUPT
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { environment, log } = options;
  const config = readGatewayConfig(environment);
  const { joinRunning = false } = options;
  const tracing = await startTracing('open-cloud-alliance', environment, log);
  const storage = await openStorage(readPlatformConfig(environment), { joinRunning });
  const services = new Map<string, Service>();
  try {
    const started = await startAll(services, (subgraph) => ({
      mongoUri: storage.uri,
      environment,
      log: log.child({ subgraph: subgraph.name }),
    }));
    const gateway = await createGateway({
      supergraphSdl: await readFile(config.supergraph, 'utf8'),
      config,
      log,
      local: new Map(started),
      accounts: options.accounts ?? (() => []),
    });
    return platformOf({ gateway, services, storage, tracing });
  } catch (error) {
    await stopServices(services);
    await storage.close();
    await tracing.stop();
    throw error;
  }
}

/** Starts every subgraph; when one fails, waits for the others, so that all that started can be stopped. */
async function startAll(
  services: Map<string, Service>,
  runtimeOf: (subgraph: Subgraph) => Runtime,
): Promise<(readonly [string, LocalSubgraph])[]> {
  const outcomes = await Promise.allSettled(
    subgraphs.map(async (subgraph) => {
      const service = await subgraph.start(runtimeOf(subgraph));
      services.set(subgraph.name, service);
      return [subgraph.name, local(subgraph, service)] as const;
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

function local(subgraph: Subgraph, service: Service): LocalSubgraph {
  return {
    schema: executable(subgraph),
    createContext: service.createContext.bind(service),
  };
}

interface Parts {
  gateway: Gateway;
  services: ReadonlyMap<string, Service>;
  storage: Storage;
  tracing: Tracing;
}

function platformOf({ gateway, services, storage, tracing }: Parts): Platform {
  return {
    mongoUri: storage.uri,
    execute: (request, viewer) => gateway.execute(request, viewer),
    subscribe: (request, viewer) => gateway.subscribe(request, viewer),
    listen: () => gateway.listen(),
    caughtUp: async () => {
      await Promise.all([...services.values()].map((service) => service.caughtUp()));
    },
    stop: async () => {
      await gateway.stop();
      await stopServices(services);
      await storage.close();
      await tracing.stop();
    },
  };
}

async function stopServices(services: ReadonlyMap<string, Service>): Promise<void> {
  await Promise.all([...services.values()].map((service) => service.stop()));
}
