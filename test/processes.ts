/** Processes of ours for a story: each started as an operator would, and ended by a signal. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The processes of one test. */
export interface Processes {
  /** Starts one, with nothing but this environment; gives the first URL that it says. */
  start(args: string[], environment: Record<string, string>): Promise<string>;
  /** Ends all of them by SIGTERM; gives their exit codes. */
  end(): Promise<(number | null)[]>;
}

/** A room for processes; whoever starts one ends it. */
export function createProcesses(): Processes {
  const children: ChildProcess[] = [];
  return {
    start: async (args, environment) => {
      const child = spawn(process.execPath, args, {
        cwd: root,
        env: environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      for await (const line of createInterface({ input: child.stdout })) {
        const url = /http:\/\/127\.0\.0\.1:\d+\/?\w*/.exec(line)?.[0];
        if (!url) continue;
        // What it says from now on is for nobody, and must not stop it.
        child.stdout.resume();
        return url;
      }
      throw new Error(`${args.join(' ')} ended before it listened.`);
    },
    end: () =>
      Promise.all(
        children.splice(0).map(async (child) => {
          if (child.exitCode !== null) return child.exitCode;
          const exited = once(child, 'exit');
          child.kill('SIGTERM');
          const [code] = (await exited) as [number | null];
          return code;
        }),
      ),
  };
}
