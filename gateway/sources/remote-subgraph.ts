import type { Log } from '#kit/log.ts';
import type { ViewerKeys } from '#kit/viewer.ts';
import type { GatewayConfig } from '../config.ts';

/** Where and how a remote subgraph is reached. */
export interface RemoteSubgraph {
  name: string;
  url: string;
  /** Keys to sign viewers with; null sends no viewer at all. */
  keys: (() => ViewerKeys) | null;
  config: GatewayConfig;
  log: Log;
}
