// Projections: of find, and of $project and $unset.
import { compileExpression } from '../expression/compile.ts';
import { makeScope, withReads } from '../expression/scope.ts';
import type { Evaluate, Scope } from '../expression/scope.ts';
import { toNumber } from '../bson/number.ts';
import { withValueAt } from '../bson/path.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { compileFilter } from './filter.ts';
import { elementMatch, positional, sliceOf } from './projection-find.ts';

/** A projection that is ready to run. */
export type Projection = {
  project: (source: Document) => Document;
  /** The top-level fields that the result can come from; undefined when it may be any. */
  fields: ReadonlySet<string> | undefined;
};

/** Which fields stay or go; a leaf has no children. */
type Tree = Map<string, Tree | null>;

type Entry = { path: string; value: Value };

type Plan = {
  isInclusion: boolean;
  tree: Tree;
  computed: [string[], Evaluate][];
  /** Changes of the finished document: `$slice` and the positional operator. */
  finish: ((made: Document, source: Document) => Document)[];
};

const isYes = (value: Value): boolean =>
  value === true || (isNumeric(value) && toNumber(value) !== 0);
const isNo = (value: Value): boolean =>
  value === false || (isNumeric(value) && toNumber(value) === 0);

/** Options of a projection. */
export type ProjectionOptions = {
  scope?: Scope;
  /** The filter of a find, whose operators `$slice`, `$elemMatch` and `.$` are then understood. */
  find?: Document;
};

/**
 * Compiles a projection.
 *
 * @throws {CommandRefusal} 31253, 31254 for inclusion mixed with exclusion, 31249 and 31250 for paths that collide
 */
