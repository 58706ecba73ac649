/** How long does `npm start` take until it answers, and how much memory does it hold then: a first start (with the seed) and a second (seconds, MiB)? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { processEnvironment as environment } from '../infra/config.ts';
import { report } from './machine.ts';

const root = new URL('..', import.meta.url).pathname;
const rounds = 3;

/** Starts the platform on a folder and waits for its block; gives seconds and resident memory of the whole process. */
async function start(dataDir: string): Promise<{ seconds: number; residentMiB: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, ['infra/launch.js', 'infra/local.ts'], {
    cwd: root,
    env: { ...environment, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) if (line.includes('is ready')) break;
  const seconds = (performance.now() - began) / 1000;
  const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
  const residentMiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { seconds, residentMiB };
}

const first: Awaited<ReturnType<typeof start>>[] = [];
const second: Awaited<ReturnType<typeof start>>[] = [];
for (let round = 0; round < rounds; round += 1) {
  const dataDir = await mkdtemp(join(tmpdir(), 'oca-bench-'));
  first.push(await start(dataDir));
  second.push(await start(dataDir));
  await rm(dataDir, { recursive: true, force: true });
}

function median(values: number[]): number {
  return Number((values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(2));
}

function summary(starts: typeof first) {
  return {
    seconds: median(starts.map((each) => each.seconds)),
    residentMiB: median(starts.map((each) => each.residentMiB)),
  };
}

await report('ready', { rounds, firstStart: summary(first), secondStart: summary(second) });
