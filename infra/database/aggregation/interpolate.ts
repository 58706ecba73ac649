// Values between two known ones, on a straight line.
import { toNumber } from '../bson/number.ts';
import { double, isNullish, isNumeric } from '../bson/value.ts';
import type { Maybe } from '../bson/value.ts';
import { refuse } from '../refusal.ts';

function positionOf(value: Maybe): number {
  if (value instanceof Date) return value.getTime();
  if (isNumeric(value)) return toNumber(value);
  throw refuse(605_001, '$linearFill needs a numeric or date sortBy field');
}

/** Fills the gaps between known values by their positions; what has no neighbour on one side stays null. */
export function fillLinearly(values: readonly Maybe[], positions: readonly Maybe[]): Maybe[] {
  const nexts = nextNumbers(values);
  let before: number | undefined;
  return values.map((value, at) => {
    if (isNumeric(value)) before = at;
    return isNullish(value) ? between(values, positions, at, before, nexts[at]) : value;
  });
}

/** For each place the next one that has a number. */
function nextNumbers(values: readonly Maybe[]): (number | undefined)[] {
  const nexts: (number | undefined)[] = [];
  let next: number | undefined;
  for (let at = values.length - 1; at >= 0; at -= 1) {
    nexts[at] = next;
    if (isNumeric(values[at])) next = at;
  }
  return nexts;
}

function between(
  values: readonly Maybe[],
  positions: readonly Maybe[],
  at: number,
  before: number | undefined,
  after: number | undefined,
): Maybe {
  if (before === undefined || after === undefined) return null;
  const [low, high] = [values[before], values[after]];
  if (!isNumeric(low) || !isNumeric(high)) return null;
  const from = positionOf(positions[before]);
  const to = positionOf(positions[after]);
  if (to === from) return null;
  const share = (positionOf(positions[at]) - from) / (to - from);
  return double(toNumber(low) + (toNumber(high) - toNumber(low)) * share);
}
