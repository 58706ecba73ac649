// $group and what is built on it.
import { encodeKey } from '../bson/key.ts';
import { readDocument } from '../bson/reader.ts';
import { writeDocument } from '../bson/writer.ts';
import { isDocument } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { compileExpression } from '../expression/compile.ts';
import { withReads } from '../expression/scope.ts';
import type { Evaluate } from '../expression/scope.ts';
import { PAUSE, PAUSE_EVERY } from '../flow.ts';
import type { Flow } from '../flow.ts';
import { refuse } from '../refusal.ts';
import { openSpill } from '../store/temporary.ts';
import type { Spill } from '../store/temporary.ts';
import { compileGathering } from './gathering.ts';
import type { Gather, Gathering } from './gathering.ts';
import { weigh } from '../expression/accumulator.ts';
import { MEMORY_LIMIT, memoryRefusal } from './sort-stage.ts';
import type { Stage, StageContext } from './stage.ts';

/** The accumulators of a group, by the field they fill. */
export type Gatherings = readonly (readonly [string, Gathering])[];

/** Reads the accumulator fields of `$group` and `$bucket`. */
export function compileGatherings(spec: Document, context: StageContext): Gatherings {
  return [...spec].map(([name, argument]) => {
    if (name.includes('.')) throw refuse(40_235, `The field name '${name}' cannot contain '.'`);
    if (name.startsWith('$'))
      throw refuse(40_236, `The field name '${name}' cannot be an operator name`);
    const [operator] = isDocument(argument) ? argument.keys() : [];
    if (!isDocument(argument) || operator === undefined)
      throw refuse(40_234, `The field '${name}' must be an accumulator object`);
    if (argument.size !== 1)
      throw refuse(40_238, `The field '${name}' must specify one accumulator`);
    return [name, compileGathering(operator, argument.get(operator) ?? null, context.scope)];
  });
}

/** Compiles `$group`. */
export function compileGroup(argument: Value, outer: StageContext): Stage {
  if (!isDocument(argument))
    throw refuse(15_947, "a group's fields must be specified in an object");
  const id = argument.get('_id');
  if (id === undefined) throw refuse(15_955, 'a group specification must include an _id');
  const context = { ...outer, scope: withReads(outer.scope) };
  const evaluate = compileExpression(id, context.scope);
  const fields = new Map(argument);
  fields.delete('_id');
  const gatherings = compileGatherings(fields, context);
  return {
    run: (source) => groupFlow(source, evaluate, gatherings, context),
    reads: context.scope.reads,
    closes: true,
  };
}

type Group = { id: Value; gathers: Gather[] };

// What a group takes beside what its accumulators gather, which they watch themselves.
const GROUP_BYTES = 400;

/** Groups documents by what an expression gives for them. */
export function* groupFlow(
  source: Flow<Document>,
  evaluate: Evaluate,
  gatherings: Gatherings,
  context: StageContext,
): Flow<Document> {
  const grouper = makeGrouper(evaluate, gatherings, context);
  try {
    for (const item of source)
      if (item === PAUSE) yield PAUSE;
      else grouper.add(item);
    yield* grouper.results();
  } finally {
    grouper.close();
  }
}

type Grouper = {
  add: (source: Document) => void;
  results: () => Flow<Document>;
  close: () => void;
};

/** Once memory is full, groups that are known go on in it; rows of new ones wait on disk. */
function makeGrouper(evaluate: Evaluate, gatherings: Gatherings, context: StageContext): Grouper {
  const groups = new Map<string, Group>();
  const fold = context.scope.collation?.fold;
  let spill: Spill | undefined;
  let weight = 0;
  const setAside = (key: Buffer, source: Document): void => {
    if (!context.allowsDisk) throw memoryRefusal('$group');
    spill ??= openSpill();
    spill.add(key, writeDocument(source));
  };
  return {
    add: (source) => {
      const id = evaluate(source) ?? null;
      const key = encodeKey([id], undefined, fold);
      const text = key.toString('latin1');
      let group = groups.get(text);
      if (group === undefined) {
        if (weight > MEMORY_LIMIT) {
          setAside(key, source);
          return;
        }
        group = makeGroup(id, gatherings);
        groups.set(text, group);
        addTo(group, source);
        // What it holds of its first document counts; lists count for themselves as they grow.
        weight += GROUP_BYTES + text.length * 2 + weigh(resultOf(group, gatherings));
      } else addTo(group, source);
    },
    results: function* () {
      yield* finished(groups.values(), gatherings);
      groups.clear();
      if (spill !== undefined) yield* spilledGroups(spill, evaluate, gatherings);
    },
    close: () => {
      spill?.close();
    },
  };
}

function makeGroup(id: Value, gatherings: Gatherings): Group {
  return { id, gathers: gatherings.map(([, gathering]) => gathering()) };
}

function addTo(group: Group, source: Document): void {
  for (const gather of group.gathers) gather.add(source);
}

function resultOf(group: Group, gatherings: Gatherings): Document {
  const made: Document = new Map([['_id', group.id]]);
  for (const [at, [name]] of gatherings.entries()) {
    const value: Maybe = group.gathers[at]?.result();
    made.set(name, value ?? null);
  }
  return made;
}

function* finished(groups: Iterable<Group>, gatherings: Gatherings): Flow<Document> {
  let count = 0;
  for (const group of groups) {
    yield resultOf(group, gatherings);
    count += 1;
    if (count % PAUSE_EVERY === 0) yield PAUSE;
  }
}

/** Rows come in key order: one group after the other. */
function* spilledGroups(spill: Spill, evaluate: Evaluate, gatherings: Gatherings): Flow<Document> {
  let group: Group | undefined;
  let current: Buffer | undefined;
  for (const item of spill.rows()) {
    if (item === PAUSE) {
      yield PAUSE;
      continue;
    }
    const source = readDocument(item.row);
    if (group === undefined || current?.equals(item.key) !== true) {
      if (group !== undefined) yield resultOf(group, gatherings);
      group = makeGroup(evaluate(source) ?? null, gatherings);
      current = item.key;
    }
    addTo(group, source);
  }
  if (group !== undefined) yield resultOf(group, gatherings);
}
