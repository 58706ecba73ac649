// The thread in which the database runs inside another program.
import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiled } from './compile-cache.ts';
import type { DatabaseOptions, Deployment } from './deployment.ts';
import { DatabaseFault } from './fault.ts';
import type { DatabaseFaultCode } from './fault.ts';

/** What the thread tells its program. */
export type WorkerReport =
  | { state: 'ready'; uri: string }
  | { state: 'refused'; code: DatabaseFaultCode | null; message: string }
  | { state: 'closed' };

const options: DatabaseOptions = workerData;

function report(message: WorkerReport): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

function refuse(error: unknown): void {
  report({
    state: 'refused',
    code: error instanceof DatabaseFault ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
  });
}

async function retire(deployment: Deployment): Promise<void> {
  try {
    await deployment.close();
    report({ state: 'closed' });
    parentPort?.close();
  } catch (error) {
    refuse(error);
  }
}

async function run(): Promise<void> {
  let deployment: Deployment;
  try {
    keepCompiled();
    // Only now, so that the cache serves it.
    const { deploy } = await import('./deployment.ts');
    deployment = await deploy(options);
  } catch (error) {
    refuse(error);
    return;
  }
  parentPort?.once('message', () => {
    void retire(deployment);
  });
  report({ state: 'ready', uri: deployment.uri });
}

await run();
