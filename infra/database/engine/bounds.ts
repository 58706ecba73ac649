// Which part of an index's order can hold what a predicate asks for.
import { encodeKey, invertBytes, keyAfter, rankByte } from '../bson/key.ts';
import { BSONRegExp, isDocument, MaxKey, MinKey, RANK, rankOf } from '../bson/value.ts';
import type { Maybe, Value } from '../bson/value.ts';
import { isSameCollation } from '../query/collation.ts';
import type { Collation } from '../query/collation.ts';
import { isWanted } from '../query/filter.ts';
import { literalPrefix } from '../query/regex.ts';
import type { Index } from './collection.ts';
import type { Predicate } from './predicate.ts';

/** A part of one field's key order: from `low` to before `high`. It may hold too much, never too little. */
export type Interval = { low: Buffer; high: Buffer; isPoint: boolean };

/** What a set of predicates comes to for one field of an index. */
export type FieldBounds = {
  intervals: Interval[];
  /** Whether a document without the field cannot match. */
  needsField: boolean;
  /** Further keys of the same index that whatever matches has too. */
  also?: readonly Buffer[];
};

/** How keys of this query are made. */
export type BoundsContext = {
  index: Index;
  collation: Collation | undefined;
  /** Chooses among several bounds of which each alone would do; the fewest intervals when it is not given. */
  lightest?: ChooseBounds | undefined;
};

/** Chooses the bounds that hold the fewest keys. */
export type ChooseBounds = (candidates: readonly FieldBounds[]) => FieldBounds | undefined;

const END = Buffer.from([0xff]);

function after(key: Buffer): Buffer {
  return keyAfter(key) ?? END;
}

/**
 * The bounds for one field from the predicates on its path.
 *
 * @returns undefined when none of them can use the index
 */
export function fieldBounds(
  predicates: readonly Predicate[],
  context: BoundsContext,
): FieldBounds | undefined {
  if (predicates.length === 0) return undefined;
  const usable = predicates.filter((predicate) => mayUse(predicate, context));
  const found = usable.flatMap((predicate) => [
    ...pointBounds(predicate, context),
    ...listBounds(predicate, context),
  ]);
  if (found.length <= 1) return found[0] ?? rangeBounds(usable, context);
  return (context.lightest ?? fewestIntervals)(found);
}

const fewestIntervals: ChooseBounds = (candidates) =>
  candidates.toSorted((left, right) => left.intervals.length - right.intervals.length)[0];

/** Strings can only be looked up under the collation that the index has. */
function mayUse({ argument }: Predicate, { index, collation }: BoundsContext): boolean {
  return isSameCollation(index.collation, collation) || !holdsText(argument);
}

function holdsText(value: Value): boolean {
  if (Array.isArray(value)) return value.some(holdsText);
  if (isDocument(value)) return value.size > 0;
  return rankOf(value) === RANK.string || value instanceof BSONRegExp;
}

function point(value: Maybe, { index }: BoundsContext): Interval {
  const low = encodeKey([value], undefined, index.collation?.fold);
  return { low, high: after(low), isPoint: true };
}

function pointsOf(value: Value, context: BoundsContext): Interval[] {
  if (!Array.isArray(value)) return [point(value, context)];
  // An array is found under its first element, and as an element of another array.
  return [point(value[0], context), point(value, context)];
}

function pointBounds({ operator, argument }: Predicate, context: BoundsContext): FieldBounds[] {
  if (operator === '$eq' && !(argument instanceof BSONRegExp))
    return [{ intervals: pointsOf(argument, context), needsField: argument !== null }];
  if ((operator === '$gte' || operator === '$lte') && argument === null)
    return [{ intervals: [point(null, context)], needsField: false }];
  if (operator === '$exists' && !isWanted(argument))
    return [{ intervals: [point(null, context)], needsField: false }];
  return operator === '$all' ? allBounds(argument, context) : [];
}

// Weighing more of them would take longer than it spares.
const MOST_WEIGHED = 16;

/** Of the values that all must be there each would do. */
function allBounds(argument: Value, context: BoundsContext): FieldBounds[] {
  return allValues(argument)
    .slice(0, MOST_WEIGHED)
    .map((value) => ({ intervals: pointsOf(value, context), needsField: true }));
}

/** The plain values of `$all`, which can be looked up. */
function allValues(argument: Value): Value[] {
  if (!Array.isArray(argument)) return [];
  return argument.filter(
    (value) =>
      value !== null &&
      !isDocument(value) &&
      !Array.isArray(value) &&
      !(value instanceof BSONRegExp),
  );
}

const MOST_POINTS = 1000;

