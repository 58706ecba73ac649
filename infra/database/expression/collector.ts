// Accumulators as expressions: over the elements of an array, or over several arguments.
import { toNumber } from '../bson/number.ts';
import { isNumeric } from '../bson/value.ts';
import type { Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { ACCUMULATORS, percentiles } from './accumulator.ts';
import { namedArguments, operands } from './operands.ts';
import type { Operator } from './operands.ts';

const collect: Operator = (argument, compiling) => {
  const make = ACCUMULATORS.get(compiling.name);
  if (make === undefined) throw refuse(168, `Unrecognized expression '${compiling.name}'`);
  const all = operands(argument, compiling, 0, Number.POSITIVE_INFINITY);
  const strings = compiling.scope.collation?.compare;
  return (root) => {
    const accumulator = make(strings);
    const values = all.map((operand) => operand(root));
    const [only] = values;
    // A single argument that is an array stands for its elements.
    const each: readonly Maybe[] = values.length === 1 && Array.isArray(only) ? only : values;
    for (const value of each) accumulator.add(value);
    return accumulator.result();
  };
};

/** The ranks that `$percentile` asks for. */
export function percentileRanks(value: Maybe): number[] {
  if (!Array.isArray(value) || value.length === 0)
    throw refuse(
      7_750_300,
      "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]",
    );
  return value.map((rank) => {
    const number = isNumeric(rank) ? toNumber(rank) : -1;
    if (number < 0 || number > 1)
      throw refuse(
        7_750_303,
        "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]",
      );
    return number;
  });
}

const percentile: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['input', 'p', 'method']);
  const input = parts.take('input');
  const ranks = parts.take('p');
  return (root) => {
    const values = input(root);
    return percentiles(Array.isArray(values) ? values : [values], percentileRanks(ranks(root)));
  };
};

const median: Operator = (argument, compiling) => {
  const input = namedArguments(argument, compiling, ['input', 'method']).take('input');
  return (root) => {
    const values = input(root);
    return percentiles(Array.isArray(values) ? values : [values], [0.5])[0];
  };
};

/** Accumulators that are expressions too. */
export const COLLECTORS: readonly (readonly [string, Operator])[] = [
  ['$sum', collect],
  ['$avg', collect],
  ['$min', collect],
  ['$max', collect],
  ['$stdDevPop', collect],
  ['$stdDevSamp', collect],
  ['$percentile', percentile],
  ['$median', median],
];
