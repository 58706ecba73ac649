/** `npm run audit:verify [-- ANCHORS]`: walks the audit logs of all subgraphs and names every tampering. */
import { readFile, writeFile } from 'node:fs/promises';

import { verifyAudit, type Anchor } from '#kit/audit.ts';
import { connect } from '#kit/mongo.ts';
import { subgraphNames, type SubgraphName } from '#schema/sdl.ts';
import { adviceFor } from './advice.ts';
import { processEnvironment, readPlatformConfig } from './config.ts';
import { openStorage } from './storage.ts';

type Anchors = Partial<Record<SubgraphName, Anchor[]>>;

/** Where the ends of the chains are kept; on another machine, they show what was rewritten since. */
const [anchorFile = null] = process.argv.slice(2);

try {
  const storage = await openStorage(readPlatformConfig(processEnvironment), { joinRunning: true });
  const faults = await verifyAll(storage.uri, await readAnchors());
  await storage.close();
  console.log(faults === 0 ? 'The audit logs are whole.' : `Faults: ${faults}.`);
  process.exitCode = faults === 0 ? 0 : 1;
} catch (error) {
  console.error(adviceFor(error) ?? (error instanceof Error ? error.message : error));
  process.exitCode = 2;
}

/** @returns how many faults there are; the anchors are written anew only when there is none */
async function verifyAll(uri: string, anchors: Anchors): Promise<number> {
  const next: Anchors = {};
  let faults = 0;
  for (const name of subgraphNames) {
    const connection = await connect(uri, `oca_${name}`);
    const report = await verifyAudit(connection, anchors[name]);
    await connection.close();
    next[name] = report.anchors;
    faults += report.faults.length;
    console.log(`${name}: ${report.entries} entries, ${report.faults.length} faults`);
    for (const fault of report.faults) console.log(`  ${fault}`);
  }
  if (faults === 0 && anchorFile !== null)
    await writeFile(anchorFile, `${JSON.stringify(next, null, 2)}\n`);
  return faults;
}

/** The anchors of last time; none the first time. */
async function readAnchors(): Promise<Anchors> {
  if (anchorFile === null) return {};
  const text = await readFile(anchorFile, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text) as Anchors;
}
