// The database in this thread: file, engine, listener.
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server as Listener, Socket } from 'node:net';
import { readDocument } from './bson/reader.ts';
import type { Connection, Server } from './commands/context.ts';
import { SET_NAME } from './commands/hello.ts';
import { abortOf, COMMITTED } from './commands/transaction-command.ts';
import { makeCursors } from './cursor.ts';
import { openEngine } from './engine/engine.ts';
import type { Engine } from './engine/engine.ts';
import { startHousekeeping } from './housekeeping.ts';
import { makeOperations } from './operation.ts';
import { allParameters } from './parameters.ts';
import type { DatabaseParameters } from './parameters.ts';
import { boundBacktracking } from './query/linear-regex.ts';
import { refuse } from './refusal.ts';
import type { Session, Sessions } from './session.ts';
import { clearSocketPath } from './socket-path.ts';
import type { Synchronous } from './store/open.ts';
import { openStore } from './store/store.ts';
import { serveClient } from './wire/client.ts';
import { makeAuthenticator } from './wire/scram.ts';
import type { Credentials } from './wire/scram.ts';

/** Where the database listens: a unix socket, or a port on this machine (0: any free one). */
export type ListenAddress = { path: string } | { host: string; port: number };

/** What is needed to run the database. */
export type DatabaseOptions = {
  /** The SQLite file; made when missing, with its folders. */
  file: string;
  listen: ListenAddress;
  /** Default FULL: an acknowledged write survives a power failure. */
  synchronous?: Synchronous;
  /** When given, clients must sign in with it (SCRAM-SHA-256). */
  credentials?: Credentials;
  /** How long transactions live and how far changes go back; what is not said is as usual. */
  parameters?: Partial<DatabaseParameters>;
  /** How long a transaction waits for a client whose connection was lost, milliseconds; default 10,000. */
  graceMillis?: number;
  /** Whether `configureFailPoint` is there, with which drivers' tests make a server fail; default not. */
  testCommands?: boolean;
  /** Told when the file fails while the database runs; by default the process ends. */
  onFailure?: (error: unknown) => void;
};

/** A database that runs in this thread. */
export type Deployment = { uri: string; close(): Promise<void> };

const GRACE_MILLIS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Opens the file and listens.
 *
 * @throws {DatabaseFault} when the file cannot be opened
 * @throws {Error} when it would listen beyond this machine without a password, or where somebody else listens
 */
export async function deploy(options: DatabaseOptions): Promise<Deployment> {
  const { listen, credentials } = options;
  if ('host' in listen && !LOOPBACK.has(listen.host) && credentials === undefined)
    throw new Error(
      `Without a user and a password the database listens on this machine alone, not on ${listen.host}.`,
    );
  boundBacktracking();
  const parameters = allParameters(options.parameters);
  const store = openStore(options.file, options.synchronous ?? 'FULL');
  let engine: Engine;
  try {
    engine = openEngine(store, {
      log: { seconds: parameters.changeHistorySeconds, bytes: parameters.changeHistoryBytes },
      onFailure: options.onFailure ?? endProcess,
    });
  } catch (error) {
    store.close();
    throw error;
  }
  const server = makeServer(engine, options, parameters);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    accept(server, socket, sockets);
  });
  try {
    server.address = await startListening(listener, listen);
  } catch (error) {
    store.close();
    throw error;
  }
  const stop = startHousekeeping(server);
  return {
    uri: uriOf(server.address, listen, credentials),
    close: async () => {
      stop();
      await shutDown(server, listener, sockets);
    },
  };
}

function endProcess(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`database: the file failed, nothing may go on: ${reason}\n`);
  process.exit(1);
}

function makeServer(
  engine: Engine,
  options: DatabaseOptions,
  { transactionLifetimeLimitSeconds }: DatabaseParameters,
): Server {
  const { credentials, testCommands, graceMillis } = options;
  return {
    engine,
    sessions: loadSessions(engine),
    cursors: makeCursors(),
    operations: makeOperations(),
    failPoints: testCommands === true ? new Map() : undefined,
    connections: new Map(),
    address: '',
    startedAt: Date.now(),
    transactionSeconds: transactionLifetimeLimitSeconds,
    graceMillis: graceMillis ?? GRACE_MILLIS,
    authenticate: credentials === undefined ? undefined : makeAuthenticator(credentials),
    counters: new Map(),
    traffic: { bytesIn: 0, bytesOut: 0, requests: 0 },
  };
}

