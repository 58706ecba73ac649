// Trigonometry: doubles in radians.
import { refuse } from '../refusal.ts';
import { toNumber } from '../bson/number.ts';
import { double, isNullish, isNumeric } from '../bson/value.ts';
import { onDouble } from './arithmetic.ts';
import { binary } from './operands.ts';
import type { Operator } from './operands.ts';

/** A function that is defined on an interval; NaN passes. */
function within(least: number, most: number, apply: (value: number) => number): Operator {
  return onDouble((value, name) => {
    if (value < least || value > most)
      throw refuse(50_989, `cannot apply ${name} to ${value}, value must be in [${least},${most}]`);
    return apply(value);
  });
}

const finite = (apply: (value: number) => number): Operator =>
  onDouble((value, name) => {
    if (Math.abs(value) === Number.POSITIVE_INFINITY)
      throw refuse(50_989, `cannot apply ${name} to ${value}, value must be in (-inf,inf)`);
    return apply(value);
  });

/** Trigonometric operators. */
export const TRIGONOMETRY: readonly (readonly [string, Operator])[] = [
  ['$sin', finite(Math.sin)],
  ['$cos', finite(Math.cos)],
  ['$tan', finite(Math.tan)],
  ['$asin', within(-1, 1, Math.asin)],
  ['$acos', within(-1, 1, Math.acos)],
  ['$atan', onDouble(Math.atan)],
  [
    '$atan2',
    binary((y, x) => {
      if (isNullish(y) || isNullish(x)) return null;
      if (!isNumeric(y) || !isNumeric(x))
        throw refuse(51_044, '$atan2 only supports numeric types');
      return double(Math.atan2(toNumber(y), toNumber(x)));
    }),
  ],
  ['$sinh', onDouble(Math.sinh)],
  ['$cosh', onDouble(Math.cosh)],
  ['$tanh', onDouble(Math.tanh)],
  ['$asinh', onDouble(Math.asinh)],
  ['$acosh', within(1, Number.POSITIVE_INFINITY, Math.acosh)],
  ['$atanh', within(-1, 1, Math.atanh)],
  ['$degreesToRadians', onDouble((degrees) => degrees * (Math.PI / 180))],
  ['$radiansToDegrees', onDouble((radians) => radians * (180 / Math.PI))],
];
