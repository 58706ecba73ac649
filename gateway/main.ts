/** The gateway as a process of its own: subgraphs are reached at their URLs. */
import { readFile } from 'node:fs/promises';

import { ConfigError } from '#kit/config.ts';
import { createLog } from '#kit/log.ts';
import { readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

try {
  const config = readGatewayConfig();
  const log = createLog('gateway', config.logLevel);
  const supergraphSdl = await readFile(config.supergraph, 'utf8');
  const gateway = await createGateway({ supergraphSdl, config, log });
  const { url } = await gateway.listen();
  log.info({ url }, 'gateway listens');
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void gateway.stop().finally(() => process.exit(0));
    });
} catch (error) {
  console.error(reason(error));
  process.exitCode = 1;
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