function listBounds({ operator, argument }: Predicate, context: BoundsContext): FieldBounds[] {
  if (operator !== '$in' || !Array.isArray(argument) || argument.length > MOST_POINTS) return [];
  if (argument.some((value) => value instanceof BSONRegExp)) return [];
  const intervals = new Map<string, Interval>();
  for (const interval of argument.flatMap((value) => pointsOf(value, context)))
    intervals.set(interval.low.toString('latin1'), interval);
  const sorted = [...intervals.values()].sort((left, right) => Buffer.compare(left.low, right.low));
  return [{ intervals: sorted, needsField: !argument.includes(null) }];
}

const LOWER = new Set(['$gt', '$gte']);
const UPPER = new Set(['$lt', '$lte']);

function isRangeValue(value: Value): boolean {
  return (
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof MinKey) &&
    !(value instanceof MaxKey)
  );
}

function rangeBounds(
  predicates: readonly Predicate[],
  context: BoundsContext,
): FieldBounds | undefined {
  const ranges = predicates.filter(
    ({ operator, argument }) =>
      (LOWER.has(operator) || UPPER.has(operator)) && isRangeValue(argument),
  );
  const [first] = ranges;
  if (first === undefined)
    return patternBounds(predicates, context) ?? presenceBounds(predicates, context);
  // The order of folded strings is not the order of the collation.
  if (context.index.collation !== undefined && ranges.some(({ argument }) => holdsText(argument)))
    return undefined;
  // Different elements of an array may fulfil the one and the other side.
  const joint = context.index.isMultikey
    ? ranges.filter(({ element }) => element !== undefined && element === first.element)
    : ranges;
  return joinRanges(joint.length > 0 ? joint : [first], context);
}

/** Of these, what has the same key is equal, so that "more than" begins behind the key. */
const EXACT_RANKS: ReadonlySet<number> = new Set([
  RANK.number,
  RANK.string,
  RANK.objectId,
  RANK.bool,
  RANK.date,
  RANK.timestamp,
]);

/** Where a range may begin, and where it may end. */
function edges(operator: string, rank: number, { low, high }: Interval): [Buffer, Buffer] {
  const isExact = EXACT_RANKS.has(rank);
  return [operator === '$gt' && isExact ? high : low, operator === '$lt' && isExact ? low : high];
}

function joinRanges(ranges: readonly Predicate[], context: BoundsContext): FieldBounds | undefined {
  const rank = rankOf(ranges[0]?.argument);
  let low: Buffer = Buffer.from([rankByte(rank)]);
  let high: Buffer = Buffer.from([rankByte(rank) + 1]);
  for (const { operator, argument } of ranges) {
    if (rankOf(argument) !== rank) continue;
    const [from, to] = edges(operator, rank, point(argument, context));
    if (LOWER.has(operator) && Buffer.compare(from, low) > 0) low = from;
    if (UPPER.has(operator) && Buffer.compare(to, high) < 0) high = to;
  }
  return { intervals: [{ low, high, isPoint: false }], needsField: true };
}

function patternBounds(
  predicates: readonly Predicate[],
  context: BoundsContext,
): FieldBounds | undefined {
  if (context.index.collation !== undefined) return undefined;
  for (const { operator, argument, options } of predicates) {
    if (operator !== '$regex' && !(operator === '$eq' && argument instanceof BSONRegExp)) continue;
    const prefix = literalPrefix(argument, options);
    if (prefix === undefined) continue;
    // Without the two bytes that end a text.
    const low = encodeKey([prefix]).subarray(0, -2);
    const text: Interval = { low: Buffer.from(low), high: after(Buffer.from(low)), isPoint: false };
    // A stored regular expression equals itself.
    const stored = point(argument, context);
    return {
      intervals: argument instanceof BSONRegExp ? [text, stored] : [text],
      needsField: true,
    };
  }
  return undefined;
}

/** A sparse index holds those documents that have the field. */
function presenceBounds(
  predicates: readonly Predicate[],
  { index }: BoundsContext,
): FieldBounds | undefined {
  const isAsked = predicates.some(
    ({ operator, argument }) => operator === '$exists' && isWanted(argument),
  );
  if (!index.isSparse || !isAsked) return undefined;
  return { intervals: [{ low: Buffer.alloc(0), high: END, isPoint: false }], needsField: true };
}

/** The same interval in a field that runs downwards. */
export function turned({ low, high, isPoint }: Interval): Interval {
  const from = Buffer.from(high);
  invertBytes(from);
  const to = Buffer.from(low);
  invertBytes(to);
  // What begins with `high` was outside, and is so when it is turned round.
  if (!isPoint) return { low: after(from), high: after(to), isPoint };
  return { low: to, high: after(to), isPoint };
}
