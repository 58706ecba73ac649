// Updates: operators, replacement documents and pipelines.
import { makeScope } from '../expression/scope.ts';
import type { Scope } from '../expression/scope.ts';
import { showValue } from '../bson/show.ts';
import { isIndex } from '../bson/path.ts';
import { isDocument, typeName } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { compileArrayFilters } from './array-filter.ts';
import type { ArrayFilters } from './array-filter.ts';
import { compileAction, UPDATE_OPERATORS } from './update-operators.ts';
import type { Action } from './update-operators.ts';

/** One path and what is done to it. */
export type Change = { operator: string; path: string; parts: readonly string[]; action: Action };

/** An update that has been read. */
export type Update =
  | { kind: 'operators'; changes: readonly Change[]; filters: ArrayFilters; isPositional: boolean }
  | { kind: 'replacement'; document: Document }
  | { kind: 'pipeline'; stages: readonly Document[] };

/** How an update is compiled. */
export type UpdateOptions = { arrayFilters?: readonly Document[]; scope?: Scope };

/**
 * Reads an update.
 *
 * @throws {CommandRefusal} 9 for an unknown operator, 40 for paths that conflict, 52, 56 for names that may not be
 */
export function compileUpdate(update: Value, options: UpdateOptions = {}): Update {
  if (Array.isArray(update)) return compilePipeline(update, options);
  if (!isDocument(update))
    throw refuse(
      9,
      `Update argument must be either an object or an array, not ${typeName(update)}`,
    );
  const [first] = update.keys();
  return first?.startsWith('$') === true ? compileOperators(update, options) : replacement(update);
}

function replacement(update: Document): Update {
  for (const name of update.keys())
    if (name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db')
      throw refuse(
        52,
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
  return { kind: 'replacement', document: update };
}

const PIPELINE_STAGES = new Set([
  '$addFields',
  '$set',
  '$project',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
]);

function compilePipeline(update: readonly Value[], options: UpdateOptions): Update {
  if (options.arrayFilters !== undefined)
    throw refuse(9, 'arrayFilters may not be specified for pipeline-style updates');
  const stages = update.map((stage) => {
    const [name] = isDocument(stage) ? stage.keys() : [];
    if (!isDocument(stage) || stage.size !== 1 || name === undefined)
      throw refuse(40_323, 'A pipeline stage specification object must contain exactly one field.');
    if (!PIPELINE_STAGES.has(name))
      throw refuse(72, `${name} is not allowed to be used within an update`);
    return stage;
  });
  return { kind: 'pipeline', stages };
}

function compileOperators(update: Document, options: UpdateOptions): Update {
  const scope = options.scope ?? makeScope();
  const changes = [...update].flatMap(([operator, paths]) => readOperator(operator, paths, scope));
  refuseConflicts(changes);
  const filters = compileArrayFilters(options.arrayFilters ?? [], scope);
  checkFilters(changes, filters, options.arrayFilters ?? []);
  return {
    kind: 'operators',
    // Paths are applied in their own order, which decides where new fields stand.
    changes: changes.toSorted((left, right) => comparePaths(left.parts, right.parts)),
    filters,
    isPositional: changes.some(({ parts }) => parts.includes('$')),
  };
}

function readOperator(operator: string, paths: Value, scope: Scope): Change[] {
  if (!UPDATE_OPERATORS.includes(operator))
    throw refuse(
      9,
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  if (!isDocument(paths))
    throw refuse(
      9,
      `Modifiers operate on fields but we found type ${typeName(paths)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${showValue(paths)}}`,
    );
  return [...paths].flatMap(([path, argument]) => readChange(operator, path, argument, scope));
}

function readChange(operator: string, path: string, argument: Value, scope: Scope): Change[] {
  const parts = checkedParts(path);
  if (operator !== '$rename')
    return [{ operator, path, parts, action: compileAction(operator, argument, path, scope) }];
  if (typeof argument !== 'string')
    throw refuse(2, `The 'to' field for $rename must be a string: ${path}: ${showValue(argument)}`);
  if (path === argument)
    throw refuse(2, `The source and target field for $rename must differ: ${path}: "${argument}"`);
  if (/(?:^|\.)\$/.test(path))
    throw refuse(2, `The source field for $rename may not be dynamic: ${path}`);
  if (/(?:^|\.)\$/.test(argument))
    throw refuse(2, `The destination field for $rename may not be dynamic: ${argument}`);
  return [
    { operator: '$rename', path, parts, action: { kind: 'renamed' } },
    {
      operator: '$renameTo',
      path: argument,
      parts: checkedParts(argument),
      action: { kind: 'renameFrom', source: parts, path },
    },
  ];
}

function checkedParts(path: string): string[] {
  const parts = path.split('.');
  if (parts.includes(''))
    throw refuse(
      56,
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  if (
    parts[0]?.startsWith('$') === true &&
    parts[0] !== '$ref' &&
    parts[0] !== '$id' &&
    parts[0] !== '$db'
  )
    throw refuse(
      52,
      `The dollar ($) prefixed field '${parts[0]}' in '${path}' is not allowed in the context of an update`,
    );
  return parts;
}

/** No path may be another's, or lie inside of another. */
function refuseConflicts(changes: readonly Change[]): void {
  const seen = new Map<string, true>();
  const inside = new Map<string, string>();
  for (const { path, parts } of changes) {
    const prefixes = parts.map((_, at) => parts.slice(0, at + 1).join('.'));
    const conflict =
      prefixes.find((prefix) => seen.has(prefix)) ?? (inside.has(path) ? path : undefined);
    if (conflict !== undefined)
      throw refuse(40, `Updating the path '${path}' would create a conflict at '${conflict}'`);
    seen.set(path, true);
    for (const prefix of prefixes) inside.set(prefix, path);
  }
}

function comparePaths(left: readonly string[], right: readonly string[]): number {
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (isIndex(part) && isIndex(other)) return Number(part) - Number(other);
    return part < other ? -1 : 1;
  }
  return left.length === right.length ? 0 : -1;
}

function checkFilters(
  changes: readonly Change[],
  filters: ArrayFilters,
  specs: readonly Document[],
): void {
  const used = new Set<string>();
  for (const { parts, path } of changes)
    for (const part of parts) {
      const identifier = /^\$\[(.+)\]$/.exec(part)?.[1];
      if (identifier === undefined) continue;
      if (!filters.has(identifier))
        throw refuse(2, `No array filter found for identifier '${identifier}' in path '${path}'`);
      used.add(identifier);
    }
  for (const [at, identifier] of [...filters.keys()].entries())
    if (!used.has(identifier))
      throw refuse(
        9,
        `The array filter for identifier '${identifier}' was not used in the update ${showValue(specs[at])}`,
      );
}
