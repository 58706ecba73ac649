/** How many board queries over three subgraphs a second do our gateway, stock @apollo/gateway and @graphql-hive/gateway answer at 16 connections, and how long do they take (p99, milliseconds)? Seconds a round (default 5) may be given. Every part is a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';

import autocannon from 'autocannon';

import { benchGraph } from './gateway-graph.ts';
import { startHive } from './hive.ts';
import { report } from './machine.ts';

const connections = 16;
const duration = Number(process.argv[2] ?? 5);
const rounds = 3;
const query = `{ projects { title members { share company { name region capabilities { level technology } } } } }`;

const children: ChildProcess[] = [];

/** Starts one part; it says where it listens. */
async function start(...part: string[]): Promise<string> {
  const child = fork(new URL('./gateway-parts.ts', import.meta.url), part);
  children.push(child);
  const [url] = (await once(child, 'message')) as [string];
  return url;
}

async function measure(url: string) {
  const body = JSON.stringify({ query });
  const headers = { 'content-type': 'application/json' };
  const run = (seconds: number) =>
    autocannon({ url, connections, duration: seconds, method: 'POST', headers, body });
  await run(1);
  const { requests, latency, errors, non2xx } = await run(duration);
  return {
    requestsPerSecond: Math.round(requests.average),
    p99Millis: latency.p99,
    failed: errors + non2xx,
  };
}

const subgraphs = await start('subgraphs');
const gateways: [name: string, url: string][] = [
  ['ours, Rust planner', await start('ours', subgraphs, 'HIVE')],
  ['ours, Apollo planner', await start('ours', subgraphs, 'APOLLO')],
  ['stock @apollo/gateway', await start('stock', subgraphs)],
];
const hive = await startHive(benchGraph(subgraphs).supergraphSdl, {});
if (hive) {
  children.push(hive.child);
  gateways.push(['@graphql-hive/gateway', hive.url]);
}

const answers: unknown[] = await Promise.all(
  gateways.map(async ([, url]) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.json();
  }),
);
if (!answers.every((answer) => isDeepStrictEqual(answer, answers[0])))
  throw new Error('The gateways do not answer alike.');

const figures: Record<string, unknown> = {
  connections,
  seconds: duration,
  answerBytes: JSON.stringify(answers[0]).length,
};
for (let round = 1; round <= rounds; round += 1)
  for (const [name, url] of gateways) figures[`${name}, round ${round}`] = await measure(url);
await report('gateway', figures);
for (const child of children) child.kill();
