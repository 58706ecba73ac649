/** Where rates are counted: in this process, or in MongoDB, where several gateways count as one. */
import { circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { RateLimiterMemory, RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible';

import type { Log } from '#kit/log.ts';
import type { GatewayConfig } from '../config.ts';

/** The window that points are counted in, in seconds. */
export const rateSeconds = 60;

/** Counts points. */
export interface RateStore {
  /**
   * Charges a viewer or an address.
   *
   * @throws {RateLimiterRes} when there are not so many points left in the window
   */
  charge(key: string, points: number): Promise<void>;
  stop(): Promise<void>;
}

/** The gateways' own database; no subgraph reads it. */
const database = 'oca_gateway';

/** How long the database may take to be found, in milliseconds; past it this process counts alone. */
const findMillis = 1_000;

/** How many faults in a row leave the database alone, and for how long, in milliseconds. */
const faultsInRow = 3;
const aloneMillis = 10_000;

/** Makes the store that the configuration names; null where nothing is limited. */
export async function createRateStore(
  { ratePoints, ratesIn }: GatewayConfig,
  log: Log,
): Promise<RateStore | null> {
  if (ratePoints === 0) return null;
  const memory = new RateLimiterMemory({ points: ratePoints, duration: rateSeconds });
  const alone: RateStore = {
    charge: async (key, points) => {
      await memory.consume(key, points);
    },
    stop: async () => {},
  };
  return ratesIn === null ? alone : together(alone, ratesIn, ratePoints, log);
}

async function together(
  alone: RateStore,
  uri: string,
  ratePoints: number,
  log: Log,
): Promise<RateStore> {
  // Loaded where it is needed: it takes a tenth of a gateway's start.
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: findMillis, maxPoolSize: 20 });
  const limiter = new RateLimiterMongo({
    storeClient: client,
    dbName: database,
    tableName: 'rates',
    points: ratePoints,
    duration: rateSeconds,
    // Who has nothing left is refused without asking the database again.
    inMemoryBlockOnConsumed: ratePoints + 1,
    disableIndexesCreation: true,
  });
  const breaker = circuitBreaker(
    handleWhen((error) => !(error instanceof RateLimiterRes)),
    { halfOpenAfter: aloneMillis, breaker: new ConsecutiveBreaker(faultsInRow) },
  );
  breaker.onBreak(() => log.warn('rates are counted by this gateway alone for now'));
  breaker.onReset(() => log.info('rates are counted in MongoDB again'));
  await limiter
    .createIndexes()
    .catch((error: unknown) => log.error({ error }, 'the rates have no indexes'));
  return {
    charge: async (key, points) => {
      try {
        await breaker.execute(() => limiter.consume(key, points));
      } catch (error) {
        if (error instanceof RateLimiterRes) throw error;
        log.debug({ error }, 'a rate was not counted in MongoDB');
        // Without the database nobody is let through uncounted, and nobody is shut out.
        await alone.charge(key, points);
      }
    },
    stop: () => client.close(),
  };
}
