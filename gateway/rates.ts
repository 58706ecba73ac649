/** How much one viewer or one address may ask in a while: counted by cost, so that dear operations count for more. */
import type { IncomingMessage } from 'node:http';

import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { RateLimiterRes } from 'rate-limiter-flexible';

import type { Call } from './call.ts';
import type { RateStore } from './rate-store.ts';

/** Charges each operation to its viewer, or to the address of a visitor; programs in this process are not counted. */
export function rateLimiter(store: RateStore | null): ApolloServerPlugin<Call>[] {
  if (!store) return [];
  return [
    {
      requestDidStart: async () => ({
        didResolveOperation: async ({ contextValue: call }) => {
          if (call.transport === 'PROCESS') return;
          const key = call.viewer.userId === null ? `a ${call.address}` : `u ${call.viewer.userId}`;
          try {
            // Even what costs nothing is an operation.
            await store.charge(key, Math.max(1, Math.ceil(call.cost)));
          } catch (error) {
            throw error instanceof RateLimiterRes ? tooMuch(error) : error;
          }
        },
      }),
    },
  ];
}

function tooMuch({ msBeforeNext }: RateLimiterRes): GraphQLError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const headers = new HeaderMap([['retry-after', String(seconds)]]);
  return new GraphQLError(`Too much was asked in a while; try again in ${seconds} s.`, {
    extensions: { code: 'RATE_LIMITED', http: { status: 429, headers } },
  });
}

/**
 * The address a request comes from. Behind proxies it is what the outermost trusted one saw: the last entries of
 * `x-forwarded-for` are theirs, those before are whatever the client likes to say.
 *
 * @param proxies how many trusted proxies stand in front
 */
export function addressOf(
  {
    socket,
    headers,
  }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  proxies: number,
): string {
  const direct = socket.remoteAddress ?? 'unknown';
  if (proxies === 0) return direct;
  const forwarded = [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((each) => each.split(','))
    .map((each) => each.trim());
  return forwarded.at(-proxies) ?? direct;
}
