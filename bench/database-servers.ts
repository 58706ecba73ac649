// The servers that the database's benchmark compares, each a process of its own.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server that runs. */
export type Running = {
  /** A connection string without a database name. */
  uri: string;
  process: ChildProcess;
  /** From the start of the process until it said that it is ready. */
  readyMillis: number;
};

/** How to start one of the servers on a file. */
export type Program = { name: string; start: (file: string) => Promise<Running> };

/** The embedded database. Given a folder, it leaves a profile there when it ends. */
export function embedded(profile: string | undefined): Program {
  // As `npm run database` starts it.
  const main = [
    '--max-semi-space-size=8',
    new URL('../infra/launch.js', import.meta.url).pathname,
    'infra/database/main.ts',
  ];
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return {
    name: 'embedded',
    start: (file) =>
      run([...flags, ...main, '--data', file, '--port', '0'], (line) =>
        line.startsWith('ready ') ? line.slice('ready '.length) : undefined,
      ),
  };
}

/**
 * The prototype that the embedded database was made after; it is no part of the project.
 *
 * @param folder holds its `server.ts`; `bson` and `mingo` can be imported from there
 * @throws {Error} when it is not there
 */
export async function prototype(folder: string): Promise<Program> {
  const main = join(folder, 'server.ts');
  await access(main);
  return {
    name: 'prototype',
    start: (file) => run([main, '--db', file, '--port', '0', '--sync', 'FULL'], readHost),
  };
}

function readHost(line: string): string | undefined {
  const host = /"ready":true,"host":"([^"]+)"/.exec(line)?.[1];
  return host === undefined ? undefined : `mongodb://${host}/?replicaSet=rs-embedded`;
}

async function run(
  parameters: string[],
  readUri: (line: string) => string | undefined,
): Promise<Running> {
  const started = performance.now();
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Should the benchmark itself fail, it leaves nothing behind.
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  for await (const line of createInterface({ input: child.stdout })) {
    const uri = readUri(line);
    if (uri !== undefined) return { uri, process: child, readyMillis: performance.now() - started };
  }
  throw new Error(`${parameters.join(' ')} did not start.`);
}

/** Ends a server and waits until it is gone. */
export async function stop({ process: child }: Running): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** What a server holds in memory, MB. */
export function residentMegabytes({ process: { pid } }: Running): number {
  const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(found?.[1] ?? Number.NaN) / 1024;
}

// Linux tells processor time in hundredths of a second. @see proc_pid_stat(5)
const TICK_MILLIS = 10;

/** Processor time that a server has used, milliseconds. */
export function processorMillis({ process: { pid } }: Running): number {
  const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The name, the second field, may hold spaces; user and system time are the 14th and 15th.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MILLIS;
}
