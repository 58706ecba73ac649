// $bucket and $bucketAuto.
import { compareValues } from '../bson/order.ts';
import { wholeNumber } from '../bson/number.ts';
import { document, isDocument, isNumeric, rankOf } from '../bson/value.ts';
import type { Document, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Evaluate } from '../expression/scope.ts';
import { PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { readSort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { compileGatherings, groupFlow } from './group.ts';
import type { Gatherings } from './group.ts';
import { sortFlow } from './sort-stage.ts';
import { keepAll } from './keep.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, StageContext } from './stage.ts';

function outputOf(spec: Document, context: StageContext): Gatherings {
  const output = spec.get('output') ?? document({ count: document({ $sum: 1 }) });
  if (!isDocument(output)) throw refuse(40_196, "The 'output' field must be an object");
  return compileGatherings(output, context);
}

function checkNames(
  spec: Document,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): void {
  for (const key of spec.keys())
    if (!required.includes(key) && !optional.includes(key))
      throw refuse(40_197, `Unrecognized option to ${name}: ${key}.`);
  for (const key of required)
    if (!spec.has(key)) throw refuse(40_198, `${name} requires '${key}' to be specified.`);
}

function boundariesOf(spec: Document, evaluate: (value: Value) => Value): Value[] {
  const list = spec.get('boundaries');
  if (!Array.isArray(list)) throw refuse(40_200, "The $bucket 'boundaries' field must be an array");
  if (list.length < 2)
    throw refuse(40_192, "The $bucket 'boundaries' field must have at least 2 values");
  const boundaries = list.map(evaluate);
  for (const [at, boundary] of boundaries.entries()) {
    const next = boundaries[at + 1];
    if (next === undefined) continue;
    if (rankOf(boundary) !== rankOf(next))
      throw refuse(
        40_193,
        "All values in the 'boundaries' option to $bucket must have the same type.",
      );
    if (compareValues(boundary, next) >= 0)
      throw refuse(
        40_194,
        "The 'boundaries' option to $bucket must be sorted, and contain no duplicates",
      );
  }
  return boundaries;
}

/** `$bucket`: groups by boundaries that are given. */
export const compileBucket: CompileStage = (argument, context) => {
  if (!isDocument(argument)) throw refuse(40_201, 'Argument to $bucket stage must be an object');
  checkNames(argument, '$bucket', ['groupBy', 'boundaries'], ['default', 'output']);
  const by = compileExpression(argument.get('groupBy') ?? null, context.scope);
  const boundaries = boundariesOf(
    argument,
    (value) => compileExpression(value, context.scope)(new Map()) ?? null,
  );
  const otherwise = argument.get('default');
  const output = outputOf(argument, context);
  const place: Evaluate = (root) => bucketOf(by(root) ?? null, boundaries, otherwise);
  const sort = readSort(document({ _id: 1 }));
  return stageOf((source) =>
    sortFlow(groupFlow(source, place, output, context), sort, { allowsDisk: context.allowsDisk }),
  );
};

function bucketOf(value: Value, boundaries: readonly Value[], otherwise: Value | undefined): Value {
  const at = boundaries.findLastIndex((boundary) => compareValues(value, boundary) >= 0);
  const bucket = at < boundaries.length - 1 ? boundaries[at] : undefined;
  const found = bucket ?? otherwise;
  if (found === undefined)
    throw refuse(
      40_066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  return found;
}

/** `$bucketAuto`: as many groups of about the same size. */
export const compileBucketAuto: CompileStage = (argument, context) => {
  if (!isDocument(argument)) throw refuse(40_240, 'The argument to $bucketAuto must be an object');
  checkNames(argument, '$bucketAuto', ['groupBy', 'buckets'], ['output', 'granularity']);
  if (argument.has('granularity')) throw refuse(238, "$bucketAuto's granularity is not supported");
  const by = compileExpression(argument.get('groupBy') ?? null, context.scope);
  const buckets = argument.get('buckets');
  const count = isNumeric(buckets) ? wholeNumber(buckets) : undefined;
  if (count === undefined || count < 1)
    throw refuse(40_243, "The $bucketAuto 'buckets' field must be greater than 0");
  const output = outputOf(argument, context);
  return stageOf((source) => bucketAutoFlow(source, by, count, output));
};

type Row = { item: Document; value: Value };

function* bucketAutoFlow(
  source: Flow<Document>,
  by: Evaluate,
  count: number,
  output: Gatherings,
): Flow<Document> {
  const documents = yield* keepAll(source, '$bucketAuto');
  const rows = documents
    .map((item) => ({ item, value: by(item) ?? null }))
    .sort((left, right) => compareValues(left.value, right.value));
  const size = Math.max(1, Math.round(rows.length / count));
  let start = 0;
  for (let bucket = 0; bucket < count && start < rows.length; bucket += 1) {
    const end = bucket === count - 1 ? rows.length : bucketEnd(rows, start + size);
    yield bucketDocument(rows, start, end, output);
    yield PAUSE;
    start = end;
  }
}

/** Equal values never part. */
function bucketEnd(rows: readonly Row[], planned: number): number {
  let end = Math.min(rows.length, planned);
  while (end < rows.length && compareValues(rows[end]?.value, rows[end - 1]?.value) === 0) end += 1;
  return end;
}

function bucketDocument(
  rows: readonly Row[],
  start: number,
  end: number,
  output: Gatherings,
): Document {
  const next = rows[end] ?? rows.at(-1);
  const bounds = document({ min: rows[start]?.value, max: next?.value });
  const gathers = output.map(([name, gathering]) => ({ name, gather: gathering() }));
  for (const row of rows.slice(start, end)) for (const { gather } of gathers) gather.add(row.item);
  const made: Document = new Map([['_id', bounds]]);
  for (const { name, gather } of gathers) made.set(name, gather.result() ?? null);
  return made;
}
