// The parts of a date: year, month, week … in a time zone.
import { showValue } from '../bson/show.ts';
import { document, isNullish, isNumeric } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { wholeNumber } from '../bson/number.ts';
import { refuse } from '../refusal.ts';
import { dateArgument, inZone, zoneArgument } from './date-argument.ts';
import { namedArguments } from './operands.ts';
import type { Operator } from './operands.ts';
import { fromLocal, toLocal } from './zone.ts';

const DAY = 86_400_000;

function startOfYear(year: number): number {
  const start = new Date(0);
  return start.setUTCFullYear(year, 0, 1);
}

/** 1 to 366. */
export function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - startOfYear(local.getUTCFullYear())) / DAY) + 1;
}

/** 0 to 53; week 1 begins with the first Sunday. */
export function weekOfYear(local: Date): number {
  return Math.floor((dayOfYear(local) - 1 + 7 - local.getUTCDay()) / 7);
}

/** 1 (Monday) to 7. */
export function isoDayOfWeek(local: Date): number {
  return local.getUTCDay() === 0 ? 7 : local.getUTCDay();
}

/** The Thursday of the date's week decides year and number of an ISO week. */
function thursday(local: Date): Date {
  return new Date(local.getTime() + (4 - isoDayOfWeek(local)) * DAY);
}

/** Year of the ISO week. */
export function isoWeekYear(local: Date): number {
  return thursday(local).getUTCFullYear();
}

/** 1 to 53. */
export function isoWeek(local: Date): number {
  return Math.floor((dayOfYear(thursday(local)) - 1) / 7) + 1;
}

function part(read: (local: Date) => number | bigint): Operator {
  return (argument, compiling) => {
    const find = dateArgument(argument, compiling);
    return (root) => {
      const found = find(root);
      return found === undefined ? null : read(toLocal(found.date, found.zone));
    };
  };
}

const toParts: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, ['date'], ['timezone', 'iso8601']);
  const date = parts.take('date');
  const zone = parts.get('timezone');
  const iso = parts.get('iso8601');
  return (root) => {
    const found = inZone(date(root), zoneArgument(zone, root), '$dateToParts');
    if (found === undefined) return null;
    const local = toLocal(found.date, found.zone);
    const time = {
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
      millisecond: local.getUTCMilliseconds(),
    };
    return iso?.(root) === true
      ? document({
          isoWeekYear: isoWeekYear(local),
          isoWeek: isoWeek(local),
          isoDayOfWeek: isoDayOfWeek(local),
          ...time,
        })
      : document({
          year: local.getUTCFullYear(),
          month: local.getUTCMonth() + 1,
          day: local.getUTCDate(),
          ...time,
        });
  };
};

const CALENDAR = ['year', 'month', 'day'];
const ISO = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'];
const TIME = ['hour', 'minute', 'second', 'millisecond'];

const fromParts: Operator = (argument, compiling) => {
  const parts = namedArguments(argument, compiling, [], [...CALENDAR, ...ISO, ...TIME, 'timezone']);
  const isIso = parts.document.has('isoWeekYear');
  if (isIso === parts.document.has('year'))
    throw refuse(40_516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
  if ((isIso ? CALENDAR : ISO).some((name) => parts.document.has(name)))
    throw refuse(40_489, '$dateFromParts does not allow mixing natural dates with ISO dates');
  const zone = parts.get('timezone');
  const readers = new Map(
    [...parts.document.keys()]
      .filter((name) => name !== 'timezone')
      .map((name) => [name, parts.take(name)]),
  );
  return (root) => {
    const zoned = zoneArgument(zone, root);
    const values = partValues(readers, root);
    if (zoned === undefined || values === undefined) return null;
    return fromLocal(isIso ? isoDate(values) : calendarDate(values), zoned);
  };
};

type Readers = ReadonlyMap<string, (root: Document) => Maybe>;

function partValues(readers: Readers, root: Document): ReadonlyMap<string, number> | undefined {
  const values = new Map<string, number>();
  for (const [name, read] of readers) {
    const value = read(root);
    if (isNullish(value)) return undefined;
    const whole = isNumeric(value) ? wholeNumber(value) : undefined;
    if (whole === undefined)
      throw refuse(40_515, `'${name}' must evaluate to an integer, found ${showValue(value)}`);
    if (name.toLowerCase().endsWith('year') && (whole < 1 || whole > 9999))
      throw refuse(
        40_523,
        `'${name}' must evaluate to an integer in the range 1 to 9999, found ${whole}`,
      );
    values.set(name, whole);
  }
  return values;
}

function withTime(date: Date, values: ReadonlyMap<string, number>): Date {
  const [hour = 0, minute = 0, second = 0, millisecond = 0] = TIME.map((name) => values.get(name));
  return new Date(date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond);
}

function calendarDate(values: ReadonlyMap<string, number>): Date {
  const date = new Date(0);
  // Months and days outside of their range carry over, as MongoDB does it.
  date.setUTCFullYear(
    values.get('year') ?? 1970,
    (values.get('month') ?? 1) - 1,
    values.get('day') ?? 1,
  );
  return withTime(date, values);
}

function isoDate(values: ReadonlyMap<string, number>): Date {
  const fourth = new Date(startOfYear(values.get('isoWeekYear') ?? 1970) + 3 * DAY);
  const monday = fourth.getTime() - (isoDayOfWeek(fourth) - 1) * DAY;
  const days = ((values.get('isoWeek') ?? 1) - 1) * 7 + (values.get('isoDayOfWeek') ?? 1) - 1;
  return withTime(new Date(monday + days * DAY), values);
}

/** Operators on the parts of a date. */
export const DATE_PARTS: readonly (readonly [string, Operator])[] = [
  ['$year', part((local) => local.getUTCFullYear())],
  ['$month', part((local) => local.getUTCMonth() + 1)],
  ['$dayOfMonth', part((local) => local.getUTCDate())],
  ['$dayOfWeek', part((local) => local.getUTCDay() + 1)],
  ['$dayOfYear', part(dayOfYear)],
  ['$week', part(weekOfYear)],
  ['$isoWeek', part(isoWeek)],
  ['$isoWeekYear', part((local) => BigInt(isoWeekYear(local)))],
  ['$isoDayOfWeek', part(isoDayOfWeek)],
  ['$hour', part((local) => local.getUTCHours())],
  ['$minute', part((local) => local.getUTCMinutes())],
  ['$second', part((local) => local.getUTCSeconds())],
  ['$millisecond', part((local) => local.getUTCMilliseconds())],
  ['$dateToParts', toParts],
  ['$dateFromParts', fromParts],
];
