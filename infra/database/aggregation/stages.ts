// The simple stages: one document in, none, one or several out.
import { wholeNumber } from '../bson/number.ts';
import { showValue } from '../bson/show.ts';
import { withValueAt } from '../bson/path.ts';
import { document, isDocument, isNumeric } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import { withReads } from '../expression/scope.ts';
import type { Evaluate, Reads, Scope } from '../expression/scope.ts';
import { collectFlow, filterFlow, limitFlow, mapFlow, PAUSE, skipFlow } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { compileFilter } from '../query/filter.ts';
import { compileProjection } from '../query/projection.ts';
import { carryMeasures } from '../query/search.ts';
import { readSort, sortsByMeasure } from '../query/sort.ts';
import { refuse } from '../refusal.ts';
import { compileGroup } from './group.ts';
import { sortFlow } from './sort-stage.ts';
import { stageOf } from './stage.ts';
import type { CompileStage, Stage } from './stage.ts';

function readsOf(fields: ReadonlySet<string> | undefined): Reads | undefined {
  return fields === undefined ? undefined : { fields: new Set(fields), all: false };
}

/** Changes every document; what goes with it stays with it. */
function changeFlow(source: Flow<Document>, change: (item: Document) => Document): Flow<Document> {
  return mapFlow(source, (item) => carryMeasures(item, change(item)));
}

const match: CompileStage = (argument, { scope }) => {
  if (!isDocument(argument))
    throw refuse(15_959, 'the match filter must be an expression in an object');
  const filter = compileFilter(argument, scope);
  return {
    run: (source) => filterFlow(source, filter.matches),
    reads: readsOf(filter.fields),
    closes: false,
  };
};

/** A count that must be positive, for `$limit` and its kin. */
function countOf(argument: Value, code: number, complaint: string, least: number): number {
  const count = isNumeric(argument) ? wholeNumber(argument) : undefined;
  if (count === undefined || count < least) throw refuse(code, complaint);
  return count;
}

const NOTHING: Reads = { fields: new Set(), all: false };

const limit: CompileStage = (argument) => {
  if (!isNumeric(argument))
    throw refuse(2_107_201, 'invalid argument to $limit stage: Expected a number');
  const count = countOf(argument, 15_958, 'the limit must be positive', 1);
  return { run: (source) => limitFlow(source, count), reads: NOTHING, closes: false };
};

const skip: CompileStage = (argument) => {
  const count = countOf(
    argument,
    5_107_200,
    'invalid argument to $skip stage: Expected a non-negative number',
    0,
  );
  return { run: (source) => skipFlow(source, count), reads: NOTHING, closes: false };
};

const count: CompileStage = (argument) => {
  if (typeof argument !== 'string')
    throw refuse(40_156, 'the count field must be a non-empty string');
  if (argument === '') throw refuse(40_157, 'the count field must be a non-empty string');
  if (argument.startsWith('$')) throw refuse(40_158, 'the count field cannot be a $-prefixed path');
  if (argument.includes('.')) throw refuse(40_160, "the count field cannot contain '.'");
  return {
    run: function* (source) {
      let total = 0;
      for (const item of source)
        if (item === PAUSE) yield PAUSE;
        else total += 1;
      if (total > 0) yield document({ [argument]: total });
    },
    reads: NOTHING,
    closes: true,
  };
};

const sort: CompileStage = (argument, { scope, allowsDisk }) => {
  if (!isDocument(argument)) throw refuse(15_973, 'the $sort key specification must be an object');
  if (argument.size === 0) throw refuse(15_976, '$sort stage must have at least one sort key');
  const read = readSort(argument, scope.collation, scope.search);
  return {
    run: (source) => sortFlow(source, read, { allowsDisk }),
    reads: {
      fields: new Set(read.fields.map(({ parts }) => parts[0] ?? '')),
      all: sortsByMeasure(read),
    },
    closes: false,
  };
};

const project: CompileStage = (argument, { scope }) => {
  if (!isDocument(argument)) throw refuse(15_969, '$project specification must be an object');
  const projection = compileProjection(argument, { scope });
  return {
    run: (source) => changeFlow(source, projection.project),
    reads: readsOf(projection.fields),
    closes: projection.fields !== undefined,
  };
};

const unset: CompileStage = (argument, { scope }) => {
  const names = Array.isArray(argument) ? argument : [argument];
  const spec: Document = new Map();
  for (const name of names) {
    if (typeof name !== 'string')
      throw refuse(31_002, '$unset specification must be a string or an array');
    spec.set(name, false);
  }
  if (spec.size === 0)
    throw refuse(
      31_119,
      '$unset specification must be a string or an array with at least one field',
    );
  const projection = compileProjection(spec, { scope });
  return { run: (source) => changeFlow(source, projection.project), reads: NOTHING, closes: false };
};

