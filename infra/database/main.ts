// The database as a process of its own: npm run database -- --port N --data FILE [--host H] [--socket PATH]
import { parseArgs } from 'node:util';
import { deploy } from './deployment.ts';
import type { ListenAddress } from './deployment.ts';
import { DatabaseFault } from './fault.ts';

const USAGE = 'npm run database -- --data FILE (--port N [--host 127.0.0.1] | --socket PATH)';

type Arguments = { data: string; listen: ListenAddress; synchronous: 'FULL' | 'NORMAL' };

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      socket: { type: 'string' },
      synchronous: { type: 'string', default: 'FULL' },
    },
  });
  const { data, socket, synchronous } = values;
  if (data === undefined) throw new Error('--data FILE is missing.');
  if (synchronous !== 'FULL' && synchronous !== 'NORMAL')
    throw new Error('--synchronous is FULL or NORMAL.');
  if (socket !== undefined) return { data, listen: { path: socket }, synchronous };
  const port = Number(values.port ?? Number.NaN);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('--port needs a number from 0 to 65535.');
  return { data, listen: { host: values.host, port }, synchronous };
}

async function run(): Promise<void> {
  const { data, listen, synchronous } = readArguments();
  const deployment = await deploy({ file: data, listen, synchronous });
  let isClosing = false;
  const stop = (): void => {
    if (isClosing) return;
    isClosing = true;
    void deployment.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.stdout.write(`ready ${deployment.uri}\n`);
}

try {
  await run();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof DatabaseFault ? `${error.code}: ` : '';
  process.stderr.write(`${code}${reason}\n${error instanceof DatabaseFault ? '' : `${USAGE}\n`}`);
  process.exitCode = 1;
}
