// Dates from text: ISO 8601 and its relatives, or by a format.
import { refuse } from '../refusal.ts';
import { fromLocal, zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

const ISO_LIKE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{0,2}|[A-Za-z]+\/\w+)?$/;

function complaint(text: string): Error {
  return refuse(241, `Error parsing date string '${text}'`);
}

/** Fields of a date that text gave. */
type Fields = { [name in FieldName]?: number };
type FieldName =
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'dayOfYear'
  | 'isoYear'
  | 'isoWeek'
  | 'isoDay';

const FIRST: Required<
  Pick<Fields, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond'>
> = {
  year: 1970,
  month: 1,
  day: 1,
  hour: 0,
  minute: 0,
  second: 0,
  millisecond: 0,
};

function localDate(fields: Fields, text: string): Date {
  const { year, month, day, hour, minute, second, millisecond } = { ...FIRST, ...fields };
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || hour > 24 || minute > 59 || second > 60) throw complaint(text);
  date.setUTCHours(hour, minute, second, millisecond);
  return date;
}

/**
 * Reads a date as ISO 8601 writes it; a text without a zone is in `zone`.
 *
 * @throws {CommandRefusal} 241 for a text that is none
 */
export function parseDate(text: string, zone: Zone = zoneOf('UTC')): Date {
  const found = ISO_LIKE.exec(text.trim());
  if (found === null) return parseLoosely(text);
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', named] = found;
  const local = localDate(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      millisecond: Math.trunc(Number(`0.${fraction}`) * 1000),
    },
    text,
  );
  return fromLocal(local, named === undefined ? zone : zoneOf(named));
}

/** Forms with month names, as "July 4th, 2017"; JavaScript reads them in UTC when told so. */
function parseLoosely(text: string): Date {
  if (!/\d{4}/.test(text) || !/[A-Za-z]{3}/.test(text)) throw complaint(text);
  const bare = text
    .replaceAll(/(\d)(?:st|nd|rd|th)\b/g, '$1')
    .replace(/,?\s+(?:noon)$/i, ' 12:00:00');
  const hasZone = /(?:UTC|GMT|Z|[+-]\d{2}:?\d{2})\s*$/.test(bare);
  const parsed = new Date(hasZone ? bare : `${bare} UTC`);
  if (Number.isNaN(parsed.getTime())) throw complaint(text);
  return parsed;
}

type Directive = { pattern: string; field: FieldName };

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['Y', { pattern: String.raw`(\d{4})`, field: 'year' }],
  ['m', { pattern: String.raw`(\d{1,2})`, field: 'month' }],
  ['d', { pattern: String.raw`(\d{1,2})`, field: 'day' }],
  ['e', { pattern: String.raw`\s?(\d{1,2})`, field: 'day' }],
  ['H', { pattern: String.raw`(\d{1,2})`, field: 'hour' }],
  ['M', { pattern: String.raw`(\d{1,2})`, field: 'minute' }],
  ['S', { pattern: String.raw`(\d{1,2})`, field: 'second' }],
  ['L', { pattern: String.raw`(\d{1,3})`, field: 'millisecond' }],
  ['j', { pattern: String.raw`(\d{1,3})`, field: 'dayOfYear' }],
  ['G', { pattern: String.raw`(\d{4})`, field: 'isoYear' }],
  ['V', { pattern: String.raw`(\d{1,2})`, field: 'isoWeek' }],
  ['u', { pattern: String.raw`([1-7])`, field: 'isoDay' }],
]);

const MONTH_NAMES =
  'January|February|March|April|May|June|July|August|September|October|November|December';

/** A format that is ready to read texts. */
type Reader = { pattern: RegExp; fields: (FieldName | 'zone' | 'offset' | 'monthName')[] };

function readFormat(format: string): Reader {
  const fields: Reader['fields'] = [];
  const pattern = format.replaceAll(
    /%(.)|([^%]+)/g,
    (_whole, letter?: string, literal?: string) => {
      if (letter === undefined)
        return (literal ?? '').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
      return patternOf(letter, fields);
    },
  );
  return { pattern: new RegExp(`^${pattern}$`, 'i'), fields };
}

function patternOf(letter: string, fields: Reader['fields']): string {
  const directive = DIRECTIVES.get(letter);
  if (directive !== undefined) {
    fields.push(directive.field);
    return directive.pattern;
  }
  if (letter === '%') return '%';
  if (letter === 'z') {
    fields.push('zone');
    return String.raw`([A-Za-z]+(?:/\w+)?|[+-]\d{2}:?\d{2})`;
  }
  if (letter === 'Z') {
    fields.push('offset');
    return String.raw`([+-]?\d{1,4})`;
  }
  if (letter !== 'b' && letter !== 'B')
    throw refuse(18_536, `Invalid format character '%${letter}' in format string`);
  fields.push('monthName');
  return letter === 'B'
    ? `(${MONTH_NAMES})`
    : `(${MONTH_NAMES.replaceAll(/([A-Z][a-z]{2})[a-z]*/g, '$1')})`;
}

function monthNumber(name: string): number {
  return (
    MONTH_NAMES.split('|').findIndex((month) =>
      month.toLowerCase().startsWith(name.toLowerCase().slice(0, 3)),
    ) + 1
  );
}

/**
 * Reads a date by a format of `%` directives.
 *
 * @throws {CommandRefusal} 241 for a text that does not fit, 18536 for a directive that is unknown
 */
export function parseDateBy(text: string, format: string, zone: Zone): Date {
  const { pattern, fields } = readFormat(format);
  const found = pattern.exec(text);
  if (found === null) throw complaint(text);
  const values: Fields = {};
  let own = zone;
  for (const [at, field] of fields.entries()) {
    const value = found[at + 1] ?? '';
    if (field === 'zone') own = zoneOf(value);
    else if (field === 'offset') {
      const minutes = Number(value);
      own = () => minutes * 60_000;
    } else if (field === 'monthName') values.month = monthNumber(value);
    else values[field] = Number(value);
  }
  return fromLocal(dateFrom(values, text), own);
}

const DAY = 86_400_000;

function dateFrom(values: Fields, text: string): Date {
  if (values.dayOfYear !== undefined)
    return new Date(localDate(values, text).getTime() + (values.dayOfYear - 1) * DAY);
  if (values.isoYear === undefined) return localDate(values, text);
  const fourth = localDate({ ...values, year: values.isoYear, month: 1, day: 4 }, text);
  const weekday = (fourth.getUTCDay() + 6) % 7;
  const days = ((values.isoWeek ?? 1) - 1) * 7 + (values.isoDay ?? 1) - 1 - weekday;
  return new Date(fourth.getTime() + days * DAY);
}
