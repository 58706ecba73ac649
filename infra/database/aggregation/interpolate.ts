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
  return values.map((value, at) => {
    if (!isNullish(value)) return value;
    const before = values.findLastIndex((known, index) => index < at && isNumeric(known));
    const after = values.findIndex((known, index) => index > at && isNumeric(known));
    const [low, high] = [values[before], values[after]];
    if (!isNumeric(low) || !isNumeric(high)) return null;
    const [from, to, here] = [before, after, at].map((index) => positionOf(positions[index]));
    if (from === undefined || to === undefined || here === undefined || to === from) return null;
    const share = (here - from) / (to - from);
    return double(toNumber(low) + (toNumber(high) - toNumber(low)) * share);
  });
}
