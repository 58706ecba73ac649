/** graphql-transport-ws on a WebSocket server: graphql-ws's own adapter, but that it writes to our log. */
import { makeServer, MessageType, type ServerOptions } from 'graphql-ws';
import type { IncomingMessage } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';

import type { Log } from './log.ts';

/** What graphql-ws's options see of a socket. */
export interface SocketExtra {
  socket: WebSocket;
  request: IncomingMessage;
}

/** How often a silent socket is asked for a sign of life, in milliseconds; it has as long to give it. */
const pingMillis = 12_000;

/** Close codes: of the protocol for a broken server, and WebSocket's for one that goes away. */
const internalError = 4500;
const goingAway = 1001;

/** What answers a ping that carries something; null where it is answered as it came. */
export type Pong<Extra> = (
  extra: Extra,
  payload: Record<string, unknown>,
) => Promise<Record<string, unknown> | null>;

/** Serves operations on every socket that the server accepts. */
export function serveSockets<Extra extends SocketExtra>(
  sockets: WebSocketServer,
  options: ServerOptions<Record<string, unknown>, Extra>,
  log: Log,
  pong: Pong<Extra> = () => Promise.resolve(null),
): { stop(): Promise<void> } {
  const server = makeServer(options);
  sockets.options.handleProtocols = (protocols) => (protocols.has(protocol) ? protocol : false);
  sockets.on('error', (error) => log.error({ error }, 'the WebSocket server broke'));
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    // A message too large, or a broken frame: the client's fault, which ends its socket and nothing else.
    socket.on('error', (error) => log.debug({ error }, 'a socket broke'));
    const silence = keepAlive(socket);
    const extra = { socket, request } as Extra;
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code, reason) => socket.close(code, reason),
        onPing: async (payload) => {
          const answer = (payload && (await pong(extra, payload))) ?? payload;
          const message = { type: MessageType.Pong, ...(answer && { payload: answer }) };
          await send(socket, JSON.stringify(message));
        },
        onMessage: (take) =>
          socket.on('message', (data: Buffer) => {
            take(data.toString()).catch((error: unknown) => {
              log.error({ error }, 'a socket’s message broke');
              socket.close(internalError, 'Internal server error');
            });
          }),
      },
      extra,
    );
    socket.once('close', (code, reason) => {
      clearInterval(silence);
      void closed(code, reason.toString());
    });
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.close(goingAway, 'Going away');
        sockets.close(() => resolve());
      }),
  };
}

const protocol = 'graphql-transport-ws';

/** Resolves when the message has left, so that a slow reader holds back only its own feed. */
function send(socket: WebSocket, data: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => {
    socket.send(data, (error) => {
      // A socket that closes meanwhile takes its feeds with it.
      if (error && socket.readyState === socket.OPEN) reject(error);
      else resolve();
    });
  });
}

function keepAlive(socket: WebSocket): NodeJS.Timeout {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, pingMillis);
}
