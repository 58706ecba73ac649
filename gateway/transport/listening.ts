/** A gateway over one foreign subgraph, listening, for the tests of its transports. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import jwt from 'jsonwebtoken';

import { createLog } from '#kit/log.ts';
import type { Viewer } from '#kit/viewer.ts';
import { readGatewayConfig } from '../config.ts';
import { foreignGraph } from '../sources/foreign-graph.ts';
import { createGateway, type Gateway } from '../gateway.ts';

const log = createLog('gateway', 'silent');
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = JSON.stringify(keys.publicKey.export({ format: 'jwk' }));
/** Filters that the calendar was asked with. */
export const calendars: unknown[] = [];

/** The graph behind. */
export const graph = foreignGraph({
  a: {
    sdl: `
      type Query {
        who: String!
        slow: String
        tokenKeys: [TokenKey!]! @inaccessible
        eventCalendar(filter: EventFilter): String!
      }
      type TokenKey @inaccessible { kid: String! jwk: String! }
      input EventFilter { sectors: [String!] technologies: [ID!] regions: [String!] }
      type Mutation { change: String  own: String @authenticated }
      type Subscription { ticks(to: Int! = 3): Int!  never: Int  mine: String @authenticated }
    `,
    resolvers: {
      Query: {
        who: (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) => viewer.userId ?? 'nobody',
        slow: () => new Promise(() => {}),
        tokenKeys: () => [{ kid: 'k', jwk }],
        eventCalendar: (_: unknown, { filter }: { filter: unknown }) => {
          calendars.push(filter);
          return 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';
        },
      },
      Mutation: { change: () => 'changed', own: () => 'changed' },
      Subscription: {
        ticks: {
          subscribe: async function* (_: unknown, { to }: { to: number }) {
            for (let tick = 1; tick <= to; tick += 1) yield { ticks: tick };
          },
        },
        never: { subscribe: () => silent() },
        mine: {
          subscribe: async function* (_: unknown, __: unknown, { viewer }: { viewer: Viewer }) {
            yield { mine: viewer.userId };
            await new Promise(() => {});
          },
        },
      },
    },
  },
});

/** Opens the gateway. */
export async function openGateway(): Promise<{ gateway: Gateway; url: string }> {
  const gateway = await createGateway({
    ...graph,
    config: readGatewayConfig({
      PORT: '0',
      ALLOWED_ORIGINS: 'https://listed.example',
      LIMIT_BODY_BYTES: '2048',
      LIMIT_UPLOAD_BYTES: '8192',
      LIMIT_SOCKET_OPERATIONS: '3',
      LIMIT_ADDRESS_SOCKETS: '4',
      LIMIT_VIEWER_SOCKETS: '2',
      LIMIT_VIEWER_FEEDS: '4',
      REQUEST_TIMEOUT_MILLIS: '2500',
    }),
    log,
    accounts: () => [{ email: 'e@example.kr', password: 'p', name: 'N', role: 'R', tries: ['T'] }],
  });
  const { url } = await gateway.listen();
  return { gateway, url };
}

/** An `authorization` value. */
export function token(seconds = 900, key: KeyObject = keys.privateKey, more: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: 'u1',
    iss: 'open-cloud-alliance',
    aud: 'open-cloud-alliance',
    exp: now + seconds,
    ...more,
  };
  return `Bearer ${jwt.sign(claims, key, { algorithm: 'ES256', keyid: 'k' })}`;
}

/** A feed that never says anything, and can be left. */
function silent(): AsyncIterableIterator<object> {
  const left = Promise.withResolvers<IteratorResult<object>>();
  return {
    next: () => left.promise,
    return: async () => {
      left.resolve({ value: undefined, done: true });
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
