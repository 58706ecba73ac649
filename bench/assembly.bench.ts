/** How long does assembling a consortium take by the size of the pool beside its floor, and what does pricing save against the full model (seconds)? [--small | --seeds N] */
import { execFileSync } from 'node:child_process';
import { floorOf } from './assembly-floor.ts';
import { report } from './machine.ts';

interface Size {
  firms: number;
  technologies: number;
  requirements: number;
  seed: number;
}

type Route = 'pricing' | 'full' | 'conflict' | 'repair';

const measurement = new URL('../subgraphs/consortia/assembly/measure.ts', import.meta.url).pathname;

function inOwnProcess(route: Route, size: Size): object {
  const text = execFileSync(process.execPath, [measurement, route, JSON.stringify(size)], {
    encoding: 'utf8',
  });
  const figures: object = JSON.parse(text);
  process.stderr.write(`${route} ${JSON.stringify(size)} ${JSON.stringify(figures)}\n`);
  if (route !== 'pricing') return { route, ...size, ...figures };
  // The thread's own clock, as the floor was measured: without making the alliance up and handing it over.
  const floor = floorOf(size);
  process.stderr.write(`  floor (median, worst) ${JSON.stringify(floor)}\n`);
  return { route, ...size, ...figures, floor };
}

const isSmall = process.argv.includes('--small');
const pools = isSmall ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const asked = isSmall ? [10, 20] : [10, 20, 40];
const seedsAt = process.argv.indexOf('--seeds');
const most = seedsAt < 0 ? 2 : Number(process.argv[seedsAt + 1]);
const seeds = Array.from({ length: isSmall ? 1 : most }, (_, index) => index + 1);
const rows: object[] = [];
for (const firms of pools)
  for (const technologies of [50, 300])
    for (const requirements of asked) {
      const size = { firms, technologies, requirements, seed: 1 };
      for (const seed of seeds) rows.push(inOwnProcess('pricing', { ...size, seed }));
      rows.push(inOwnProcess('full', size));
      if (requirements !== 20) continue;
      rows.push(inOwnProcess('conflict', size));
      rows.push(inOwnProcess('repair', size));
    }
await report(isSmall ? 'assembly-small' : 'assembly', { rows });
