// One update or removal: finding the documents and changing them.
import { compilePipeline } from '../aggregation/pipeline.ts';
import type { World } from '../aggregation/stage.ts';
import { areEqual } from '../bson/order.ts';
import { readDocument } from '../bson/reader.ts';
import { showValue } from '../bson/show.ts';
import { copyDocument, Timestamp } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import type { Collection } from '../engine/collection.ts';
import { timestampOf } from '../engine/oplog.ts';
import { insertDocument, removeDocument, replaceDocument } from '../engine/write.ts';
import type { Located, Replacement } from '../engine/write.ts';
import type { Scope } from '../expression/scope.ts';
import { drainFlow, flowOf, PAUSE } from '../flow.ts';
import type { Task } from '../flow.ts';
import { applyOperators } from '../query/apply.ts';
import type { ApplyOptions } from '../query/apply.ts';
import { describeDifference } from '../query/describe.ts';
import { compileFilter } from '../query/filter.ts';
import type { Filter } from '../query/filter.ts';
import type { Update } from '../query/update.ts';
import { upsertBase } from '../query/upsert.ts';
import { refuse } from '../refusal.ts';
import { askRows, observeMiss } from './ask.ts';
import { patiently, pauseEvery } from './batch.ts';
import type { CommandContext } from './context.ts';

/** Which documents are meant. */
export type Selection = {
  filter: Document;
  scope: Scope;
  isMulti: boolean;
  sort?: Document | undefined;
  hint?: Maybe;
};

/** What is done to them. */
export type Alteration = {
  update: Update;
  isUpsert: boolean;
  bypassesValidation: boolean;
  /** Takes the place of the update's document in an upsert by pipeline. */
  supplied?: Document | undefined;
};

/** What one update did. */
export type Altered = {
  matched: number;
  modified: number;
  upsertedId?: Value | undefined;
  before?: Document | undefined;
  after?: Document | undefined;
};

/** Refuses to write to a view. */
export function checkWritable(collection: Collection | undefined): void {
  if (collection?.view !== undefined)
    throw refuse(166, `Namespace ${collection.namespace} is a view, not a collection`);
}

const PAUSE_EVERY = 32;

/** Finds which documents are meant: only their numbers, as changing them may move them in the index that is read. */
function* select(
  context: CommandContext,
  collection: Collection,
  { filter, scope, isMulti, sort, hint }: Selection,
): Task<number[]> {
  const ids: number[] = [];
  const limit = isMulti ? undefined : 1;
  const ask = { filter, sort, hint, limit, isForWrite: true };
  for (const row of askRows(collection, ask, scope, context.sight)) {
    if (row === PAUSE) {
      yield PAUSE;
      continue;
    }
    ids.push(row.id);
    if (!isMulti) break;
  }
  if (ids.length === 0) observeMiss(collection, ask, scope, context.sight);
  return ids;
}

/** The document as the command sees it now. */
function locate(
  { sight }: CommandContext,
  collection: Collection,
  id: number,
): Located | undefined {
  const own = sight.transaction?.overlays.get(collection.id)?.records.get(id);
  const bytes = own === undefined ? sight.reader().record(collection.id, id) : own.bytes;
  return bytes === undefined ? undefined : { id, bytes, document: readDocument(bytes) };
}

/** Applies an update to the documents that are meant. */
export function* alterDocuments(
  context: CommandContext,
  collection: Collection,
  selection: Selection,
  alteration: Alteration,
): Task<Altered> {
  const filter = compileFilter(selection.filter, selection.scope);
  const altered: Altered = { matched: 0, modified: 0 };
  const ids = yield* select(context, collection, selection);
  for (const [at, id] of ids.entries()) {
    const one = yield* patiently(
      () => alterOne(context, collection, id, filter, selection, alteration),
      context,
    );
    if (one !== undefined) {
      altered.matched += 1;
      altered.modified += one.modified;
      altered.before = one.before;
      altered.after = one.after;
    }
    yield* pauseEvery(at + 1, PAUSE_EVERY);
  }
  if (altered.matched > 0) return altered;
  // It was there when it was looked for, and somebody changed it since: look again.
  if (ids.length === 1) return yield* alterDocuments(context, collection, selection, alteration);
  return alteration.isUpsert ? yield* upsert(context, collection, selection, alteration) : altered;
}

function alterOne(
  context: CommandContext,
  collection: Collection,
  id: number,
  filter: Filter,
  { scope }: Selection,
  { update, bypassesValidation }: Alteration,
): { modified: number; before: Document; after: Document } | undefined {
  const located = locate(context, collection, id);
  if (located === undefined || !filter.matches(located.document)) return undefined;
  const isPositional = update.kind === 'operators' && update.isPositional;
  const position = isPositional ? filter.positionIn(located.document) : undefined;
  const replacement = newVersion(context, located.document, update, scope, position);
  const isChanged = replaceDocument(
    context.engine,
    context.transaction,
    collection,
    located,
    replacement,
    { bypassesValidation },
  );
  return { modified: Number(isChanged), before: located.document, after: replacement.after };
}

