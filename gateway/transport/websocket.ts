/** graphql-transport-ws: queries, mutations and live feeds on one socket. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { GraphQLError, parse, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';

import { newId } from '#kit/id.ts';
import type { Log } from '#kit/log.ts';
import { serveSockets, type SocketExtra } from '#kit/socket.ts';
import { addressOf } from '../limits/address.ts';
import type { GatewayConfig } from '../config.ts';
import { still, type Door, type Outcome } from '../door.ts';
import { Tally } from '../feeds/tally.ts';
import { Renewals } from '../feeds/renewals.ts';
import type { NoteUnbegun } from '../telemetry/request-log.ts';
import type { Signed } from '../identity/tokens.ts';

/** Where sockets are opened. */
export const socketPath = '/graphql';

/** What the sockets' side needs. */
export interface SocketOptions {
  http: Server;
  door: Door;
  config: GatewayConfig;
  log: Log;
  schema: () => GraphQLSchema;
  /** Whether the page that opens a socket may. */
  mayCall: (request: IncomingMessage) => boolean;
  /** Told of tokens that are refused. */
  noteUnbegun: NoteUnbegun;
}

/** The open sockets. */
export interface Sockets {
  count(): number;
  /** Tells every client to go and come back (close code 1001). */
  stop(): Promise<void>;
}

interface Opened extends SocketExtra {
  signed?: Signed;
  /** Tells what runs on this socket of newer tokens. */
  renewals?: Renewals;
}

type SocketContext = Context<Record<string, unknown>, Opened>;

/** How long a new socket may stay silent, in milliseconds. */
const initMillis = 10_000;

/**
 * Accepts sockets; the token comes as `authorization` in `connection_init`, and newer in a ping's payload or in an
 * operation's extensions.
 */
export function acceptSockets({
  http,
  door,
  config,
  log,
  schema,
  mayCall,
  noteUnbegun,
}: SocketOptions): Sockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: config.bodyBytes,
    perMessageDeflate: false,
  });
  const byAddress = new Tally();
  const byUser = new Tally();
  const counted = (request: IncomingMessage, socket: Duplex): boolean => {
    const address = addressOf(request, config);
    if (byAddress.of(address) >= config.addressSockets && !config.open) return false;
    socket.once('close', byAddress.add(address));
    return true;
  };
  const countViewer = ({ viewer: { userId } }: Signed, socket: WebSocket): void => {
    if (userId === null || socket.readyState !== socket.OPEN) return;
    if (byUser.of(userId) >= config.viewerSockets) throw tooManySockets(config);
    socket.once('close', byUser.add(userId));
  };
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== socketPath) refuse(socket, '404 Not Found');
    else if (!mayCall(request)) refuse(socket, '403 Forbidden');
    else if (!counted(request, socket)) refuse(socket, '429 Too Many Requests');
    else
      sockets.handleUpgrade(request, socket, head, (opened) =>
        sockets.emit('connection', opened, request),
      );
  });
  const server = serveSockets<Opened>(
    sockets,
    {
      connectionInitWaitTimeout: initMillis,
      onConnect: async ({ connectionParams, extra }) => {
        const visit = visitOf(extra);
        const began = performance.now();
        try {
          const token = textOf(connectionParams, 'authorization');
          extra.signed = await door.identify(token, visit);
          extra.renewals = new Renewals();
          countViewer(extra.signed, extra.socket);
          return true;
        } catch (error) {
          log.debug({ error }, 'socket refused');
          noteUnbegun({ ...visit, began, errors: [told(error)] });
          turnAway(extra.socket, error);
          return false;
        }
      },
      onSubscribe: async (context, _id, payload) => {
        const outcome = await start(context, payload);
        if (!(Symbol.asyncIterator in outcome) && outcome.errors && outcome.data === undefined)
          return outcome.errors;
        const args: Started = { schema: schema(), document: placeholder, outcome };
        return args;
      },
      execute: (args: unknown) => (args as Started).outcome,
      subscribe: (args: unknown) => (args as Started).outcome,
      // As it is: errors know how they are written.
      onNext: (_context, _id, _payload, _args, result) => result as never,
    },
    log,
    async (extra, payload) => {
      const authorization = textOf(payload, 'authorization');
      // Before it is admitted, a socket is nobody's to renew.
      if (authorization === undefined || !extra.signed) return null;
      const visit = visitOf(extra);
      const began = performance.now();
      try {
        const { expiresAt } = await renew(extra, authorization, visit);
        return { renewed: true, expiresAt };
      } catch (error) {
        noteUnbegun({ ...visit, began, errors: [told(error)] });
        return { renewed: false, ...saidOf(error) };
      }
    },
  );

  const visitOf = ({ request }: Opened) =>
    ({
      transport: 'WEBSOCKET',
      address: addressOf(request, config),
      requestId: newId(),
    }) as const;
  const renew = async (
    extra: Opened,
    authorization: string,
    visit: ReturnType<typeof visitOf>,
  ): Promise<Signed> => {
    const signed = await door.identify(authorization, visit);
    extra.signed = signed;
    extra.renewals?.renew(signed);
    return signed;
  };
  const start = async (
    { extra, subscriptions }: SocketContext,
    { query, variables, operationName, extensions }: SubscribePayload,
  ): Promise<Outcome> => {
    if (Object.keys(subscriptions).length > config.socketOperations)
      return { errors: [tooMany(config)] };
    const visit = visitOf(extra);
    const renewed = textOf(extensions, 'authorization');
    return door.run(
      { query, ...(variables && { variables }), ...(operationName && { operationName }) },
      {
        ...visit,
        ...(extra.renewals && { renewals: extra.renewals }),
        signed: async () => {
          if (renewed !== undefined) await renew(extra, renewed, visit);
          return still(extra.signed ?? (await door.identify(undefined, visit)), visit.requestId);
        },
      },
    );
  };
  return {
    count: () => sockets.clients.size,
    stop: async () => {
      const forced = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, config.drainMillis);
      await server.stop();
      clearTimeout(forced);
    },
  };
}

