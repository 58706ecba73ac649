// The only door: nothing else of the project imports from inside this folder.
import { Worker } from 'node:worker_threads';
import type { DatabaseOptions } from './deployment.ts';
import { DatabaseFault } from './fault.ts';
import type { WorkerReport } from './worker.ts';

export { DatabaseFault } from './fault.ts';
export type { DatabaseFaultCode } from './fault.ts';
export type { DatabaseOptions, ListenAddress } from './deployment.ts';
export { readParameters } from './parameters.ts';
export type { DatabaseParameters } from './parameters.ts';

/** A database that runs in a thread of this process. */
export type Database = {
  /** A connection string for mongoose or the driver, without a database name. */
  uri: string;
  /** Ends connections, writes what is left and frees the file. Safe to call twice. */
  close(): Promise<void>;
};

/**
 * Starts the embedded database in a thread of this process; it ends with the process and does not keep it alive.
 *
 * @throws {DatabaseFault} DATABASE_LOCKED, DATABASE_FOREIGN, DATABASE_CORRUPT; the file stays as it was
 */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  // Flags of the program (a debugger's port, a test runner's) are not for the thread.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: options,
    execArgv: [],
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      resolve();
    });
  });
  const uri = await readiness(worker, options.file);
  worker.unref();
  const close = async (): Promise<void> => {
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage('close');
    await gone;
  };
  let closing: Promise<void> | undefined;
  return { uri, close: () => (closing ??= close()) };
}

function readiness(worker: Worker, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('The database ended before it was ready.'));
    });
    worker.once('message', (report: WorkerReport) => {
      if (report.state === 'ready') resolve(report.uri);
      else if (report.state === 'refused') reject(refusal(report, file));
    });
  });
}

function refusal(report: WorkerReport & { state: 'refused' }, file: string): Error {
  return report.code === null
    ? new Error(report.message)
    : new DatabaseFault(report.code, file, report.message);
}
