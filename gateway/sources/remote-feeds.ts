/** Subscriptions of a remote subgraph: all on one WebSocket, each operation with its own signed viewer. */
import type { GraphQLFormattedError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

import { operationBody, signViewer, visitor, type Viewer } from '#kit/viewer.ts';
import { iterate } from './iteration.ts';
import type { RemoteSubgraph } from './remote-subgraph.ts';
import {
  publishedAtOf,
  SubgraphFault,
  type SubgraphAnswer,
  type SubgraphRequest,
} from './source.ts';

/** How often a silent socket is asked for a sign of life, in milliseconds. */
const pingMillis = 10_000;

/** How long a socket without feeds waits for another, in milliseconds; the client holds its process for as long. */
const idleMillis = 250;

/** The subscriptions of one remote subgraph. */
export interface RemoteFeeds {
  follow(request: SubgraphRequest, viewer: Viewer): AsyncIterableIterator<SubgraphAnswer>;
  stop(): Promise<void>;
}

/** Opens the socket with the first subscription. A lost socket loses every feed on it; who follows resumes. */
export function remoteFeeds(remote: RemoteSubgraph): RemoteFeeds {
  const client = clientOf(remote);
  return {
    follow: (request, viewer) => follow(remote, client, request, viewer),
    stop: async () => {
      await client.dispose();
    },
  };
}

function clientOf({ name, url, keys, config }: RemoteSubgraph): Client {
  class BoundedWebSocket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { maxPayload: config.subgraphAnswerBytes });
    }
  }
  const binding = { subgraph: name, purpose: 'CONNECTION', body: '' } as const;
  return createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: BoundedWebSocket,
    retryAttempts: 0,
    keepAlive: pingMillis,
    connectionAckWaitTimeout: config.subgraphTimeoutMillis,
    lazyCloseTimeout: idleMillis,
    onNonLazyError: () => {},
    ...(keys && {
      connectionParams: () => ({
        viewer: signViewer(visitor('connection'), binding, keys(), Date.now()),
      }),
    }),
  });
}

function follow(
  { name, keys }: RemoteSubgraph,
  client: Client,
  { query, operationName, variables }: SubgraphRequest,
  viewer: Viewer,
): AsyncIterableIterator<SubgraphAnswer> {
  const operation = { query, variables, ...(operationName !== undefined && { operationName }) };
  const body = operationBody(operation);
  const binding = { subgraph: name, purpose: 'OPERATION', body } as const;
  const open = () =>
    client.iterate({
      ...operation,
      ...(keys && { extensions: { viewer: signViewer(viewer, binding, keys(), Date.now()) } }),
    });
  return iterate(() => Promise.resolve(open()), {
    value: ({ data, errors, extensions }): SubgraphAnswer => ({
      ...publishedAtOf({ extensions }),
      ...(data !== undefined && { data }),
      ...(errors && { errors }),
    }),
    fault: (error) => {
      // A protocol `error` is the subgraph's refusal; anything else is the socket's end.
      if (Array.isArray(error)) return { errors: error as GraphQLFormattedError[] };
      throw new SubgraphFault(name, 'SUBGRAPH_UNAVAILABLE', error, true);
    },
  });
}
