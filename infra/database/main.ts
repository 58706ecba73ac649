// The database as a process of its own:
// npm run database -- --data FILE (--port N [--host 127.0.0.1] | --socket PATH) [--user NAME --password-file FILE]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keepCompiled } from './compile-cache.ts';
import type { DatabaseOptions, ListenAddress } from './deployment.ts';
import { DatabaseFault } from './fault.ts';
import { readParameters } from './parameters.ts';

const USAGE =
  'npm run database -- --data FILE (--port N [--host 127.0.0.1] | --socket PATH) [--user NAME --password-file FILE] [--synchronous FULL|NORMAL] [--set-parameter NAME=NUMBER ...] [--enable-test-commands]';

function readArguments(): DatabaseOptions {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      socket: { type: 'string' },
      synchronous: { type: 'string', default: 'FULL' },
      user: { type: 'string' },
      'password-file': { type: 'string' },
      'set-parameter': { type: 'string', multiple: true, default: [] },
      'enable-test-commands': { type: 'boolean', default: false },
    },
  });
  const { data, socket, synchronous } = values;
  if (data === undefined) throw new Error('--data FILE is missing.');
  if (synchronous !== 'FULL' && synchronous !== 'NORMAL')
    throw new Error('--synchronous is FULL or NORMAL.');
  const listen = socket === undefined ? readPort(values.host, values.port) : { path: socket };
  const credentials = readCredentials(values.user, values['password-file']);
  return {
    file: data,
    listen,
    synchronous,
    testCommands: values['enable-test-commands'],
    parameters: readParameters(values['set-parameter']),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function readPort(host: string, text: string | undefined): ListenAddress {
  const port = Number(text ?? Number.NaN);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('--port needs a number from 0 to 65535, or give --socket PATH.');
  return { host, port };
}

function readCredentials(
  user: string | undefined,
  passwordFile: string | undefined,
): DatabaseOptions['credentials'] {
  if (user === undefined && passwordFile === undefined) return undefined;
  if (user === undefined || passwordFile === undefined)
    throw new Error('--user and --password-file belong together.');
  // On the command line every user of the machine could read it.
  const password = readFileSync(passwordFile, 'utf8').trim();
  if (password === '') throw new Error(`${passwordFile} holds no password.`);
  return { user, password };
}

async function run(): Promise<void> {
  const options = readArguments();
  keepCompiled();
  // Only now, so that the cache serves it.
  const { deploy } = await import('./deployment.ts');
  const deployment = await deploy(options);
  let isClosing = false;
  const stop = (): void => {
    if (isClosing) return;
    isClosing = true;
    void deployment.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // The password is not for the log.
  process.stdout.write(`ready ${deployment.uri.replace(/\/\/[^@/]*@/, '//')}\n`);
}

try {
  await run();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof DatabaseFault ? `${error.code}: ` : '';
  process.stderr.write(`${code}${reason}\n${error instanceof DatabaseFault ? '' : `${USAGE}\n`}`);
  process.exitCode = 1;
}
