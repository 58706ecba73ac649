// Applies the operators of an update to a document, and tells what changed.
import type { Timestamp } from 'bson';
import { areEqual, areIdentical } from '../bson/order.ts';
import { isIndex } from '../bson/path.ts';
import { showValue } from '../bson/show.ts';
import { copyValue, isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import type { Appended } from './push.ts';
import { disambiguate } from './ambiguous.ts';
import type { Change, Update } from './update.ts';
import type { Action } from './update-operators.ts';

/** What a change stream tells about an update. */
export type Description = {
  updatedFields: Document;
  removedFields: string[];
  truncatedArrays: { field: string; newSize: number }[];
  /** The parts of paths that could be read in two ways. */
  disambiguatedPaths?: Document;
};

/** What an update needs to know of its surroundings. */
export type ApplyOptions = {
  /** The array position that `$` stands for. */
  position?: number | undefined;
  isInsert?: boolean;
  now: Date;
  timestamp: () => Timestamp;
};

type Container = Document | Value[];
type Work = { root: Document; options: ApplyOptions; description: Description };

/**
 * Changes the document in place.
 *
 * @throws {CommandRefusal} 2, 14, 28, 66 as MongoDB does for what cannot be applied
 */
export function applyOperators(
  root: Document,
  update: Update & { kind: 'operators' },
  options: ApplyOptions,
): Description {
  const description: Description = {
    updatedFields: new Map(),
    removedFields: [],
    truncatedArrays: [],
  };
  const work = { root, options, description };
  for (const change of update.changes)
    for (const parts of expandPath(root, change, update, options)) applyChange(work, change, parts);
  return withPaths(description, root);
}

/** A description that tells paths apart that could be read in two ways. */
export function withPaths(description: Description, after: Document): Description {
  const { updatedFields, removedFields } = description;
  description.disambiguatedPaths = disambiguate(after, [...updatedFields.keys(), ...removedFields]);
  return description;
}

type Reached = { parts: string[]; value: Maybe };

/** The real paths behind `$`, `$[]` and `$[name]`. */
function expandPath(
  root: Document,
  change: Change,
  update: Update & { kind: 'operators' },
  options: ApplyOptions,
): readonly (readonly string[])[] {
  if (!change.path.includes('$')) return [change.parts];
  let reached: Reached[] = [{ parts: [], value: root }];
  for (const part of change.parts)
    reached = reached.flatMap((one) => step(one, part, update, options));
  return reached.map(({ parts }) => parts);
}

function step(
  from: Reached,
  part: string,
  update: Update & { kind: 'operators' },
  options: ApplyOptions,
): Reached[] {
  const { parts, value } = from;
  if (part === '$') {
    if (options.position === undefined)
      throw refuse(2, 'The positional operator did not find the match needed from the query.');
    return [
      {
        parts: [...parts, String(options.position)],
        value: childOf(value, String(options.position)),
      },
    ];
  }
  if (!/^\$\[.*\]$/.test(part)) return [{ parts: [...parts, part], value: childOf(value, part) }];
  return elementsOf(from, part, update);
}

function elementsOf(
  { parts, value }: Reached,
  part: string,
  update: Update & { kind: 'operators' },
): Reached[] {
  if (value === undefined)
    throw refuse(
      2,
      `The path '${parts.join('.')}' must exist in the document in order to apply array updates.`,
    );
  if (!Array.isArray(value))
    throw refuse(
      2,
      `Cannot apply array updates to non-array element ${parts.at(-1) ?? ''}: ${showValue(value)}`,
    );
  const isMeant = part === '$[]' ? undefined : update.filters.get(part.slice(2, -1));
  return value.flatMap((element, at) =>
    isMeant === undefined || isMeant(element)
      ? [{ parts: [...parts, String(at)], value: element }]
      : [],
  );
}

function childOf(value: Maybe, part: string): Maybe {
  if (isDocument(value)) return value.get(part);
  return Array.isArray(value) && isIndex(part) ? value[Number(part)] : undefined;
}

/** The container of the last part of a path. */
type Place = {
  container: Container;
  name: string;
  /** How many parts of the path were there before; the rest was made. */
  known: number;
};

function cannotCreate(part: string, at: string, value: Maybe): Error {
  return refuse(28, `Cannot create field '${part}' in element {${at}: ${showValue(value)}}`);
}

/** Finds the place of a path; makes what is missing when asked to, else gives undefined. */
function findPlace(root: Document, parts: readonly string[], creates: boolean): Place | undefined {
  let container: Container = root;
  let known = parts.length - 1;
  for (const at of parts.slice(0, -1).keys()) {
    const child = stepInto(container, parts, at, creates);
    if (child === undefined) return undefined;
    if (child.isMade) known = Math.min(known, at);
    container = child.container;
  }
  const name = parts.at(-1) ?? '';
  if (canHold(container, name)) return { container, name, known };
  if (creates) throw cannotCreate(name, parts.at(-2) ?? '', container);
  return undefined;
}

function stepInto(
  container: Container,
  parts: readonly string[],
  at: number,
  creates: boolean,
): { container: Container; isMade: boolean } | undefined {
  const part = parts[at] ?? '';
  const isPossible = canHold(container, part);
  const child = isPossible ? childOf(container, part) : undefined;
  if (isDocument(child) || Array.isArray(child)) return { container: child, isMade: false };
  if (!creates) return undefined;
  if (!isPossible) throw cannotCreate(part, parts[at - 1] ?? '', container);
  if (child !== undefined) throw cannotCreate(parts[at + 1] ?? '', part, child);
  const made: Document = new Map();
  put(container, part, made);
  return { container: made, isMade: true };
}

function canHold(container: Container, part: string): boolean {
  return isDocument(container) || isIndex(part);
}

const MOST_PADDING = 1_500_000;

function put(container: Container, part: string, value: Value): void {
  if (isDocument(container)) {
    container.set(part, value);
    return;
  }
  const at = Number(part);
  if (at - container.length > MOST_PADDING)
    throw refuse(2, `can't backfill more than ${MOST_PADDING} elements`);
  while (container.length < at) container.push(null);
  container[at] = value;
}

function applyChange(work: Work, change: Change, parts: readonly string[]): void {
  const { action } = change;
  if (
    action.kind === 'renamed' ||
    (action.kind === 'set' && action.onInsertOnly && work.options.isInsert !== true)
  )
    return;
  if (action.kind === 'renameFrom') {
    applyRename(work, action, parts);
    return;
  }
  if (parts[0] === '_id' && work.options.isInsert !== true) refuseIdChange(work, action, parts);
  else applyAt(work, action, parts);
}

/** `_id` may be set to what it is, and to nothing else. */
function refuseIdChange(work: Work, action: Action, parts: readonly string[]): void {
  const copy: Document = new Map([['_id', copyValue(work.root.get('_id') ?? null)]]);
  const description: Description = {
    updatedFields: new Map(),
    removedFields: [],
    truncatedArrays: [],
  };
  applyAt({ ...work, root: copy, description }, action, parts);
  if (!areEqual(copy.get('_id'), work.root.get('_id')))
    throw refuse(
      66,
      `Performing an update on the path '${parts.join('.')}' would modify the immutable field '_id'`,
    );
}

function applyAt(work: Work, action: Action, parts: readonly string[]): void {
  const creates = action.kind === 'array' ? action.creates : action.kind !== 'unset';
  const place = findPlace(work.root, parts, creates);
  if (place === undefined) return;
  const current = childOf(place.container, place.name);
  if (action.kind === 'unset') unset(work, place, parts, current);
  else if (action.kind === 'clock')
    store(work, place, parts, action.type === 'date' ? work.options.now : work.options.timestamp());
  else if (action.kind === 'set') set(work, place, parts, action, current);
  else if (action.kind === 'array') changeArray(work, place, parts, action, current);
}

function unset(work: Work, place: Place, parts: readonly string[], current: Maybe): void {
  if (current === undefined) return;
  const path = parts.join('.');
  if (Array.isArray(place.container)) {
    // An element leaves a hole, as the others keep their positions.
    place.container[Number(place.name)] = null;
    work.description.updatedFields.set(path, null);
  } else {
    place.container.delete(place.name);
    work.description.removedFields.push(path);
  }
}

function placeOf(
  work: Work,
  place: Place,
  parts: readonly string[],
): { path: string; name: string; id: Maybe } {
  return { path: parts.join('.'), name: place.name, id: work.root.get('_id') };
}

function set(
  work: Work,
  place: Place,
  parts: readonly string[],
  action: Action & { kind: 'set' },
  current: Maybe,
): void {
  const value = action.value(current, placeOf(work, place, parts));
  if (value === undefined || (current !== undefined && areIdentical(current, value))) return;
  store(work, place, parts, value);
}

function store(work: Work, place: Place, parts: readonly string[], value: Value): void {
  put(place.container, place.name, value);
  describe(work, place, parts, value);
}

/** Tells the change by the outermost field that is new. */
function describe(work: Work, place: Place, parts: readonly string[], value: Value): void {
  const isMade = place.known < parts.length - 1;
  const path = isMade ? parts.slice(0, place.known + 1) : parts;
  let told: Maybe = value;
  if (isMade) {
    told = work.root;
    for (const part of path) told = childOf(told, part);
  }
  if (told !== undefined) work.description.updatedFields.set(path.join('.'), told);
}

function changeArray(
  work: Work,
  place: Place,
  parts: readonly string[],
  action: Action & { kind: 'array' },
  current: Maybe,
): void {
  if (current === undefined && !action.creates) return;
  const changed = action.change(current, placeOf(work, place, parts));
  if (changed === undefined || areIdentical(current, changed.values)) return;
  put(place.container, place.name, changed.values);
  describeArray(work, place, parts, changed);
}

function describeArray(
  work: Work,
  place: Place,
  parts: readonly string[],
  changed: Appended,
): void {
  if (changed.appendedFrom === undefined) {
    describe(work, place, parts, changed.values);
    return;
  }
  const path = parts.join('.');
  for (const [at, value] of changed.values.entries())
    if (at >= changed.appendedFrom) work.description.updatedFields.set(`${path}.${at}`, value);
}

function applyRename(
  work: Work,
  action: Action & { kind: 'renameFrom' },
  parts: readonly string[],
): void {
  const source = findPlace(work.root, action.source, false);
  const value = source === undefined ? undefined : childOf(source.container, source.name);
  if (source === undefined || value === undefined) return;
  if (Array.isArray(source.container))
    throw refuse(
      2,
      `The source field cannot be an array element, '${action.path}' in doc with _id: ${showValue(work.root.get('_id'))}`,
    );
  if (action.source[0] === '_id' || parts[0] === '_id')
    throw refuse(
      66,
      `Performing an update on the path '_id' would modify the immutable field '_id'`,
    );
  source.container.delete(source.name);
  work.description.removedFields.push(action.path);
  const place = findPlace(work.root, parts, true);
  if (place === undefined) return;
  if (Array.isArray(place.container))
    throw refuse(
      2,
      `The destination field cannot be an array element, '${parts.join('.')}' in doc with _id: ${showValue(work.root.get('_id'))}`,
    );
  put(place.container, place.name, value);
  describe(work, place, parts, value);
}
