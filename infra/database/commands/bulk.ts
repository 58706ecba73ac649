// bulkWrite of MongoDB 8.0: writes to several collections in one command.
import { toNumber } from '../bson/number.ts';
import { document, isNumeric, textOf } from '../bson/value.ts';
import type { Document } from '../bson/value.ts';
import { writeDocument } from '../bson/writer.ts';
import { createCollection, findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import { insertDocument } from '../engine/write.ts';
import { flowOf, mapFlow } from '../flow.ts';
import type { Task } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { checkBatchSize, patiently, runBatch, withWriteConcern } from './batch.ts';
import type { Progress } from './batch.ts';
import { checkWritable, stamp } from './change.ts';
import { checkName, documentArgument, documentsArgument, numberArgument } from './context.ts';
import type { CommandContext, Handler } from './context.ts';
import { FIRST_BATCH, openCursor } from './cursor-command.ts';
import { runDelete, runUpdate } from './write.ts';

type Kind = 'insert' | 'update' | 'delete';

type Operation = { kind: Kind; spec: Document; database: string; name: string };

function readOperation(spec: Document, namespaces: readonly Document[]): Operation {
  const [kind] = spec.keys();
  if (kind !== 'insert' && kind !== 'update' && kind !== 'delete')
    throw refuse(72, `BulkWriteCRUDOp should have a valid operation type, not '${kind ?? ''}'`);
  const at = spec.get(kind);
  const info = isNumeric(at) ? namespaces[toNumber(at)] : undefined;
  const namespace = textOf(info?.get('ns') ?? '');
  const dot = namespace.indexOf('.');
  if (dot < 1) throw refuse(2, 'BulkWrite ops entry references an invalid nsInfo entry');
  const [database, name] = [namespace.slice(0, dot), namespace.slice(dot + 1)];
  checkName(database, name);
  return { kind, spec, database, name };
}

function collectionOf(
  context: CommandContext,
  { database, name }: Operation,
  creates: boolean,
): Collection | undefined {
  const known = findCollection(context.engine, `${database}.${name}`, context.transaction);
  checkWritable(known);
  return (
    known ??
    (creates
      ? createCollection(context.engine, database, name, new Map(), context.transaction)
      : undefined)
  );
}

type Totals = {
  nInserted: number;
  nMatched: number;
  nModified: number;
  nUpserted: number;
  nDeleted: number;
};

/** What is kept with the progress: results in the order of the operations. */
function addResult(progress: Progress, result: Document): void {
  progress.upserted.push(result);
}

function* runOperation(
  context: CommandContext,
  operation: Operation,
  at: number,
  progress: Progress,
): Task<void> {
  const { kind, spec } = operation;
  if (kind === 'insert') {
    const source = documentArgument(spec, 'document') ?? new Map();
    const collection = collectionOf(context, operation, true);
    const options = {
      bypassesValidation: context.command.get('bypassDocumentValidation') === true,
    };
    if (collection !== undefined)
      yield* patiently(
        () =>
          insertDocument(
            context.engine,
            context.transaction,
            collection,
            stamp(context, source),
            options,
          ),
        context,
      );
    addResult(progress, document({ ok: 1, idx: at, n: 1 }));
  } else if (kind === 'update') {
    const collection = collectionOf(context, operation, spec.get('upsert') === true);
    const { matched, modified, upsertedId } = yield* runUpdate(
      context,
      updateSpec(spec),
      collection,
    );
    addResult(
      progress,
      document({
        ok: 1,
        idx: at,
        n: upsertedId === undefined ? matched : 1,
        nModified: modified,
        upserted: upsertedId === undefined ? undefined : document({ _id: upsertedId }),
      }),
    );
  } else {
    const statement = document({
      q: spec.get('filter'),
      limit: spec.get('multi') === true ? 0 : 1,
      hint: spec.get('hint'),
      collation: spec.get('collation'),
    });
    const n = yield* runDelete(context, statement, collectionOf(context, operation, false));
    addResult(progress, document({ ok: 1, idx: at, n }));
  }
}

function updateSpec(spec: Document): Document {
  return document({
    q: spec.get('filter'),
    u: spec.get('updateMods'),
    multi: spec.get('multi'),
    upsert: spec.get('upsert'),
    hint: spec.get('hint'),
    arrayFilters: spec.get('arrayFilters'),
    collation: spec.get('collation'),
    c: spec.get('constants'),
    sort: spec.get('sort'),
  });
}

function numberOf(source: Document, name: string): number {
  const value = source.get(name);
  return isNumeric(value) ? toNumber(value) : 0;
}

function totalsOf(results: readonly Document[], operations: readonly Document[]): Totals {
  const totals: Totals = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  for (const result of results) {
    const operation = operations[numberOf(result, 'idx')];
    const n = numberOf(result, 'n');
    if (operation?.has('insert') === true) totals.nInserted += n;
    else if (operation?.has('delete') === true) totals.nDeleted += n;
    else {
      if (result.has('upserted')) totals.nUpserted += 1;
      else totals.nMatched += n;
      totals.nModified += numberOf(result, 'nModified');
    }
  }
  return totals;
}

/** The failures as results: `index` is `idx` here. */
function failures(errors: readonly Document[]): Document[] {
  return errors.map((error) => {
    const { index, ...rest } = Object.fromEntries(error);
    return document({ ok: 0, idx: index, ...rest, n: 0 });
  });
}

/** `bulkWrite`. */
export const bulkWrite: Handler = function* (context) {
  const { command } = context;
  const operations = documentsArgument(command, 'ops');
  const namespaces = documentsArgument(command, 'nsInfo');
  checkBatchSize(operations.length);
  const read = operations.map((spec) => readOperation(spec, namespaces));
  const progress = yield* runBatch(context, read, (operation, sofar, at) =>
    runOperation(context, operation, at, sofar),
  );
  const failed = failures(progress.errors);
  const results = command.get('errorsOnly') === true ? failed : [...progress.upserted, ...failed];
  results.sort((left, right) => numberOf(left, 'idx') - numberOf(right, 'idx'));
  const cursor = documentArgument(command, 'cursor') ?? new Map();
  const reply = yield* openCursor(context, mapFlow(flowOf(results), writeDocument), {
    namespace: 'admin.$cmd.bulkWrite',
    batchSize: numberArgument(cursor, 'batchSize') ?? FIRST_BATCH,
  });
  const totals = document({ nErrors: failed.length, ...totalsOf(progress.upserted, operations) });
  return new Map([...reply, ...totals, ...withWriteConcern(command, new Map())]);
};
