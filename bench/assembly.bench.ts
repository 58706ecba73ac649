/** How long does assembling a consortium take by the size of the pool beside its floor and, in the same run, the prototype, and what does pricing save against the full model (seconds)? [--small | --seeds N] [--prototype FOLDER] */
import { execFileSync } from 'node:child_process';
import { floorOf, type Floor } from './assembly-floor.ts';
import { report } from './machine.ts';

interface Size {
  firms: number;
  technologies: number;
  requirements: number;
  seed: number;
}

interface Taken {
  seconds: number;
  busySeconds: number;
}

interface Ours {
  points: number;
  filtered: Taken;
  firstTeam: Taken;
  onePerCent: Taken;
  proven: Taken;
  peakMegabytes: number;
}

interface Prototype {
  points: number;
  firstTeamSeconds: number;
  onePerCentSeconds: number;
  proven: Taken;
  peakMegabytes: number;
}

interface Routes {
  pricing: Ours;
  prototype: Prototype;
  full: object;
  conflict: object;
  repair: object;
}

const measurement = new URL('../subgraphs/consortia/assembly/measure.ts', import.meta.url).pathname;
// What Node makes of TypeScript is kept from one process to the next, and young objects get as much room as a search's thread
// gives them (`assembly/thread/job.ts`): what is measured is the solver's memory, not the loader's.
const compiled = JSON.stringify(
  new URL('../node_modules/.cache/compiled', import.meta.url).pathname,
);
const keeping = `import { enableCompileCache } from 'node:module'; enableCompileCache(${compiled});`;
const asInProduct = ['--max-semi-space-size=5', `--import=data:text/javascript,${keeping}`];

function optionOf(name: string): string | null {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

const prototypeFolder = optionOf('--prototype');

function inOwnProcess<Name extends keyof Routes>(route: Name, size: Size): Routes[Name] {
  const given = [...asInProduct, measurement, route, JSON.stringify(size), prototypeFolder ?? ''];
  const text = execFileSync(process.execPath, given, { encoding: 'utf8' });
  process.stderr.write(`${route} ${JSON.stringify(size)} ${text}\n`);
  return JSON.parse(text);
}

const heading = [
  '| firms x technologies x requirements, seed | | filtered | first team | 1 % gap | proven (busy) | MB | points |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
];

const spread = ([median, worst]: readonly [number, number]) => `${median} to ${worst}`;
const taken = ({ seconds, busySeconds }: Taken) => `${seconds} (${busySeconds})`;

function floorLine({ firstTeamSeconds, onePerCentSeconds, provenSeconds, peakMegabytes }: Floor) {
  const cells = [firstTeamSeconds, onePerCentSeconds, provenSeconds].map(spread);
  return `| | floor | | ${cells.join(' | ')} | ${peakMegabytes} | |`;
}

function linesOf(size: Size, ours: Ours, prototype: Prototype | null): string[] {
  const { firms, technologies, requirements, seed } = size;
  const own = [ours.filtered, ours.firstTeam, ours.onePerCent, ours.proven].map(taken).join(' | ');
  const name = `${firms} x ${technologies} x ${requirements}, ${seed}`;
  const lines = [`| ${name} | ours | ${own} | ${ours.peakMegabytes} | ${ours.points} |`];
  if (prototype) {
    const { firstTeamSeconds, onePerCentSeconds, proven, peakMegabytes, points } = prototype;
    const cells = [firstTeamSeconds, onePerCentSeconds, taken(proven), peakMegabytes, points];
    lines.push(`| | prototype | | ${cells.join(' | ')} |`);
  }
  const floor = floorOf(size);
  return floor ? [...lines, floorLine(floor)] : lines;
}

const isSmall = process.argv.includes('--small');
const pools = isSmall ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const asked = isSmall ? [10, 20] : [10, 20, 40];
const most = Number(optionOf('--seeds') ?? 2);
const seeds = Array.from({ length: isSmall ? 1 : most }, (_, index) => index + 1);
inOwnProcess('pricing', { firms: 1_000, technologies: 50, requirements: 10, seed: 1 });
const rows: object[] = [];
const table = [...heading];
for (const firms of pools)
  for (const technologies of [50, 300])
    for (const requirements of asked) {
      const size = { firms, technologies, requirements, seed: 1 };
      for (const seed of seeds) {
        const one = { ...size, seed };
        const ours = inOwnProcess('pricing', one);
        const prototype = prototypeFolder === null ? null : inOwnProcess('prototype', one);
        rows.push({ route: 'pricing', ...one, ...ours, prototype, floor: floorOf(one) });
        table.push(...linesOf(one, ours, prototype));
      }
      if (requirements !== 20) continue;
      for (const route of ['full', 'conflict', 'repair'] as const)
        rows.push({ route, ...size, ...inOwnProcess(route, size) });
    }
process.stderr.write(`${table.join('\n')}\n`);
await report(isSmall ? 'assembly-small' : 'assembly', { rows });
