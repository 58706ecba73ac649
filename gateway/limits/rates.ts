/** How much one viewer or one address may ask in a while: counted by cost, so that dear operations count for more. */
import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { RateLimiterRes } from 'rate-limiter-flexible';

import type { Log } from '#kit/log.ts';
import type { Call } from '../call.ts';
import type { GatewayConfig } from '../config.ts';
import type { RateStore } from './rate-store.ts';
import { statusOfErrors } from '../transport/status.ts';

/** Who is charged: a user, or a visitor's address; programs in this process are not. */
export type Asker = Pick<Call, 'transport' | 'address'> & {
  viewer: Pick<Call['viewer'], 'userId'>;
};

type Errors = Parameters<typeof statusOfErrors>[0];

/** Counts what is asked. */
export interface Rates {
  /**
   * Lets somebody in who has something left, before anything is read of what they ask. It knows what this gateway has
   * seen, and asks no database.
   *
   * @throws {GraphQLError} RATE_LIMITED
   */
  admit(asker: Asker): void;
  /**
   * Charges points.
   *
   * @throws {GraphQLError} RATE_LIMITED
   */
  charge(asker: Asker, points: number): Promise<void>;
  /** Charges what was refused, where the fault is the asker's; `paid` is what it has cost already. Never rejects. */
  refused(asker: Asker, errors: Errors, paid?: number): Promise<void>;
}

/** How many that have nothing left are kept in mind; of more, the oldest are asked about again. */
const mostSpent = 100_000;

/** Makes the counting over a store; without one nobody is counted. */
export function createRates(
  store: RateStore | null,
  { refusalPoints }: Pick<GatewayConfig, 'refusalPoints'>,
  log: Log,
): Rates {
  /** When who has nothing left has something again, in milliseconds since the epoch. */
  const spent = new Map<string, number>();
  const remember = (key: string, millis: number): void => {
    spent.delete(key);
    spent.set(key, Date.now() + millis);
    const [oldest] = spent.keys();
    if (spent.size > mostSpent && oldest !== undefined) spent.delete(oldest);
  };
  const charge = async (asker: Asker, points: number): Promise<void> => {
    if (!store || asker.transport === 'PROCESS') return;
    const key = keyOf(asker);
    try {
      await store.charge(key, points);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      remember(key, error.msBeforeNext);
      throw tooMuch(error.msBeforeNext);
    }
  };
  return {
    admit: (asker) => {
      if (asker.transport === 'PROCESS') return;
      const key = keyOf(asker);
      const millis = (spent.get(key) ?? 0) - Date.now();
      if (millis > 0) throw tooMuch(millis);
      spent.delete(key);
    },
    charge,
    refused: async (asker, errors, paid = 0) => {
      const status = statusOfErrors(errors);
      if (status >= 500 || status === tooManyRequests || paid >= refusalPoints) return;
      await charge(asker, refusalPoints - paid).catch((error: unknown) => {
        if (!(error instanceof GraphQLError)) log.error({ error }, 'a refusal was not counted');
      });
    },
  };
}

const tooManyRequests = 429;

/** Charges each operation by its cost, and what was refused as a whole by a flat number of points. */
export function rateLimiter(rates: Rates): ApolloServerPlugin<Call> {
  return {
    requestDidStart: async () => {
      let paid = 0;
      return {
        didResolveOperation: async ({ contextValue: call }) => {
          // Even what costs nothing is an operation.
          paid = Math.max(1, Math.ceil(call.cost));
          await rates.charge(call, paid);
        },
        willSendResponse: async ({ contextValue: call, response: { body } }) => {
          if (body.kind !== 'single') return;
          const { data, errors } = body.singleResult;
          if (data === undefined && errors) await rates.refused(call, errors, paid);
        },
      };
    },
  };
}

function keyOf({ viewer: { userId }, address }: Asker): string {
  return userId === null ? `a ${address}` : `u ${userId}`;
}

function tooMuch(millis: number): GraphQLError {
  const seconds = Math.max(1, Math.ceil(millis / 1000));
  const headers = new HeaderMap([['retry-after', String(seconds)]]);
  return new GraphQLError(`Too much was asked in a while; try again in ${seconds} s.`, {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfter: seconds,
      http: { status: tooManyRequests, headers },
    },
  });
}
