/** `npm start`: the whole platform in one process, seeded when its database is empty. */
import { ConfigError } from '#kit/config.ts';
import { createLog } from '#kit/log.ts';
import { processEnvironment, readPlatformConfig } from './config.ts';
import { DatabaseFault } from './database/server.ts';
import { openPlatform, type Platform } from './platform.ts';
import { accounts } from './seed/accounts.ts';
import { seed } from './seed/seed.ts';

const startedAt = process.uptime();

async function start(): Promise<void> {
  const { dataDir, mongoUri, logLevel } = readPlatformConfig(processEnvironment);
  const log = createLog('oca', logLevel);
  const platform = await openPlatform({ environment: processEnvironment, log, accounts });
  stopOnSignal(platform);
  const seeded = await seed(platform);
  const { url } = await platform.listen();
  const seconds = (process.uptime() - startedAt).toFixed(1);
  const kept = mongoUri === null ? `embedded database in ${dataDir}` : 'MongoDB at MONGODB_URI';
  console.log(`
Open Cloud Alliance is ready after ${seconds} s.

  First page   ${url}
  Graph        ${new URL('graphql', url).href}   (GraphiQL: ${new URL('graphiql', url).href})
  Calendar     ${new URL('calendar.ics', url).href}
  Data         ${kept}${seeded ? ', seeded just now' : ', kept from before'}

Accounts of the seed (password of each: ${accounts[0]?.password ?? 'none'})
${accounts.map(({ email, role }) => `  ${email.padEnd(28)} ${role}`).join('\n')}

Next: open the first page, or run "npm run demo" in another terminal. Ctrl-C stops everything.
`);
}

function stopOnSignal(platform: Platform): void {
  let stopping = false;
  const stop = () => {
    // A second Ctrl-C does not wait.
    if (stopping) process.exit(130);
    stopping = true;
    void platform.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('Stopping failed:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** One line that says what to do, for the faults that a person can mend. */
function adviceFor(error: unknown): string | null {
  if (error instanceof ConfigError) return `The environment has a fault: ${error.message}`;
  if (error instanceof DatabaseFault && error.code === 'DATABASE_LOCKED')
    return `Another process uses the data folder. Stop it, or set DATA_DIR to another folder. (${error.message})`;
  if (error instanceof DatabaseFault)
    return `${error.message} Nothing was changed. Set DATA_DIR to another folder, or restore a backup (docs/embedded-database.md).`;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return 'The port is in use. Stop what uses it, or set PORT to another one (PORT=0 takes a free one).';
  if (code === 'EACCES')
    return 'The port or the data folder is not ours to use. Set PORT or DATA_DIR.';
  return null;
}

try {
  await start();
} catch (error) {
  const advice = adviceFor(error);
  console.error(advice ?? error);
  process.exit(1);
}
