// Carries a job to a worker in slices: a whole one would hold up the sending thread for most of a second.
import type { MessagePort, Worker } from 'node:worker_threads';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery, LongList, Order } from './message.ts';
import type { AssemblyProblem } from './types.ts';

/** Items in one slice: a few milliseconds of copying. */
const sliceSize = 2_000;

const longLists: readonly LongList[] = ['candidates', 'capabilities', 'history'];

/** Sends a job, giving way to other work between slices, until all is sent or `isOver`. */
export async function sendOrder(
  worker: Worker,
  order: Order,
  isOver: () => boolean,
): Promise<void> {
  const say = (delivery: Delivery) => worker.postMessage(delivery, []);
  if (order.kind === 'COVER') return say({ order });
  const { problem } = order;
  for (const list of longLists)
    for (let from = 0; from < problem[list].length; from += sliceSize) {
      if (isOver()) return;
      say({ list, items: problem[list].slice(from, from + sliceSize) });
      await nextTurn();
    }
  say({
    order: { ...order, problem: { ...problem, candidates: [], capabilities: [], history: [] } },
  });
}

/** Receives one job. */
export function receiveOrder(port: MessagePort): Promise<Order> {
  const lists: Record<LongList, unknown[]> = { candidates: [], capabilities: [], history: [] };
  return new Promise((resolve) => {
    const take = (delivery: Delivery) => {
      if ('list' in delivery) {
        for (const item of delivery.items) lists[delivery.list].push(item);
        return;
      }
      port.off('message', take);
      const { order } = delivery;
      if (order.kind === 'COVER') resolve(order);
      else resolve({ ...order, problem: { ...order.problem, ...lists } as AssemblyProblem });
    };
    port.on('message', take);
  });
}
