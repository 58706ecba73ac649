// What a filter says about single paths, in the form that an index can use.
import { BSONRegExp, isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Scope } from '../expression/scope.ts';
import { isOperators, isValueMatch } from '../query/filter.ts';

/**
 * One condition that every matching document fulfils.
 *
 * Conditions of one `element` hold for the same array element together.
 */
export type Predicate = {
  path: string;
  operator: string;
  argument: Value;
  /** The `$options` of a `$regex`. */
  options?: string | undefined;
  element: Document | undefined;
};

/** Conditions that all hold, and the alternatives of `$or`s of which one holds. */
export type Conditions = { predicates: Predicate[]; alternatives: Document[][] };

/** Reads the conditions of a filter. What it cannot read it leaves out: the matcher decides in the end. */
export function readConditions(filter: Document, scope: Scope): Conditions {
  const conditions: Conditions = { predicates: [], alternatives: [] };
  collect(filter, '', undefined, conditions, scope);
  return conditions;
}

function collect(
  filter: Document,
  prefix: string,
  element: Document | undefined,
  found: Conditions,
  scope: Scope,
): void {
  for (const [name, argument] of filter)
    if (name.startsWith('$')) collectLogical(name, argument, prefix, element, found, scope);
    else collectField(prefix + name, argument, element, found);
}

function collectLogical(
  name: string,
  argument: Value,
  prefix: string,
  element: Document | undefined,
  found: Conditions,
  scope: Scope,
): void {
  if (name === '$expr' && prefix === '') collectExpression(argument, found, scope);
  if ((name !== '$and' && name !== '$or') || !Array.isArray(argument)) return;
  const branches = argument.filter(isDocument);
  if (name === '$and' || branches.length === 1)
    for (const branch of branches) collect(branch, prefix, element, found, scope);
  else if (prefix === '') found.alternatives.push(branches);
}

function collectField(
  path: string,
  argument: Value,
  element: Document | undefined,
  found: Conditions,
): void {
  if (!isOperators(argument)) {
    const operator = argument instanceof BSONRegExp ? '$regex' : '$eq';
    found.predicates.push({ path, operator, argument, element });
    return;
  }
  for (const [operator, value] of argument)
    if (operator === '$elemMatch') collectElement(path, value, found);
    else if (operator !== '$options') {
      if (operator === '$all') collectElements(path, value, found);
      const options = argument.get('$options');
      found.predicates.push({
        path,
        operator,
        argument: value,
        options: typeof options === 'string' ? options : undefined,
        element,
      });
    }
}

/** Of `$all`, every `$elemMatch` holds. */
function collectElements(path: string, argument: Value, found: Conditions): void {
  if (!Array.isArray(argument)) return;
  for (const wanted of argument)
    if (isDocument(wanted) && wanted.has('$elemMatch'))
      collectElement(path, wanted.get('$elemMatch') ?? null, found);
}

function collectElement(path: string, argument: Value, found: Conditions): void {
  if (!isDocument(argument)) return;
  if (isValueMatch(argument)) {
    for (const [operator, value] of argument)
      if (operator !== '$options')
        found.predicates.push({ path, operator, argument: value, element: argument });
    return;
  }
  for (const [name, value] of argument)
    if (!name.startsWith('$')) collectField(`${path}.${name}`, value, argument, found);
}

/**
 * `$expr` with a field on one side and a constant on the other. Ranges of expressions do not bracket types as
 * an index does, so only equality can use one.
 */
function collectExpression(expression: Value, found: Conditions, scope: Scope): void {
  const [entry] = isDocument(expression) ? expression : [];
  if (entry === undefined || !Array.isArray(entry[1])) return;
  const [operator, operands] = entry;
  if (operator === '$and') for (const operand of operands) collectExpression(operand, found, scope);
  if (operator === '$eq' && operands.length === 2) collectEquality(operands, found, scope);
}

function collectEquality(operands: readonly Value[], found: Conditions, scope: Scope): void {
  const [left, right] = operands;
  const path = fieldPath(left) ?? fieldPath(right);
  const argument = constantValue(fieldPath(left) === undefined ? left : right, scope);
  if (path === undefined || argument === undefined || isUnlike(argument)) return;
  found.predicates.push({ path, operator: '$eq', argument, element: undefined });
}

/** Values that equality in a filter takes in another sense. */
function isUnlike(value: Value): boolean {
  return value === null || Array.isArray(value) || value instanceof BSONRegExp;
}

function fieldPath(operand: Maybe): string | undefined {
  if (typeof operand !== 'string' || !operand.startsWith('$') || operand.startsWith('$$'))
    return undefined;
  return operand.slice(1);
}

/** The value of a literal or of a variable; undefined for what depends on the document. */
function constantValue(operand: Maybe, scope: Scope): Maybe {
  if (operand === undefined || fieldPath(operand) !== undefined || isDocument(operand))
    return undefined;
  if (typeof operand !== 'string' || !operand.startsWith('$$')) return operand;
  if (operand.startsWith('$$ROOT') || operand.startsWith('$$CURRENT')) return undefined;
  return compileExpression(operand, scope)(new Map());
}