function applyOptions(
  { engine }: CommandContext,
  scope: Scope,
  position: number | undefined,
  isInsert: boolean,
): ApplyOptions {
  return { position, isInsert, now: scope.now, timestamp: () => timestampOf(engine.oplog.tick()) };
}

function newVersion(
  context: CommandContext,
  before: Document,
  update: Update,
  scope: Scope,
  position: number | undefined,
): Replacement {
  if (update.kind === 'operators') {
    const after = copyDocument(before);
    const description = applyOperators(
      after,
      update,
      applyOptions(context, scope, position, false),
    );
    return { after, description };
  }
  const id = before.get('_id') ?? null;
  if (update.kind === 'replacement')
    return { after: replaced(context, update.document, id), description: undefined };
  const after = withId(runStages(update.stages, before, scope), id);
  return { after, description: describeDifference(before, after) };
}

function replaced(context: CommandContext, source: Document, id: Value): Document {
  const given = source.get('_id');
  if (given !== undefined && !areEqual(given, id))
    throw refuse(
      66,
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${showValue(given)}`,
    );
  return stamp(context, withId(source, id));
}

function withId(source: Document, id: Value): Document {
  const given = source.get('_id');
  if (given !== undefined && !areEqual(given, id))
    throw refuse(
      66,
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  const made: Document = new Map([['_id', id]]);
  for (const [name, value] of source) if (name !== '_id') made.set(name, value);
  return made;
}

/** An empty timestamp at the top becomes the time of the write. */
export function stamp({ engine }: CommandContext, source: Document): Document {
  for (const [name, value] of source)
    if (value instanceof Timestamp && value.isZero() && name !== '_id')
      source.set(name, timestampOf(engine.oplog.tick()));
  return source;
}

const NOWHERE: World = {
  open: () => flowOf([]),
  findByIndex: () => undefined,
  write: (_stage, _argument, source) => source,
  produce: () => undefined,
};

/** Runs the stages of an update on one document. */
export function runStages(stages: readonly Document[], source: Document, scope: Scope): Document {
  const pipeline = compilePipeline(stages, {
    scope,
    database: '',
    world: NOWHERE,
    allowsDisk: false,
  });
  const [made] = drainFlow(pipeline.run(flowOf([source])));
  return made ?? new Map();
}

function* upsert(
  context: CommandContext,
  collection: Collection,
  selection: Selection,
  alteration: Alteration,
): Task<Altered> {
  const source = upsertDocument(context, selection, alteration);
  const { bypassesValidation } = alteration;
  const inserted = yield* patiently(
    () =>
      insertDocument(context.engine, context.transaction, collection, source, {
        bypassesValidation,
      }),
    context,
  );
  return { matched: 0, modified: 0, upsertedId: inserted.get('_id') ?? null, after: inserted };
}

function upsertDocument(
  context: CommandContext,
  { filter, scope }: Selection,
  { update, supplied }: Alteration,
): Document {
  const base = upsertBase(filter);
  if (update.kind === 'operators') {
    applyOperators(base, update, applyOptions(context, scope, undefined, true));
    return base;
  }
  const id = base.get('_id');
  if (update.kind === 'pipeline') {
    const made = runStages(update.stages, base, scope);
    return supplied === undefined ? made : idFrom(supplied, made.get('_id'));
  }
  const given = update.document.get('_id');
  if (id !== undefined && given !== undefined && !areEqual(id, given))
    throw refuse(
      66,
      `The _id field cannot be changed from {_id: ${showValue(id)}} to {_id: ${showValue(given)}}.`,
    );
  return stamp(context, idFrom(update.document, id));
}

function idFrom(source: Document, id: Maybe): Document {
  return id === undefined || source.has('_id')
    ? new Map(source)
    : new Map([['_id', id], ...source]);
}

/** Removes the documents that are meant; gives how many, and the last one. */
export function* removeDocuments(
  context: CommandContext,
  collection: Collection,
  selection: Selection,
): Task<{ removed: number; before: Document | undefined }> {
  const filter = compileFilter(selection.filter, selection.scope);
  const ids = yield* select(context, collection, selection);
  let removed = 0;
  let before: Document | undefined;
  for (const [at, id] of ids.entries()) {
    const gone = yield* patiently(() => removeOne(context, collection, id, filter), context);
    if (gone !== undefined) removed += 1;
    before = gone ?? before;
    yield* pauseEvery(at + 1, PAUSE_EVERY);
  }
  if (removed === 0 && ids.length === 1)
    return yield* removeDocuments(context, collection, selection);
  return { removed, before };
}

function removeOne(
  context: CommandContext,
  collection: Collection,
  id: number,
  filter: Filter,
): Document | undefined {
  const located = locate(context, collection, id);
  if (located === undefined || !filter.matches(located.document)) return undefined;
  removeDocument(context.engine, context.transaction, collection, located);
  return located.document;
}
