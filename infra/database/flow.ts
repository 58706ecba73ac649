// Work in steps: whatever may take long gives way now and then, so that it can be stopped and others get a turn.

/** A point at which work may be interrupted. */
export const PAUSE: unique symbol = Symbol('pause');

/** A stream of items with pauses in between. */
export type Flow<T> = Generator<T | typeof PAUSE, void, undefined>;

/** Work that ends with a result; it pauses, or waits for a promise. */
export type Task<T> = Generator<typeof PAUSE | Promise<void>, T, undefined>;

/** How many documents are looked at between two pauses. */
export const PAUSE_EVERY = 64;

/** A stream of what is already there. */
export function* flowOf<T>(items: Iterable<T>): Flow<T> {
  let count = 0;
  for (const item of items) {
    yield item;
    count += 1;
    if (count % PAUSE_EVERY === 0) yield PAUSE;
  }
}

/** Changes every item. */
export function* mapFlow<S, T>(source: Flow<S>, change: (item: S) => T): Flow<T> {
  for (const item of source) yield item === PAUSE ? PAUSE : change(item);
}

/** Keeps the items that pass. */
export function* filterFlow<T>(source: Flow<T>, isKept: (item: T) => boolean): Flow<T> {
  for (const item of source) if (item === PAUSE || isKept(item)) yield item;
}

/** The first items; the source is ended as soon as there are enough. */
export function* limitFlow<T>(source: Flow<T>, count: number): Flow<T> {
  let left = count;
  if (left <= 0) return;
  for (const item of source) {
    yield item;
    if (item === PAUSE) continue;
    left -= 1;
    if (left === 0) return;
  }
}

/** All but the first items. */
export function* skipFlow<T>(source: Flow<T>, count: number): Flow<T> {
  let left = count;
  for (const item of source)
    if (item === PAUSE || left === 0) yield item;
    else left -= 1;
}

/** All items as an array, as a step of other work. */
export function* collectFlow<T>(source: Flow<T>): Generator<typeof PAUSE, T[], undefined> {
  const items: T[] = [];
  for (const item of source)
    if (item === PAUSE) yield PAUSE;
    else items.push(item);
  return items;
}

/** All items at once, without pauses; for what is known to be short. */
export function drainFlow<T>(source: Flow<T>): T[] {
  const items: T[] = [];
  for (const item of source) if (item !== PAUSE) items.push(item);
  return items;
}

/** The result of work that is known to be short and waits for nothing. */
export function finishTask<T>(task: Task<T>): T {
  for (;;) {
    const step = task.next();
    if (step.done === true) return step.value;
  }
}
