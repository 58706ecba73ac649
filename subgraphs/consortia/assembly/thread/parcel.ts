// Carries a job to a worker in slices: a whole one would hold up the sending thread for most of a second. Long lists travel
// and stay there as columns of numbers, and what many firms have in common is kept once.
import type { MessagePort, Worker } from 'node:worker_threads';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery, Order } from './message.ts';
import {
  capabilityRows,
  historyRows,
  packCapabilities,
  packHistory,
  type CapabilityColumns,
  type HistoryColumns,
} from './table.ts';
import type { Candidate, Rows, StatedProblem } from '../types.ts';

/** Items in one slice: a few milliseconds of copying. */
const sliceSize = 2_000;

/** Sends a job, giving way to other work between slices, until all is sent or `isOver`. */
export async function sendOrder(
  worker: Worker,
  order: Order,
  isOver: () => boolean,
): Promise<void> {
  const say = (delivery: Delivery) => worker.postMessage(delivery, []);
  if (order.kind === 'COVER') return say({ order, technologyIds: [] });
  const { problem } = order;
  const technologyIds = [...new Set(problem.requirements.map((one) => one.technologyId))];
  for (const delivery of deliveries(problem, technologyIds)) {
    if (isOver()) return;
    say(delivery);
    await nextTurn();
  }
  say({
    order: { ...order, problem: { ...problem, candidates: [], capabilities: [], history: [] } },
    technologyIds,
  });
}

function* deliveries(
  { candidates, capabilities, history }: StatedProblem,
  technologyIds: readonly string[],
): Generator<Delivery> {
  const placeOf = new Map<string, number>();
  let place = 0;
  for (const slice of slices(candidates)) {
    for (const { id } of slice) placeOf.set(id, place++);
    yield { candidates: slice };
  }
  const technologyOf = new Map(technologyIds.map((id, index) => [id, index]));
  for (const slice of slices(capabilities))
    yield { capabilities: packCapabilities(slice, placeOf, technologyOf) };
  for (const slice of slices(history)) yield { history: packHistory(slice, placeOf) };
}

function* slices<Row>(rows: Rows<Row>): Generator<Row[]> {
  let slice: Row[] = [];
  for (const row of rows) {
    slice.push(row);
    if (slice.length < sliceSize) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** Receives one job. */
export function receiveOrder(port: MessagePort): Promise<Order> {
  const candidates: Candidate[] = [];
  const capabilities: CapabilityColumns[] = [];
  const history: HistoryColumns[] = [];
  const slim = sharing();
  return new Promise((resolve) => {
    const take = (delivery: Delivery) => {
      if ('candidates' in delivery) {
        for (const candidate of delivery.candidates) candidates.push(slim(candidate));
      } else if ('capabilities' in delivery) capabilities.push(delivery.capabilities);
      else if ('history' in delivery) history.push(delivery.history);
      else {
        port.off('message', take);
        const { order, technologyIds } = delivery;
        if (order.kind === 'COVER') return resolve(order);
        const ids = candidates.map(({ id }) => id);
        const rows = {
          candidates,
          capabilities: capabilityRows(capabilities, ids, technologyIds),
          history: historyRows(history, ids),
        };
        resolve({ ...order, problem: { ...order.problem, ...rows } });
      }
    };
    port.on('message', take);
  });
}

// Copies share nothing: of lists and texts that many firms have, one is kept.
function sharing(): (candidate: Candidate) => Candidate {
  const kept = new Map<string, unknown>();
  const share = <Value>(key: string, value: Value): Value => {
    if (!kept.has(key)) kept.set(key, value);
    return kept.get(key) as Value;
  };
  const list = <Value extends readonly string[]>(name: string, value: Value) =>
    share(`${name} ${JSON.stringify(value)}`, value);
  return (candidate) => ({
    ...candidate,
    kinds: list('kinds', candidate.kinds),
    certificates: list('certificates', candidate.certificates),
    region: share(`region ${candidate.region}`, candidate.region),
  });
}
