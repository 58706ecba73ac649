/** Iterating over feeds that are left while they are silent. */

/**
 * An iteration over what `open` gives. Unlike a generator's, its `return` is heard at once, also while the next value
 * is waited for: a feed may be silent for days.
 *
 * @param taken turns a value, or what was thrown, into what is given; throws to end the iteration with a fault
 */
export function iterate<From, To>(
  open: () => Promise<AsyncIterator<From>>,
  taken: { value: (value: From) => To; fault: (error: unknown) => To },
): AsyncIterableIterator<To> {
  const over: IteratorReturnResult<undefined> = { value: undefined, done: true };
  let iterator: Promise<AsyncIterator<From>> | null = null;
  let left = false;
  let leave: (() => void) | null = null;
  const step = async (): Promise<IteratorResult<To>> => {
    try {
      iterator ??= open();
      const { value, done } = await (await iterator).next();
      return done ? over : { value: taken.value(value), done: false };
    } catch (error) {
      const last = taken.fault(error);
      left = true;
      return { value: last, done: false };
    }
  };
  return {
    next: () => {
      if (left) return Promise.resolve(over);
      return new Promise((resolve, reject) => {
        leave = () => resolve(over);
        step().then(resolve, reject);
      });
    },
    return: () => {
      left = true;
      leave?.();
      // What it throws on the way out concerns nobody any more.
      iterator?.then((opened) => opened.return?.()).catch(() => {});
      return Promise.resolve(over);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
