// The door to HiGHS compiled to WebAssembly. Nothing else in this folder knows the library.
import { setFlagsFromString } from 'node:v8';
import library, { type Highs, type HighsCallbackMap, type Model } from 'highs';
import type { Programme } from './programme.ts';

/** What came of a programme. `bound` is the solver's own word; `values` is empty where there is no solution. */
export type Outcome = {
  readonly hasSolution: boolean;
  readonly status: 'OPTIMAL' | 'INFEASIBLE' | 'LIMIT' | 'FAILED';
  readonly objective: number;
  readonly bound: number;
  readonly nodes: number;
  readonly values: Float64Array;
  /** One for each row; only after a programme without whole columns. */
  readonly duals: Float64Array;
};

/** How to run one programme. */
export type RunSettings = {
  readonly seconds: number;
  readonly seed: number;
  /** Relative gap at which to stop. Left out: the programme is continuous. */
  readonly gap?: number;
  readonly maxNodes?: number;
  readonly isPresolveOff?: boolean;
  /** Keep the solver's own search settings instead of ours (long pure covering problems). */
  readonly isPlain?: boolean;
  readonly start?: Float64Array;
  readonly onIncumbent?: (values: Float64Array) => void;
  readonly onBound?: (bound: number) => void;
};

/** A loaded solver. One per thread: it keeps its peak memory until the thread ends. */
export type Solver = {
  readonly version: string;
  readonly run: (programme: Programme, settings: RunSettings) => Outcome;
};

// Measured on team models: half the time of the defaults, and a fifth of that again by branching on what branching has shown so
// far rather than on trials (most of the simplex iterations went into those). `mip_lifting_for_probing` must never be set
// (ERGO-Code/HiGHS #3307: no solution on feasible models).
const lean = {
  mip_detect_symmetry: false,
  mip_allow_restart: false,
  mip_heuristic_run_rins: false,
  mip_heuristic_run_rens: false,
  mip_heuristic_run_root_reduced_cost: false,
  mip_pscost_minreliable: 0,
};

// V8 translates the library's busiest functions anew while they run, each in tens of megabytes: one at a time is enough.
const oneAtATime = '--wasm-num-compilation-tasks=1';

/** Loads the solver into this thread. */
export async function loadSolver(): Promise<Solver> {
  setFlagsFromString(oneAtATime);
  const highs = await loadHighs();
  return {
    version: `HiGHS ${highs.version.string}`,
    run: (programme, settings) => runProgramme(highs, programme, settings),
  };
}

function runProgramme(highs: Highs, programme: Programme, settings: RunSettings): Outcome {
  if (programme.costs.length === 0) return emptyOutcome(programme);
  const model = highs.createModel(modelData(programme, settings.gap !== undefined));
  try {
    setOptions(model, settings);
    if (settings.start) model.setSolution({ colValue: settings.start });
    model.run(callbacks(highs, settings));
    return outcome(model, settings.gap !== undefined);
  } finally {
    model.dispose();
  }
}

function modelData(programme: Programme, isWhole: boolean) {
  const numCols = programme.costs.length;
  const numRows = programme.least.length;
  return {
    numCols,
    numRows,
    offset: programme.constant,
    colCost: Float64Array.from(programme.costs),
    colLower: Float64Array.from(programme.lower),
    colUpper: Float64Array.from(programme.upper),
    rowLower: Float64Array.from(programme.least),
    rowUpper: Float64Array.from(programme.most),
    ...(isWhole ? { integrality: Int32Array.from(programme.whole) } : {}),
    matrix: {
      format: 'csr' as const,
      numRows,
      numCols,
      starts: Int32Array.from(programme.starts),
      indices: Int32Array.from(programme.indices),
      values: Float64Array.from(programme.values),
    },
  };
}

function setOptions(model: Model, settings: RunSettings): void {
  model.options.set({
    output_flag: false,
    time_limit: Math.max(0.05, settings.seconds),
    random_seed: settings.seed,
    ...(settings.isPresolveOff === true ? { presolve: 'off' } : {}),
  });
  if (settings.gap === undefined) return;
  model.options.set({
    mip_rel_gap: settings.gap,
    mip_abs_gap: 1e-9,
    ...(settings.isPlain === true ? {} : lean),
    ...(settings.maxNodes === undefined ? {} : { mip_max_nodes: settings.maxNodes }),
  });
}

function callbacks(highs: Highs, settings: RunSettings): HighsCallbackMap {
  const { onIncumbent, onBound } = settings;
  const types = highs.constants.callbackType;
  return {
    ...(onIncumbent && {
      [types.mipImprovingSolution]: (event: { data: { mip_solution?: Float64Array } }) => {
        if (event.data.mip_solution) onIncumbent(event.data.mip_solution);
        return undefined;
      },
    }),
    ...(onBound && {
      [types.mipInterrupt]: (event: { data: { mip_dual_bound?: number } }) => {
        if (Number.isFinite(event.data.mip_dual_bound)) onBound(event.data.mip_dual_bound ?? 0);
        return undefined;
      },
    }),
  };
}

// The library's types describe its CommonJS build, where the loader is one level deeper than in the module.
const loadHighs: typeof library.default = 'default' in library ? library.default : library;

const none = new Float64Array(0);

function outcome(model: Model, isWhole: boolean): Outcome {
  // 2 is "feasible": a stop at a limit may have no solution at all.
  const hasSolution = model.info.get('primal_solution_status') === 2;
  const solution = hasSolution ? model.getSolution() : null;
  return {
    hasSolution,
    status: statusOf(model.getModelStatus()),
    objective: hasSolution ? model.getObjectiveValue() : Number.POSITIVE_INFINITY,
    bound: isWhole ? Number(model.info.get('mip_dual_bound')) : Number.NEGATIVE_INFINITY,
    nodes: isWhole ? Math.max(0, Number(model.info.get('mip_node_count'))) : 0,
    values: solution?.colValue ?? none,
    duals: (!isWhole && solution?.rowDual) || none,
  };
}

// Without columns every row is worth 0; the library calls such a programme solved even where that breaks a row.
function emptyOutcome({ constant, least, most }: Programme): Outcome {
  const hasSolution = least.every((value, row) => value <= 0 && (most[row] ?? 0) >= 0);
  return {
    hasSolution,
    status: hasSolution ? 'OPTIMAL' : 'INFEASIBLE',
    objective: hasSolution ? constant : Number.POSITIVE_INFINITY,
    bound: hasSolution ? constant : Number.POSITIVE_INFINITY,
    nodes: 0,
    values: none,
    duals: new Float64Array(least.length),
  };
}

function statusOf(code: number): Outcome['status'] {
  if (code === 7 || code === 6) return 'OPTIMAL';
  if (code === 8 || code === 9) return 'INFEASIBLE';
  return code >= 11 ? 'LIMIT' : 'FAILED';
}