interface Started extends ExecutionArgs {
  outcome: Outcome;
}

/** graphql-ws looks only at what kind of operation this is; everything else has happened. */
const placeholder = parse('{ __typename }');

function tooManySockets({ viewerSockets }: GatewayConfig): GraphQLError {
  return new GraphQLError(`One user has at most ${viewerSockets} sockets open.`, {
    extensions: { code: 'TOO_MANY_OPERATIONS' },
  });
}

/** An error by its code, which is all that the log takes of it. */
function told(error: unknown): { extensions: { code: string } } {
  const code = error instanceof GraphQLError ? error.extensions['code'] : null;
  return { extensions: { code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR' } };
}

/** Why a token was not taken, as far as it may be told. */
function saidOf(error: unknown): { code: string; message: string } {
  const isRefusal = error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED';
  return isRefusal
    ? { code: 'UNAUTHENTICATED', message: error.message }
    : { code: 'SUBGRAPH_UNAVAILABLE', message: 'Try again later.' };
}

function tooMany({ socketOperations }: GatewayConfig): GraphQLError {
  return new GraphQLError(`At most ${socketOperations} operations run on one socket.`, {
    extensions: { code: 'TOO_MANY_OPERATIONS' },
  });
}

/** Close codes: of the protocol for who may not come in, and WebSocket's for a while in which nobody can. */
const forbidden = 4403;
const tryAgainLater = 1013;

/** The most that a close frame says, in bytes. */
const longestReason = 123;

/** Says why in the close frame: `CODE: sentence`. After both codes clients come back, with a newer token or later. */
function turnAway(socket: WebSocket, error: unknown): void {
  const known = error instanceof GraphQLError ? error : null;
  const code = known?.extensions['code'];
  const isRefusal = code === 'UNAUTHENTICATED';
  const isTold = isRefusal || code === 'TOO_MANY_OPERATIONS';
  const reason = isTold ? `${code}: ${known?.message}` : 'Try again later.';
  const bytes = Buffer.from(reason).subarray(0, longestReason);
  socket.close(isRefusal ? forbidden : tryAgainLater, bytes.toString());
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function textOf(
  values: Record<string, unknown> | null | undefined,
  name: string,
): string | undefined {
  const value = values?.[name];
  return typeof value === 'string' ? value : undefined;
}
