// Weighted set covering: the cheapest columns that together cover every row.
import type { Solver } from './search/highs.ts';
import type { Settings } from './solve.ts';
import { addColumn, addRow, emptyProgramme, ones } from './search/programme.ts';

/** Columns with what they cost, 0 or more, and the rows they cover, 0 to `rows` - 1. */
export type CoverProblem = {
  readonly rows: number;
  readonly columns: readonly { readonly cost: number; readonly rows: readonly number[] }[];
};

/** A cover; every one is checked row by row before it is told. */
export type CoverResult = {
  readonly status: 'OPTIMAL' | 'WITHIN_GAP' | 'INFEASIBLE' | 'UNDECIDED' | 'CANCELLED';
  /** Numbers of the columns chosen, ascending. */
  readonly columns: readonly number[];
  readonly cost: number;
  readonly bound: number;
  readonly gap: number;
  /** Rows that no column covers. */
  readonly uncoverable: readonly number[];
};

/** Solves a covering problem in this thread. */
export function solveCoverHere(
  solver: Solver,
  problem: CoverProblem,
  settings: Pick<Settings, 'timeLimitMillis' | 'gap' | 'seed'>,
): CoverResult {
  const rows: number[][] = Array.from({ length: problem.rows }, () => []);
  for (const [column, { rows: covered }] of problem.columns.entries())
    for (const row of new Set(covered)) rows[row]?.push(column);
  const uncoverable = [...rows.keys()].filter((row) => rows[row]?.length === 0);
  if (uncoverable.length > 0) return { ...noCover('INFEASIBLE'), uncoverable };
  const programme = emptyProgramme();
  for (const { cost } of problem.columns) addColumn(programme, { cost, isWhole: true });
  for (const columns of rows)
    addRow(programme, columns, ones(columns.length), 1, Number.POSITIVE_INFINITY);
  const { timeLimitMillis, gap, seed } = settings;
  const solved = solver.run(programme, { seconds: timeLimitMillis / 1000, seed, gap });
  const chosen = [...solved.values.keys()].filter((column) => (solved.values[column] ?? 0) > 0.5);
  return isCover(rows, chosen) ? coverFound(problem, chosen, solved.bound) : noCover('UNDECIDED');
}

function coverFound({ columns }: CoverProblem, chosen: number[], proven: number): CoverResult {
  const cost = chosen.reduce((sum, column) => sum + (columns[column]?.cost ?? 0), 0);
  // Whole costs have a whole total, so the bound may be rounded up.
  const isWhole = columns.every((column) => Number.isInteger(column.cost));
  const bound = Math.min(cost, isWhole ? Math.ceil(proven - 1e-6) : proven);
  const gap = cost > 0 ? (cost - bound) / cost : 0;
  const status = gap <= 1e-9 ? 'OPTIMAL' : 'WITHIN_GAP';
  return { status, columns: chosen, cost, bound, gap, uncoverable: [] };
}

/** A result without a cover. */
export function noCover(status: CoverResult['status']): CoverResult {
  return {
    status,
    columns: [],
    cost: Number.POSITIVE_INFINITY,
    bound: 0,
    gap: Number.POSITIVE_INFINITY,
    uncoverable: [],
  };
}

function isCover(rows: readonly (readonly number[])[], chosen: readonly number[]): boolean {
  const set = new Set(chosen);
  return rows.every((columns) => columns.some((column) => set.has(column)));
}
