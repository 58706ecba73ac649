// How BSON is held in memory. A document is a Map, because an object would reorder "1" and lose "__proto__".
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';

export {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
};

/** A document in field order. */
export type Document = Map<string, Value>;

/**
 * One BSON value.
 *
 * Numbers keep their BSON type without a wrapper where JavaScript can tell: a `number` that is a whole int32
 * (and not -0) is an int32, any other `number` is a double, a `bigint` is an int64. A double that looks like
 * an int32 is wrapped in `Double`; make doubles with {@link double}.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Double
  | Decimal128
  | ObjectId
  | Binary
  | Timestamp
  | BSONRegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | Value[]
  | Document;

/** A value, or nothing at all: a field that is not there. */
export type Maybe = Value | undefined;

/** The four numeric types. */
export type Numeric = number | bigint | Double | Decimal128;

/** MongoDB's aliases for BSON types, as `$type` takes them. */
export type TypeName =
  | 'double'
  | 'string'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'null'
  | 'regex'
  | 'javascript'
  | 'symbol'
  | 'javascriptWithScope'
  | 'int'
  | 'timestamp'
  | 'long'
  | 'decimal'
  | 'minKey'
  | 'maxKey';

/** Type numbers of the BSON format. @see https://bsonspec.org/spec.html */
export const TYPE_NUMBERS: ReadonlyMap<TypeName, number> = new Map([
  ['double', 1],
  ['string', 2],
  ['object', 3],
  ['array', 4],
  ['binData', 5],
  ['objectId', 7],
  ['bool', 8],
  ['date', 9],
  ['null', 10],
  ['regex', 11],
  ['javascript', 13],
  ['symbol', 14],
  ['javascriptWithScope', 15],
  ['int', 16],
  ['timestamp', 17],
  ['long', 18],
  ['decimal', 19],
  ['minKey', -1],
  ['maxKey', 127],
]);

/**
 * Where a type stands in MongoDB's order of types; values of one rank compare with each other.
 *
 * @see https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export const RANK = {
  minKey: 1,
  missing: 2,
  null: 3,
  number: 4,
  string: 5,
  object: 6,
  array: 7,
  binData: 8,
  objectId: 9,
  bool: 10,
  date: 11,
  timestamp: 12,
  regex: 13,
  code: 14,
  codeWithScope: 15,
  maxKey: 16,
} as const;

const MIN_INT32 = -2_147_483_648;
const MAX_INT32 = 2_147_483_647;

/** Whether a bare `number` stands for an int32. */
export function isInt32(value: number): boolean {
  return (
    Number.isInteger(value) && value >= MIN_INT32 && value <= MAX_INT32 && !Object.is(value, -0)
  );
}

/** The double of this number. */
export function double(value: number): number | Double {
  return isInt32(value) ? new Double(value) : value;
}

/** Whether the value is an embedded document. */
export function isDocument(value: Maybe): value is Document {
  return value instanceof Map;
}

/** Whether the value is one of the four numeric types. */
export function isNumeric(value: Maybe): value is Numeric {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Double ||
    value instanceof Decimal128
  );
}

/** Whether the value is null or not there. */
export function isNullish(value: Maybe): value is null | undefined {
  return value === null || value === undefined;
}

const CLASS_TYPES: ReadonlyMap<unknown, TypeName> = new Map<unknown, TypeName>([
  [Map, 'object'],
  [Array, 'array'],
  [Date, 'date'],
  [Double, 'double'],
  [Decimal128, 'decimal'],
  [ObjectId, 'objectId'],
  [Binary, 'binData'],
  [Timestamp, 'timestamp'],
  [BSONRegExp, 'regex'],
  [BSONSymbol, 'symbol'],
  [MinKey, 'minKey'],
  [MaxKey, 'maxKey'],
]);

/** The alias of the value's type. */
export function typeName(value: Value): TypeName {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'long' : objectTypeName(value);
}

function objectTypeName(value: object | null): TypeName {
  if (value === null) return 'null';
  if (value instanceof Code) return value.scope === null ? 'javascript' : 'javascriptWithScope';
  const name = CLASS_TYPES.get(value.constructor);
  if (name === undefined) throw new TypeError('not a BSON value');
  return name;
}

const TYPE_RANKS: Readonly<Record<TypeName, number>> = {
  double: RANK.number,
  string: RANK.string,
  object: RANK.object,
  array: RANK.array,
  binData: RANK.binData,
  objectId: RANK.objectId,
  bool: RANK.bool,
  date: RANK.date,
  null: RANK.null,
  regex: RANK.regex,
  javascript: RANK.code,
  symbol: RANK.string,
  javascriptWithScope: RANK.codeWithScope,
  int: RANK.number,
  timestamp: RANK.timestamp,
  long: RANK.number,
  decimal: RANK.number,
  minKey: RANK.minKey,
  maxKey: RANK.maxKey,
};

/** The value's place among the types; a missing one stands before null. */
export function rankOf(value: Maybe): number {
  if (typeof value === 'string') return RANK.string;
  if (typeof value === 'number' || typeof value === 'bigint') return RANK.number;
  if (value === undefined) return RANK.missing;
  return typeof value === 'boolean' ? RANK.bool : TYPE_RANKS[objectTypeName(value)];
}

/** The rank of a type. */
export function rankOfType(name: TypeName): number {
  return TYPE_RANKS[name];
}

/** What a document literal in our code may hold; missing fields are left out. */
export type Fields = Readonly<Record<string, Maybe>>;

/** The text of a string or symbol. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof BSONSymbol ? value.value : '';
}

/** A document from a literal: `document({ ok: 1 })`. Only for names that we choose ourselves. */
export function document(fields: Fields): Document {
  const made: Document = new Map();
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) made.set(name, value);
  return made;
}

/** The bytes of a binary value. */
export function bytesOf(value: Binary): Uint8Array {
  return value.buffer.subarray(0, value.position);
}

/** The same value with containers of its own, so that changing one leaves the other. */
export function copyValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyValue);
  return isDocument(value) ? copyDocument(value) : value;
}

/** The same document with containers of its own. */
export function copyDocument(source: Document): Document {
  const copy: Document = new Map();
  for (const [name, value] of source) copy.set(name, copyValue(value));
  return copy;
}
