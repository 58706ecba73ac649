/** `npm run start:subgraph -- NAME`: one subgraph as a process of its own, served to the gateway alone. */
import { createLog } from '#kit/log.ts';
import { serve } from '#kit/serve.ts';
import { stopOnSignal } from '#kit/stop.ts';
import { startTracing } from '#kit/trace.ts';
import { watchedViewerKeys } from '#kit/watch.ts';
import { subgraphNames } from '#schema/sdl.ts';
import { adviceFor } from './advice.ts';
import { processEnvironment, readSubgraphConfig } from './config.ts';
import { subgraphs } from './platform.ts';

/** The port of the first subgraph; the others follow, as schema/compose.ts has it. */
const firstPort = 4001;

const [name = ''] = process.argv.slice(2);
const subgraph = subgraphs.find((each) => each.name === name);

try {
  if (!subgraph) throw new Error(`Say which subgraph: ${subgraphNames.join(', ')}.`);
  const defaultPort = firstPort + subgraphs.indexOf(subgraph);
  const config = readSubgraphConfig(processEnvironment, defaultPort);
  const { mongoUri, host, port, logLevel, viewerKeysFile, watchMillis } = config;
  const log = createLog(name, logLevel);
  const tracing = await startTracing(`oca-${name}`, processEnvironment, log);
  const runtime = { mongoUri, environment: processEnvironment, log };
  const viewerKeys =
    viewerKeysFile === null
      ? (config.viewerKeys ?? [])
      : await watchedViewerKeys(viewerKeysFile, watchMillis, log);
  const served = await serve(subgraph, runtime, { host, port, viewerKeys });
  stopOnSignal(async () => {
    await served.stop();
    await tracing.stop();
  });
  console.log(`${name} is ready: ${served.url}`);
} catch (error) {
  console.error(adviceFor(error) ?? (error instanceof Error ? error.message : error));
  process.exit(1);
}
