/** The gateway as a process of its own: subgraphs are reached at their URLs. */
import { readFile } from 'node:fs/promises';

import { ConfigError } from '#kit/config.ts';
import { createLog } from '#kit/log.ts';
import { stopOnSignal } from '#kit/stop.ts';
import { startTracing } from '#kit/trace.ts';
import { watch, watchedViewerKeys } from '#kit/watch.ts';
import { processEnvironment, readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

/** Starts the gateway that the environment describes; it stops on SIGINT and SIGTERM. */
export async function start(): Promise<void> {
  try {
    await open();
  } catch (error) {
    console.error(reason(error));
    process.exitCode = 1;
  }
}

async function open(): Promise<void> {
  const config = readGatewayConfig(processEnvironment);
  const log = createLog('gateway', config.logLevel);
  const tracing = await startTracing('oca-gateway', processEnvironment, log);
  const supergraphSdl = await readFile(config.supergraph, 'utf8');
  const { viewerKeysFile, watchMillis } = config;
  const keys =
    viewerKeysFile === null ? null : await watchedViewerKeys(viewerKeysFile, watchMillis, log);
  const gateway = await createGateway({
    supergraphSdl,
    config,
    log,
    ...(keys && { viewerKeys: keys }),
  });
  watch(config.supergraph, watchMillis, supergraphSdl, (sdl) => gateway.reload(sdl), log);
  const { url } = await gateway.listen();
  log.info({ url }, 'gateway listens');
  stopOnSignal(async () => {
    await gateway.stop();
    await tracing.stop();
  });
}

/** One line a fault, that says what to do. */
function reason(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE')
    return 'The port is in use: stop what uses it, or set PORT to another.';
  if ('code' in error && error.code === 'ENOENT' && 'path' in error)
    return `${String(error.path)} is not there: run "npm run compose", or set SUPERGRAPH to a composed schema.`;
  return error.message;
}
