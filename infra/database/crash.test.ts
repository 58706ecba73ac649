import { faultsOf, runCrashTest } from './crash.ts';

it('loses, tears, doubles and misses nothing when it is killed under load', async () => {
  const result = await runCrashTest({ kills: 5, synchronous: 'FULL' });
  expect(faultsOf(result)).toEqual([]);
  expect(result.acknowledgedInserts).toBeGreaterThan(0);
});