export function compileProjection(spec: Document, options: ProjectionOptions = {}): Projection {
  const scope = withReads(options.scope ?? makeScope());
  const entries = flatten(spec, '', options.find !== undefined);
  if (entries.length === 0 && options.find === undefined)
    throw refuse(
      51_272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  const plan: Plan = {
    isInclusion: decideInclusion(entries, options.find !== undefined),
    tree: new Map(),
    computed: [],
    finish: [],
  };
  for (const entry of entries) addEntry(plan, entry, { scope, find: options.find });
  completeId(plan, entries);
  return { project: runner(plan), fields: fieldsOf(plan, scope) };
}

function flatten(spec: Document, prefix: string, isFind: boolean): Entry[] {
  return [...spec].flatMap(([name, value]) => {
    const path = prefix + name;
    checkPath(path, isFind);
    if (!isDocument(value) || [...value.keys()].some((key) => key.startsWith('$')))
      return [{ path, value }];
    if (value.size === 0)
      throw refuse(
        51_270,
        `An empty sub-projection is not a valid value. Found empty object at path ${path}`,
      );
    return flatten(value, `${path}.`, isFind);
  });
}

function checkPath(path: string, isFind: boolean): void {
  const parts = path.split('.');
  if (parts.includes(''))
    throw refuse(40_353, "FieldPath must not end with a '.' or have empty parts.");
  const isPositional = isFind && path.endsWith('.$');
  if (parts.slice(0, isPositional ? -1 : undefined).some((part) => part.startsWith('$')))
    throw refuse(
      16_410,
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
}

/** What find computes without saying which other fields stay. */
const isAddition = (value: Value): boolean =>
  isDocument(value) && (value.has('$slice') || value.has('$meta'));

function decideInclusion(entries: readonly Entry[], isFind: boolean): boolean {
  let decided: boolean | undefined;
  for (const { path, value } of entries) {
    if (path === '_id' || (isFind && isAddition(value))) continue;
    const isInclusion = !isNo(value);
    if (decided !== undefined && decided !== isInclusion)
      throw isInclusion
        ? refuse(
            31_253,
            `Invalid $project :: caused by :: Cannot do inclusion on field ${path} in exclusion projection`,
          )
        : refuse(
            31_254,
            `Invalid $project :: caused by :: Cannot do exclusion on field ${path} in inclusion projection`,
          );
    decided = isInclusion;
  }
  const id = entries.find(({ path }) => path === '_id');
  return decided ?? (id !== undefined && !isNo(id.value));
}

type EntryContext = { scope: Scope; find: Document | undefined };

function addEntry(plan: Plan, { path, value }: Entry, context: EntryContext): void {
  if (context.find !== undefined && addFindEntry(plan, path, value, context.find, context.scope))
    return;
  if (isYes(value) || isNo(value)) {
    if (isNo(value) !== plan.isInclusion) addPath(plan.tree, path);
    return;
  }
  addPath(plan.tree, path);
  plan.computed.push([path.split('.'), compileExpression(value, context.scope)]);
}

/** Operators that only find has. */
function addFindEntry(
  plan: Plan,
  path: string,
  value: Value,
  filter: Document,
  scope: Scope,
): boolean {
  if (path.endsWith('.$') && isYes(value)) {
    const array = path.slice(0, -2);
    addPath(plan.tree, array);
    plan.finish.push(positional(array, compileFilter(filter, scope)));
    return true;
  }
  return isDocument(value) && addFindOperator(plan, path, value, scope);
}

function addFindOperator(plan: Plan, path: string, value: Document, scope: Scope): boolean {
  const slice = value.get('$slice');
  if (slice !== undefined && isPlainSlice(slice)) {
    if (plan.isInclusion) addPath(plan.tree, path);
    plan.finish.push(sliceOf(path.split('.'), slice));
    return true;
  }
  if (value.has('$meta')) {
    if (plan.isInclusion) addPath(plan.tree, path);
    plan.computed.push([path.split('.'), compileExpression(value, scope)]);
    return true;
  }
  if (!value.has('$elemMatch')) return false;
  addPath(plan.tree, path);
  plan.computed.push([[path], elementMatch(path, value.get('$elemMatch') ?? null, scope)]);
  return true;
}

/** `$slice` of numbers is find's; with an array expression it is the aggregation operator. */
function isPlainSlice(slice: Value): boolean {
  return (
    isNumeric(slice) ||
    (Array.isArray(slice) && slice.length === 2 && slice.every((part) => isNumeric(part)))
  );
}

function addPath(tree: Tree, path: string): void {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let level = tree;
  for (const part of parts) {
    const next = level.get(part);
    if (next === null) throw refuse(31_249, `Path collision at ${path}`);
    const child: Tree = next ?? new Map();
    level.set(part, child);
    level = child;
  }
  const there = level.get(last);
  if (there === null) throw refuse(31_249, `Path collision at ${path}`);
  if (there !== undefined)
    throw refuse(
      31_250,
      `Path collision at ${path} remaining portion ${[...there.keys()].join('.')}`,
    );
  level.set(last, null);
}

/** `_id` stays unless it is excluded by name. */
function completeId(plan: Plan, entries: readonly Entry[]): void {
  const isNamed = entries.some(({ path }) => path === '_id' || path.startsWith('_id.'));
  if (plan.isInclusion && !isNamed) plan.tree.set('_id', null);
}

function runner(plan: Plan): (source: Document) => Document {
  const { tree, computed, finish } = plan;
  const names = new Set(computed.map(([parts]) => parts.join('.')));
  const base = plan.isInclusion ? withoutComputed(tree, names) : tree;
  const pick = plan.isInclusion ? include : exclude;
  return (source) => {
    let made = pick(source, base);
    for (const [parts, evaluate] of computed) {
      const value = evaluate(source);
      if (value !== undefined) made = withValueAt(made, parts, value);
    }
    for (const change of finish) made = change(made, source);
    return made;
  };
}

/** Paths that an expression fills are not copied from the source. */
function withoutComputed(tree: Tree, names: ReadonlySet<string>, prefix = ''): Tree {
  const kept: Tree = new Map();
  for (const [name, child] of tree)
    if (child !== null) kept.set(name, withoutComputed(child, names, `${prefix}${name}.`));
    else if (!names.has(prefix + name)) kept.set(name, null);
  return kept;
}

function include(source: Document, tree: Tree): Document {
  const made: Document = new Map();
  for (const [name, value] of source) {
    const child = tree.get(name);
    if (child === null) made.set(name, value);
    else if (child !== undefined) {
      const inner = includeIn(value, child);
      if (inner !== undefined) made.set(name, inner);
    }
  }
  return made;
}

function includeIn(value: Value, tree: Tree): Maybe {
  if (isDocument(value)) return include(value, tree);
  if (!Array.isArray(value)) return undefined;
  return value
    .map((element) => includeIn(element, tree))
    .filter((element) => element !== undefined);
}

function exclude(source: Document, tree: Tree): Document {
  const made: Document = new Map();
  for (const [name, value] of source) {
    const child = tree.get(name);
    if (child === undefined) made.set(name, value);
    else if (child !== null) made.set(name, excludeIn(value, child));
  }
  return made;
}

function excludeIn(value: Value, tree: Tree): Value {
  if (isDocument(value)) return exclude(value, tree);
  return Array.isArray(value) ? value.map((element) => excludeIn(element, tree)) : value;
}

function fieldsOf(plan: Plan, scope: Scope): ReadonlySet<string> | undefined {
  if (!plan.isInclusion || scope.reads.all) return undefined;
  return new Set([...plan.tree.keys(), ...scope.reads.fields]);
}