type Addition = { parts: readonly string[]; evaluate: Evaluate };

function additionsOf(spec: Document, prefix: readonly string[], scope: Scope): Addition[] {
  return [...spec].flatMap(([name, value]) => {
    const parts = [...prefix, ...name.split('.')];
    if (parts.includes(''))
      throw refuse(40_353, "FieldPath must not end with a '.' or have empty parts.");
    if (name.startsWith('$'))
      throw refuse(
        16_410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    const [first] = isDocument(value) ? value.keys() : [];
    return isDocument(value) && first !== undefined && !first.startsWith('$')
      ? additionsOf(value, parts, scope)
      : [{ parts, evaluate: compileExpression(value, scope) }];
  });
}

const addFields: CompileStage = (argument, outer, name) => {
  if (!isDocument(argument)) throw refuse(40_272, `${name} specification stage must be an object`);
  const scope = withReads(outer.scope);
  const additions = additionsOf(argument, [], scope);
  return {
    run: (source) => changeFlow(source, (item) => extend(item, additions)),
    reads: scope.reads,
    closes: false,
  };
};

/** All expressions see the document as it was before. */
function extend(source: Document, additions: readonly Addition[]): Document {
  let made: Document = source;
  for (const { parts, evaluate } of additions) {
    const value = evaluate(source);
    made = value === undefined ? withoutField(made, parts) : withValueAt(made, parts, value);
  }
  return made;
}

function withoutField(source: Document, parts: readonly string[]): Document {
  const [first = ''] = parts;
  if (parts.length > 1 || !source.has(first)) return source;
  const made = new Map(source);
  made.delete(first);
  return made;
}

const replaceRoot: CompileStage = (argument, { scope }, name) => {
  const isLong = name === '$replaceRoot';
  if (isLong && (!isDocument(argument) || !argument.has('newRoot')))
    throw refuse(40_231, 'no newRoot specified for the $replaceRoot stage');
  const spec = isLong && isDocument(argument) ? (argument.get('newRoot') ?? null) : argument;
  const own = withReads(scope);
  const evaluate = compileExpression(spec, own);
  return {
    run: (source) => changeFlow(source, (item) => newRoot(evaluate(item), item)),
    reads: own.reads,
    closes: true,
  };
};

function newRoot(value: Maybe, source: Document): Document {
  if (isDocument(value)) return value;
  throw refuse(
    40_228,
    `'newRoot' expression must evaluate to an object, but resulting value was: ${showValue(value)}. Type of resulting value: '${value === undefined ? 'missing' : typeof value}'. Input document: ${showValue(source)}`,
  );
}

type Unwind = { parts: readonly string[]; keeps: boolean; index: string | undefined };

function readUnwind(argument: Value): Unwind {
  const spec: Document = isDocument(argument) ? argument : new Map([['path', argument]]);
  for (const name of spec.keys())
    if (!['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'].includes(name))
      throw refuse(28_811, `unrecognized option to $unwind stage: ${name}`);
  const path = spec.get('path');
  if (typeof path !== 'string')
    throw refuse(28_808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$'))
    throw refuse(28_818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const index = spec.get('includeArrayIndex');
  if (index !== undefined && (typeof index !== 'string' || index === ''))
    throw refuse(
      28_810,
      'expected a non-empty string for the includeArrayIndex option to $unwind stage',
    );
  return {
    parts: path.slice(1).split('.'),
    keeps: spec.get('preserveNullAndEmptyArrays') === true,
    index,
  };
}

const unwind: CompileStage = (argument) => {
  const spec = readUnwind(argument);
  return {
    run: function* (source) {
      for (const item of source)
        if (item === PAUSE) yield PAUSE;
        else for (const made of unwound(item, spec)) yield carryMeasures(item, made);
    },
    reads: { fields: new Set([spec.parts[0] ?? '']), all: false },
    closes: false,
  };
};

function arrayAt(source: Document, parts: readonly string[]): Maybe {
  let value: Maybe = source;
  for (const part of parts) value = isDocument(value) ? value.get(part) : undefined;
  return value;
}

function* unwound(source: Document, { parts, keeps, index }: Unwind): Generator<Document> {
  const value = arrayAt(source, parts);
  const withIndex = (made: Document, at: bigint | null): Document =>
    index === undefined ? made : withValueAt(made, index.split('.'), at);
  if (Array.isArray(value)) {
    for (const [at, element] of value.entries())
      yield withIndex(withValueAt(source, parts, element), BigInt(at));
    if (value.length === 0 && keeps) yield withIndex(withoutArray(source, parts), null);
  } else if ((value !== undefined && value !== null) || keeps) yield withIndex(source, null);
}

function withoutArray(source: Document, parts: readonly string[]): Document {
  const [first = '', ...rest] = parts;
  const made = new Map(source);
  const inner = source.get(first);
  if (rest.length > 0 && isDocument(inner)) made.set(first, withoutArray(inner, rest));
  else made.delete(first);
  return made;
}

const sample: CompileStage = (argument) => {
  const size = isDocument(argument) ? argument.get('size') : undefined;
  const wanted = countOf(
    size ?? null,
    28_747,
    'size argument to $sample must be a positive number',
    0,
  );
  return stageOf((source) => sampleFlow(source, wanted));
};

/** Reservoir sampling: every document has the same chance, and only the sample is kept. */
function* sampleFlow(source: Flow<Document>, wanted: number): Flow<Document> {
  const kept: Document[] = [];
  let seen = 0;
  for (const item of source) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    seen += 1;
    const at = kept.length < wanted ? kept.length : Math.floor(Math.random() * seen);
    if (at < wanted) kept[at] = item;
  }
  yield* kept;
}

const sortByCount: CompileStage = (argument, context) => {
  const isExpression =
    isDocument(argument) || (typeof argument === 'string' && argument.startsWith('$'));
  if (!isExpression)
    throw refuse(
      40_148,
      'the sortByCount field must be defined as a $-prefixed path or an expression',
    );
  const group = compileGroup(document({ _id: argument, count: document({ $sum: 1 }) }), context);
  const order = readSort(document({ count: -1 }));
  return {
    ...group,
    run: (source) => sortFlow(group.run(source), order, { allowsDisk: context.allowsDisk }),
  };
};

const redact: CompileStage = (argument, { scope }) => {
  const evaluate = compileExpression(argument, scope);
  return stageOf(function* (source) {
    for (const item of source) {
      const made = item === PAUSE ? PAUSE : redacted(item, evaluate);
      if (made !== undefined) yield made;
    }
  });
};

function redacted(source: Document, evaluate: Evaluate): Document | undefined {
  const verdict = evaluate(source);
  if (verdict === 'keep') return source;
  if (verdict === 'prune') return undefined;
  if (verdict !== 'descend')
    throw refuse(17_053, '$redact must return one of $$KEEP, $$PRUNE or $$DESCEND');
  const made: Document = new Map();
  for (const [name, value] of source) {
    const inner = redactedValue(value, evaluate);
    if (inner !== undefined) made.set(name, inner);
  }
  return made;
}

function redactedValue(value: Value, evaluate: Evaluate): Maybe {
  if (isDocument(value)) return redacted(value, evaluate);
  if (!Array.isArray(value)) return value;
  return value
    .map((element) => redactedValue(element, evaluate))
    .filter((element) => element !== undefined);
}

const documents: CompileStage = (argument, { scope }) => {
  const evaluate = compileExpression(argument, scope);
  return stageOf(function* (source) {
    yield* yieldNothing(source);
    const made = evaluate(new Map());
    if (!Array.isArray(made))
      throw refuse(5_858_203, '$documents must evaluate to an array of objects');
    for (const item of made) {
      if (!isDocument(item))
        throw refuse(40_228, '$documents must evaluate to an array of objects');
      yield item;
    }
  });
};

function* yieldNothing(source: Flow<Document>): Flow<Document> {
  yield* filterFlow(source, () => false);
}

const pass: CompileStage = (): Stage => ({
  run: (source) => source,
  reads: NOTHING,
  closes: false,
});

/** A stage that hands everything on at once; `$facet` and tests use it. */
export function* gather(source: Flow<Document>): Generator<typeof PAUSE, Document[], undefined> {
  return yield* collectFlow(source);
}

/** The simple stages by name. */
export const SIMPLE_STAGES: readonly (readonly [string, CompileStage])[] = [
  ['$match', match],
  ['$limit', limit],
  ['$skip', skip],
  ['$count', count],
  ['$sort', sort],
  ['$project', project],
  ['$unset', unset],
  ['$addFields', addFields],
  ['$set', addFields],
  ['$replaceRoot', replaceRoot],
  ['$replaceWith', replaceRoot],
  ['$unwind', unwind],
  ['$sample', sample],
  ['$sortByCount', sortByCount],
  ['$redact', redact],
  ['$documents', documents],
  ['$_internalInhibitOptimization', pass],
];
