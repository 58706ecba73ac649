/** `npm run import -- FORMAT FILE`: brings a file of another source into the platform. */
import { ConfigError } from '#kit/config.ts';
import { createLog } from '#kit/log.ts';
import { exitOnceRead } from '#kit/stop.ts';
import { processEnvironment, readPlatformConfig } from '../config.ts';
import { DatabaseFault } from '../database/server.ts';
import type { Platform } from '../platform.ts';
import {
  CommandFault,
  readCommand,
  usage,
  type Command,
  type FileCommand,
  type TableCommand,
} from './command.ts';
import { ImportFault } from './fault.ts';
import { GraphFault } from './graph.ts';
import { figure } from './found.ts';
import { checkFile, importFile } from './import-file.ts';
import { exitCode, reportText } from './import-report.ts';
import { plainText } from './plain-text.ts';
import { showProgress } from './progress.ts';
import { readSource } from './source.ts';
import { TableFile } from './table-file.ts';
import { loadTable } from './table-load.ts';

function run(command: Command): Promise<number> {
  return command.kind === 'TABLE' ? runTable(command) : runFile(command);
}

/** Opens the platform, loaded only now: whoever made a mistake need not wait for the whole of it. */
async function withPlatform<Result>(work: (platform: Platform) => Promise<Result>) {
  const log = createLog('import', readPlatformConfig(processEnvironment).logLevel);
  const { openPlatform } = await import('../platform.ts');
  const platform = await openPlatform({ environment: processEnvironment, log, joinRunning: true });
  try {
    return await work(platform);
  } finally {
    await platform.stop();
  }
}

async function runTable(command: TableCommand): Promise<number> {
  const startedAt = performance.now();
  const { path, table, format, ...options } = command;
  const file = await TableFile.open(path, format);
  try {
    const check = await file.check(table.key);
    const report = await withPlatform(async (platform) => {
      const progress = showProgress(process.stderr, check.rows);
      const loaded = await loadTable(platform, table, file, check, {
        ...options,
        onProgress: progress.step,
      });
      progress.end();
      return loaded;
    });
    const found = {
      rows: new Map([[table.name, check.rows]]),
      remarks: [],
      figures: [figure('rows', check.rows)],
    };
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(reportText(found, report, { ...command, seconds }));
    return exitCode(found, report);
  } finally {
    await file.close();
  }
}

async function runFile(command: FileCommand): Promise<number> {
  const startedAt = performance.now();
  const { format, path, zone, region } = command;
  const source = await readSource(path);
  const options = { zone, region, now: Date.now() };
  // The whole file is read once before the platform is touched: a bad one changes nothing.
  const check = checkFile(format, source, options);
  const total = [...check.rows.values()].reduce((sum, rows) => sum + rows, 0);
  return withPlatform(async (platform) => {
    const progress = showProgress(process.stderr, total);
    const report = await importFile(platform, format, source, {
      ...options,
      source: command.source,
      dryRun: command.dryRun,
      onProgress: progress.step,
    });
    progress.end();
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(reportText(check, report, { ...command, seconds }));
    return exitCode(check, report);
  });
}

/** What the operator reads when nothing could be done. */
function faultText(error: unknown, path: string): string | null {
  if (error instanceof CommandFault) return `${error.message}\n\n${usage}`;
  if (error instanceof ImportFault)
    return `${path}${error.line === null ? '' : `:${error.line}`}: ${error.code}: ${plainText(error.message)} Nothing was imported.`;
  if (error instanceof GraphFault)
    return `${error.code}: ${plainText(error.message)} Rows before this may have gone in; a repeat goes on from there.`;
  if (error instanceof ConfigError) return `The environment has a fault: ${error.message}`;
  return error instanceof DatabaseFault ? error.message : null;
}

let path = '';
try {
  const command = readCommand(process.argv.slice(2));
  path = command.path;
  exitOnceRead(await run(command));
} catch (error) {
  console.error(faultText(error, path) ?? error);
  exitOnceRead(error instanceof GraphFault ? 1 : 2);
}
