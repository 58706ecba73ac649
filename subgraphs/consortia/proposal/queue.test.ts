import { solverQueue } from './queue.ts';

/** A job that ends when it is told to. */
function job() {
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  return { ended, end: () => end(undefined) };
}

describe('solverQueue', () => {
  it('runs no more than asked for at once, the others in the order they came', async () => {
    const queue = solverQueue(2);
    const jobs = [job(), job(), job(), job()];
    const begun: number[] = [];
    const runs = jobs.map(({ ended }, index) =>
      queue.run(async () => {
        begun.push(index);
        await ended;
        return index;
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    jobs[1]?.end();
    await runs[1];
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1, 2]);
    for (const { end } of jobs) end();
    expect(await Promise.all(runs)).toEqual([0, 1, 2, 3]);
  });

  it('gives the place on when a job fails', async () => {
    const queue = solverQueue(1);
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await queue.run(() => Promise.resolve('next'))).toBe('next');
  });

  it('refuses when too many wait', async () => {
    const queue = solverQueue(1);
    const first = job();
    const runs = Array.from({ length: 51 }, () => queue.run(() => first.ended));
    await expect(queue.run(() => first.ended)).rejects.toMatchObject({
      problems: [{ code: 'LIMIT_REACHED' }],
    });
    first.end();
    await Promise.all(runs);
  });
});
