import { toNumber } from '../bson/number.ts';
import { isNumeric } from '../bson/value.ts';
import type { Maybe } from '../bson/value.ts';

/** What counts as true in an expression: everything but false, null, missing and zero. */
export function isTruthy(value: Maybe): boolean {
  if (value === false || value === null || value === undefined) return false;
  return !(isNumeric(value) && toNumber(value) === 0);
}
