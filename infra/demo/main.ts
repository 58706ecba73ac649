/** `npm run demo`: the platform on a fresh folder, and the main job done on it from outside. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createLog } from '#kit/log.ts';
import { processEnvironment } from '../config.ts';
import { formats } from '../import/format.ts';
import { checkFile, importFile } from '../import/import-file.ts';
import { landscapeMap } from '../import/landscape.ts';
import { readSource } from '../import/source.ts';
import { openPlatform, type Platform } from '../platform.ts';
import { seedMap } from '../seed/seed-rows.ts';
import { seed } from '../seed/seed.ts';
import { tellStory } from './story.ts';

/** Real data beside the project, where there is any. */
const landscape = fileURLToPath(
  new URL('../../../shared/data/cncf/landscape.yml', import.meta.url),
);

async function run(): Promise<void> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'oca-demo-'));
  const environment = {
    ...processEnvironment,
    NODE_ENV: 'development',
    DATA_DIR: folder,
    MONGODB_URI: undefined,
    PORT: '0',
    HOST: '127.0.0.1',
  };
  const platform = await openPlatform({ environment, log: createLog('demo', 'warn') });
  const stop = async () => {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  try {
    const map = await fill(platform);
    const { url } = await platform.listen();
    print(`The gateway answers at ${url}.\n`);
    await tellStory({ url, map, print });
    print(
      `\nDone in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, platform included. Nothing of it is kept.`,
    );
  } finally {
    await stop();
  }
}

function print(line: string): void {
  console.log(line);
}

/** The seed, and the real landscape where it is at hand; gives the code of the map to draw from. */
async function fill(platform: Platform): Promise<string> {
  const report = await seed(platform, {});
  if (report)
    print(
      `Seeded ${report.companies} invented firms, ${report.programmes} programmes, ${report.accounts} accounts.`,
    );
  const format = formats.find(({ name }) => name === 'cncf');
  if (!format || !existsSync(landscape)) {
    print('No landscape of others is at hand; the story runs on the seed.');
    return seedMap;
  }
  const source = await readSource(landscape);
  const options = { zone: null, region: null, now: Date.now() };
  checkFile(format, source, options);
  const { tallies } = await importFile(platform, format, source, {
    ...options,
    source: format.sourceOf(landscape),
    dryRun: false,
  });
  const counts = [...tallies].map(
    ([to, { created }]) => `${created.toLocaleString('en-US')} ${to}`,
  );
  print(`Imported the CNCF landscape: ${counts.join(', ')}.`);
  await platform.caughtUp();
  return landscapeMap;
}

try {
  await run();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
