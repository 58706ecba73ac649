// The functions of $setWindowFields: accumulators over a window, ranks, neighbours, rates.
import { toNumber, wholeNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import { double, isDocument, isNullish, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { addToDate } from '../expression/date-math.ts';
import { UNIT_MILLIS, unitOf } from '../expression/date-argument.ts';
import type { Unit } from '../expression/date-argument.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Scope } from '../expression/scope.ts';
import { compareSortValues, sortValues } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { compileGathering } from './gathering.ts';
import { fillLinearly } from './interpolate.ts';

/** Calculates a field for every row of a sorted partition. */
export type WindowFunction = (rows: readonly Document[]) => Maybe[];

type Bounds = (rows: readonly Document[], at: number) => readonly [number, number];
type CompileFunction = (argument: Value, context: FunctionContext) => WindowFunction;
type FunctionContext = { name: string; sort: Sort | undefined; scope: Scope; window: Maybe };

/** Compiles `{ $function: …, window: … }`. */
export function compileWindowFunction(
  spec: Document,
  sort: Sort | undefined,
  scope: Scope,
): WindowFunction {
  const names = [...spec.keys()].filter((name) => name !== 'window');
  const [name] = names;
  if (name === undefined || names.length !== 1)
    throw refuse(9, 'Expected a $-prefixed window function and at most a window');
  const argument = spec.get(name) ?? null;
  const context = { name, sort, scope, window: spec.get('window') };
  const special = SPECIAL.get(name);
  if (special !== undefined) return special(argument, context);
  return overWindow(argument, context);
}

function overWindow(
  argument: Value,
  { name, scope, sort, window }: FunctionContext,
): WindowFunction {
  const gathering = compileGathering(name, argument, scope);
  const bounds = readBounds(window, sort);
  return (rows) =>
    rows.map((_, at) => {
      const [from, to] = bounds(rows, at);
      const gather = gathering();
      for (let index = Math.max(0, from); index <= Math.min(rows.length - 1, to); index += 1) {
        const row = rows[index];
        if (row !== undefined) gather.add(row);
      }
      return gather.result();
    });
}

const WHOLE: Bounds = (rows) => [0, rows.length - 1];

function readBounds(window: Maybe, sort: Sort | undefined): Bounds {
  if (window === undefined) return WHOLE;
  if (!isDocument(window)) throw refuse(9, "'window' field must be an object");
  const documents = window.get('documents');
  const range = window.get('range');
  if (documents !== undefined && range !== undefined)
    throw refuse(9, "Window bounds can specify either 'documents' or 'range', not both.");
  if (documents !== undefined) return documentBounds(documents);
  return range === undefined ? WHOLE : rangeBounds(range, window.get('unit'), sort);
}

function pairOf(bounds: Value): [Value, Value] {
  if (!Array.isArray(bounds) || bounds.length !== 2)
    throw refuse(9, 'Window bounds must be a 2-element array');
  return [bounds[0] ?? null, bounds[1] ?? null];
}

function documentBounds(spec: Value): Bounds {
  const [lower, upper] = pairOf(spec).map((bound, at) => {
    if (bound === 'unbounded')
      return at === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (bound === 'current') return 0;
    const whole = isNumeric(bound) ? wholeNumber(bound) : undefined;
    if (whole === undefined) throw refuse(9, 'Numeric document-based bounds must be an integer');
    return whole;
  });
  return (_rows, at) => [at + (lower ?? 0), at + (upper ?? 0)];
}

function rangeBounds(spec: Value, unit: Maybe, sort: Sort | undefined): Bounds {
  const [field] = sort?.fields ?? [];
  if (sort === undefined || field === undefined || sort.fields.length !== 1)
    throw refuse(5_339_902, 'Range-based bounds require sortBy a single field');
  const units = unit === undefined ? undefined : unitOf(unit, '$setWindowFields');
  const [lower, upper] = pairOf(spec);
  const valueOf = (row: Document | undefined): Maybe =>
    row === undefined ? undefined : sortValues(row, sort)[0];
  return (rows, at) => {
    const current = valueOf(rows[at]) ?? null;
    const low = edge(current, lower, units);
    const high = edge(current, upper, units);
    const isInside = (row: Document): boolean => {
      const value = valueOf(row);
      return (
        (low === undefined || compareValues(value, low) >= 0) &&
        (high === undefined || compareValues(value, high) <= 0)
      );
    };
    return [rows.findIndex(isInside), rows.findLastIndex(isInside)];
  };
}

/** The end of a range, or undefined where it has none. */
function edge(current: Value, bound: Value, unit: Unit | undefined): Maybe {
  if (bound === 'unbounded') return undefined;
  if (bound === 'current') return current;
  if (!isNumeric(bound)) throw refuse(9, 'Range-based bounds must be numbers');
  if (current instanceof Date) {
    if (unit === undefined)
      throw refuse(
        5_429_513,
        'For windows that involve date or time ranges, a unit must be provided.',
      );
    return addToDate(current, unit, toNumber(bound));
  }
  if (!isNumeric(current))
    throw refuse(5_429_414, 'Invalid range: Expected the sortBy field to be a number');
  return double(toNumber(current) + toNumber(bound));
}

function needSort({ name, sort }: FunctionContext): Sort {
  if (sort === undefined)
    throw refuse(5_371_600, `${name} must be specified with a top level sortBy expression`);
  return sort;
}

/** Ranks: equal rows share one. */
function rank(isDense: boolean): CompileFunction {
  return (_argument, context) => {
    const sort = needSort(context);
    return (rows) => {
      let current = 0;
      let previous: Maybe[] | undefined;
      return rows.map((row, at) => {
        const values = sortValues(row, sort);
        const isSame = previous !== undefined && compareSortValues(previous, values, sort) === 0;
        if (!isSame) current = isDense ? current + 1 : at + 1;
        previous = values;
        return current;
      });
    };
  };
}

const shift: CompileFunction = (argument, context) => {
  needSort(context);
  if (!isDocument(argument)) throw refuse(9, 'Argument to $shift must be an object');
  const output = compileExpression(argument.get('output') ?? null, context.scope);
  const by = argument.get('by');
  const distance = isNumeric(by) ? wholeNumber(by) : undefined;
  if (distance === undefined) throw refuse(9, "'$shift:by' field must be an integer");
  const otherwise = compileExpression(argument.get('default') ?? null, context.scope)(new Map());
  return (rows) =>
    rows.map((_, at) => {
      const row = rows[at + distance];
      return row === undefined ? otherwise : output(row);
    });
};

const movingAverage: CompileFunction = (argument, context) => {
  needSort(context);
  if (!isDocument(argument))
    throw refuse(9, '$expMovingAvg must have exactly one argument that is an object');
  const input = compileExpression(argument.get('input') ?? null, context.scope);
  const [n, given] = [argument.get('N'), argument.get('alpha')];
  const alpha = isNumeric(n)
    ? 2 / (toNumber(n) + 1)
    : isNumeric(given)
      ? toNumber(given)
      : Number.NaN;
  if (!(alpha > 0 && alpha <= 1))
    throw refuse(9, "$expMovingAvg needs a positive 'N' or an 'alpha' between 0 and 1");
  return (rows) => {
    let average: number | undefined;
    return rows.map((row) => {
      const value = input(row);
      if (isNumeric(value))
        average =
          average === undefined ? toNumber(value) : toNumber(value) * alpha + average * (1 - alpha);
      return average === undefined || !isNumeric(value) ? null : double(average);
    });
  };
};

type Point = { x: number; y: number };

function pointOf(
  row: Document | undefined,
  sort: Sort,
  y: (row: Document) => Maybe,
  unit: Unit | undefined,
): Point | undefined {
  if (row === undefined) return undefined;
  const position = sortValues(row, sort)[0];
  const value = y(row);
  if (!isNumeric(value)) return undefined;
  if (position instanceof Date)
    return {
      x: position.getTime() / (unit === undefined ? 1 : (UNIT_MILLIS[unit] ?? 1)),
      y: toNumber(value),
    };
  return isNumeric(position) ? { x: toNumber(position), y: toNumber(value) } : undefined;
}

function overPoints(calculate: (points: readonly Point[]) => number | null): CompileFunction {
  return (argument, context) => {
    const sort = needSort(context);
    if (!isDocument(argument)) throw refuse(9, `${context.name} expects an object`);
    const input = compileExpression(argument.get('input') ?? null, context.scope);
    const unit = argument.has('unit') ? unitOf(argument.get('unit'), context.name) : undefined;
    const bounds = readBounds(context.window, sort);
    return (rows) =>
      rows.map((_, at) => {
        const [from, to] = bounds(rows, at);
        const points = rows
          .slice(Math.max(0, from), Math.max(0, to + 1))
          .map((row) => pointOf(row, sort, input, unit))
          .filter((point) => point !== undefined);
        const result = calculate(points);
        return result === null ? null : double(result);
      });
  };
}

function slope(points: readonly Point[]): number | null {
  const [first] = points;
  const last = points.at(-1);
  return first === undefined || last === undefined || last.x === first.x
    ? null
    : (last.y - first.y) / (last.x - first.x);
}

function area(points: readonly Point[]): number | null {
  if (points.length === 0) return null;
  return points.reduce((total, point, at) => {
    const before = points[at - 1];
    return before === undefined ? 0 : total + ((point.x - before.x) * (point.y + before.y)) / 2;
  }, 0);
}

const lastKnown: CompileFunction = (argument, { scope }) => {
  const input = compileExpression(argument, scope);
  return (rows) => {
    let known: Maybe = null;
    return rows.map((row) => {
      const value = input(row);
      if (!isNullish(value)) known = value;
      return known;
    });
  };
};

const linear: CompileFunction = (argument, context) => {
  const sort = needSort(context);
  const input = compileExpression(argument, context.scope);
  return (rows) =>
    fillLinearly(
      rows.map(input),
      rows.map((row) => sortValues(row, sort)[0]),
    );
};

const SPECIAL: ReadonlyMap<string, CompileFunction> = new Map<string, CompileFunction>([
  ['$rank', rank(false)],
  ['$denseRank', rank(true)],
  [
    '$documentNumber',
    (_argument, context) => {
      needSort(context);
      return (rows) => rows.map((_, at) => at + 1);
    },
  ],
  ['$shift', shift],
  ['$expMovingAvg', movingAverage],
  ['$derivative', overPoints(slope)],
  ['$integral', overPoints(area)],
  ['$locf', lastKnown],
  ['$linearFill', linear],
]);

/** Functions that only windows have, for the support matrix. */
export const WINDOW_FUNCTIONS: readonly string[] = [...SPECIAL.keys()];
