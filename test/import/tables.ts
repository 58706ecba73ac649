/** A platform that tables are brought into from files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readCommand } from '../../infra/import/command.ts';
import type { Target } from '../../infra/import/found.ts';
import { TableFile } from '../../infra/import/table-file.ts';
import { loadTable } from '../../infra/import/table-load.ts';
import { startTestPlatform, type TestPlatform } from '../platform.ts';

/** The platform, and what is done with tables. */
export interface Tables {
  platform: TestPlatform;
  /** Writes a file; gives its path. */
  fileOf(name: string, text: string): Promise<string>;
  /**
   * Does in this process what the command does: what came of the rows (created, updated, unchanged, failed), and what is
   * told, each line as `LINE: REASON`.
   */
  bring(
    kind: Target,
    path: string,
    ...options: string[]
  ): Promise<{ counts: number[]; told: string[] }>;
  stop(): Promise<void>;
}

/** Starts the platform. */
export async function startTables(): Promise<Tables> {
  const platform = await startTestPlatform();
  return {
    platform,
    fileOf: async (name, text) => {
      const path = join(platform.folder, name);
      await writeFile(path, text);
      return path;
    },
    bring: async (kind, path, ...options) => {
      const command = readCommand([kind, path, ...options]);
      if (command.kind !== 'TABLE') throw new RangeError('This is no table.');
      const file = await TableFile.open(path, command.format);
      try {
        const check = await file.check(command.table.key);
        const { tallies, remarks } = await loadTable(platform, command.table, file, check, command);
        const { created = 0, updated = 0, unchanged = 0, failed = 0 } = tallies.get(kind) ?? {};
        const told = remarks.map(({ line, reason }) => `${line}: ${reason}`);
        return { counts: [created, updated, unchanged, failed], told };
      } finally {
        await file.close();
      }
    },
    stop: () => platform.stop(),
  };
}
