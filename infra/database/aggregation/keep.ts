// Keeping documents in memory, no more than a stage may.
import type { Document } from '../bson/value.ts';
import { weigh } from '../expression/accumulator.ts';
import { PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { MEMORY_LIMIT, memoryRefusal } from './sort-stage.ts';

/**
 * Counts what is kept.
 *
 * @returns what to call with each document; throws {CommandRefusal} 292 when it is one too many
 */
export function makeRoom(stage: string): (item: Document) => void {
  let weight = 0;
  return (item) => {
    weight += weigh(item);
    if (weight > MEMORY_LIMIT) throw memoryRefusal(stage);
  };
}

/**
 * Everything.
 *
 * @throws {CommandRefusal} 292 where that takes more memory than the stage may
 */
export function* keepAll(
  source: Flow<Document>,
  stage: string,
): Generator<typeof PAUSE, Document[], undefined> {
  const kept = yield* keepWithin(source);
  if (kept === undefined) throw memoryRefusal(stage);
  return kept;
}

/** Everything, or undefined where it takes more memory than a stage may. */
export function* keepWithin(
  source: Flow<Document>,
): Generator<typeof PAUSE, Document[] | undefined, undefined> {
  const items: Document[] = [];
  let weight = 0;
  for (const item of source) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    weight += weigh(item);
    if (weight > MEMORY_LIMIT) return undefined;
    items.push(item);
  }
  return items;
}
