// MongoDB's order of values, and two kinds of equality.
import { compareNumbers, numberType } from './number.ts';
import {
  Binary,
  BSONRegExp,
  bytesOf,
  Code,
  Decimal128,
  isDocument,
  isNumeric,
  ObjectId,
  RANK,
  rankOf,
  textOf,
  Timestamp,
} from './value.ts';
import type { Document, Maybe, Value } from './value.ts';

/** How two strings compare under a collation. */
export type CompareStrings = (left: string, right: string) => number;

/** Order of strings by their UTF-8 bytes, which is the order of code points and not of UTF-16 units. */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return orderOfUnits(a, b);
  }
  return left.length < right.length ? -1 : 1;
}

/** A surrogate stands for a code point above every other unit. */
function orderOfUnits(a: number, b: number): number {
  const isPairA = a >= 0xd800 && a < 0xe000;
  const isPairB = b >= 0xd800 && b < 0xe000;
  if (isPairA !== isPairB) return isPairA ? 1 : -1;
  return a < b ? -1 : 1;
}

/** The order of two values; missing stands before null. @see https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/ */
export function compareValues(left: Maybe, right: Maybe, strings?: CompareStrings): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  const rank = rankOf(left);
  const difference = rank - rankOf(right);
  if (difference !== 0) return Math.sign(difference);
  return left === undefined || right === undefined ? 0 : compareAlike(rank, left, right, strings);
}

/** Whether two values are equal in MongoDB's sense, in which 1, 1.0 and NumberLong(1) are. */
export function areEqual(left: Maybe, right: Maybe, strings?: CompareStrings): boolean {
  return compareValues(left, right, strings) === 0;
}

type Compare = (left: Value, right: Value, strings: CompareStrings | undefined) => number;

function compareAlike(rank: number, left: Value, right: Value, strings?: CompareStrings): number {
  const compare = COMPARE[rank];
  return compare === undefined ? 0 : compare(left, right, strings);
}

const compareText: Compare = (left, right, strings) =>
  (strings ?? compareStrings)(textOf(left), textOf(right));

const compareDates: Compare = (left, right) => Math.sign(Number(left) - Number(right));

const compareObjectIds: Compare = (left, right) =>
  left instanceof ObjectId && right instanceof ObjectId ? Buffer.compare(left.id, right.id) : 0;

const compareBinary: Compare = (left, right) => {
  if (!(left instanceof Binary) || !(right instanceof Binary)) return 0;
  const [a, b] = [bytesOf(left), bytesOf(right)];
  return (
    Math.sign(a.length - b.length) ||
    Math.sign(left.sub_type - right.sub_type) ||
    Buffer.compare(a, b)
  );
};

const compareTimestamps: Compare = (left, right) => {
  if (!(left instanceof Timestamp) || !(right instanceof Timestamp)) return 0;
  return Math.sign(left.t - right.t) || Math.sign(left.i - right.i);
};

const compareRegExps: Compare = (left, right) => {
  if (!(left instanceof BSONRegExp) || !(right instanceof BSONRegExp)) return 0;
  return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options);
};

const compareCode: Compare = (left, right) =>
  left instanceof Code && right instanceof Code ? compareStrings(left.code, right.code) : 0;

const compareArrays: Compare = (left, right, strings) => {
  if (!Array.isArray(left) || !Array.isArray(right)) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(left[index], right[index], strings);
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
};

const compareDocuments: Compare = (left, right, strings) =>
  isDocument(left) && isDocument(right) ? compareFields(left, right, strings) : 0;

/** Field by field in their own order: type first, then name, then value. */
function compareFields(left: Document, right: Document, strings?: CompareStrings): number {
  const others = right.entries();
  for (const [name, value] of left) {
    const next = others.next();
    if (next.done === true) return 1;
    const [otherName, other] = next.value;
    const order =
      Math.sign(rankOf(value) - rankOf(other)) ||
      compareStrings(name, otherName) ||
      compareValues(value, other, strings);
    if (order !== 0) return order;
  }
  return others.next().done === true ? 0 : -1;
}

const COMPARE: readonly (Compare | undefined)[] = compareByRank([
  [RANK.string, compareText],
  [RANK.object, compareDocuments],
  [RANK.array, compareArrays],
  [RANK.binData, compareBinary],
  [RANK.objectId, compareObjectIds],
  [RANK.bool, compareDates],
  [RANK.date, compareDates],
  [RANK.timestamp, compareTimestamps],
  [RANK.regex, compareRegExps],
  [RANK.code, compareCode],
  [RANK.codeWithScope, compareCode],
]);

function compareByRank(
  entries: readonly (readonly [number, Compare])[],
): readonly (Compare | undefined)[] {
  const table: (Compare | undefined)[] = [];
  for (const [rank, compare] of entries) table[rank] = compare;
  return table;
}

/**
 * Whether two values are the same in type and content, so that writing one over the other changes nothing:
 * 1, 1.0 and NumberLong(1) differ, and so does the order of fields.
 */
export function areIdentical(left: Maybe, right: Maybe): boolean {
  if (left === right) return !(left === 0 && !Object.is(left, right));
  if (isNumeric(left) && isNumeric(right)) return areIdenticalNumbers(left, right);
  if (Array.isArray(left) && Array.isArray(right))
    return (
      left.length === right.length && left.every((value, at) => areIdentical(value, right[at]))
    );
  if (isDocument(left) && isDocument(right)) return areIdenticalDocuments(left, right);
  return compareValues(left, right) === 0;
}

function areIdenticalNumbers(
  left: Parameters<typeof numberType>[0],
  right: Parameters<typeof numberType>[0],
): boolean {
  if (numberType(left) !== numberType(right)) return false;
  return left instanceof Decimal128
    ? left.toString() === right.toString()
    : compareNumbers(left, right) === 0 && Object.is(Number(left), Number(right));
}

function areIdenticalDocuments(left: Document, right: Document): boolean {
  if (left.size !== right.size) return false;
  const others = right.entries();
  for (const [name, value] of left) {
    const next = others.next();
    if (next.done === true || next.value[0] !== name || !areIdentical(value, next.value[1]))
      return false;
  }
  return true;
}
