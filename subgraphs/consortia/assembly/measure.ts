// One measurement of the solver, in a process of its own so that its memory is its own too: bench/assembly.bench.ts runs it.
import { solveAssembly, solveRepair } from './assembly.ts';
import { loadSolver } from './search/highs.ts';
import { limits } from './search/limits.ts';
import { buildModel } from './search/model.ts';
import { loadPrototype } from './measure-prototype.ts';
import { settingsOf, solve } from './solve.ts';
import { prepare } from './task/prepare.ts';
import { makeAlliance, projectOver } from './sample-alliance.ts';
import { bestTeamTask } from './task/task.ts';
import type { StatedProblem } from './problem.ts';

interface Size {
  firms: number;
  technologies: number;
  requirements: number;
  seed: number;
}

const options = { alternatives: 0, timeLimitMillis: 300_000, gap: 1e-4, explain: false };
/** Limit for the full model. */
const fullModelSeconds = 15;

const round = (value: number, digits = 2) => Number(value.toFixed(digits));

function problemOf({ firms, technologies, requirements, seed }: Size, slack = 1.3) {
  return projectOver(makeAlliance({ firms, technologies, seed }), { requirements, seed, slack });
}

/** Runs one job and measures it; processor time counts all threads. */
async function measured<Result>(work: () => Promise<Result> | Result) {
  const began = performance.now();
  const processor = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(processor);
  return {
    result,
    seconds: round((performance.now() - began) / 1000),
    processorSeconds: round((user + system) / 1e6),
    peakMegabytes: peakMegabytes(),
  };
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** Processor time of this thread since, seconds: what a busy machine does not stretch. */
function busySince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(began);
  return round((user + system) / 1e6);
}

/** The route of the product: pricing, discarding by proof, exact search on the rest; in this thread, the solver loaded. */
async function byPricing(problem: StatedProblem) {
  const solver = await loadSolver();
  const filtered = { seconds: Number.NaN, busySeconds: Number.NaN };
  const first = { ...filtered };
  const onePerCent = { ...filtered };
  const began = process.threadCpuUsage();
  const note = (mark: typeof first, millis: number) => {
    if (!Number.isNaN(mark.seconds)) return;
    mark.seconds = round(millis / 1000);
    mark.busySeconds = busySince(began);
  };
  const result = solve(solver, problem, settingsOf(options), ({ elapsedMillis, points, gap }) => {
    note(filtered, elapsedMillis);
    if (points !== null) note(first, elapsedMillis);
    if (gap !== null && gap <= 0.01) note(onePerCent, elapsedMillis);
  });
  const { pairs, survivors, linearProgrammes, integerProgrammes, seconds } = result.statistics;
  return {
    status: result.status,
    points: round(result.proposals[0]?.points ?? 0, 4),
    gap: round(result.proposals[0]?.gap ?? 0, 6),
    pairs,
    survivors,
    linearProgrammes,
    integerProgrammes,
    filtered,
    firstTeam: first,
    onePerCent,
    proven: { seconds: round(seconds), busySeconds: busySince(began) },
    peakMegabytes: peakMegabytes(),
  };
}

/** The same instance by the prototype; its clock begins when firms have been filtered. */
async function byPrototype(problem: StatedProblem, folder: string) {
  const run = await loadPrototype(folder);
  const instance = prepare(problem);
  const began = process.threadCpuUsage();
  const { obj, el, st } = run(instance);
  return {
    points: round(obj, 4),
    survivors: st.survivors ?? 0,
    linearProgrammes: st.cgIter ?? 0,
    firstTeamSeconds: round(st.firstFeas ?? Number.NaN),
    onePerCentSeconds: round(st.t1pct ?? Number.NaN),
    proven: { seconds: round(el), busySeconds: busySince(began) },
    peakMegabytes: peakMegabytes(),
  };
}

/** The whole pool in one integer programme, as one would write it down first. */
async function byFullModel(problem: StatedProblem) {
  const solver = await loadSolver();
  const instance = prepare(problem);
  const everyone = Array.from({ length: instance.firms }, (_, firm) => firm);
  const { programme } = buildModel(bestTeamTask(instance), everyone);
  const size = { columns: programme.costs.length, entries: programme.values.length };
  if (size.entries > limits.matrixEntries) return { status: 'TOO_LARGE', ...size };
  const { result, ...cost } = await measured(() =>
    solver.run(programme, { seconds: fullModelSeconds, seed: 0, gap: 1e-4 }),
  );
  const points = result.hasSolution ? round(result.objective, 4) : null;
  return { status: result.status, points, ...size, ...cost };
}

/** Why there is no team for a third of the budget, and the nearest way out. */
async function byConflict(problem: StatedProblem) {
  const { result, ...cost } = await measured(() => solveAssembly(problem, options));
  const { conflict = [], isIrreducible, proof, relaxation } = result.infeasibility ?? {};
  const isNearest = relaxation?.isNearest ?? null;
  return {
    status: result.status,
    proof,
    rules: conflict.length,
    isIrreducible,
    isNearest,
    ...cost,
  };
}

/** A partner drops out of the best team. */
async function byRepair(problem: StatedProblem) {
  const [best] = (await solveAssembly(problem, options)).proposals;
  const memberIds = best?.members.map(({ candidateId }) => candidateId) ?? [];
  const droppedIds = memberIds.slice(-1);
  const { result, ...cost } = await measured(() =>
    solveRepair(problem, { memberIds, droppedIds }, options),
  );
  const { status, changes, isSmallest } = result;
  return { status, changes, isSmallest, ...cost };
}

const routes = {
  pricing: (size: Size) => byPricing(problemOf(size)),
  prototype: (size: Size, folder: string) => byPrototype(problemOf(size), folder),
  full: (size: Size) => byFullModel(problemOf(size)),
  conflict: (size: Size) => byConflict(problemOf(size, 0.35)),
  repair: (size: Size) => byRepair(problemOf(size)),
};

type Route = keyof typeof routes;

const isRoute = (name: string): name is Route => name in routes;

const [route = '', size = '{}', folder = ''] = process.argv.slice(2);
if (!isRoute(route)) throw new Error(`No route ${route}.`);
process.stdout.write(JSON.stringify(await routes[route](JSON.parse(size), folder)));
