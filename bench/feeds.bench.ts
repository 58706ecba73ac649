/** How many live deliveries a second, with fields of two other subgraphs under each event, do our gateway and @graphql-hive/gateway make to N subscribers (default 1000 and 10000), how long from publication to receipt (p50, p99, milliseconds), and what does an idle subscriber hold (bytes)? Every part is a process of its own; the subscribers are one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { benchGraph } from './gateway-graph.ts';
import { residentBytes, startHive, type Peer } from './hive.ts';
import { report } from './machine.ts';

const sizes = process.argv.slice(2).map(Number);
const query = 'subscription { announced { at company { name region capabilities { level } } } }';
/** Deliveries of one round, so that the largest round ends within minutes for the slowest. */
const mostDeliveries = 50_000;
const mostEvents = 20;
const opensAtATime = 50;
const patienceMillis = 120_000;

async function start(...part: string[]): Promise<Peer> {
  const child: ChildProcess = fork(new URL('./gateway-parts.ts', import.meta.url), part);
  const [url] = (await once(child, 'message')) as [string];
  return { url, child };
}

/** What all subscribers of one round have heard. */
interface Heard {
  delays: number[];
  faults: number;
  last: number;
}

function subscribe(url: string, heard: Heard, sockets: WebSocket[]): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as {
        type: string;
        payload?: { data?: { announced: { at: number; company: { name: string } } } };
      };
      if (type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        resolve();
      } else if (type === 'ping') socket.send('{"type":"pong"}');
      else if (type === 'next' && payload?.data?.announced.company.name) {
        heard.last = Date.now();
        heard.delays.push(heard.last - payload.data.announced.at);
      } else if (type !== 'pong') heard.faults += 1;
    });
  });
}

async function number(url: URL): Promise<number> {
  return Number(await (await fetch(url)).text());
}

/** One gateway, asked by so many. */
async function round(gateway: Peer, subgraphs: string, subscribers: number) {
  const heard: Heard = { delays: [], faults: 0, last: 0 };
  const sockets: WebSocket[] = [];
  const readers = new URL('/readers', subgraphs);
  const rest = residentBytes(gateway.child);
  for (let opened = 0; opened < subscribers; opened += opensAtATime) {
    const some = Math.min(opensAtATime, subscribers - opened);
    await Promise.all(Array.from({ length: some }, () => subscribe(gateway.url, heard, sockets)));
  }
  await settled(readers);
  const full = residentBytes(gateway.child);
  const upstreams = await number(readers);
  const events = Math.max(1, Math.min(mostEvents, Math.floor(mostDeliveries / subscribers)));
  const began = Date.now();
  await fetch(new URL(`/publish?count=${events}`, subgraphs));
  while (
    heard.delays.length + heard.faults < subscribers * events &&
    Date.now() - began < patienceMillis
  )
    await pause(20);
  for (const socket of sockets) socket.terminate();
  const sorted = heard.delays.toSorted((a, b) => a - b);
  return {
    events,
    delivered: sorted.length,
    missing: subscribers * events - sorted.length,
    deliveriesPerSecond: Math.round((sorted.length / (heard.last - began)) * 1000),
    p50Millis: sorted[Math.floor(sorted.length * 0.5)],
    p99Millis: sorted[Math.floor(sorted.length * 0.99)],
    upstreams,
    residentBytesASubscriber: Math.round((full - rest) / subscribers),
  };
}

/** Waits until no subscription reaches the subgraph any more. */
async function settled(readers: URL): Promise<void> {
  for (let before = -1, same = 0; same < 20;) {
    const now = await number(readers);
    same = now === before && now > 0 ? same + 1 : 0;
    before = now;
    await pause(100);
  }
}

const figures: Record<string, unknown> = {};
for (const subscribers of sizes.length > 0 ? sizes : [1_000, 10_000]) {
  const peers: [string, (subgraphs: string) => Promise<Peer | null>][] = [
    ['ours', (subgraphs) => start('ours', subgraphs, 'AUTO')],
    [
      '@graphql-hive/gateway',
      (subgraphs) => startHive(benchGraph(subgraphs).supergraphSdl, { projects: '/projects' }),
    ],
  ];
  for (const [name, open] of peers) {
    const subgraphs = await start('subgraphs');
    const gateway = await open(subgraphs.url);
    const title = `${name}, ${subscribers} subscribers`;
    if (gateway) figures[title] = await round(gateway, subgraphs.url, subscribers);
    gateway?.child.kill();
    subgraphs.child.kill();
  }
}
await report('feeds', figures);
