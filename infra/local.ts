/** `npm start`: the whole platform in one process, seeded when its database is empty. */
import { createLog } from '#kit/log.ts';
import { stopOnSignal } from '#kit/stop.ts';
import { adviceFor } from './advice.ts';
import { localEnvironment, processEnvironment, readPlatformConfig } from './config.ts';
import { openPlatform } from './platform.ts';
import { accounts, seedPassword } from './seed/accounts.ts';
import { holdsSeed, seed } from './seed/seed.ts';

const startedAt = process.uptime();

async function start(): Promise<void> {
  const { dataDir, mongoUri, logLevel } = readPlatformConfig(processEnvironment);
  const log = createLog('oca', logLevel);
  let offered: typeof accounts = [];
  const platform = await openPlatform({
    environment: localEnvironment(processEnvironment),
    log,
    accounts: () => offered,
  });
  stopOnSignal(() => platform.stop());
  const seeded = await seed(platform);
  if (processEnvironment['NODE_ENV'] !== 'production' && (await holdsSeed(platform)))
    offered = accounts;
  const { url } = await platform.listen();
  const seconds = (process.uptime() - startedAt).toFixed(1);
  const kept = mongoUri === null ? `embedded database in ${dataDir}` : 'MongoDB at MONGODB_URI';
  console.log(`
Open Cloud Alliance is ready after ${seconds} s.

  First page   ${url}
  Graph        ${new URL('graphql', url).href}   (GraphiQL: ${new URL('graphiql', url).href})
  Calendar     ${new URL('calendar.ics', url).href}
  Mailbox      ${new URL('mailbox', url).href}
  Data         ${kept}${seeded ? ', seeded just now' : ', kept from before'}

${told(offered)}

Next: open the first page, or run "npm run demo" in another terminal. Ctrl-C stops everything.
`);
}

/** The accounts, where there are any: their password is known to everyone. */
function told(offered: typeof accounts): string {
  if (offered.length === 0)
    return 'No accounts of a seed: OPERATOR_EMAIL and OPERATOR_PASSWORD make the first.';
  const lines = offered.map(({ email, role }) => `  ${email.padEnd(28)} ${role}`);
  return [`Accounts of the seed (password of each: ${seedPassword})`, ...lines].join('\n');
}

try {
  await start();
} catch (error) {
  console.error(adviceFor(error) ?? error);
  process.exit(1);
}
