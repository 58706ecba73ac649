// One measurement of the solver, in a process of its own so that its memory is its own too: bench/assembly.bench.ts runs it.
import { solveAssembly, solveRepair } from './assembly.ts';
import { loadSolver } from './search/highs.ts';
import { limits } from './search/limits.ts';
import { buildModel } from './search/model.ts';
import { prepare } from './task/prepare.ts';
import { makeAlliance, makeProject } from './sample-alliance.ts';
import { bestTeamTask } from './task/task.ts';
import type { AssemblyProblem } from './types.ts';

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
  return makeProject(makeAlliance({ firms, technologies, seed }), { requirements, seed, slack });
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
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** The route of the product: pricing, discarding by proof, exact search on the rest. */
async function byPricing(problem: AssemblyProblem) {
  let firstTeamSeconds: number | null = null;
  let onePerCentSeconds: number | null = null;
  const { result, ...cost } = await measured(() =>
    solveAssembly(problem, {
      ...options,
      onProgress: ({ elapsedMillis, points, gap }) => {
        if (points !== null) firstTeamSeconds ??= round(elapsedMillis / 1000);
        if (gap !== null && gap <= 0.01) onePerCentSeconds ??= round(elapsedMillis / 1000);
      },
    }),
  );
  const { pairs, survivors, linearProgrammes, integerProgrammes, seconds } = result.statistics;
  return {
    status: result.status,
    points: round(result.proposals[0]?.points ?? 0, 4),
    gap: round(result.proposals[0]?.gap ?? 0, 6),
    pairs,
    survivors,
    linearProgrammes,
    integerProgrammes,
    firstTeamSeconds,
    onePerCentSeconds,
    solverSeconds: round(seconds),
    ...cost,
  };
}

/** The whole pool in one integer programme, as one would write it down first. */
async function byFullModel(problem: AssemblyProblem) {
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
async function byConflict(problem: AssemblyProblem) {
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
async function byRepair(problem: AssemblyProblem) {
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
  full: (size: Size) => byFullModel(problemOf(size)),
  conflict: (size: Size) => byConflict(problemOf(size, 0.35)),
  repair: (size: Size) => byRepair(problemOf(size)),
};

type Route = keyof typeof routes;

const isRoute = (name: string): name is Route => name in routes;

const [route = '', size = '{}'] = process.argv.slice(2);
if (!isRoute(route)) throw new Error(`No route ${route}.`);
process.stdout.write(JSON.stringify(await routes[route](JSON.parse(size))));
