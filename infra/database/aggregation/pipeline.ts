// Pipelines: stages one after the other.
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { weigh } from '../expression/accumulator.ts';
import { flowOf, PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { readGeoNear } from '../geo/geo-near.ts';
import { asksForNearest } from '../geo/region.ts';
import { refuse } from '../refusal.ts';
import { compileBucket, compileBucketAuto } from './bucket.ts';
import { compileDensify, compileFill } from './densify.ts';
import { compileGroup } from './group.ts';
import { compileGraphLookup, compileLookup, compileUnion, pipelineOf } from './lookup.ts';
import { MEMORY_LIMIT, memoryRefusal } from './sort-stage.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, Stage, StageContext } from './stage.ts';
import { SIMPLE_STAGES } from './stages.ts';
import { compileWindow } from './window.ts';

/** A pipeline that is ready to run. */
export type Pipeline = {
  run: (source: Flow<Document>) => Flow<Document>;
  /** The top-level fields that it needs of its input; undefined for all. */
  fields: ReadonlySet<string> | undefined;
};

const facet: CompileStage = (argument, context) => {
  if (!isDocument(argument) || argument.size === 0)
    throw refuse(40_169, 'the $facet specification must be a non-empty object');
  const branches = [...argument].map(([name, spec]): [string, Pipeline] => {
    const stages = pipelineOf(spec, '$facet');
    for (const stage of stages)
      for (const inner of stage.keys())
        if (NOT_IN_FACET.has(inner))
          throw refuse(40_600, `${inner} is not allowed to be used within a $facet stage`);
    return [name, compilePipeline(stages, context)];
  });
  return stageOf((source) => facetFlow(source, branches));
};

const NOT_IN_FACET = new Set([
  '$facet',
  '$out',
  '$merge',
  '$geoNear',
  '$indexStats',
  '$collStats',
  '$documents',
]);

function* facetFlow(
  source: Flow<Document>,
  branches: readonly (readonly [string, Pipeline])[],
): Flow<Document> {
  const all: Document[] = [];
  let weight = 0;
  for (const item of source) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    all.push(item);
    weight += weigh(item);
    if (weight > MEMORY_LIMIT) throw memoryRefusal('$facet');
  }
  const made: Document = new Map();
  for (const [name, branch] of branches) {
    const results: Value[] = [];
    for (const item of branch.run(flowOf(all)))
      if (item === PAUSE) yield PAUSE;
      else results.push(item);
    made.set(name, results);
  }
  yield made;
}

const writing: CompileStage = (argument, { world }, name) =>
  stageOf((source) => world.write(name, argument, source));

/** Stages that make their own documents; only first in a pipeline. */
const producing: CompileStage = (argument, { world }, name) =>
  stageOf(function* (source) {
    for (const item of source) if (item === PAUSE) yield PAUSE;
    const made = world.produce(name, argument);
    if (made === undefined) throw refuse(238, `the stage ${name} is not supported here`);
    yield* flowOf(made);
  });

/** Is part of how the collection is read, as only there an index is at hand. */
const nearest: CompileStage = (argument) => {
  readGeoNear(argument);
  return stageOf((source) => source);
};

const STAGES: ReadonlyMap<string, CompileStage> = new Map<string, CompileStage>([
  ...SIMPLE_STAGES,
  ['$group', compileGroup],
  ['$bucket', compileBucket],
  ['$bucketAuto', compileBucketAuto],
  ['$lookup', compileLookup],
  ['$graphLookup', compileGraphLookup],
  ['$unionWith', compileUnion],
  ['$facet', facet],
  ['$setWindowFields', compileWindow],
  ['$densify', compileDensify],
  ['$fill', compileFill],
  ['$out', writing],
  ['$merge', writing],
  ['$geoNear', nearest],
  ['$collStats', producing],
  ['$indexStats', producing],
  ['$currentOp', producing],
  ['$listLocalSessions', producing],
  ['$listSessions', producing],
]);

/** Stages by name, for the support matrix. */
export const STAGE_NAMES: readonly string[] = [...STAGES.keys()].filter(
  (name) => !name.startsWith('$_'),
);

const SEARCH = new Set([
  '$search',
  '$searchMeta',
  '$vectorSearch',
  '$listSearchIndexes',
  '$rankFusion',
  '$scoreFusion',
]);
const NOT_SUPPORTED = new Set([
  '$planCacheStats',
  '$listSampledQueries',
  '$querySettings',
  '$shardedDataDistribution',
  '$queryStats',
  '$backupCursor',
  '$listClusterCatalog',
]);

function unknownStage(name: string): Error {
  if (SEARCH.has(name))
    return refuse(
      31_082,
      `Using Atlas Search Database Commands and the ${name} aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable.`,
    );
  if (NOT_SUPPORTED.has(name)) return refuse(238, `the stage ${name} is not supported`);
  if (name === '$changeStream' || name === '$changeStreamSplitLargeEvent')
    return refuse(40_602, `${name} is only valid as the first stage in a pipeline`);
  return refuse(40_324, `Unrecognized pipeline stage name: '${name}'`);
}

/** The name and argument of a stage. */
export function readStage(stage: Maybe): readonly [string, Value] {
  const [entry] = isDocument(stage) ? stage : [];
  if (!isDocument(stage) || stage.size !== 1 || entry === undefined)
    throw refuse(40_323, 'A pipeline stage specification object must contain exactly one field.');
  return entry;
}

const ONLY_FIRST = new Set(['$documents', '$geoNear']);

function checkPlace(name: string, argument: Value, at: number, count: number): void {
  if ((name === '$out' || name === '$merge') && at < count - 1)
    throw refuse(40_601, `${name} can only be the final stage in the pipeline`);
  if (name === '$match' && isDocument(argument)) checkMatch(argument, at);
  if (at > 0 && ONLY_FIRST.has(name))
    throw refuse(40_602, `${name} is only valid as the first stage in a pipeline`);
}

function checkMatch(filter: Document, at: number): void {
  if (asksForNearest(filter))
    throw refuse(
      5_626_500,
      '$geoNear, $near, and $nearSphere are not allowed in this context, as these operators require sorting geospatial data. If you do not need sort, consider using $geoWithin instead.',
    );
  if (at > 0 && filter.has('$text'))
    throw refuse(17_313, '$match with $text is only allowed as the first pipeline stage');
}

/**
 * Compiles a pipeline.
 *
 * @throws {CommandRefusal} 40324 for an unknown stage, 238 for one that is not supported, 40601 for a misplaced `$out`
 */
export function compilePipeline(stages: readonly Document[], context: StageContext): Pipeline {
  const compiled = stages.map((stage, at) => {
    const [name, argument] = readStage(stage);
    const compile = STAGES.get(name);
    if (compile === undefined) throw unknownStage(name);
    checkPlace(name, argument, at, stages.length);
    return compile(argument, context, name);
  });
  return {
    run: (source) => compiled.reduce((flow, stage) => stage.run(flow), source),
    fields: fieldsOf(compiled),
  };
}

/** What the first stages read, up to one that closes; all when none does. */
function fieldsOf(stages: readonly Stage[]): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  for (const { reads, closes } of stages) {
    if (reads === undefined || reads.all) return undefined;
    for (const field of reads.fields) fields.add(field);
    if (closes) return fields;
  }
  return undefined;
}
