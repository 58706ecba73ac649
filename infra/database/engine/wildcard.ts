// Wildcard indexes: every path of a document with its value, and how one path of a filter uses that.
import { encodeKey } from '../bson/key.ts';
import type { FoldString } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { isIndex } from '../bson/path.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Predicate } from './predicate.ts';

/** Which paths a wildcard index takes. */
export type WildcardIndex = {
  kind: 'wildcard';
  covers: (path: string) => boolean;
  direction: 1 | -1;
};

const WILDCARD = '$**';

/** Whether a path of a key pattern stands for many. */
export function isWildcardPath(path: string): boolean {
  return path === WILDCARD || path.endsWith(`.${WILDCARD}`);
}

const NOT_WITH_WILDCARD = ['unique', 'expireAfterSeconds', 'sparse'];

/**
 * Refuses what a wildcard index cannot have.
 *
 * @throws {CommandRefusal} 67, 9, 31253, 31254
 */
export function checkWildcard(spec: Document, key: Document): void {
  const paths = [...key.keys()].filter(isWildcardPath);
  const projection = spec.get('wildcardProjection');
  if (paths.length === 0) {
    if (projection === undefined) return;
    throw refuse(2, "The field 'wildcardProjection' is only allowed in an 'wildcard' index");
  }
  if (paths.length > 1) throw refuse(67, 'wildcard indexes must have only one wildcard term');
  checkWildcardOptions(spec);
  if (projection !== undefined) checkProjection(projection, key);
}

function checkWildcardOptions(spec: Document): void {
  for (const name of NOT_WITH_WILDCARD)
    if (spec.has(name) && spec.get(name) !== false)
      throw refuse(67, `Index type 'wildcard' does not support the '${name}' option`);
}

function checkProjection(projection: Value, key: Document): void {
  if (!key.has(WILDCARD))
    throw refuse(
      67,
      "The field 'wildcardProjection' is only allowed when the index 'key' contains '$**'",
    );
  if (!isDocument(projection) || projection.size === 0)
    throw refuse(9, "The 'wildcardProjection' field must be a non-empty object");
  readProjection(projection);
}

type Projection = { isInclusion: boolean; paths: readonly string[]; hasId: boolean };

function readProjection(projection: Document): Projection {
  const leaves = leavesOf(projection, '');
  const id = leaves.find(([path]) => path === '_id');
  const others = leaves.filter(([path]) => path !== '_id');
  const isInclusion = (others[0] ?? id)?.[1] ?? false;
  if (others.some(([, isIn]) => isIn !== isInclusion))
    throw refuse(31_254, 'Cannot do exclusion in inclusion projection of a wildcard index');
  return { isInclusion, paths: others.map(([path]) => path), hasId: id?.[1] ?? false };
}

function leavesOf(projection: Document, prefix: string): [string, boolean][] {
  return [...projection].flatMap(([name, value]): [string, boolean][] => {
    if (isDocument(value)) return leavesOf(value, `${prefix}${name}.`);
    return [[prefix + name, isNumeric(value) ? toNumber(value) !== 0 : value === true]];
  });
}

/** Reads the specification of a wildcard index. */
export function readWildcard(spec: Document, key: Document): WildcardIndex {
  const [path = WILDCARD, direction] = [...key].find(([name]) => isWildcardPath(name)) ?? [];
  const projection = spec.get('wildcardProjection');
  return {
    kind: 'wildcard',
    direction: isNumeric(direction) && toNumber(direction) < 0 ? -1 : 1,
    covers: isDocument(projection)
      ? projected(readProjection(projection))
      : coverage(path.slice(0, -WILDCARD.length)),
  };
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}.`);
}

/** All paths, or those under one; `_id` has an index of its own. */
function coverage(prefix: string): (path: string) => boolean {
  return prefix === ''
    ? (path) => !isUnder(path, '_id')
    : (path) => isUnder(path, prefix.slice(0, -1));
}

function projected({ isInclusion, paths, hasId }: Projection): (path: string) => boolean {
  return (path) =>
    isUnder(path, '_id') ? hasId : paths.some((one) => isUnder(path, one)) === isInclusion;
}

/** The keys of a document: each path that ends in a value, with that value. */
export function wildcardKeys(
  source: Document,
  index: WildcardIndex,
  fold: FoldString | undefined,
): Buffer[] {
  const keys = new Map<string, Buffer>();
  const add = (path: string, value: Value): void => {
    if (!index.covers(path)) return;
    const key = Buffer.concat([pathKey(path), encodeKey([value], [index.direction], fold)]);
    keys.set(key.toString('latin1'), key);
  };
  for (const [name, value] of source) visit(value, name, add);
  return [...keys.values()];
}

function visit(value: Value, path: string, add: (path: string, value: Value) => void): void {
  if (isDocument(value) && value.size > 0)
    for (const [name, inner] of value) visit(inner, `${path}.${name}`, add);
  else if (Array.isArray(value) && value.length > 0)
    // An array directly in an array is a value, as no path leads into it.
    for (const element of value)
      if (Array.isArray(element)) add(path, element);
      else visit(element, path, add);
  else add(path, value);
}

/** The beginning of all keys of a path. */
export function pathKey(path: string): Buffer {
  return encodeKey([path]);
}

/** Whether a condition can only be met by values that have a key: not by missing ones, arrays or documents. */
export function isServed({ path, operator, argument }: Predicate): boolean {
  if (operator === '$exists' || path.split('.').some(isIndex)) return false;
  const values = LISTS.has(operator) && Array.isArray(argument) ? argument : [argument];
  return values.every((value) => value !== null && !isDocument(value) && !Array.isArray(value));
}

const LISTS = new Set(['$in', '$all']);
