// $setWindowFields: values from the neighbours of a document.
import { keyText } from '../bson/key.ts';
import { wholeNumber } from '../bson/number.ts';
import { withValueAt } from '../bson/path.ts';
import { isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import type { Evaluate } from '../expression/scope.ts';
import { PAUSE } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { readSort, sortDocuments } from '../query/sort.ts';
import type { Sort } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { keepAll } from './keep.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, StageContext } from './stage.ts';
import { compileWindowFunction } from './window-functions.ts';
import type { WindowFunction } from './window-functions.ts';

/** One field that the stage fills. */
type Output = { target: readonly string[]; calculate: WindowFunction };

const OPTIONS = new Set(['partitionBy', 'sortBy', 'output']);

/** `$setWindowFields`. */
export const compileWindow: CompileStage = (argument, context) => {
  if (!isDocument(argument))
    throw refuse(9, 'the $setWindowFields stage specification must be an object');
  for (const name of argument.keys())
    if (!OPTIONS.has(name))
      throw refuse(40_415, `BSON field '$setWindowFields.${name}' is an unknown field.`);
  const by = argument.get('partitionBy');
  const sortBy = argument.get('sortBy');
  if (sortBy !== undefined && !isDocument(sortBy)) throw refuse(14, 'sortBy must be an object');
  const sort = sortBy === undefined ? undefined : readSort(sortBy, context.scope.collation);
  const outputs = outputsOf(argument.get('output'), sort, context);
  const partition: Evaluate = by === undefined ? () => null : compileExpression(by, context.scope);
  return stageOf((source) => windowFlow(source, partition, sort, outputs));
};

function outputsOf(spec: Maybe, sort: Sort | undefined, context: StageContext): Output[] {
  if (!isDocument(spec))
    throw refuse(40_414, "BSON field '$setWindowFields.output' is missing but a required field");
  return [...spec].map(([path, argument]) => {
    if (!isDocument(argument)) throw refuse(9, `The field '${path}' must be an object`);
    return {
      target: path.split('.'),
      calculate: compileWindowFunction(argument, sort, context.scope),
    };
  });
}

function* windowFlow(
  source: Flow<Document>,
  partition: Evaluate,
  sort: Sort | undefined,
  outputs: readonly Output[],
): Flow<Document> {
  const all = yield* keepAll(source, '$setWindowFields');
  const partitions = new Map<string, { key: Value; rows: Document[] }>();
  for (const item of all) {
    const key = partition(item) ?? null;
    const text = keyText(key);
    const known = partitions.get(text);
    if (known === undefined) partitions.set(text, { key, rows: [item] });
    else known.rows.push(item);
  }
  // Partitions come in the order of their keys, as MongoDB sorts by them first.
  const ordered = [...partitions].sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [, { rows }] of ordered) {
    yield PAUSE;
    yield* withOutputs(sort === undefined ? rows : sortDocuments(rows, sort), outputs);
  }
}

function* withOutputs(rows: readonly Document[], outputs: readonly Output[]): Flow<Document> {
  const columns = outputs.map(({ target, calculate }) => ({ target, values: calculate(rows) }));
  for (const [at, row] of rows.entries()) {
    let made = row;
    for (const { target, values } of columns) made = withValueAt(made, target, values[at] ?? null);
    yield made;
  }
}

/** A number of an option that must be whole. */
export function wholeOption(value: Maybe, complaint: string): number {
  const whole = isNumeric(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) throw refuse(9, complaint);
  return whole;
}
