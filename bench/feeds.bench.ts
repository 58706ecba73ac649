/** How many live deliveries a second, with fields of another subgraph under each event, does the gateway make to N subscribers (default 1000), how long does one take (p99, milliseconds), and what does an idle subscriber hold (bytes)? */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { report } from './machine.ts';

const subscribers = Number(process.argv[2] ?? 1_000);
const events = 20;
const query = 'subscription { announced { at company { name region capabilities { level } } } }';

const children: ChildProcess[] = [];

async function start(...part: string[]): Promise<string> {
  const child = fork(new URL('./gateway-parts.ts', import.meta.url), part);
  children.push(child);
  const [url] = (await once(child, 'message')) as [string];
  return url;
}

const subgraphs = await start('subgraphs');
const url = await start('ours', subgraphs, 'AUTO');
const metrics = new URL('/metrics', url);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
}

const sockets: WebSocket[] = [];
const delays: number[] = [];
let faults = 0;
let last = 0;

function subscribe(): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as {
        type: string;
        payload?: { data?: { announced: { at: number } }; errors?: unknown };
      };
      if (type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        resolve();
      } else if (type === 'next' && payload?.data && !payload.errors) {
        last = Date.now();
        delays.push(last - payload.data.announced.at);
      } else faults += 1;
    });
  });
}

const restBytes = await metric('process_resident_memory_bytes');
for (let opened = 0; opened < subscribers; opened += 50)
  await Promise.all(Array.from({ length: Math.min(50, subscribers - opened) }, subscribe));
while ((await metric('oca_gateway_feed_subscribers')) < subscribers) await pause(100);
const fullBytes = await metric('process_resident_memory_bytes');

const began = Date.now();
await fetch(new URL(`/publish?count=${events}`, subgraphs));
while (delays.length + faults < subscribers * events && Date.now() - began < 60_000)
  await pause(20);
const sorted = delays.toSorted((a, b) => a - b);
await report('feeds', {
  subscribers,
  events,
  delivered: delays.length,
  faults,
  deliveriesPerSecond: Math.round((delays.length / (last - began)) * 1000),
  p50Millis: sorted[Math.floor(sorted.length * 0.5)],
  p99Millis: sorted[Math.floor(sorted.length * 0.99)],
  upstreams: Number(await (await fetch(new URL('/readers', subgraphs))).text()),
  residentBytesASubscriber: Math.round((fullBytes - restBytes) / subscribers),
});
for (const socket of sockets) socket.terminate();
for (const child of children) child.kill();
