// Dates as text, and from text.
import { isNullish, typeName } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { CommandRefusal, refuse } from '../refusal.ts';
import { inZone, zoneArgument } from './date-argument.ts';
import { dayOfYear, isoDayOfWeek, isoWeek, isoWeekYear, weekOfYear } from './date-part.ts';
import { parseDate, parseDateBy } from './date-parse.ts';
import { namedArguments } from './operands.ts';
import type { Operator } from './operands.ts';
import type { Evaluate } from './scope.ts';
import { toLocal } from './zone.ts';
import type { Zone } from './zone.ts';

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60_000));
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${pad(minutes % 60, 2)}`;
}

type Write = (local: Date, offset: number) => string;

const DIRECTIVES: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['Y', (local) => pad(local.getUTCFullYear(), 4)],
  ['m', (local) => pad(local.getUTCMonth() + 1, 2)],
  ['d', (local) => pad(local.getUTCDate(), 2)],
  ['e', (local) => String(local.getUTCDate()).padStart(2)],
  ['H', (local) => pad(local.getUTCHours(), 2)],
  ['M', (local) => pad(local.getUTCMinutes(), 2)],
  ['S', (local) => pad(local.getUTCSeconds(), 2)],
  ['L', (local) => pad(local.getUTCMilliseconds(), 3)],
  ['j', (local) => pad(dayOfYear(local), 3)],
  ['w', (local) => String(local.getUTCDay() + 1)],
  ['u', (local) => String(isoDayOfWeek(local))],
  ['U', (local) => pad(weekOfYear(local), 2)],
  ['V', (local) => pad(isoWeek(local), 2)],
  ['G', (local) => pad(isoWeekYear(local), 4)],
  ['b', (local) => (MONTHS[local.getUTCMonth()] ?? '').slice(0, 3)],
  ['B', (local) => MONTHS[local.getUTCMonth()] ?? ''],
  ['z', (_local, offset) => offsetText(offset)],
  ['Z', (_local, offset) => String(Math.round(offset / 60_000))],
  ['%', () => '%'],
]);

/** The date in a format of `%` directives. */
export function writeDate(date: Date, format: string, zone: Zone): string {
  const local = toLocal(date, zone);
  const offset = zone(date.getTime());
  return format.replaceAll(/%(.?)/g, (_whole, letter: string) => {
    const write = DIRECTIVES.get(letter);
    if (write === undefined)
      throw refuse(
        18_536,
        letter === ''
          ? "Unmatched '%' at end of format string"
          : `Invalid format character '%${letter}' in format string`,
      );
    return write(local, offset);
  });
}

function formatArgument(
  format: Evaluate | undefined,
  root: Document,
  otherwise: string,
): string | undefined {
  if (format === undefined) return otherwise;
  const value = format(root);
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string')
    throw refuse(18_533, `the format must be a string, found ${typeName(value)}`);
  return value;
}

const toText: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['date'], ['format', 'timezone', 'onNull']);
  const date = parts.take('date');
  const [format, zone] = [parts.get('format'), parts.get('timezone')];
  const onNull = parts.get('onNull') ?? ((): null => null);
  const usual = zone === undefined ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L';
  return (root) => {
    const value = date(root);
    if (isNullish(value)) return onNull(root);
    const written = formatArgument(format, root, usual);
    const found = inZone(value, zoneArgument(zone, root), '$dateToString');
    return found === undefined || written === undefined
      ? null
      : writeDate(found.date, written, found.zone);
  };
};

const fromText: Operator = (argument, compiling) => {
  const parts = namedArguments(
    argument,
    compiling,
    ['dateString'],
    ['format', 'timezone', 'onError', 'onNull'],
  );
  const text = parts.take('dateString');
  const [format, zone, onError] = [
    parts.get('format'),
    parts.get('timezone'),
    parts.get('onError'),
  ];
  const onNull = parts.get('onNull') ?? ((): null => null);
  return (root) => {
    const value = text(root);
    if (isNullish(value)) return onNull(root);
    const zoned = zoneArgument(zone, root);
    const given = format === undefined ? '' : formatArgument(format, root, '');
    if (zoned === undefined || given === undefined) return null;
    try {
      return readText(value, given, zoned);
    } catch (error) {
      if (onError === undefined || !(error instanceof CommandRefusal)) throw error;
      return onError(root);
    }
  };
};

function readText(value: Maybe, format: string, zone: Zone): Date {
  if (typeof value !== 'string')
    throw refuse(
      241,
      `$dateFromString requires that 'dateString' be a string, found: ${typeName(value ?? null)}`,
    );
  return format === '' ? parseDate(value, zone) : parseDateBy(value, format, zone);
}

/** Operators between dates and text. */
export const DATE_TEXTS: readonly (readonly [string, Operator])[] = [
  ['$dateToString', toText],
  ['$dateFromString', fromText],
];
