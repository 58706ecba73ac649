/** @graphql-hive/gateway beside ours: installed by npm into a folder of its own, since it brings 700 packages that nothing else needs. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const version = '2.15.1';
const folder = join(tmpdir(), `oca-bench-hive-${version}`);
const startTries = 300;

/** A running gateway that is not ours. */
export interface Peer {
  /** Its GraphQL. */
  url: string;
  child: ChildProcess;
}

/**
 * Starts it over a supergraph; `null` where it cannot be installed.
 *
 * @param feeds path of the WebSocket at the subgraphs that have subscriptions, by the subgraph's name
 */
export async function startHive(
  supergraphSdl: string,
  feeds: Readonly<Record<string, string>>,
): Promise<Peer | null> {
  if (!installed()) return null;
  const supergraph = join(folder, `supergraph-${process.pid}.graphql`);
  const config = join(folder, `gateway-${process.pid}.config.mjs`);
  writeFileSync(supergraph, supergraphSdl);
  const entries = Object.entries(feeds).map(([name, location]) => [
    name,
    { options: { subscriptions: { kind: 'ws', location } } },
  ]);
  const settings = { transportEntries: Object.fromEntries(entries), logging: 'error' };
  writeFileSync(config, `export const gatewayConfig = ${JSON.stringify(settings)};\n`);
  const port = await freePort();
  const address = ['--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(
    process.execPath,
    ['node_modules/.bin/hive-gateway', 'supergraph', supergraph, '-c', config, ...address],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}/graphql`;
  for (let tries = 0; tries < startTries; tries += 1) {
    if (child.exitCode !== null) throw new Error('The Hive gateway ended.');
    if (await answers(url)) return { url, child };
    await pause(100);
  }
  throw new Error('The Hive gateway does not answer.');
}

/** What a process holds, in bytes. */
export function residentBytes({ pid }: ChildProcess): number {
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kibibytes) * 1024;
}

/** The override is npm's answer to a version of a dependency that is not always to be had. */
function installed(): boolean {
  if (existsSync(join(folder, 'node_modules/.bin/hive-gateway'))) return true;
  mkdirSync(folder, { recursive: true });
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { '@graphql-hive/gateway': version },
    overrides: { '@graphql-tools/batch-execute': '10.2.0' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  console.error(`Installing @graphql-hive/gateway ${version} into ${folder} …`);
  try {
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    execFileSync('npm', ['install', ...quiet], { cwd: folder, stdio: 'inherit' });
    return true;
  } catch {
    console.error('It cannot be installed here; measuring without it.');
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const body = JSON.stringify({ query: '{ __typename }' });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body })).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('There is no free port.');
  return address.port;
}
