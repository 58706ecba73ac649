/** `npm start`: the whole platform in one process, seeded when its database is empty. */
import { createLog } from '#kit/log.ts';
import { stopOnSignal } from '#kit/stop.ts';
import { adviceFor } from './advice.ts';
import { processEnvironment, readPlatformConfig } from './config.ts';
import { openPlatform } from './platform.ts';
import { accounts } from './seed/accounts.ts';
import { seed } from './seed/seed.ts';

const startedAt = process.uptime();

async function start(): Promise<void> {
  const { dataDir, mongoUri, logLevel } = readPlatformConfig(processEnvironment);
  const log = createLog('oca', logLevel);
  const platform = await openPlatform({ environment: processEnvironment, log, accounts });
  stopOnSignal(() => platform.stop());
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

try {
  await start();
} catch (error) {
  console.error(adviceFor(error) ?? error);
  process.exit(1);
}
