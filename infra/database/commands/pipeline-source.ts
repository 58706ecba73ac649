// Where a pipeline gets its documents: a collection with what can be pushed down to it, a view, or nothing.
import { compilePipeline, readStage } from '../aggregation/pipeline.ts';
import type { Namespace, StageContext, World } from '../aggregation/stage.ts';
import { wholeNumber } from '../bson/number.ts';
import { readDocument, readFields } from '../bson/reader.ts';
import { document, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { findCollection } from '../engine/catalogue.ts';
import type { Collection } from '../engine/collection.ts';
import { asksForText } from '../engine/derived-plan.ts';
import type { Row } from '../engine/scan.ts';
import { makeScope } from '../expression/scope.ts';
import type { Scope } from '../expression/scope.ts';
import { nearField, nearFilter, readGeoNear } from '../geo/geo-near.ts';
import type { GeoNear } from '../geo/geo-near.ts';
import { flowOf, mapFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import { isSameCollation } from '../query/collation.ts';
import { makeSearch, noteMeasure, textSearch } from '../query/search.ts';
import { refuse } from '../refusal.ts';
import type { CommandContext } from './context.ts';
import { writeResult } from './merge.ts';
import { produceDocuments } from './produce.ts';
import { askRows } from './ask.ts';
import type { Ask } from './ask.ts';

/** How many views may stand on one another. */
export const VIEW_DEPTH = 20;

/** What the first stages ask of the collection, and the stages that are left. */
export type Pushdown = { ask: Ask; rest: readonly Document[] };

/** Turns leading `$match`, `$sort`, `$skip` and `$limit` into a query. */
export function pushDown(stages: readonly Document[], hint: Maybe, allowsDisk: boolean): Pushdown {
  const matches: Document[] = [];
  for (const stage of stages) {
    const filter = stage.get('$match');
    if (!isDocument(filter)) break;
    matches.push(filter);
  }
  const sort = stages[matches.length]?.get('$sort');
  const isSorted = isDocument(sort) && sort.size > 0;
  const rest = stages.slice(matches.length + Number(isSorted));
  const ask = {
    filter: joined(matches),
    sort: isSorted ? sort : undefined,
    hint,
    limit: limitOf(rest),
    allowsDisk,
  };
  return { ask, rest };
}

function joined(matches: Document[]): Document {
  const [first = new Map()] = matches;
  return matches.length <= 1 ? first : document({ $and: matches });
}

/** How many documents `$skip` and `$limit` at the head let through; they still run themselves. */
function limitOf(stages: readonly Document[]): number | undefined {
  const skip = stages[0]?.get('$skip');
  const limit = stages[skip === undefined ? 0 : 1]?.get('$limit');
  const [skipped, limited] = [skip ?? 0, limit].map((value) =>
    isNumeric(value) ? wholeNumber(value) : undefined,
  );
  return skipped === undefined || limited === undefined || limited <= 0
    ? undefined
    : skipped + limited;
}

/** Compiles and runs a pipeline on a collection, a view or nothing. */
export function aggregateFlow(
  context: CommandContext,
  name: string,
  stages: readonly Document[],
  outer: Scope,
  hint?: Maybe,
  depth = 0,
  database = context.database,
): Flow<Document> {
  if (depth > VIEW_DEPTH) throw refuse(165, `View depth too deep or view cycle detected: ${name}`);
  const collection = findCollection(context.engine, `${database}.${name}`, context.transaction);
  if (collection?.view !== undefined) {
    const { on, pipeline } = collection.view;
    return aggregateFlow(
      context,
      on,
      [...pipeline, ...stages],
      outer,
      undefined,
      depth + 1,
      database,
    );
  }
  // What is searched for here is not searched for in the collections that it is joined with.
  const scope = { ...outer, search: makeSearch() };
  const allowsDisk = context.command.get('allowDiskUse') !== false;
  const stageContext: StageContext = {
    scope,
    database,
    world: worldOf(context, collection, depth, database),
    allowsDisk,
  };
  // Compiled as a whole first: a wrong stage is refused even where nothing would reach it.
  const whole = compilePipeline(stages, stageContext);
  if (collection === undefined) {
    checkMatches(stages, scope);
    return whole.run(flowOf([]));
  }
  if (isProduced(stages)) return whole.run(flowOf([]));
  const nearest = stages[0]?.get('$geoNear');
  if (nearest !== undefined)
    return compilePipeline(stages.slice(1), stageContext).run(
      nearestFlow(context, collection, readGeoNear(nearest), scope),
    );
  return askedFlow(context, collection, stages, stageContext, hint);
}

/** A pipeline on what its first stages ask of the collection. */
function askedFlow(
  context: CommandContext,
  collection: Collection,
  stages: readonly Document[],
  stageContext: StageContext,
  hint: Maybe,
): Flow<Document> {
  const { scope } = stageContext;
  const { ask, rest } = pushDown(stages, hint, stageContext.allowsDisk);
  const pipeline = compilePipeline(rest, stageContext);
  const rows = askRows(collection, ask, scope, context.sight);
  return pipeline.run(
    asksForText(ask.filter)
      ? mapFlow(rows, (row) => scored(row, scope))
      : documentsOf(rows, pipeline.fields),
  );
}

/** The documents that are near, with their distances. */
function nearestFlow(
  context: CommandContext,
  collection: Collection,
  asked: GeoNear,
  scope: Scope,
): Flow<Document> {
  const kinds = collection.indexes.map(({ kind }) => kind).filter((kind) => kind?.kind === 'geo');
  const key = nearField(asked, kinds);
  const rows = askRows(collection, { filter: nearFilter(asked, key) }, scope, context.sight);
  return mapFlow(rows, ({ bytes }) => {
    const source = readDocument(bytes);
    const distance = scope.search.distance?.(source) ?? 0;
    return noteMeasure(asked.tell(source, distance, key), 'geoNearDistance', distance);
  });
}

/** A document with what the search of it came to. */
function scored({ bytes }: Row, { search }: Scope): Document {
  const source = readDocument(bytes);
  return noteMeasure(source, 'textScore', textSearch(search).score(source));
}

function checkMatches(stages: readonly Document[], scope: Scope): void {
  for (const stage of stages) {
    const filter = stage.get('$match');
    if (isDocument(filter)) compileFilter(filter, scope);
  }
}

const PRODUCERS = new Set([
  '$collStats',
  '$indexStats',
  '$currentOp',
  '$listLocalSessions',
  '$listSessions',
  '$documents',
]);

function isProduced(stages: readonly Document[]): boolean {
  return stages[0] !== undefined && PRODUCERS.has(readStage(stages[0])[0]);
}

/** Only the fields that the pipeline reads are decoded. */
function documentsOf(rows: Flow<Row>, fields: ReadonlySet<string> | undefined): Flow<Document> {
  return fields === undefined
    ? mapFlow(rows, ({ bytes }) => readDocument(bytes))
    : mapFlow(rows, ({ bytes }) => readFields(bytes, fields));
}

function worldOf(
  context: CommandContext,
  collection: Collection | undefined,
  depth: number,
  database: string,
): World {
  return {
    open: (namespace, stages, scope) => openOther(context, namespace, stages, scope, depth),
    findByIndex: (namespace, field) => finderByIndex(context, namespace, field),
    write: (stage, argument, source) => writeResult(context, database, stage, argument, source),
    produce: (stage, argument) => produceDocuments(context, collection, stage, argument),
  };
}

function openOther(
  context: CommandContext,
  namespace: Namespace,
  stages: readonly Document[],
  scope: Scope,
  depth: number,
): Flow<Document> {
  return aggregateFlow(
    context,
    namespace.collection,
    stages,
    scope,
    undefined,
    depth + 1,
    namespace.database,
  );
}

function finderByIndex(
  context: CommandContext,
  { database, collection: name }: Namespace,
  field: string,
): ((values: readonly Value[]) => Flow<Document>) | undefined {
  const collection = findCollection(context.engine, `${database}.${name}`, context.transaction);
  if (collection === undefined || collection.view !== undefined || collection.isFresh)
    return undefined;
  const isIndexed = collection.indexes.some(
    ({ fields, isSparse, partial, isHidden, isBuilding, collation }) =>
      fields[0]?.path === field &&
      !isSparse &&
      partial === undefined &&
      !isHidden &&
      !isBuilding &&
      isSameCollation(collation, undefined),
  );
  if (!isIndexed) return undefined;
  return (values) => {
    const filter = document({ [field]: document({ $in: [...values] }) });
    const scope = makeScope({ clusterTime: context.engine.timestamp() });
    return mapFlow(askRows(collection, { filter }, scope, context.sight), ({ bytes }) =>
      readDocument(bytes),
    );
  };
}
