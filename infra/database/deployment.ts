import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Server } from './interim/server.ts';
import { SqliteStore } from './interim/store-sqlite.ts';
import type { Synchronous } from './store/file.ts';

/** Where the database listens: a unix socket, or a port on this machine (0: any free one). */
export type ListenAddress = { path: string } | { host: string; port: number };

/** What is needed to run the database. */
export type DatabaseOptions = {
  /** The SQLite file; made when missing, with its folders. */
  file: string;
  listen: ListenAddress;
  /** Default FULL: an acknowledged write survives a power failure. */
  synchronous?: Synchronous;
};

/** A database that runs in this thread. */
export type Deployment = { uri: string; close(): Promise<void> };

/**
 * Opens the file and listens.
 *
 * @throws {DatabaseFault} when the file cannot be opened
 */
export async function deploy(options: DatabaseOptions): Promise<Deployment> {
  const store = new SqliteStore(options.file, { sync: options.synchronous ?? 'FULL' });
  const server = new Server(store);
  const { listen } = options;
  try {
    if ('path' in listen) {
      mkdirSync(dirname(listen.path), { recursive: true, mode: 0o700 });
      // We hold the file's lock, so a socket at its place is a dead one.
      rmSync(listen.path, { force: true });
      await server.listen(listen.path);
      chmodSync(listen.path, 0o600);
    } else await server.listen(listen.port, listen.host);
  } catch (error) {
    store.close();
    throw error;
  }
  const uri =
    'path' in listen
      ? `mongodb://${encodeURIComponent(listen.path)}/?directConnection=true`
      : `mongodb://${server.host}/?replicaSet=rs-embedded`;
  return { uri, close: () => server.close() };
}
