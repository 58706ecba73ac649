/** Merges the `_entities` calls of one tick that ask the same of the same subgraph for the same viewer. */
import type { GraphQLFormattedError } from 'graphql';

import { identityOf } from '../call.ts';
import type { Asking, SubgraphAnswer, SubgraphRequest, SubgraphSource } from './source.ts';

interface Waiter {
  /** Where this call's representations stand in the batch. */
  positions: number[];
  resolve(answer: SubgraphAnswer): void;
  reject(error: unknown): void;
}

interface Batch {
  request: SubgraphRequest;
  asking: Asking;
  representations: unknown[];
  /** Position by the representation's JSON. */
  places: Map<string, number>;
  waiters: Waiter[];
}

/** The same source, with entity calls merged and their representations sent once each. */
export function batched(source: SubgraphSource): SubgraphSource {
  const pending = new Map<string, Batch>();
  const flush = (key: string, batch: Batch): void => {
    pending.delete(key);
    void send(source, batch);
  };
  return {
    ...source,
    ask: (request, asking) => {
      const { representations, ...others } = request.variables;
      if (!Array.isArray(representations)) return source.ask(request, asking);
      const key = JSON.stringify([request.query, others, identityOf(asking.viewer)]);
      let batch = pending.get(key);
      if (!batch) {
        batch = { request, asking, representations: [], places: new Map(), waiters: [] };
        pending.set(key, batch);
        setImmediate(flush, key, batch);
      }
      return join(batch, representations, asking.signal);
    },
  };
}

function join(
  batch: Batch,
  representations: unknown[],
  signal: AbortSignal,
): Promise<SubgraphAnswer> {
  const positions = representations.map((each) => {
    const text = JSON.stringify(each);
    const place = batch.places.get(text) ?? batch.representations.push(each) - 1;
    batch.places.set(text, place);
    return place;
  });
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', abort);
    batch.waiters.push({
      positions,
      resolve: (answer) => {
        settled();
        resolve(answer);
      },
      reject: (error) => {
        settled();
        reject(error);
      },
    });
  });
}

async function send(source: SubgraphSource, batch: Batch): Promise<void> {
  const { request, asking, representations, waiters } = batch;
  // One caller's leaving ends the call only when it is alone; the source's own time-out ends it in any case.
  const patience =
    waiters.length === 1 ? {} : { signal: new AbortController().signal, deadline: null };
  try {
    const variables = { ...request.variables, representations };
    const answer = await source.ask({ ...request, variables }, { ...asking, ...patience });
    for (const waiter of waiters)
      waiter.resolve(whole(batch) ? answer : partOf(answer, waiter.positions));
  } catch (error) {
    for (const waiter of waiters) waiter.reject(error);
  }
}

/** Whether there is one caller and its representations went out as they came. */
function whole({ waiters: [first, ...others], representations }: Batch): boolean {
  return others.length === 0 && first?.positions.length === representations.length;
}

/** What of a batch's answer one caller gets; entities are its own, since the executor writes into them. */
function partOf({ data, errors }: SubgraphAnswer, positions: number[]): SubgraphAnswer {
  const own = errors?.flatMap((error) => ownErrors(error, positions)) ?? [];
  const entities = data?.['_entities'];
  return {
    data: Array.isArray(entities)
      ? { _entities: positions.map((place): unknown => structuredClone(entities[place] ?? null)) }
      : (data ?? null),
    ...(own.length > 0 && { errors: own }),
  };
}

function ownErrors(error: GraphQLFormattedError, positions: number[]): GraphQLFormattedError[] {
  const [root, place, ...below] = error.path ?? [];
  if (root !== '_entities' || typeof place !== 'number') return [error];
  return positions.flatMap((position, index) =>
    position === place ? [{ ...error, path: ['_entities', index, ...below] }] : [],
  );
}
