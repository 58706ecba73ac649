/** `npm run import` as a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How it ended, and what it said. */
export interface Ended {
  code: number;
  out: string;
  error: string;
}

/** Imports into the platform of a data folder. */
export function runImport(dataFolder: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const environment = { PATH: '', DATA_DIR: dataFolder };
    const command = ['infra/import/main.ts', ...args];
    execFile(process.execPath, command, { cwd: root, env: environment }, (fault, out, error) => {
      resolve({ code: typeof fault?.code === 'number' ? fault.code : 0, out, error });
    });
  });
}
