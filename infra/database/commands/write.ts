// insert, update, delete, findAndModify.
import { toNumber } from '../bson/number.ts';
import { document, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { createCollection, findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import { insertDocument } from '../engine/write.ts';
import type { Task } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import { compileProjection } from '../query/projection.ts';
import { compileUpdate } from '../query/update.ts';
import type { Update } from '../query/update.ts';
import { refuse } from '../refusal.ts';
import { collationFor } from './ask.ts';
import { checkBatchSize, patiently, runBatch, withWriteConcern, writeReply } from './batch.ts';
import { alterDocuments, checkWritable, removeDocuments, stamp } from './change.ts';
import type { Altered, Selection } from './change.ts';
import { collectionName, commandScope, documentArgument, documentsArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';

/** The collection of a write; it is made when it is to be and is not there. */
export function targetCollection(context: CommandContext, creates: true): Collection;
export function targetCollection(context: CommandContext, creates: boolean): Collection | undefined;
export function targetCollection(
  context: CommandContext,
  creates: boolean,
): Collection | undefined {
  const name = collectionName(context);
  const { engine, database, transaction } = context;
  const known = findCollection(engine, `${database}.${name}`, transaction);
  checkWritable(known);
  return (
    known ??
    (creates ? createCollection(engine, database, name, new Map(), transaction) : undefined)
  );
}

function bypasses(command: Document): boolean {
  return command.get('bypassDocumentValidation') === true;
}

/** `insert`. */
export const insert: Handler = function* (context) {
  const { command, engine, transaction } = context;
  const documents = documentsArgument(command, 'documents');
  checkBatchSize(documents.length);
  const collection = targetCollection(context, true);
  const options = { bypassesValidation: bypasses(command) };
  const progress = yield* runBatch(context, documents, function* (source, sofar) {
    yield* patiently(
      () => insertDocument(engine, transaction, collection, stamp(context, source), options),
      context,
    );
    sofar.n += 1;
  });
  return withWriteConcern(command, writeReply(progress, false));
};

/** Checks and compiles the update of a statement. */
function readUpdate(
  spec: Document,
  context: CommandContext,
  collection: Collection | undefined,
  name: string,
): { update: Update; selection: Selection } {
  const scope = commandScope(
    context,
    collationFor(spec, collection),
    mergedLet(context.command, spec),
  );
  const given = spec.get(name);
  if (given === undefined)
    throw refuse(40_414, `BSON field 'update.updates.${name}' is missing but a required field`);
  const arrayFilters =
    spec.get('arrayFilters') === undefined ? undefined : documentsArgument(spec, 'arrayFilters');
  const update = compileUpdate(given, {
    scope,
    ...(arrayFilters === undefined ? {} : { arrayFilters }),
  });
  const isMulti = spec.get('multi') === true;
  if (isMulti && update.kind === 'replacement')
    throw refuse(9, 'multi update is not supported for replacement-style update');
  const sort = documentArgument(spec, 'sort');
  if (isMulti && sort !== undefined) throw refuse(9, 'Cannot specify sort with multi=true');
  return { update, selection: { filter: new Map(), scope, isMulti, sort, hint: spec.get('hint') } };
}

function mergedLet(command: Document, spec: Document): Maybe {
  const [own, constants] = [command.get('let'), spec.get('c')];
  return isDocument(constants) ? new Map([...(isDocument(own) ? own : []), ...constants]) : own;
}

/** One statement of `update`. */
export function* runUpdate(
  context: CommandContext,
  spec: Document,
  collection: Collection | undefined,
): Task<Altered> {
  const { update, selection } = readUpdate(spec, context, collection, 'u');
  const filter = documentArgument(spec, 'q') ?? new Map();
  compileFilter(filter, selection.scope);
  if (collection === undefined) return { matched: 0, modified: 0 };
  const constants = spec.get('c');
  const supplied =
    spec.get('upsertSupplied') === true && isDocument(constants) ? constants.get('new') : undefined;
  return yield* alterDocuments(
    context,
    collection,
    { ...selection, filter },
    {
      update,
      isUpsert: spec.get('upsert') === true,
      bypassesValidation: bypasses(context.command),
      supplied: isDocument(supplied) ? supplied : undefined,
    },
  );
}

/** `update`. */
export const update: Handler = function* (context) {
  const { command } = context;
  const statements = documentsArgument(command, 'updates');
  checkBatchSize(statements.length);
  const mayInsert = statements.some((spec) => spec.get('upsert') === true);
  const collection = targetCollection(context, mayInsert);
  const progress = yield* runBatch(context, statements, function* (spec, sofar, at) {
    const { matched, modified, upsertedId } = yield* runUpdate(context, spec, collection);
    sofar.modified += modified;
    sofar.n += upsertedId === undefined ? matched : 1;
    if (upsertedId !== undefined) sofar.upserted.push(document({ index: at, _id: upsertedId }));
  });
  return withWriteConcern(command, writeReply(progress, true));
};

/** One statement of `delete`. */
export function* runDelete(
  context: CommandContext,
  spec: Document,
  collection: Collection | undefined,
): Task<number> {
  const scope = commandScope(context, collationFor(spec, collection));
  const filter = documentArgument(spec, 'q') ?? new Map();
  const limit = spec.get('limit');
  const most = isNumeric(limit) ? toNumber(limit) : 0;
  if (most !== 0 && most !== 1)
    throw refuse(9, `The limit field in delete objects must be 0 or 1. Got ${most}`);
  compileFilter(filter, scope);
  if (collection === undefined) return 0;
  const selection = { filter, scope, isMulti: most === 0, hint: spec.get('hint') };
  return (yield* removeDocuments(context, collection, selection)).removed;
}

/** `delete`. */
export const remove: Handler = function* (context) {
  const { command } = context;
  const statements = documentsArgument(command, 'deletes');
  checkBatchSize(statements.length);
  const collection = targetCollection(context, false);
  if (collection?.capped !== undefined && context.transaction !== undefined)
    throw refuse(20, 'Cannot remove from a capped collection in a multi-document transaction');
  const progress = yield* runBatch(context, statements, function* (spec, sofar) {
    sofar.n += yield* runDelete(context, spec, collection);
  });
  return withWriteConcern(command, writeReply(progress, false));
};

function checkFindAndModify(command: Document): void {
  const isRemove = command.get('remove') === true;
  const hasUpdate = command.has('update');
  if (isRemove && hasUpdate) throw refuse(9, 'Cannot specify both an update and remove=true');
  if (isRemove && command.get('new') === true)
    throw refuse(
      9,
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  if (isRemove && command.get('upsert') === true)
    throw refuse(9, 'Cannot specify both upsert=true and remove=true');
  if (!isRemove && !hasUpdate) throw refuse(9, 'Either an update or remove=true must be specified');
}

/** `findAndModify`. */
export const findAndModify: Handler = function* (context) {
  const { command } = context;
  checkFindAndModify(command);
  const collection = targetCollection(context, command.get('upsert') === true);
  const filter = documentArgument(command, 'query') ?? new Map();
  const scope = commandScope(context, collationFor(command, collection));
  const fields = documentArgument(command, 'fields');
  const projection =
    fields === undefined || fields.size === 0
      ? undefined
      : compileProjection(fields, { scope, find: filter });
  const shown = (source: Document | undefined): Value =>
    source === undefined ? null : (projection?.project(source) ?? source);
  const sort = documentArgument(command, 'sort');
  const selection: Selection = {
    filter,
    scope,
    isMulti: false,
    sort: sort?.size === 0 ? undefined : sort,
    hint: command.get('hint'),
  };
  compileFilter(filter, scope);
  if (command.get('remove') === true) {
    if (collection === undefined)
      return document({ lastErrorObject: document({ n: 0 }), value: null });
    const { removed, before } = yield* removeDocuments(context, collection, selection);
    return withWriteConcern(
      command,
      document({ lastErrorObject: document({ n: removed }), value: shown(before) }),
    );
  }
  const altered = yield* alterForReply(context, collection, selection);
  return withWriteConcern(command, modifiedReply(altered, command.get('new') === true, shown));
};

function* alterForReply(
  context: CommandContext,
  collection: Collection | undefined,
  selection: Selection,
): Task<Altered> {
  const { command } = context;
  const { update: compiled } = readUpdate(command, context, collection, 'update');
  if (collection === undefined) return { matched: 0, modified: 0 };
  return yield* alterDocuments(context, collection, selection, {
    update: compiled,
    isUpsert: command.get('upsert') === true,
    bypassesValidation: bypasses(command),
  });
}

function modifiedReply(
  altered: Altered,
  wantsNew: boolean,
  shown: (source: Document | undefined) => Value,
): Document {
  const { matched, upsertedId, before, after } = altered;
  const isUpserted = upsertedId !== undefined;
  return document({
    lastErrorObject: document({
      n: matched + Number(isUpserted),
      updatedExisting: matched > 0,
      upserted: upsertedId,
    }),
    value: shown(wantsNew ? after : isUpserted ? undefined : before),
  });
}
