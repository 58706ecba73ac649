import {
  beyondDeadline,
  checkDeadline,
  deadlineSignal,
  millisLeft,
  withDeadline,
} from './deadline.ts';

const over = new Error('over');

describe('work with a deadline', () => {
  it('gives what it gives while there is time', async () => {
    const { signal } = new AbortController();
    const work = withDeadline({ signal, at: Date.now() + 60_000 }, async () => {
      checkDeadline();
      expect(deadlineSignal()).toBe(signal);
      return millisLeft();
    });
    const left = await work;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  it('ends at once when its signal says so, and what goes on of it is refused', async () => {
    const controller = new AbortController();
    const held = Promise.withResolvers<undefined>();
    const further = Promise.withResolvers<unknown>();
    const work = withDeadline({ signal: controller.signal, at: null }, async () => {
      await held.promise;
      try {
        checkDeadline();
        further.resolve('went on');
      } catch (error) {
        further.resolve(error);
      }
    });
    controller.abort(over);
    await expect(work).rejects.toBe(over);
    held.resolve(undefined);
    expect(await further.promise).toMatchObject({ extensions: { code: 'REQUEST_TIMEOUT' } });
  });

  it('is not begun when it is over already', async () => {
    let isBegun = false;
    const signal = AbortSignal.abort(over);
    const work = withDeadline({ signal, at: null }, async () => {
      isBegun = true;
    });
    await expect(work).rejects.toBe(over);
    expect(isBegun).toBe(false);
  });

  it('leaves alone what it left running when it was done', async () => {
    const controller = new AbortController();
    const held = Promise.withResolvers<undefined>();
    let behind: Promise<unknown> = Promise.resolve();
    await withDeadline({ signal: controller.signal, at: Date.now() + 10 }, async () => {
      behind = held.promise.then(() => {
        checkDeadline();
        return [millisLeft(), deadlineSignal()];
      });
    });
    controller.abort(over);
    held.resolve(undefined);
    expect(await behind).toEqual([null, null]);
  });

  it('leaves alone what was begun to go on by itself, also when its time is over', async () => {
    const controller = new AbortController();
    const held = Promise.withResolvers<undefined>();
    let alone: Promise<unknown> = Promise.resolve();
    const work = withDeadline({ signal: controller.signal, at: Date.now() + 60_000 }, async () => {
      alone = beyondDeadline(async () => {
        await held.promise;
        checkDeadline();
        return [millisLeft(), deadlineSignal()];
      });
      await held.promise;
    });
    controller.abort(over);
    await expect(work).rejects.toBe(over);
    held.resolve(undefined);
    expect(await alone).toEqual([null, null]);
  });

  it('throws what its work throws', async () => {
    const { signal } = new AbortController();
    await expect(withDeadline({ signal, at: null }, () => Promise.reject(over))).rejects.toBe(over);
  });
});

it('work without a deadline has no end', () => {
  checkDeadline();
  expect([millisLeft(), deadlineSignal()]).toEqual([null, null]);
});
