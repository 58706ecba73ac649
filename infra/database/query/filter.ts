// Filters: what find, update, delete and $match take.
import { isTruthy } from '../expression/truth.ts';
import { compileExpression } from '../expression/compile.ts';
import { makeScope, withReads } from '../expression/scope.ts';
import type { Reads, Scope } from '../expression/scope.ts';
import { toNumber } from '../bson/number.ts';
import { reachedValue } from '../bson/path.ts';
import type { CompareStrings } from '../bson/order.ts';
import { BSONRegExp, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { readNear } from '../geo/near.ts';
import { readIntersects, readWithin } from '../geo/region.ts';
import { refuse } from '../refusal.ts';
import { readTextRequest } from '../text/text-query.ts';
import { readSchema } from './json-schema.ts';
import { matchPath } from './leaf.ts';
import type { MatchContext, Matches } from './leaf.ts';
import { equals, LEAF_OPERATORS, matchesPattern } from './operators.ts';
import { requestText, textSearch } from './search.ts';

/** A filter that is ready to run. */
export type Filter = {
  matches: (source: Document) => boolean;
  /** The array position for the positional operator, for a document that matches. */
  positionIn: (source: Document) => number | undefined;
  /** The top-level fields that it reads; undefined when it may read any. */
  fields: ReadonlySet<string> | undefined;
};

type Compilation = { scope: Scope; strings: CompareStrings | undefined; reads: Reads };

/**
 * Compiles a filter.
 *
 * @throws {CommandRefusal} 2 and others, as MongoDB words them, for what is unknown or malformed
 */
export function compileFilter(filter: Document, scope: Scope = makeScope()): Filter {
  const own = withReads(scope);
  const compilation = { scope: own, strings: scope.collation?.compare, reads: own.reads };
  const matches = compileAll(filter, compilation);
  return {
    matches: (source) => matches(source, { position: undefined }),
    positionIn: (source) => {
      const context: MatchContext = { position: undefined };
      return matches(source, context) ? context.position : undefined;
    },
    fields: own.reads.all ? undefined : own.reads.fields,
  };
}

/** A condition on one value, as `$pull` and `$elemMatch` take it: `{ $gt: 5 }`. */
export function compileCondition(
  condition: Document,
  scope: Scope = makeScope(),
): (value: Value) => boolean {
  const matches = compileAll(new Map([['value', condition]]), {
    scope,
    strings: scope.collation?.compare,
    reads: scope.reads,
  });
  return (value) =>
    matches(new Map([['value', Array.isArray(value) ? [value] : value]]), { position: undefined });
}

function compileAll(filter: Document, compilation: Compilation): Matches {
  const parts = [...filter].flatMap(([name, argument]) =>
    compileEntry(name, argument, compilation),
  );
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (source, context) => parts.every((matches) => matches(source, context));
}

function compileEntry(name: string, argument: Value, compilation: Compilation): Matches[] {
  if (!name.startsWith('$') || isReference(name))
    return [compileField(name, argument, compilation)];
  const operator = TOP_LEVEL.get(name);
  if (operator === undefined)
    throw refuse(
      2,
      `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
    );
  const matches = operator(argument, compilation);
  return matches === undefined ? [] : [matches];
}

type TopLevel = (argument: Value, compilation: Compilation) => Matches | undefined;

function branches(name: string, argument: Value, compilation: Compilation): Matches[] {
  if (!Array.isArray(argument)) throw refuse(2, `${name} must be an array`);
  if (argument.length === 0) throw refuse(2, '$and/$or/$nor must be a nonempty array');
  return argument.map((branch) => {
    if (!isDocument(branch)) throw refuse(2, '$or/$and/$nor entries need to be full objects');
    return compileAll(branch, compilation);
  });
}

const expression: TopLevel = (argument, { scope }) => {
  const evaluate = compileExpression(argument, scope);
  return (source) => isTruthy(evaluate(source));
};

const TOP_LEVEL: ReadonlyMap<string, TopLevel> = new Map<string, TopLevel>([
  [
    '$and',
    (argument, compilation) => {
      const all = branches('$and', argument, compilation);
      return (source, context) => all.every((matches) => matches(source, context));
    },
  ],
  [
    '$or',
    (argument, compilation) => {
      const all = branches('$or', argument, compilation);
      return (source, context) => all.some((matches) => matches(source, context));
    },
  ],
  [
    '$nor',
    (argument, compilation) => {
      const all = branches('$nor', argument, compilation);
      return (source) => !all.some((matches) => matches(source, { position: undefined }));
    },
  ],
  ['$expr', expression],
  ['$comment', () => undefined],
  [
    '$jsonSchema',
    (argument, { reads }) => {
      reads.all = true;
      const satisfies = readSchema(argument);
      return (source) => satisfies(source);
    },
  ],
  ['$alwaysTrue', () => undefined],
  ['$alwaysFalse', () => () => false],
  ['$sampleRate', sampleRate],
  [
    '$text',
    (argument, { scope, reads }) => {
      reads.all = true;
      const { search } = scope;
      requestText(search, readTextRequest(argument));
      return (source) => textSearch(search).matches(source);
    },
  ],
  [
    '$where',
    () => {
      throw refuse(238, '$where is not supported: the embedded database runs no JavaScript');
    },
  ],
]);

function sampleRate(argument: Value): Matches {
  if (!isNumeric(argument)) throw refuse(9, 'argument to $sampleRate must be a numeric type');
  const rate = toNumber(argument);
  if (!(rate >= 0 && rate <= 1))
    throw refuse(9, 'numeric argument to $sampleRate must be in [0, 1]');
  return () => Math.random() < rate;
}

const isReference = (name: string): boolean => name === '$ref' || name === '$id' || name === '$db';

/** Whether a value is `{ $operator: … }` and not a document to be equal to. */
export function isOperators(value: Maybe): value is Document {
  if (!isDocument(value)) return false;
  const [first] = value.keys();
  return first !== undefined && first.startsWith('$') && !isReference(first);
}

function compileField(path: string, argument: Value, compilation: Compilation): Matches {
  const parts = path.split('.');
  compilation.reads.fields.add(parts[0] ?? '');
  if (isOperators(argument)) return compileOperators(parts, argument, compilation);
  return matchPath(
    parts,
    argument instanceof BSONRegExp
      ? matchesPattern(argument)
      : equals(argument, compilation.strings),
  );
}

function compileOperators(
  parts: readonly string[],
  operators: Document,
  compilation: Compilation,
): Matches {
  const all: Matches[] = [];
  for (const [name, argument] of operators) {
    if (!name.startsWith('$')) throw refuse(2, `unknown operator: ${name}`);
    checkBeside(name, operators);
    if (!BESIDE.has(name)) all.push(compileOperator(parts, name, argument, operators, compilation));
  }
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  return (source, context) => all.every((matches) => matches(source, context));
}

const NEAREST = new Set(['$near', '$nearSphere']);
const DISTANCES = new Set(['$minDistance', '$maxDistance']);
/** What belongs to an operator that stands beside it. */
const BESIDE = new Set(['$options', '$comment', ...DISTANCES]);

function checkBeside(name: string, operators: Document): void {
  if (name === '$options' && !operators.has('$regex')) throw refuse(2, '$options needs a $regex');
  if (DISTANCES.has(name) && !operators.has('$near') && !operators.has('$nearSphere'))
    throw refuse(2, `${name} needs a $near or $nearSphere`);
}

/** The nearest come first: the search is told how far a document is. */
function near(
  parts: readonly string[],
  name: string,
  operators: Document,
  { scope }: Compilation,
): Matches {
  const measure = readNear(name, operators);
  scope.search.distance = (source) => {
    const value = reachedValue(source, parts);
    const single = measure(value);
    if (single !== undefined || !Array.isArray(value)) return single;
    const all = value.map(measure).filter((distance) => distance !== undefined);
    return all.length === 0 ? undefined : Math.min(...all);
  };
  return matchPath(parts, { test: (value) => measure(value) !== undefined });
}

function compileOperator(
  parts: readonly string[],
  name: string,
  argument: Value,
  operators: Document,
  compilation: Compilation,
): Matches {
  const leaf = LEAF_OPERATORS.get(name);
  if (leaf !== undefined) return matchPath(parts, leaf(argument, compilation.strings, operators));
  const operator = PATH_OPERATORS.get(name);
  if (operator !== undefined) return operator(parts, argument, compilation);
  if (NEAREST.has(name)) return near(parts, name, operators, compilation);
  throw refuse(2, `unknown operator: ${name}`);
}

type PathOperator = (
  parts: readonly string[],
  argument: Value,
  compilation: Compilation,
) => Matches;

const negate =
  (matches: Matches): Matches =>
  (source) =>
    !matches(source, { position: undefined });

function leafOf(
  name: string,
  argument: Value,
  compilation: Compilation,
): ReturnType<typeof equals> {
  const leaf = LEAF_OPERATORS.get(name);
  if (leaf === undefined) throw refuse(2, `unknown operator: ${name}`);
  return leaf(argument, compilation.strings, new Map());
}

const not: PathOperator = (parts, argument, compilation) => {
  if (argument instanceof BSONRegExp) return negate(matchPath(parts, matchesPattern(argument)));
  if (!isDocument(argument)) throw refuse(2, '$not needs a regex or a document');
  if (argument.size === 0) throw refuse(2, '$not cannot be empty');
  return negate(compileOperators(parts, argument, compilation));
};

/** Whether `$exists` and the like mean yes. */
export function isWanted(argument: Value): boolean {
  return !(
    argument === false ||
    argument === null ||
    (isNumeric(argument) && toNumber(argument) === 0)
  );
}

const exists: PathOperator = (parts, argument) => {
  const isThere = matchPath(parts, { test: (value) => value !== undefined, whole: true });
  return isWanted(argument) ? isThere : negate(isThere);
};

const all: PathOperator = (parts, argument, compilation) => {
  if (!Array.isArray(argument)) throw refuse(2, '$all needs an array');
  const each = argument.map((wanted) => {
    if (isDocument(wanted) && wanted.has('$elemMatch'))
      return elemMatch(parts, wanted.get('$elemMatch') ?? null, compilation);
    if (isOperators(wanted)) throw refuse(2, 'no $ expressions in $all');
    return matchPath(
      parts,
      wanted instanceof BSONRegExp ? matchesPattern(wanted) : equals(wanted, compilation.strings),
    );
  });
  // Of nothing wanted there is no match.
  return (source, context) => each.length > 0 && each.every((matches) => matches(source, context));
};

const LOGICAL = new Set(['$and', '$or', '$nor', '$expr', '$where', '$comment', '$jsonSchema']);

/** Whether `$elemMatch` is about elements as values, and not about their fields. */
export function isValueMatch(argument: Document): boolean {
  const [first] = argument.keys();
  return first !== undefined && isOperators(argument) && !LOGICAL.has(first);
}

const elemMatch: PathOperator = (parts, argument, compilation) => {
  if (!isDocument(argument)) throw refuse(2, '$elemMatch needs an Object');
  const element = isValueMatch(argument)
    ? valueElement(argument, compilation)
    : documentElement(argument, compilation);
  return matchPath(parts, {
    whole: true,
    test: (value, context) => {
      if (!Array.isArray(value)) return false;
      const position = value.findIndex(element);
      if (position >= 0) context.position ??= position;
      return position >= 0;
    },
  });
};

function valueElement(argument: Document, { scope }: Compilation): (element: Value) => boolean {
  return compileCondition(argument, withReads(scope));
}

function documentElement(
  argument: Document,
  compilation: Compilation,
): (element: Value) => boolean {
  const inner = { ...compilation, reads: withReads(compilation.scope).reads };
  const matches = compileAll(argument, inner);
  return (element) => {
    if (isDocument(element)) return matches(element, { position: undefined });
    if (!Array.isArray(element)) return false;
    return matches(new Map(element.map((value, at) => [String(at), value])), {
      position: undefined,
    });
  };
}

const PATH_OPERATORS: ReadonlyMap<string, PathOperator> = new Map<string, PathOperator>([
  [
    '$ne',
    (parts, argument, { strings }) => {
      if (argument instanceof BSONRegExp) throw refuse(2, "Can't have regex as arg to $ne.");
      return negate(matchPath(parts, equals(argument, strings)));
    },
  ],
  [
    '$nin',
    (parts, argument, compilation) => {
      if (!Array.isArray(argument)) throw refuse(2, '$nin needs an array');
      return negate(matchPath(parts, leafOf('$in', argument, compilation)));
    },
  ],
  ['$not', not],
  ['$exists', exists],
  ['$all', all],
  ['$elemMatch', elemMatch],
  ['$geoWithin', (parts, argument) => matchPath(parts, { test: readWithin(argument) })],
  ['$within', (parts, argument) => matchPath(parts, { test: readWithin(argument) })],
  ['$geoIntersects', (parts, argument) => matchPath(parts, { test: readIntersects(argument) })],
]);

/** The operators of a filter, for the support matrix. */
export const FILTER_OPERATORS: readonly string[] = [
  ...[...TOP_LEVEL.keys()].filter((name) => name !== '$where' && !name.startsWith('$always')),
  ...LEAF_OPERATORS.keys(),
  '$options',
  ...NEAREST,
  ...DISTANCES,
  ...PATH_OPERATORS.keys(),
];
