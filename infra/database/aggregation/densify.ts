// $densify and $fill: documents and values where a series has gaps.
import { keyText } from '../bson/key.ts';
import { toNumber } from '../bson/number.ts';
import { compareValues } from '../bson/order.ts';
import { valueAt, withValueAt } from '../bson/path.ts';
import { document, double, isDocument, isNullish, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Numeric, Value } from '../bson/value.ts';
import { addNumbers } from '../expression/arithmetic.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Evaluate } from '../expression/scope.ts';
import { unitOf } from '../expression/date-argument.ts';
import type { Unit } from '../expression/date-argument.ts';
import { addToDate } from '../expression/date-math.ts';
import { PAUSE, PAUSE_EVERY } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { readSort, sortDocuments, sortValues } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { keepAll } from './keep.ts';
import { fillLinearly } from './interpolate.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, StageContext } from './stage.ts';

type Point = Numeric | Date;
type Step = (point: Point, count: number) => Point;

type Densify = {
  field: readonly string[];
  partition: readonly (readonly string[])[];
  step: Step;
  bounds: 'full' | 'partition' | readonly [Point, Point];
};

function isPoint(value: Maybe): value is Point {
  return isNumeric(value) || value instanceof Date;
}

function stepOf(range: Document): Step {
  const size = range.get('step');
  if (!isNumeric(size) || toNumber(size) <= 0)
    throw refuse(
      5_733_401,
      'the step parameter in a range statement must be a strictly positive numeric value',
    );
  const unit: Unit | undefined = range.has('unit')
    ? unitOf(range.get('unit'), '$densify')
    : undefined;
  return (point, count) => {
    if (point instanceof Date) {
      if (unit === undefined) throw refuse(6_586_400, 'Encountered date value but no unit');
      return addToDate(point, unit, toNumber(size) * count);
    }
    if (unit !== undefined) throw refuse(6_586_401, 'Encountered numeric value with a unit');
    let moved: Numeric = point;
    for (let at = 0; at < count; at += 1) moved = addNumbers(moved, size);
    return moved;
  };
}

function readDensify(argument: Value): Densify {
  if (!isDocument(argument))
    throw refuse(5_733_402, 'the $densify stage specification must be an object');
  const field = argument.get('field');
  const range = argument.get('range');
  if (typeof field !== 'string' || !isDocument(range))
    throw refuse(40_414, "$densify needs 'field' and 'range'");
  const names = argument.get('partitionByFields') ?? [];
  if (!Array.isArray(names)) throw refuse(14, "'partitionByFields' must be an array");
  return {
    field: field.split('.'),
    partition: names.map((name) => (typeof name === 'string' ? name.split('.') : [])),
    step: stepOf(range),
    bounds: boundsOf(range.get('bounds')),
  };
}

function boundsOf(bounds: Maybe): Densify['bounds'] {
  if (bounds === 'full' || bounds === 'partition') return bounds;
  const [low, high] = Array.isArray(bounds) ? bounds : [];
  if (!isPoint(low) || !isPoint(high))
    throw refuse(
      5_733_403,
      "the bounds parameter in a range statement must be 'full', 'partition' or two ascending values",
    );
  return [low, high];
}

/** `$densify`. */
export const compileDensify: CompileStage = (argument) => {
  const spec = readDensify(argument);
  return stageOf((source) => densifyFlow(source, spec));
};

const MOST_DOCUMENTS = 500_000;

function* densifyFlow(source: Flow<Document>, spec: Densify): Flow<Document> {
  const all = yield* keepAll(source, '$densify');
  const points = all
    .map((item) => valueAt(item, spec.field))
    .filter(isPoint)
    .sort(compareValues);
  let made = 0;
  for (const rows of partitioned(all, spec.partition)) {
    const sorted = rows.toSorted((left, right) =>
      compareValues(valueAt(left, spec.field), valueAt(right, spec.field)),
    );
    for (const item of densified(sorted, spec, [points[0], points.at(-1)])) {
      yield item;
      made += 1;
      if (made > all.length + MOST_DOCUMENTS)
        throw refuse(
          5_897_900,
          `Generated ${MOST_DOCUMENTS} documents in $densify, which is over the limit`,
        );
      if (made % PAUSE_EVERY === 0) yield PAUSE;
    }
  }
}

function partitioned(all: readonly Document[], by: readonly (readonly string[])[]): Document[][] {
  const partitions = new Map<string, Document[]>();
  for (const item of all) {
    const key = by.map((parts) => keyText(valueAt(item, parts))).join('');
    const known = partitions.get(key);
    if (known === undefined) partitions.set(key, [item]);
    else known.push(item);
  }
  return [...partitions.values()];
}

function* densified(
  rows: readonly Document[],
  spec: Densify,
  full: readonly [Maybe, Maybe],
): Generator<Document> {
  const points = rows.map((row) => valueAt(row, spec.field)).filter(isPoint);
  const series = makeSeries(spec, points, full);
  const base = partitionFields(rows[0], spec.partition);
  for (const row of rows) {
    const value = valueAt(row, spec.field);
    if (isPoint(value)) {
      for (const point of series.before(value)) yield withValueAt(base, spec.field, point);
      series.skip(value);
    }
    yield row;
  }
  for (const point of series.before(undefined)) yield withValueAt(base, spec.field, point);
}

