/** `npm run export -- FORMAT FILE`: writes what the platform knows into a file that others can read. */
import { createLog } from '#kit/log.ts';
import { adviceFor } from '../advice.ts';
import { processEnvironment, readPlatformConfig, readPublicUrl } from '../config.ts';
import { GraphFault } from '../import/graph.ts';
import { ExportFault, readExport, usage, type ExportCommand } from './command.ts';
import { exportFile } from './export-file.ts';

async function run(command: ExportCommand): Promise<void> {
  const publicUrl = readPublicUrl(processEnvironment);
  const log = createLog('export', readPlatformConfig(processEnvironment).logLevel);
  // Loaded only now: whoever made a mistake need not wait for the whole platform.
  const { openPlatform } = await import('../platform.ts');
  const platform = await openPlatform({ environment: processEnvironment, log, joinRunning: true });
  try {
    const { rows, withoutWebsite } = await exportFile(platform, command, publicUrl);
    console.log(`${command.path}: ${rows.toLocaleString('en-US')} rows written.`);
    if (withoutWebsite > 0)
      console.log(
        `${withoutWebsite.toLocaleString('en-US')} firms have no website: their items lead to their pages on ${publicUrl === '' ? 'this platform; say with PUBLIC_URL where it is' : publicUrl}.`,
      );
  } finally {
    await platform.stop();
  }
}

function faultText(error: unknown): string | null {
  if (error instanceof ExportFault) return `${error.message}\n\n${usage}`;
  if (error instanceof GraphFault) return `${error.code}: ${error.message} Nothing was written.`;
  return adviceFor(error);
}

try {
  await run(readExport(process.argv.slice(2)));
  process.exit(0);
} catch (error) {
  console.error(faultText(error) ?? error);
  process.exit(2);
}
