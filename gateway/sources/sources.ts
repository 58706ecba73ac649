/** The ways to the subgraphs of a supergraph; those that stay the same outlive a change of supergraph. */
import { ConfigError } from '#kit/config.ts';
import type { Log } from '#kit/log.ts';
import type { ViewerKeys } from '#kit/viewer.ts';
import { batched } from './batching.ts';
import { subgraphUrlVariable, type GatewayConfig } from '../config.ts';
import type { Sources } from '../execution/execution.ts';
import { localSource, type LocalSubgraph } from './local-source.ts';
import { remoteSource } from './remote-source.ts';
import type { SubgraphSource } from './source.ts';
import type { Supergraph } from '../supergraph.ts';

/** What the ways are made of. */
export interface SourcesOptions {
  config: GatewayConfig;
  log: Log;
  local: ReadonlyMap<string, LocalSubgraph>;
  /** Keys to sign viewers with; null where there are none. */
  keys: (() => ViewerKeys) | null;
}

/** Makes and keeps the ways to subgraphs. */
export interface SourceRoom {
  /**
   * The ways to the subgraphs of a supergraph.
   *
   * @throws {ConfigError} when a subgraph is remote and there is no key to sign viewers with
   */
  for(supergraph: Supergraph): Sources;
  /** Closes the ways that the newest supergraph does not use. */
  tidy(): Promise<void>;
  /** URLs of the subgraphs elsewhere, by name, as of the newest supergraph. */
  remote(): ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** Makes a room for the ways to subgraphs. */
export function createSourceRoom({ config, log, local, keys }: SourcesOptions): SourceRoom {
  const made = new Map<string, SubgraphSource>();
  let used = new Set<string>();
  let remote = new Map<string, string>();
  const source = (name: string, url: string): SubgraphSource => {
    const here = local.get(name);
    if (here) return localSource(name, here, log);
    return remoteSource({ name, url, keys: config.open ? null : keys, config, log });
  };
  const way = (name: string): [name: string, source: SubgraphSource] => {
    const url = remote.get(name) ?? '';
    const key = `${name} ${url}`;
    const known = made.get(key) ?? batched(source(name, url));
    made.set(key, known);
    used.add(key);
    return [name, known];
  };
  return {
    for: ({ subgraphs }) => {
      const elsewhere = subgraphs.filter(({ name }) => !local.has(name));
      if (elsewhere.length > 0 && !keys && !config.open) throw noKeys(elsewhere);
      remote = new Map(
        elsewhere.map(({ name, url }) => [
          name,
          config.subgraphUrls[subgraphUrlVariable(name)] ?? url,
        ]),
      );
      used = new Set();
      return new Map(subgraphs.map(({ name }) => way(name)));
    },
    tidy: async () => {
      for (const [key, each] of made) {
        if (used.has(key)) continue;
        made.delete(key);
        await each.stop();
      }
    },
    remote: () => remote,
    stop: async () => {
      for (const each of made.values()) await each.stop();
    },
  };
}

function noKeys(elsewhere: readonly { name: string }[]): ConfigError {
  const names = elsewhere.map(({ name }) => name).join(', ');
  return new ConfigError([
    `VIEWER_KEYS: must be set to reach ${names}, with the keys that they have`,
  ]);
}