type Series = {
  /** The points that are still to come before this one; all when there is none. */
  before: (end: Point | undefined) => Generator<Point>;
  /** Leaves a point out, as there is a document for it. */
  skip: (point: Point) => void;
};

function makeSeries(
  spec: Densify,
  points: readonly Point[],
  full: readonly [Maybe, Maybe],
): Series {
  const [low, high, isOpen] = limits(spec, points, full);
  let count = 0;
  const next = (): Point | undefined => {
    const point = low === undefined ? undefined : spec.step(low, count);
    // With explicit bounds the upper one is not reached.
    return point !== undefined && compareValues(point, high) < (isOpen ? 0 : 1) ? point : undefined;
  };
  return {
    before: function* (end) {
      for (let point = next(); point !== undefined; point = next()) {
        if (end !== undefined && compareValues(point, end) >= 0) return;
        count += 1;
        yield point;
      }
    },
    skip: (point) => {
      if (compareValues(next(), point) === 0) count += 1;
    },
  };
}

function limits(
  spec: Densify,
  points: readonly Point[],
  full: readonly [Maybe, Maybe],
): [Point | undefined, Maybe, boolean] {
  if (spec.bounds === 'partition') return [points[0], points.at(-1), false];
  if (spec.bounds === 'full') return [isPoint(full[0]) ? full[0] : undefined, full[1], false];
  return [spec.bounds[0], spec.bounds[1], true];
}

function partitionFields(row: Document | undefined, by: readonly (readonly string[])[]): Document {
  let base: Document = new Map();
  for (const parts of by) {
    const value = row === undefined ? undefined : valueAt(row, parts);
    if (value !== undefined) base = withValueAt(base, parts, value);
  }
  return base;
}

type Fill = { parts: readonly string[]; method: 'linear' | 'locf' | Evaluate };

/** `$fill`. */
export const compileFill: CompileStage = (argument, context) => {
  if (!isDocument(argument)) throw refuse(9, 'the $fill stage specification must be an object');
  const output = argument.get('output');
  if (!isDocument(output))
    throw refuse(40_414, "BSON field '$fill.output' is missing but a required field");
  const by = argument.get('sortBy');
  const sort = isDocument(by) ? readSort(by, context.scope.collation) : undefined;
  const fills = [...output].map(([path, spec]) => readFill(path, spec, context));
  if (sort === undefined && fills.some(({ method }) => method === 'linear'))
    throw refuse(605_000, "linear fill requires a 'sortBy'");
  const partition = partitionOf(argument, context);
  return stageOf((source) => fillFlow(source, fills, sort, partition));
};

function readFill(path: string, spec: Value, context: StageContext): Fill {
  if (!isDocument(spec)) throw refuse(9, `'output' of $fill for '${path}' must be an object`);
  const method = spec.get('method');
  if (method === 'linear' || method === 'locf') return { parts: path.split('.'), method };
  const value = spec.get('value');
  if (value === undefined) throw refuse(6_050_202, 'Method must be either locf or linear');
  return { parts: path.split('.'), method: compileExpression(value, context.scope) };
}

function partitionOf(spec: Document, context: StageContext): Evaluate {
  const names = spec.get('partitionByFields');
  const by = spec.get('partitionBy');
  if (Array.isArray(names))
    return compileExpression(
      document(
        Object.fromEntries(
          names.map((name, at) => [String(at), typeof name === 'string' ? `$${name}` : null]),
        ),
      ),
      context.scope,
    );
  return by === undefined ? () => null : compileExpression(by, context.scope);
}

function* fillFlow(
  source: Flow<Document>,
  fills: readonly Fill[],
  sort: Sort | undefined,
  partition: Evaluate,
): Flow<Document> {
  const all = yield* keepAll(source, '$fill');
  const partitions = new Map<string, Document[]>();
  for (const item of sort === undefined ? all : sortDocuments(all, sort)) {
    const key = keyText(partition(item));
    const known = partitions.get(key);
    if (known === undefined) partitions.set(key, [item]);
    else known.push(item);
  }
  for (const rows of partitions.values()) {
    yield PAUSE;
    yield* filled(rows, fills, sort);
  }
}

/** Every field is filled from what was there before any of them was. */
function* filled(
  rows: readonly Document[],
  fills: readonly Fill[],
  sort: Sort | undefined,
): Flow<Document> {
  const columns = fills.map(({ parts, method }) => {
    const values = rows.map((row) => valueAt(row, parts));
    return { parts, found: fillValues(rows, values, method, sort) };
  });
  for (const [at, row] of rows.entries()) {
    let made = row;
    for (const { parts, found } of columns) made = withValueAt(made, parts, found[at] ?? null);
    yield made;
  }
}

function fillValues(
  rows: readonly Document[],
  values: readonly Maybe[],
  method: Fill['method'],
  sort: Sort | undefined,
): Maybe[] {
  if (method === 'linear')
    return fillLinearly(
      values,
      rows.map((row) => (sort === undefined ? double(0) : sortValues(row, sort)[0])),
    );
  if (method !== 'locf')
    return rows.map((row, at) => (isNullish(values[at]) ? method(row) : values[at]));
  let known: Maybe = null;
  return values.map((value) => {
    if (!isNullish(value)) known = value;
    return known;
  });
}
