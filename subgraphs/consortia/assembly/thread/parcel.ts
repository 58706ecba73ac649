// Carries a job to a worker. Its alliance is columns in shared memory, so that only names are copied: in slices, as all at once
// they would hold up the sending thread.
import type { MessagePort, Worker } from 'node:worker_threads';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { packing, type PackedProblem } from '../alliance/packing.ts';
import { tablesOf } from '../alliance/table.ts';
import type { AllianceColumns } from '../alliance/columns.ts';
import type { Delivery, Order } from './message.ts';
import type { StatedProblem } from '../problem.ts';

/** Names in one slice: a few milliseconds of copying. */
const sliceSize = 10_000;

/** Sends a job, giving way to other work between slices, until all is sent or `isOver`. */
export async function sendOrder(
  worker: Worker,
  order: Order,
  isOver: () => boolean,
): Promise<void> {
  const say = (delivery: Delivery) => worker.postMessage(delivery, []);
  if (!hasAlliance(order)) return say({ order, columns: null });
  const problem = await packedInTurns(order.problem, isOver);
  if (problem === null) return;
  const { candidates, capabilities, history, ...terms } = problem;
  const { ids, ...firms } = candidates.columns;
  for (let from = 0; from < ids.length; from += sliceSize) {
    if (isOver()) return;
    say({ ids: ids.slice(from, from + sliceSize) });
    await nextTurn();
  }
  say({
    order: { ...order, problem: { ...terms, candidates: [], capabilities: [], history: [] } },
    columns: {
      firms: { ...firms, ids: [] },
      capabilities: capabilities.columns,
      history: history.columns,
    },
  });
}

// Covers and matchings are numbers of their own.
function hasAlliance(order: Order): order is Exclude<Order, { kind: 'COVER' | 'MATCH' }> {
  return order.kind !== 'COVER' && order.kind !== 'MATCH';
}

async function packedInTurns(
  problem: StatedProblem,
  isOver: () => boolean,
): Promise<PackedProblem | null> {
  const steps = packing(problem);
  while (!isOver()) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
  return null;
}

/** Receives one job. */
export function receiveOrder(port: MessagePort): Promise<Order> {
  const ids: string[] = [];
  return new Promise((resolve) => {
    const take = (delivery: Delivery) => {
      if ('ids' in delivery) {
        for (const id of delivery.ids) ids.push(id);
        return;
      }
      port.off('message', take);
      resolve(withAlliance(delivery.order, delivery.columns, ids));
    };
    port.on('message', take);
  });
}

function withAlliance(order: Order, columns: AllianceColumns | null, ids: string[]): Order {
  if (!hasAlliance(order) || columns === null) return order;
  const alliance = tablesOf({ ...columns, firms: { ...columns.firms, ids } });
  return { ...order, problem: { ...order.problem, ...alliance } };
}
