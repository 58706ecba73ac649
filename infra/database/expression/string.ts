// Strings: case, parts, length and trimming.
import { compareStrings } from '../bson/order.ts';
import { isNullish, isNumeric, typeName } from '../bson/value.ts';
import type { Maybe } from '../bson/value.ts';
import { wholeNumber } from '../bson/number.ts';
import { refuse } from '../refusal.ts';
import { textOfValue } from './convert.ts';
import { binary, namedArguments, unary, variadic } from './operands.ts';
import type { Operator } from './operands.ts';

/** The text of an argument that must be a string. */
export function stringOf(value: Maybe, name: string, code: number): string {
  if (typeof value !== 'string')
    throw refuse(
      code,
      `${name} requires a string argument, found: ${value === undefined ? 'missing' : typeName(value)}`,
    );
  return value;
}

/** Strings, numbers and dates as text; null as nothing. */
function looseText(value: Maybe, name: string): string {
  if (isNullish(value)) return '';
  if (typeof value === 'string' || value instanceof Date || isNumeric(value))
    return textOfValue(value);
  throw refuse(16_007, `can't convert from BSON type ${typeName(value)} to String in ${name}`);
}

const concat = variadic((values) => {
  if (values.some(isNullish)) return null;
  return values
    .map((value) => {
      if (typeof value !== 'string')
        throw refuse(16_702, `$concat only supports strings, not ${typeName(value ?? null)}`);
      return value;
    })
    .join('');
});

/** Only ASCII letters change case. */
const toLower = (text: string): string =>
  text.replaceAll(/[A-Z]+/g, (found) => found.toLowerCase());
const toUpper = (text: string): string =>
  text.replaceAll(/[a-z]+/g, (found) => found.toUpperCase());

function position(value: Maybe, name: string, code: number): number {
  const whole = isNumeric(value) ? wholeNumber(value) : undefined;
  if (whole === undefined) throw refuse(code, `${name}: starting index and length must be numbers`);
  return whole;
}

const substringBytes = variadic(
  ([source, from, count], name) => {
    const bytes = Buffer.from(looseText(source, name));
    const start = position(from, name, 16_034);
    const length = position(count, name, 16_035);
    if (start < 0)
      throw refuse(50_752, `${name}: starting index must be non-negative (got: ${start})`);
    const end = length < 0 ? bytes.length : Math.min(bytes.length, start + length);
    if (isInsideCharacter(bytes, start))
      throw refuse(28_656, `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
    if (isInsideCharacter(bytes, end))
      throw refuse(
        28_657,
        `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`,
      );
    return bytes.toString('utf8', start, end);
  },
  3,
  3,
);

function isInsideCharacter(bytes: Buffer, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80;
}

const substringPoints = variadic(
  ([source, from, count], name) => {
    const start = position(from, name, 34_450);
    const length = position(count, name, 34_452);
    if (start < 0) throw refuse(34_455, `${name}: the starting index must be nonnegative integer.`);
    if (length < 0) throw refuse(34_454, `${name}: length must be a nonnegative integer.`);
    return Array.from(looseText(source, name))
      .slice(start, start + length)
      .join('');
  },
  3,
  3,
);

const split = binary((source, separator) => {
  if (isNullish(source) || isNullish(separator)) return null;
  if (typeof source !== 'string')
    throw refuse(
      40_085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeName(source)}`,
    );
  if (typeof separator !== 'string')
    throw refuse(
      40_086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeName(separator)}`,
    );
  if (separator === '') throw refuse(40_087, '$split requires a non-empty separator');
  return source.split(separator);
});

// White space as MongoDB trims it, including the zero byte.
const WHITE_SPACE = new Set(
  '\0 \t\n\u000B\f\r\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A',
);

function trim(atStart: boolean, atEnd: boolean): Operator {
  return (argument, compiling) => {
    const parts = namedArguments(argument, compiling, ['input'], ['chars']);
    const input = parts.take('input');
    const chars = parts.get('chars');
    return (root) => {
      const text = input(root);
      const set = chars?.(root);
      if (isNullish(text) || (chars !== undefined && isNullish(set))) return null;
      const points = Array.from(stringOf(text, compiling.name, 50_699));
      const removed =
        set === undefined ? WHITE_SPACE : new Set(stringOf(set, compiling.name, 50_700));
      return trimPoints(points, removed, atStart, atEnd);
    };
  };
}

function trimPoints(
  points: readonly string[],
  removed: ReadonlySet<string>,
  atStart: boolean,
  atEnd: boolean,
): string {
  let start = 0;
  let end = points.length;
  if (atStart) while (start < end && removed.has(points[start] ?? '')) start += 1;
  if (atEnd) while (end > start && removed.has(points[end - 1] ?? '')) end -= 1;
  return points.slice(start, end).join('');
}

/** Operators on strings. */
export const STRINGS: readonly (readonly [string, Operator])[] = [
  ['$concat', concat],
  ['$toLower', unary((value, name) => toLower(looseText(value, name)))],
  ['$toUpper', unary((value, name) => toUpper(looseText(value, name)))],
  ['$strLenBytes', unary((value, name) => Buffer.byteLength(stringOf(value, name, 34_473)))],
  ['$strLenCP', unary((value, name) => Array.from(stringOf(value, name, 34_471)).length)],
  [
    '$strcasecmp',
    binary((left, right, name) =>
      compareStrings(toUpper(looseText(left, name)), toUpper(looseText(right, name))),
    ),
  ],
  ['$substr', substringBytes],
  ['$substrBytes', substringBytes],
  ['$substrCP', substringPoints],
  ['$split', split],
  ['$trim', trim(true, true)],
  ['$ltrim', trim(true, false)],
  ['$rtrim', trim(false, true)],
];
