/** A database of its own for one test file: embedded, in a new folder, gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startDatabase } from '../infra/database/server.ts';

/** A running database. */
export interface TestDatabase {
  /** Connection URI without a database. */
  uri: string;
  stop(): Promise<void>;
}

/** Starts an empty database on a unix socket. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'oca-'));
  const database = await startDatabase({
    file: join(folder, 'test.db'),
    listen: { path: join(folder, 'test.sock') },
    synchronous: 'NORMAL',
  });
  return {
    uri: database.uri,
    stop: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