/** What sessions did before a restart: a write that is sent again is answered and not done again. */
function loadSessions({ store }: Engine): Sessions {
  const sessions: Sessions = new Map();
  for (const { session: key, number: text, at, reply } of store.retryRecords()) {
    const number = BigInt(text);
    const isCommit = readDocument(reply).has(COMMITTED);
    const session: Session = {
      key,
      id: null,
      usedAt: at,
      transaction: isCommit
        ? { number, state: 'committed', transaction: undefined, connection: 0 }
        : undefined,
      retry: isCommit ? undefined : { number, reply },
      snapshot: undefined,
    };
    sessions.set(key, session);
  }
  return sessions;
}

let lastConnection = 0;

function accept(server: Server, socket: Socket, sockets: Set<Socket>): void {
  lastConnection += 1;
  const connection: Connection = {
    id: lastConnection,
    address:
      socket.remoteAddress === undefined
        ? 'anonymous unix socket'
        : `${socket.remoteAddress}:${socket.remotePort}`,
    user: undefined,
    conversation: undefined,
    metadata: undefined,
    close: () => socket.destroy(),
  };
  sockets.add(socket);
  server.connections.set(connection.id, connection);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    sockets.delete(socket);
    server.connections.delete(connection.id);
    forgetLater(server, connection.id);
  });
  serveClient(server, socket, connection);
}

/**
 * A transaction whose client is gone is aborted, so that its locks do not block others for a minute. A client that
 * only lost one connection comes back to it on another within seconds.
 */
function forgetLater(server: Server, connection: number): void {
  const sessions = [...server.sessions.values()].filter(
    ({ transaction }) => transaction?.connection === connection && transaction.state === 'active',
  );
  if (sessions.length === 0) return;
  setTimeout(() => {
    for (const session of sessions)
      if (session.transaction?.connection === connection) abortOf(server, session);
  }, server.graceMillis).unref();
}

async function startListening(listener: Listener, listen: ListenAddress): Promise<string> {
  if ('path' in listen) await clearSocketPath(listen.path);
  return await new Promise((resolve, reject) => {
    listener.once('error', reject);
    if ('path' in listen)
      listener.listen(listen.path, () => {
        chmodSync(listen.path, 0o600);
        resolve(listen.path);
      });
    else
      listener.listen(listen.port, listen.host, () => {
        const address = listener.address();
        const port = typeof address === 'object' && address !== null ? address.port : listen.port;
        const host =
          listen.host === '::1' ? '[::1]' : listen.host === 'localhost' ? '127.0.0.1' : listen.host;
        resolve(`${host}:${port}`);
      });
  });
}

function uriOf(
  address: string,
  listen: ListenAddress,
  credentials: Credentials | undefined,
): string {
  const signIn =
    credentials === undefined
      ? ''
      : `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
  if ('path' in listen)
    return `mongodb://${signIn}${encodeURIComponent(address)}/?directConnection=true`;
  // Of another machine only it knows by which name it is reached.
  return LOOPBACK.has(listen.host)
    ? `mongodb://${signIn}${address}/?replicaSet=${SET_NAME}`
    : `mongodb://${signIn}${address}/?directConnection=true`;
}

async function shutDown(
  server: Server,
  listener: Listener,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  const { engine } = server;
  engine.isClosing = true;
  for (const operation of server.operations.running.values())
    operation.stop(refuse(11_600, 'interrupted at shutdown'));
  const closed = new Promise<void>((resolve) => {
    listener.close(() => {
      resolve();
    });
  });
  // One turn for those that were just stopped.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  for (const socket of sockets) socket.destroy();
  await closed;
  for (const session of server.sessions.values()) abortOf(server, session);
  for (const id of server.cursors.all.keys()) server.cursors.close(id);
  engine.committer.flush();
  engine.snapshots.closeAll();
  engine.store.close();
}
