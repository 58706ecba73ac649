/** Where the platform keeps its data: a MongoDB replica set, or the embedded database in the data folder. */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PlatformConfig } from './config.ts';
import { DatabaseFault, startDatabase, type DatabaseOptions } from './database/server.ts';

/** An open deployment. */
export interface Storage {
  /** Connection URI without a database. */
  uri: string;
  /** Closes what this process opened; a deployment that others serve is left alone. */
  close(): Promise<void>;
}

/** Longest path of a unix socket that every system takes, in bytes. */
const longestSocketPath = 100;

/**
 * Opens the deployment that the settings name. The embedded database writes its address into the data folder, so that
 * a command can join a platform that is running on the same folder.
 *
 * @param join whether to use the database of a platform that runs on the same folder, rather than to refuse
 * @throws {DatabaseFault} DATABASE_LOCKED (unless joined), DATABASE_FOREIGN, DATABASE_CORRUPT
 */
export async function openStorage(
  { dataDir, mongoUri, databaseParameters }: PlatformConfig,
  { joinRunning }: { joinRunning: boolean },
): Promise<Storage> {
  if (mongoUri !== null) return { uri: mongoUri, close: () => Promise.resolve() };
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const address = join(dataDir, 'database.uri');
  const { listen, clean } = await listenAddress(dataDir);
  try {
    const database = await startDatabase({
      file: join(dataDir, 'oca.db'),
      listen,
      parameters: databaseParameters,
    });
    await writeFile(address, database.uri, { mode: 0o600 });
    return {
      uri: database.uri,
      close: async () => {
        await rm(address, { force: true });
        await database.close();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    if (!joinRunning || !(error instanceof DatabaseFault) || error.code !== 'DATABASE_LOCKED')
      throw error;
    return { uri: await readFile(address, 'utf8'), close: () => Promise.resolve() };
  }
}

/** A socket in the data folder; in a folder of its own where the path is too long; loopback where there are none. */
async function listenAddress(
  dataDir: string,
): Promise<{ listen: DatabaseOptions['listen']; clean: () => Promise<void> }> {
  const clean = nothing;
  if (process.platform === 'win32') return { listen: { host: '127.0.0.1', port: 0 }, clean };
  const path = join(dataDir, 'database.sock');
  if (Buffer.byteLength(path) <= longestSocketPath) return { listen: { path }, clean };
  const folder = await mkdtemp(join(tmpdir(), 'oca-'));
  return {
    listen: { path: join(folder, 'database.sock') },
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
