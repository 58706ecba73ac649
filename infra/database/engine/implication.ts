// Whether the conditions of a query imply the filter of a partial index.
import { areEqual, compareValues } from '../bson/order.ts';
import { isDocument, rankOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { compileFilter, isOperators, isWanted } from '../query/filter.ts';
import type { Predicate } from './predicate.ts';

/** Whether every document that fulfils the predicates also matches the filter. "No" may be wrong, "yes" never is. */
export function isImplied(filter: Document, predicates: readonly Predicate[]): boolean {
  return [...filter].every(([name, argument]) => {
    if (name === '$and' && Array.isArray(argument))
      return argument.every((branch) => isDocument(branch) && isImplied(branch, predicates));
    if (name === '$or' && Array.isArray(argument))
      return argument.some((branch) => isDocument(branch) && isImplied(branch, predicates));
    if (name.startsWith('$')) return false;
    // A condition on an element says nothing about the whole array.
    const own = predicates.filter(({ path, element }) => path === name && element === undefined);
    const operators: Document = isOperators(argument) ? argument : new Map([['$eq', argument]]);
    return [...operators].every(([operator, wanted]) =>
      own.some((predicate) => implies(predicate, operator, wanted)),
    );
  });
}

function implies({ operator, argument }: Predicate, wanted: string, value: Value): boolean {
  if (operator === wanted && areEqual(argument, value)) return true;
  if (operator === '$eq') return valueImplies(argument, wanted, value);
  if (operator === '$in' && Array.isArray(argument))
    return argument.length > 0 && argument.every((one) => valueImplies(one, wanted, value));
  return rangeImplies(operator, argument, wanted, value);
}

/** What equals the value also fulfils the condition; arrays may do so by another element. */
function valueImplies(known: Value, wanted: string, value: Value): boolean {
  if (known === null || Array.isArray(known)) return false;
  if (wanted === '$exists') return isWanted(value);
  const condition: Document = new Map([['value', new Map([[wanted, value]])]]);
  return !NEGATIONS.has(wanted) && compileFilter(condition).matches(new Map([['value', known]]));
}

const NEGATIONS = new Set(['$ne', '$nin', '$not']);
const LOWER = new Set(['$gt', '$gte']);
const UPPER = new Set(['$lt', '$lte']);

function rangeImplies(operator: string, argument: Value, wanted: string, value: Value): boolean {
  const side = [LOWER, UPPER].find((operators) => operators.has(operator));
  if (side === undefined) return false;
  if (wanted === '$exists') return isWanted(value) && argument !== null;
  if (!side.has(wanted) || rankOf(argument) !== rankOf(value)) return false;
  const order = compareValues(argument, value) * (side === LOWER ? 1 : -1);
  // From "at least" does not follow "more than".
  return EXCLUSIVE.has(wanted) && !EXCLUSIVE.has(operator) ? order > 0 : order >= 0;
}

const EXCLUSIVE = new Set(['$gt', '$lt']);
