// Comparison, logic and choice.
import { areEqual, compareValues } from '../bson/order.ts';
import { isDocument, isNullish } from '../bson/value.ts';
import type { Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { namedArguments, operands, unary } from './operands.ts';
import type { Compiling, Operator } from './operands.ts';
import type { Evaluate } from './scope.ts';
import { isTruthy } from './truth.ts';

/** An operator on the order of its two arguments, under the collation of the command. */
function ordering(result: (order: number) => boolean | number): Operator {
  return (argument, compiling) => {
    const [left = () => null, right = () => null] = operands(argument, compiling, 2, 2);
    const strings = compiling.scope.collation?.compare;
    return (root) => result(compareValues(left(root), right(root), strings));
  };
}

function logical(stopsAt: boolean): Operator {
  return (argument, compiling) => {
    const all = operands(argument, compiling, 0, Number.POSITIVE_INFINITY);
    return (root) =>
      all.some((operand) => isTruthy(operand(root)) === stopsAt) ? stopsAt : !stopsAt;
  };
}

const conditional: Operator = (argument, compiling) => {
  const [condition, yes, no] = Array.isArray(argument)
    ? operands(argument, compiling, 3, 3)
    : conditionalParts(argument, compiling);
  if (condition === undefined || yes === undefined || no === undefined)
    throw refuse(17_080, "Missing 'if' parameter to $cond");
  return (root) => (isTruthy(condition(root)) ? yes(root) : no(root));
};

function conditionalParts(argument: Value, compiling: Compiling): Evaluate[] {
  const parts = namedArguments(argument, compiling, ['if', 'then', 'else']);
  return [parts.take('if'), parts.take('then'), parts.take('else')];
}

const firstKnown: Operator = (argument, compiling) => {
  if (!Array.isArray(argument) || argument.length < 2)
    throw refuse(1_257_300, '$ifNull needs at least two arguments');
  const all = operands(argument, compiling, 2, Number.POSITIVE_INFINITY);
  const last = all.pop() ?? (() => null);
  return (root) => {
    for (const operand of all) {
      const value = operand(root);
      if (!isNullish(value)) return value;
    }
    return last(root);
  };
};

const choose: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['branches'], ['default']);
  const branches = parts.document.get('branches');
  if (!Array.isArray(branches) || branches.length === 0)
    throw refuse(40_068, '$switch requires at least one branch.');
  const cases = branches.map((branch): [Evaluate, Evaluate] => {
    if (!isDocument(branch)) throw refuse(40_062, '$switch requires each branch to be an object');
    const { take } = namedArguments(branch, compiling, ['case', 'then']);
    return [take('case'), take('then')];
  });
  const otherwise = parts.get('default');
  return (root) => {
    for (const [isCase, then] of cases) if (isTruthy(isCase(root))) return then(root);
    if (otherwise === undefined)
      throw refuse(
        40_066,
        '$switch could not find a matching branch for an input, and no default was specified.',
      );
    return otherwise(root);
  };
};

const isIn: Operator = (argument, compiling) => {
  const [wanted = () => null, list = () => null] = operands(argument, compiling, 2, 2);
  const strings = compiling.scope.collation?.compare;
  return (root) => {
    const values = list(root);
    if (!Array.isArray(values)) throw refuse(40_081, '$in requires an array as a second argument');
    const value = wanted(root);
    return values.some((element) => areEqual(element, value, strings));
  };
};

/** Operators that compare, combine truth, and choose. */
export const COMPARISONS: readonly (readonly [string, Operator])[] = [
  ['$eq', ordering((order) => order === 0)],
  ['$ne', ordering((order) => order !== 0)],
  ['$gt', ordering((order) => order > 0)],
  ['$gte', ordering((order) => order >= 0)],
  ['$lt', ordering((order) => order < 0)],
  ['$lte', ordering((order) => order <= 0)],
  ['$cmp', ordering((order) => order)],
  ['$and', logical(false)],
  ['$or', logical(true)],
  ['$not', unary((value) => !isTruthy(value))],
  ['$cond', conditional],
  ['$ifNull', firstKnown],
  ['$switch', choose],
  ['$in', isIn],
];
