// Aggregation expressions: literals, paths, variables, objects and operators.
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { valueAt } from '../bson/path.ts';
import { refuse } from '../refusal.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { ARRAYS } from './array.ts';
import { ARRAY_WALKS } from './array-walk.ts';
import { COLLECTORS } from './collector.ts';
import { COMPARISONS } from './comparison.ts';
import { CONVERSIONS } from './convert.ts';
import { DATE_MATHS } from './date-math.ts';
import { DATE_PARTS } from './date-part.ts';
import { DATE_TEXTS } from './date-text.ts';
import { OBJECTS } from './object.ts';
import type { Operator } from './operands.ts';
import type { Evaluate, Scope } from './scope.ts';
import { SETS } from './set.ts';
import { STRINGS } from './string.ts';
import { STRING_SEARCHES } from './string-search.ts';
import { TRIGONOMETRY } from './trigonometry.ts';
import { VARIABLES } from './variable.ts';

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...ARITHMETIC,
  ...TRIGONOMETRY,
  ...ARRAYS,
  ...ARRAY_WALKS,
  ...COLLECTORS,
  ...COMPARISONS,
  ...CONVERSIONS,
  ...DATE_PARTS,
  ...DATE_MATHS,
  ...DATE_TEXTS,
  ...OBJECTS,
  ...SETS,
  ...STRINGS,
  ...STRING_SEARCHES,
  ...VARIABLES,
]);

/** Operators of expressions by name, for the support matrix. */
export const EXPRESSION_OPERATORS: readonly string[] = [...OPERATORS.keys()];

const NOT_SUPPORTED = new Set([
  '$function',
  '$accumulator',
  '$toHashedIndexKey',
  '$createObjectId',
]);

/**
 * Compiles an expression.
 *
 * @throws {CommandRefusal} 168 for an unknown operator, 238 for one that is not supported, others for wrong arguments
 */
export function compileExpression(spec: Value, scope: Scope): Evaluate {
  if (typeof spec === 'string' && spec.startsWith('$')) return compilePath(spec, scope);
  if (Array.isArray(spec)) return compileArray(spec, scope);
  return isDocument(spec) ? compileDocument(spec, scope) : () => spec;
}

function compilePath(spec: string, scope: Scope): Evaluate {
  if (spec.startsWith('$$')) return compileVariable(spec.slice(2), scope);
  const parts = spec.slice(1).split('.');
  checkParts(parts, spec);
  const [first = ''] = parts;
  scope.reads.fields.add(first);
  if (parts.length === 1) return (root) => root.get(first);
  return (root) => valueAt(root.get(first), parts, 1);
}

function checkParts(parts: readonly string[], spec: string): void {
  if (spec === '$') throw refuse(16_872, "'$' by itself is not a valid FieldPath");
  if (parts.includes('')) throw refuse(15_998, 'FieldPath field names may not be empty strings.');
  if (parts.some((part) => part.startsWith('$')))
    throw refuse(
      16_410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
}

function compileVariable(spec: string, scope: Scope): Evaluate {
  const [name = '', ...parts] = spec.split('.');
  if (name === 'ROOT' || name === 'CURRENT') return compileRoot(parts, scope);
  const read = readVariable(name, scope);
  return parts.length === 0 ? read : (root) => valueAt(read(root), parts);
}

function compileRoot(parts: readonly string[], scope: Scope): Evaluate {
  const [first] = parts;
  if (first === undefined) {
    scope.reads.all = true;
    return (root) => root;
  }
  scope.reads.fields.add(first);
  return (root) => valueAt(root, parts);
}

function readVariable(name: string, scope: Scope): Evaluate {
  const slot = scope.names.get(name);
  const { slots } = scope;
  if (slot !== undefined) return () => slots[slot];
  const system = SYSTEM_VARIABLES.get(name);
  if (system === undefined) throw refuse(17_276, `Use of undefined variable: ${name}`);
  const value = system(scope);
  return () => value;
}

const SYSTEM_VARIABLES: ReadonlyMap<string, (scope: Scope) => Maybe> = new Map<
  string,
  (scope: Scope) => Maybe
>([
  ['NOW', (scope) => scope.now],
  ['CLUSTER_TIME', (scope) => scope.clusterTime],
  ['REMOVE', () => undefined],
  ['DESCEND', () => 'descend'],
  ['PRUNE', () => 'prune'],
  ['KEEP', () => 'keep'],
]);

function compileArray(spec: readonly Value[], scope: Scope): Evaluate {
  const elements = spec.map((element) => compileExpression(element, scope));
  return (root) => elements.map((element) => element(root) ?? null);
}

function compileDocument(spec: Document, scope: Scope): Evaluate {
  const [first] = spec.keys();
  if (first?.startsWith('$') === true) {
    if (spec.size !== 1)
      throw refuse(
        15_983,
        `an object representing an expression must have exactly one field: ${[...spec.keys()].join(', ')}`,
      );
    return compileOperator(first, spec.get(first) ?? null, scope);
  }
  const fields = [...spec].map(([name, value]): [string, Evaluate] => {
    if (name.startsWith('$'))
      throw refuse(
        15_983,
        `an object representing an expression must have exactly one field: ${name}`,
      );
    if (name.includes('.'))
      throw refuse(
        16_405,
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      );
    return [name, compileExpression(value, scope)];
  });
  return (root) => {
    const made: Document = new Map();
    for (const [name, evaluate] of fields) {
      const value = evaluate(root);
      if (value !== undefined) made.set(name, value);
    }
    return made;
  };
}

function compileOperator(name: string, argument: Value, scope: Scope): Evaluate {
  const operator = OPERATORS.get(name);
  if (operator !== undefined)
    return operator(argument, { name, scope, compile: compileExpression });
  if (NOT_SUPPORTED.has(name)) throw refuse(238, `the expression ${name} is not supported`);
  throw refuse(168, `Unrecognized expression '${name}'`);
}
