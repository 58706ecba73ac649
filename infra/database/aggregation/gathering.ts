// The accumulators of $group: those of one expression, and those that pick by an order or a count.
import { toNumber, wholeNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import { isDocument, isNullish, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { ACCUMULATORS, percentiles } from '../expression/accumulator.ts';
import { percentileRanks } from '../expression/collector.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Evaluate, Scope } from '../expression/scope.ts';
import { compareSortValues, readSort, sortValues } from '../query/sort.ts';
import { refuse } from '../refusal.ts';

/** Takes documents one by one and gives what they come to. */
export type Gather = { add: (source: Document) => void; result: () => Maybe };

/** Makes an empty one, for a new group. */
export type Gathering = () => Gather;

/** What MongoDB has and we have not. */
const NOT_SUPPORTED = new Set(['$accumulator', '$covariancePop', '$covarianceSamp']);

type CompileGathering = (argument: Value, scope: Scope, name: string) => Gathering;

/**
 * Compiles one accumulator.
 *
 * @throws {CommandRefusal} 15952 for one that is unknown, 238 for one that MongoDB alone has
 */
export function compileGathering(name: string, argument: Value, scope: Scope): Gathering {
  const special = SPECIAL.get(name);
  if (special !== undefined) return special(argument, scope, name);
  const make = ACCUMULATORS.get(name);
  if (make === undefined) {
    if (NOT_SUPPORTED.has(name)) throw refuse(238, `the accumulator ${name} is not supported`);
    throw refuse(15_952, `unknown group operator '${name}'`);
  }
  if (Array.isArray(argument) && argument.length !== 1)
    throw refuse(40_237, `The ${name} accumulator is a unary operator`);
  const evaluate = compileExpression(
    Array.isArray(argument) ? (argument[0] ?? null) : argument,
    scope,
  );
  const strings = scope.collation?.compare;
  return () => {
    const accumulator = make(strings);
    return {
      add: (source) => {
        accumulator.add(evaluate(source));
      },
      result: accumulator.result,
    };
  };
}

function parts(
  argument: Value,
  name: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Document {
  if (!isDocument(argument))
    throw refuse(5_787_900, `specification must be an object; found ${name}`);
  for (const key of required)
    if (!argument.has(key)) throw refuse(5_787_906, `Missing value for '${key}' in ${name}`);
  for (const key of argument.keys())
    if (!required.includes(key) && !optional.includes(key))
      throw refuse(5_787_901, `Unknown argument to ${name}: '${key}'`);
  return argument;
}

/** A count may depend on the group's `_id` in MongoDB; here it is a constant expression. */
function countOf(spec: Maybe, scope: Scope, name: string): number {
  const value = compileExpression(spec ?? null, scope)(new Map());
  const count = isNumeric(value) ? wholeNumber(value) : undefined;
  if (count === undefined || count <= 0)
    throw refuse(5_787_908, `'n' must be greater than 0 in ${name}`);
  return count;
}

const count: CompileGathering = (argument) => {
  if (!isDocument(argument) || argument.size > 0)
    throw refuse(9, '$count takes no arguments, i.e. $count:{}');
  return () => {
    let total = 0;
    return {
      add: () => {
        total += 1;
      },
      result: () => total,
    };
  };
};

/** Keeps the first, last, least or greatest values. */
function several(
  keep: (values: Value[], count: number) => Value[],
  skipsNull: boolean,
): CompileGathering {
  return (argument, scope, name) => {
    const spec = parts(argument, name, ['input', 'n']);
    const input = compileExpression(spec.get('input') ?? null, scope);
    const most = countOf(spec.get('n'), scope, name);
    return () => {
      let values: Value[] = [];
      return {
        add: (source) => {
          const value = input(source);
          if (skipsNull && isNullish(value)) return;
          values.push(value ?? null);
          // Now and then, so that no more than twice as many are kept.
          if (values.length >= most * 2 + 16) values = keep(values, most);
        },
        result: () => keep(values, most),
      };
    };
  };
}

const firstFew = (values: Value[], most: number): Value[] => values.slice(0, most);
const lastFew = (values: Value[], most: number): Value[] => values.slice(-most);
const least = (values: Value[], most: number): Value[] =>
  values.toSorted((left, right) => compareValues(left, right)).slice(0, most);
const greatest = (values: Value[], most: number): Value[] =>
  values.toSorted((left, right) => compareValues(right, left)).slice(0, most);

/** Keeps the outputs of the documents that come first (or last) in an order. */
function ordered(isTop: boolean, isOne: boolean): CompileGathering {
  return (argument, scope, name) => {
    const spec = parts(argument, name, isOne ? ['sortBy', 'output'] : ['sortBy', 'output', 'n']);
    const by = spec.get('sortBy');
    if (!isDocument(by)) throw refuse(10_065, `invalid parameter: expected an object (sortBy)`);
    const sort = readSort(by, scope.collation);
    scope.reads.all = true;
    const output: Evaluate = compileExpression(spec.get('output') ?? null, scope);
    const most = isOne ? 1 : countOf(spec.get('n'), scope, name);
    return () => {
      let rows: { values: Maybe[]; output: Value }[] = [];
      const trim = (): void => {
        rows.sort((left, right) => compareSortValues(left.values, right.values, sort));
        rows = isTop ? rows.slice(0, most) : rows.slice(-most);
      };
      return {
        add: (source) => {
          rows.push({ values: sortValues(source, sort), output: output(source) ?? null });
          if (rows.length >= most * 2 + 16) trim();
        },
        result: () => {
          trim();
          const outputs = rows.map((row) => row.output);
          return isOne ? outputs[0] : outputs;
        },
      };
    };
  };
}

function ranked(isMedian: boolean): CompileGathering {
  return (argument, scope, name) => {
    const spec = parts(argument, name, isMedian ? ['input', 'method'] : ['input', 'p', 'method']);
    const input = compileExpression(spec.get('input') ?? null, scope);
    const ranks = isMedian
      ? [0.5]
      : percentileRanks(compileExpression(spec.get('p') ?? null, scope)(new Map()));
    return () => {
      const values: number[] = [];
      return {
        add: (source) => {
          const value = input(source);
          if (isNumeric(value)) values.push(toNumber(value));
        },
        result: () => {
          const found = percentiles(values, ranks);
          return isMedian ? found[0] : found;
        },
      };
    };
  };
}

const SPECIAL: ReadonlyMap<string, CompileGathering> = new Map<string, CompileGathering>([
  ['$count', count],
  ['$firstN', several(firstFew, false)],
  ['$lastN', several(lastFew, false)],
  ['$minN', several(least, true)],
  ['$maxN', several(greatest, true)],
  ['$top', ordered(true, true)],
  ['$topN', ordered(true, false)],
  ['$bottom', ordered(false, true)],
  ['$bottomN', ordered(false, false)],
  ['$percentile', ranked(false)],
  ['$median', ranked(true)],
]);

/** Accumulators of `$group`, for the support matrix. */
export const GROUP_ACCUMULATORS: readonly string[] = [...ACCUMULATORS.keys(), ...SPECIAL.keys()];
