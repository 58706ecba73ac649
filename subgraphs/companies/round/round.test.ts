import { createLog } from '#kit/log.ts';
import { startRound } from './round.ts';

const log = createLog('test', 'silent');

it('does its work again, also after it failed, until it is stopped', async () => {
  let done = 0;
  const enough = Promise.withResolvers<void>();
  const round = startRound(
    {
      name: 'test',
      waitMillis: 1,
      work: () => {
        done += 1;
        if (done === 3) enough.resolve();
        return done === 1 ? Promise.reject(new Error('The first one fails.')) : Promise.resolve();
      },
    },
    log,
  );
  await enough.promise;
  await round.stop();
  const until = done;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(done).toBe(until);
});
