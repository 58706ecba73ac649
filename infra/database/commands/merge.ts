// $out and $merge: writing the result of a pipeline to a collection.
import { namespaceOf, pipelineOf } from '../aggregation/lookup.ts';
import { readStage } from '../aggregation/pipeline.ts';
import type { Namespace } from '../aggregation/stage.ts';
import { valueAt } from '../bson/path.ts';
import { readDocument } from '../bson/reader.ts';
import { isDocument, ObjectId, textOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import {
  createCollection,
  createIndexes,
  dropCollection,
  findCollection,
  renameCollection,
} from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import { duplicateKey } from '../engine/duplicate-key.ts';
import { insertDocument, replaceDocument } from '../engine/write.ts';
import { compileExpression } from '../expression/compile.ts';
import { bindValues, makeScope } from '../expression/scope.ts';
import { finishTask, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { describeDifference } from '../query/describe.ts';
import { refuse } from '../refusal.ts';
import { askRows } from './ask.ts';
import { checkWritable, runStages } from './change.ts';
import { checkName } from './context.ts';
import type { CommandContext } from './context.ts';

const OPTIONS = { bypassesValidation: false };

/** Writes the documents of a flow as the stage says; nothing comes out. */
export function* writeResult(
  context: CommandContext,
  database: string,
  stage: string,
  argument: Value,
  source: Flow<Document>,
): Flow<Document> {
  if (context.transaction !== undefined)
    throw refuse(
      263,
      `Operation not permitted in transaction :: caused by :: Aggregation stage ${stage} cannot run within a multi-document transaction`,
    );
  if (stage === '$out')
    yield* replaceCollection(context, namespaceOf(argument, database, stage), source);
  else yield* mergeInto(context, readMerge(argument, database, context), source);
}

/** `$out`: the new collection takes the place of the old one when it is complete. */
function* replaceCollection(
  context: CommandContext,
  { database, collection: name }: Namespace,
  source: Flow<Document>,
): Flow<Document> {
  const { engine } = context;
  checkName(database, name);
  const old = findCollection(engine, `${database}.${name}`);
  checkWritable(old);
  const fresh = createCollection(
    engine,
    database,
    `tmp.agg_out.${new ObjectId().toHexString()}`,
    old?.options,
  );
  try {
    const indexes = (old?.indexes ?? []).filter((index) => index.name !== '_id_');
    finishTask(
      createIndexes(
        engine,
        fresh,
        indexes.map(({ spec }) => spec),
      ),
    );
    for (const item of source)
      if (item === PAUSE) yield PAUSE;
      else insertDocument(engine, undefined, fresh, item, OPTIONS);
  } catch (error) {
    dropCollection(engine, fresh);
    throw error;
  }
  renameCollection(
    engine,
    fresh,
    { database, name },
    findCollection(engine, `${database}.${name}`),
  );
}

type WhenMatched = 'replace' | 'keepExisting' | 'merge' | 'fail' | readonly Document[];

type Merge = {
  into: Namespace;
  on: readonly string[];
  whenMatched: WhenMatched;
  whenNotMatched: 'insert' | 'discard' | 'fail';
  variables: Document | undefined;
};

const MATCHED = new Map<Value, WhenMatched>([
  ['replace', 'replace'],
  ['keepExisting', 'keepExisting'],
  ['merge', 'merge'],
  ['fail', 'fail'],
]);

function readMerge(argument: Value, database: string, context: CommandContext): Merge {
  const spec: Document =
    isDocument(argument) && argument.has('into') ? argument : new Map([['into', argument]]);
  const on = spec.get('on') ?? '_id';
  const variables = spec.get('let');
  const merge: Merge = {
    into: namespaceOf(spec.get('into'), database, '$merge'),
    on: (Array.isArray(on) ? on : [on]).map(textOf),
    whenMatched: readMatched(spec.get('whenMatched') ?? 'merge'),
    whenNotMatched: readUnmatched(spec.get('whenNotMatched') ?? 'insert'),
    variables: isDocument(variables) ? variables : undefined,
  };
  checkOn(merge, context);
  return merge;
}

function readMatched(value: Value): WhenMatched {
  const action = Array.isArray(value) ? pipelineOf(value, '$merge') : MATCHED.get(value);
  if (action === undefined)
    throw refuse(2, "Enumeration value for field '$merge.whenMatched' is not a valid value.");
  return action;
}

function readUnmatched(value: Value): Merge['whenNotMatched'] {
  if (value !== 'insert' && value !== 'discard' && value !== 'fail')
    throw refuse(2, "Enumeration value for field '$merge.whenNotMatched' is not a valid value.");
  return value;
}

/** Documents must be found by a unique index, or one could be merged into several. */
function checkOn({ into, on }: Merge, { engine }: CommandContext): void {
  if (on.length === 1 && on[0] === '_id') return;
  const collection = findCollection(engine, `${into.database}.${into.collection}`);
  const isUnique = collection?.indexes.some(
    ({ isUnique: unique, fields, partial }) =>
      unique &&
      partial === undefined &&
      fields.length === on.length &&
      fields.every(({ path }) => on.includes(path)),
  );
  if (isUnique !== true)
    throw refuse(51_183, 'Cannot find index to verify that join fields will be unique');
}

function* mergeInto(context: CommandContext, merge: Merge, source: Flow<Document>): Flow<Document> {
  const { engine } = context;
  const { database, collection: name } = merge.into;
  checkName(database, name);
  const known = findCollection(engine, `${database}.${name}`);
  checkWritable(known);
  const target = known ?? createCollection(engine, database, name);
  // All of the source first: it may be read from the collection that is written to.
  const items: Document[] = [];
  for (const item of source)
    if (item === PAUSE) yield PAUSE;
    else items.push(item);
  for (const item of items) {
    yield PAUSE;
    mergeOne(context, target, merge, item);
  }
}

function mergeOne(
  context: CommandContext,
  target: Collection,
  merge: Merge,
  given: Document,
): void {
  const item =
    given.has('_id') || !merge.on.includes('_id')
      ? given
      : new Map<string, Value>([['_id', new ObjectId()], ...given]);
  const filter: Document = new Map(merge.on.map((field) => [field, joinValue(item, field)]));
  const existing = findOne(context, target, filter);
  if (existing !== undefined) {
    mergeMatched(context, target, merge, item, existing);
    return;
  }
  if (merge.whenNotMatched === 'fail')
    throw refuse(
      13_113,
      '$merge could not find a matching document in the target collection for at least one document in the source collection',
    );
  if (merge.whenNotMatched === 'insert')
    insertDocument(context.engine, undefined, target, item, OPTIONS);
}

function joinValue(item: Document, field: string): Value {
  const value = valueAt(item, field.split('.'));
  if (value === undefined || value === null || Array.isArray(value))
    throw refuse(
      51_132,
      "$merge write error: 'on' field cannot be missing, null, undefined or an array",
    );
  return value;
}

type Existing = { id: number; bytes: Buffer };

function findOne(
  context: CommandContext,
  target: Collection,
  filter: Document,
): Existing | undefined {
  const scope = makeScope({ collation: target.collation });
  for (const row of askRows(target, { filter, limit: 1 }, scope, context.sight))
    if (row !== PAUSE) return row;
  return undefined;
}

function mergeMatched(
  context: CommandContext,
  target: Collection,
  merge: Merge,
  item: Document,
  existing: Existing,
): void {
  const { whenMatched } = merge;
  if (whenMatched === 'keepExisting') return;
  const before = readDocument(existing.bytes);
  const [idIndex] = target.indexes;
  if (whenMatched === 'fail' && idIndex !== undefined) throw duplicateKey(target, idIndex, item);
  const after = mergedVersion(before, item, merge, whenMatched);
  const description = whenMatched === 'replace' ? undefined : describeDifference(before, after);
  replaceDocument(
    context.engine,
    undefined,
    target,
    { ...existing, document: before },
    { after, description },
    OPTIONS,
  );
}

function mergedVersion(
  before: Document,
  item: Document,
  { variables }: Merge,
  whenMatched: WhenMatched,
): Document {
  const id = before.get('_id') ?? null;
  if (whenMatched === 'replace') return new Map([['_id', id], ...item, ['_id', id]]);
  if (typeof whenMatched === 'string') return new Map([...before, ...item, ['_id', id]]);
  const outer = makeScope();
  const values: [string, Value][] =
    variables === undefined
      ? [['new', item]]
      : [...variables].map(([name, spec]) => [
          name,
          compileExpression(spec, bindValues(outer, [['new', item]]))(item) ?? null,
        ]);
  return runStages(whenMatched, before, bindValues(outer, values));
}

/** Whether a pipeline ends by writing. */
export function endsInWrite(stages: readonly Document[]): boolean {
  const last = stages.at(-1);
  if (last === undefined) return false;
  const [name] = readStage(last);
  return name === '$out' || name === '$merge';
}
