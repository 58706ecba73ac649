// Who takes which place: as many places filled as can be, at the least cost, where each further place of one costs more.
import { AssemblyFailure, inputFailure } from './failure.ts';
import type { Solver } from './search/highs.ts';
import { limits } from './search/limits.ts';
import { addColumn, addRow, emptyProgramme, ones } from './search/programme.ts';
import type { Settings } from './solve.ts';
import { at } from './task/dense.ts';

/** A pair that may be: whose place, who takes it, and what that costs; a whole number, 0 or more. */
export type MatchingPair = {
  readonly place: number;
  readonly taker: number;
  readonly cost: number;
};

/** Costs are whole numbers. */
export type MatchingProblem = {
  /** How many takers each place lacks. */
  readonly lacking: readonly number[];
  /** What the first, second, ... place of each taker costs besides, ascending; a taker takes no more than these. */
  readonly loads: readonly (readonly number[])[];
  /** Each place and taker once. */
  readonly pairs: readonly MatchingPair[];
};

/** A matching; every one is checked place by place before it is told. */
export type MatchingResult = {
  readonly status: 'OPTIMAL' | 'UNDECIDED' | 'CANCELLED';
  /** Numbers of the pairs chosen, ascending. */
  readonly pairs: readonly number[];
};

/**
 * Solves a matching in this thread.
 *
 * @throws {AssemblyFailure} INPUT where there are too many pairs for the solver; SOLVER where its answer breaks a rule
 */
export function solveMatchingHere(
  solver: Solver,
  problem: MatchingProblem,
  { timeLimitMillis, seed }: Pick<Settings, 'timeLimitMillis' | 'seed'>,
): MatchingResult {
  const found = problem.pairs.length;
  if (found > limits.matchingPairs) {
    const message = `At most ${limits.matchingPairs} pairs; found ${found}.`;
    throw inputFailure([{ code: 'LIMIT_REACHED', path: ['pairs'], message }]);
  }
  if (found === 0) return { status: 'OPTIMAL', pairs: [] };
  const settings = { seconds: timeLimitMillis / 1000, seed, gap: 0 };
  const { status, values } = solver.run(programmeOf(problem), settings);
  if (status !== 'OPTIMAL') return { status: 'UNDECIDED', pairs: [] };
  const chosen = [...problem.pairs.keys()].filter((pair) => at(values, pair) > 0.5);
  if (!isMatching(problem, chosen))
    throw new AssemblyFailure('SOLVER', 'The solver gave more places than there are.');
  return { status, pairs: chosen };
}

// A column for each pair, and one for each place that a taker may take: the cheaper ones are used first.
function programmeOf({ lacking, loads, pairs }: MatchingProblem) {
  const programme = emptyProgramme();
  const worth = worthOfPlace({ lacking, loads, pairs });
  const byPlace: number[][] = lacking.map(() => []);
  const byTaker: number[][] = loads.map(() => []);
  for (const { place, taker, cost } of pairs) {
    const column = addColumn(programme, { cost: cost - worth, isWhole: true });
    byPlace[place]?.push(column);
    byTaker[taker]?.push(column);
  }
  for (const [place, columns] of byPlace.entries())
    addRow(programme, columns, ones(columns.length), 0, at(lacking, place));
  for (const [taker, taken] of byTaker.entries()) {
    const room = (loads[taker] ?? []).map((cost) => addColumn(programme, { cost }));
    const values = [...ones(taken.length), ...room.map(() => -1)];
    addRow(programme, [...taken, ...room], values, Number.NEGATIVE_INFINITY, 0);
  }
  return programme;
}

// More than what filling one more place can cost, whatever has to move for it: filled places come first.
function worthOfPlace({ lacking, loads, pairs }: MatchingProblem): number {
  const dearest = pairs.reduce((most, { cost }) => Math.max(most, cost), 0);
  const fullest = loads.reduce((most, costs) => Math.max(most, costs.at(-1) ?? 0), 0);
  return Math.min(lacking.length, loads.length) * dearest + fullest + 1;
}

function isMatching({ lacking, loads, pairs }: MatchingProblem, chosen: readonly number[]) {
  const filled = new Int32Array(lacking.length);
  const taken = new Int32Array(loads.length);
  for (const pair of chosen) {
    const { place, taker } = pairs[pair] ?? { place: -1, taker: -1 };
    filled[place] = at(filled, place) + 1;
    taken[taker] = at(taken, taker) + 1;
  }
  return (
    filled.every((count, place) => count <= at(lacking, place)) &&
    taken.every((count, taker) => count <= (loads[taker]?.length ?? 0))
  );
}
