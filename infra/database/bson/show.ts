// Values as MongoDB's messages write them: { email: "a@x", n: 1 }.
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  bytesOf,
  Decimal128,
  Double,
  isDocument,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from './value.ts';
import type { Document, Maybe } from './value.ts';

const SHOWN_ELEMENTS = 100;

/** The document in the notation of MongoDB's messages. */
export function showDocument(source: Document): string {
  if (source.size === 0) return '{}';
  const fields = [...source].map(([name, value]) => `${name}: ${showValue(value)}`);
  return `{ ${fields.join(', ')} }`;
}

/** The value in the notation of MongoDB's messages. */
export function showValue(value: Maybe): string {
  if (value === undefined) return 'MISSING';
  if (typeof value === 'string') return JSON.stringify(value);
  if (isDocument(value)) return showDocument(value);
  if (Array.isArray(value))
    return value.length === 0
      ? '[]'
      : `[ ${value.slice(0, SHOWN_ELEMENTS).map(showValue).join(', ')} ]`;
  return value !== null && typeof value === 'object' ? showObject(value) : String(value);
}

type Scalar = Exclude<Maybe, undefined | null | string | number | bigint | boolean>;

function showObject(value: Scalar): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Timestamp) return `Timestamp(${value.t}, ${value.i})`;
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (value instanceof Binary)
    return `BinData(${value.sub_type}, ${Buffer.from(bytesOf(value)).toString('hex').toUpperCase()})`;
  return showRest(value);
}

function showRest(value: Scalar): string {
  if (value instanceof Double)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (value instanceof MinKey) return 'MinKey';
  if (value instanceof MaxKey) return 'MaxKey';
  return value instanceof BSONSymbol ? JSON.stringify(value.value) : 'Code';
}
