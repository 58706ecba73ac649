// $lookup, $graphLookup and $unionWith: documents of other collections.
import { keyText } from '../bson/key.ts';
import { valueAt, withValueAt } from '../bson/path.ts';
import { wholeNumber } from '../bson/number.ts';
import { document, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import { bindVariable } from '../expression/scope.ts';
import type { Evaluate, Scope } from '../expression/scope.ts';
import { flowOf, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import { refuse } from '../refusal.ts';
import { keepAll, keepWithin, makeRoom } from './keep.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, Namespace, StageContext } from './stage.ts';

/** Reads a collection's name, or `{ db, coll }`. */
export function namespaceOf(spec: Maybe, database: string, stage: string): Namespace {
  if (typeof spec === 'string') return { database, collection: spec };
  const named = isDocument(spec) ? spec.get('coll') : undefined;
  const other = isDocument(spec) ? (spec.get('db') ?? database) : undefined;
  if (typeof named !== 'string' || typeof other !== 'string')
    throw refuse(9, `${stage} needs the name of a collection`);
  return { database: other, collection: named };
}

/** The documents of an array argument. */
export function pipelineOf(spec: Maybe, stage: string): Document[] {
  if (!Array.isArray(spec)) throw refuse(14, `'pipeline' option of ${stage} must be an array`);
  return spec.map((element) => {
    if (!isDocument(element))
      throw refuse(14, "Each element of the 'pipeline' array must be an object");
    return element;
  });
}

const OPTIONS = new Set(['from', 'localField', 'foreignField', 'as', 'let', 'pipeline']);

function text(spec: Document, name: string): string {
  const value = spec.get(name);
  if (typeof value !== 'string') throw refuse(9, `$lookup argument '${name}' must be a string`);
  return value;
}

type Lets = { scope: Scope; assign: (source: Document) => void };

function bindLets(spec: Maybe, scope: Scope): Lets {
  if (spec === undefined) return { scope, assign: () => {} };
  if (!isDocument(spec)) throw refuse(9, "$lookup argument 'let' must be an object");
  let inner = scope;
  const bindings: [number, Evaluate][] = [];
  for (const [name, expression] of spec) {
    const evaluate = compileExpression(expression, scope);
    const bound = bindVariable(inner, name);
    inner = bound.scope;
    bindings.push([bound.slot, evaluate]);
  }
  return {
    scope: inner,
    assign: (source) => {
      for (const [slot, evaluate] of bindings) inner.slots[slot] = evaluate(source);
    },
  };
}

/** `$lookup`. */
export const compileLookup: CompileStage = (argument, context) => {
  if (!isDocument(argument)) throw refuse(9, 'the $lookup specification must be an object');
  for (const name of argument.keys())
    if (!OPTIONS.has(name)) throw refuse(9, `unknown argument to $lookup: ${name}`);
  const target = text(argument, 'as').split('.');
  const find = finder(argument, context);
  return stageOf((source) => lookupFlow(source, target, find));
};

type Find = (source: Document) => Flow<Document>;

function* lookupFlow(
  source: Flow<Document>,
  target: readonly string[],
  find: Find,
): Flow<Document> {
  for (const item of source) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    const found = yield* keepAll(find(item), '$lookup');
    yield withValueAt(item, target, found);
  }
}

function finder(spec: Document, context: StageContext): Find {
  const lets = bindLets(spec.get('let'), context.scope);
  const pipeline = spec.has('pipeline') ? pipelineOf(spec.get('pipeline'), '$lookup') : undefined;
  const isDocuments = pipeline?.[0]?.has('$documents') === true;
  const from = isDocuments
    ? { database: context.database, collection: '$cmd.aggregate' }
    : namespaceOf(spec.get('from'), context.database, '$lookup');
  const hasFields = spec.has('localField') || spec.has('foreignField');
  if (!hasFields && pipeline === undefined)
    throw refuse(
      9,
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  if (!hasFields) return pipelineFinder(from, pipeline ?? [], lets, context, spec.has('let'));
  return fieldFinder(spec, from, pipeline, lets, context);
}

/** A pipeline that does not look at the outer document runs once, if what it finds can be kept. */
function pipelineFinder(
  from: Namespace,
  pipeline: readonly Document[],
  lets: Lets,
  context: StageContext,
  isCorrelated: boolean,
): Find {
  let known: Document[] | undefined;
  const { world } = context;
  let isConstant = !isCorrelated && context.scope.names.size === 0;
  return function* (source) {
    if (known !== undefined) {
      yield* flowOf(known);
      return;
    }
    lets.assign(source);
    if (isConstant) known = yield* keepWithin(world.open(from, pipeline, lets.scope));
    isConstant = known !== undefined;
    yield* known === undefined ? world.open(from, pipeline, lets.scope) : flowOf(known);
  };
}

function fieldFinder(
  spec: Document,
  from: Namespace,
  pipeline: readonly Document[] | undefined,
  lets: Lets,
  context: StageContext,
): Find {
  const local = text(spec, 'localField').split('.');
  const foreign = text(spec, 'foreignField');
  const { world } = context;
  if (pipeline !== undefined && pipeline.length > 0)
    return (source) => {
      lets.assign(source);
      const match = matchAny(foreign, wanted(source, local));
      return world.open(from, [match, ...pipeline], lets.scope);
    };
  const byIndex = world.findByIndex(from, foreign);
  if (byIndex !== undefined) return (source) => byIndex(wanted(source, local));
  return hashFinder(from, foreign.split('.'), local, context);
}

/** The values to look for: those of an array, each; nothing counts as null. */
function wanted(source: Document, local: readonly string[]): Value[] {
  const value = valueAt(source, local);
  if (Array.isArray(value)) return [...new Map(value.map((one) => [keyText(one), one])).values()];
  return [value ?? null];
}

/** Reads the other collection once and keeps it by value; one that is too large for that is read for each document. */
function hashFinder(
  from: Namespace,
  foreign: readonly string[],
  local: readonly string[],
  context: StageContext,
): Find {
  let table: Map<string, Document[]> | undefined;
  let isTooLarge = false;
  const { scope, world } = context;
  const fold = scope.collation?.fold;
  return function* (source) {
    if (table === undefined && !isTooLarge) {
      const all = yield* keepWithin(world.open(from, [], scope));
      isTooLarge = all === undefined;
      if (all !== undefined) table = yield* tableOf(all, foreign, fold);
    }
    if (table === undefined) {
      yield* world.open(from, [matchAny(foreign.join('.'), wanted(source, local))], scope);
      return;
    }
    const found = new Set<Document>();
    for (const value of wanted(source, local))
      for (const match of table.get(keyText(value, fold)) ?? []) found.add(match);
    yield* flowOf(found);
  };
}

function matchAny(path: string, values: Value[]): Document {
  return document({ $match: document({ [path]: document({ $in: values }) }) });
}

function* tableOf(
  items: readonly Document[],
  foreign: readonly string[],
  fold?: (text: string) => string,
): Generator<typeof PAUSE, Map<string, Document[]>, undefined> {
  const table = new Map<string, Document[]>();
  for (const item of flowOf(items))
    if (item === PAUSE) yield PAUSE;
    else for (const key of keysOf(item, foreign, fold)) addTo(table, key, item);
  return table;
}

function keysOf(
  item: Document,
  foreign: readonly string[],
  fold?: (text: string) => string,
): Set<string> {
  const value = valueAt(item, foreign);
  const values: Value[] = Array.isArray(value) ? [...value, value] : [value ?? null];
  return new Set(values.map((one) => keyText(one, fold)));
}

function addTo(table: Map<string, Document[]>, key: string, item: Document): void {
  const list = table.get(key);
  if (list === undefined) table.set(key, [item]);
  else list.push(item);
}

/** `$unionWith`. */
export const compileUnion: CompileStage = (argument, context) => {
  const pipeline =
    isDocument(argument) && argument.has('pipeline')
      ? pipelineOf(argument.get('pipeline'), '$unionWith')
      : [];
  const isDocuments = isDocument(argument) && !argument.has('coll');
  const from = isDocuments
    ? { database: context.database, collection: '$cmd.aggregate' }
    : namespaceOf(argument, context.database, '$unionWith');
  return stageOf(function* (source) {
    yield* source;
    yield* context.world.open(from, pipeline, context.scope);
  });
};

const GRAPH_OPTIONS = new Set([
  'from',
  'startWith',
  'connectFromField',
  'connectToField',
  'as',
  'maxDepth',
  'depthField',
  'restrictSearchWithMatch',
]);

type Graph = {
  from: Namespace;
  start: Evaluate;
  connectFrom: readonly string[];
  connectTo: string;
  most: number;
  depthField: readonly string[] | undefined;
  isAllowed: (item: Document) => boolean;
};

function readGraph(spec: Document, context: StageContext): Graph {
  for (const name of spec.keys())
    if (!GRAPH_OPTIONS.has(name)) throw refuse(40_104, `Unknown argument to $graphLookup: ${name}`);
  const depth = spec.get('maxDepth');
  const most =
    depth === undefined
      ? Number.POSITIVE_INFINITY
      : isNumeric(depth)
        ? wholeNumber(depth)
        : undefined;
  if (most === undefined || most < 0)
    throw refuse(40_101, 'maxDepth requires a nonnegative argument');
  const restrict = spec.get('restrictSearchWithMatch');
  const filter = isDocument(restrict) ? compileFilter(restrict, context.scope) : undefined;
  return {
    from: namespaceOf(spec.get('from'), context.database, '$graphLookup'),
    start: compileExpression(spec.get('startWith') ?? null, context.scope),
    connectFrom: text(spec, 'connectFromField').split('.'),
    connectTo: text(spec, 'connectToField'),
    most,
    depthField: spec.has('depthField') ? text(spec, 'depthField').split('.') : undefined,
    isAllowed: (item) => filter?.matches(item) ?? true,
  };
}

/** `$graphLookup`: follows connections breadth first. */
export const compileGraphLookup: CompileStage = (argument, context) => {
  if (!isDocument(argument))
    throw refuse(40_327, 'the $graphLookup stage specification must be an object');
  const graph = readGraph(argument, context);
  const target = text(argument, 'as').split('.');
  return stageOf(function* (source) {
    for (const item of source) {
      if (item === PAUSE) yield PAUSE;
      else {
        const found = yield* reachable(item, graph, context);
        yield withValueAt(item, target, found);
      }
    }
  });
};

function listOf(value: Maybe): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function* reachable(
  source: Document,
  graph: Graph,
  context: StageContext,
): Generator<typeof PAUSE, Document[], undefined> {
  const found = new Map<string, Document>();
  const asked = new Set<string>();
  let frontier = listOf(graph.start(source));
  const room = makeRoom('$graphLookup');
  for (let depth = 0; frontier.length > 0 && depth <= graph.most; depth += 1) {
    const fresh = frontier.filter((value) => !asked.has(keyText(value)));
    for (const value of fresh) asked.add(keyText(value));
    frontier = [];
    if (fresh.length === 0) break;
    // A long chain has a step for every document.
    yield PAUSE;
    for (const item of connected(graph, fresh, context)) {
      if (item === PAUSE) {
        yield PAUSE;
        continue;
      }
      const id = keyText(item.get('_id'));
      if (found.has(id) || !graph.isAllowed(item)) continue;
      room(item);
      found.set(
        id,
        graph.depthField === undefined ? item : withValueAt(item, graph.depthField, BigInt(depth)),
      );
      frontier.push(...listOf(valueAt(item, graph.connectFrom)));
    }
  }
  return [...found.values()];
}

function connected(graph: Graph, values: Value[], { world, scope }: StageContext): Flow<Document> {
  const byIndex = world.findByIndex(graph.from, graph.connectTo);
  if (byIndex !== undefined) return byIndex(values);
  return world.open(graph.from, [matchAny(graph.connectTo, values)], scope);
}
