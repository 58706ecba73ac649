// Dates moved, compared and cut in units of time.
import { isNullish, isNumeric } from '../bson/value.ts';
import type { Document, Maybe } from '../bson/value.ts';
import { wholeNumber } from '../bson/number.ts';
import { refuse } from '../refusal.ts';
import { dateOf, inZone, UNIT_MILLIS, unitOf, zoneArgument } from './date-argument.ts';
import type { Unit } from './date-argument.ts';
import { namedArguments } from './operands.ts';
import type { Operator } from './operands.ts';
import { fromLocal, toLocal, zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

const MONTHS: Readonly<Partial<Record<Unit, number>>> = { year: 12, quarter: 3, month: 1 };

function addMonths(local: Date, months: number): Date {
  const moved = new Date(local.getTime());
  const day = local.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const last = new Date(moved.getTime());
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  // January 31 and one month is the last day of February.
  moved.setUTCDate(Math.min(day, last.getUTCDate()));
  return moved;
}

/** The date moved by an amount of a unit, by the clock of a zone for days and longer. */
export function addToDate(
  date: Date,
  unit: Unit,
  amount: number,
  zone: Zone = zoneOf('UTC'),
): Date {
  const months = MONTHS[unit];
  if (months !== undefined) return fromLocal(addMonths(toLocal(date, zone), amount * months), zone);
  const millis = (UNIT_MILLIS[unit] ?? 1) * amount;
  // A day is not always 24 hours where clocks change.
  return unit === 'day' || unit === 'week'
    ? fromLocal(new Date(toLocal(date, zone).getTime() + millis), zone)
    : new Date(date.getTime() + millis);
}

function shift(sign: 1 | -1): Operator {
  return (argument, compiling) => {
    const parts = namedArguments(
      argument,
      compiling,
      ['startDate', 'unit', 'amount'],
      ['timezone'],
    );
    const [start, unit, amount] = [
      parts.take('startDate'),
      parts.take('unit'),
      parts.take('amount'),
    ];
    const zone = parts.get('timezone');
    return (root) => {
      const [units, count] = [unit(root), amount(root)];
      const found = inZone(start(root), zoneArgument(zone, root), compiling.name);
      if (found === undefined || isNullish(units) || isNullish(count)) return null;
      const whole = isNumeric(count) ? wholeNumber(count) : undefined;
      if (whole === undefined)
        throw refuse(5_166_405, `${compiling.name} expects integer amount of time units`);
      return addToDate(found.date, unitOf(units, compiling.name), whole * sign, found.zone);
    };
  };
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function weekday(value: Maybe, name: string): number {
  if (value === undefined) return 0;
  if (typeof value !== 'string') throw refuse(5_439_015, `${name} startOfWeek must be a string`);
  const text = value.toLowerCase();
  const day = WEEKDAYS.findIndex((full) => full === text || full.slice(0, 3) === text);
  if (day < 0) throw refuse(9, `unknown day of week value: ${value} in ${name}`);
  return day;
}

const DAY = 86_400_000;
// Bins of $dateTrunc are counted from here. @see https://www.mongodb.com/docs/manual/reference/operator/aggregation/dateTrunc/
const REFERENCE = Date.UTC(2000, 0, 1);

function floorMonths(local: Date, months: number): number {
  const since = (local.getUTCFullYear() - 2000) * 12 + local.getUTCMonth();
  const start = Math.floor(since / months) * months;
  return Date.UTC(2000 + Math.floor(start / 12), ((start % 12) + 12) % 12, 1);
}

function weekReference(startOfWeek: number): number {
  // The first such weekday on or after 2000-01-01, which was a Saturday.
  return REFERENCE + ((startOfWeek - 6 + 7) % 7) * DAY;
}

function floorLocal(local: Date, unit: Unit, size: number, startOfWeek: number): Date {
  const months = MONTHS[unit];
  if (months !== undefined) return new Date(floorMonths(local, months * size));
  const from = unit === 'week' ? weekReference(startOfWeek) : REFERENCE;
  const length = (UNIT_MILLIS[unit] ?? 1) * size;
  return new Date(from + Math.floor((local.getTime() - from) / length) * length);
}

const truncate: Operator = (argument, compiling) => {
  const parts = namedArguments(
    argument,
    compiling,
    ['date', 'unit'],
    ['binSize', 'timezone', 'startOfWeek'],
  );
  const [date, unit] = [parts.take('date'), parts.take('unit')];
  const [size, zone, week] = [
    parts.get('binSize'),
    parts.get('timezone'),
    parts.get('startOfWeek'),
  ];
  return (root) => {
    const found = inZone(date(root), zoneArgument(zone, root), '$dateTrunc');
    const units = unit(root);
    const bin = size === undefined ? 1 : size(root);
    if (found === undefined || isNullish(units) || isNullish(bin)) return null;
    const count = isNumeric(bin) ? wholeNumber(bin) : undefined;
    if (count === undefined || count < 1)
      throw refuse(5_439_017, "$dateTrunc requires 'binSize' to be greater than 0");
    const local = floorLocal(
      toLocal(found.date, found.zone),
      unitOf(units, '$dateTrunc'),
      count,
      weekday(week?.(root), '$dateTrunc'),
    );
    return fromLocal(local, found.zone);
  };
};

/** How many borders of the unit lie between two dates. */
function difference(from: Date, to: Date, unit: Unit, startOfWeek: number): number {
  const months = MONTHS[unit];
  if (months !== undefined) {
    const index = (date: Date): number =>
      Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
    return index(to) - index(from);
  }
  const length = UNIT_MILLIS[unit] ?? 1;
  const origin = unit === 'week' ? weekReference(startOfWeek) : REFERENCE;
  const index = (date: Date): number => Math.floor((date.getTime() - origin) / length);
  return index(to) - index(from);
}

const CLOCK_UNITS: ReadonlySet<Unit> = new Set(['hour', 'minute', 'second', 'millisecond']);

function movedBorders(millis: number, unit: Unit): number {
  return Math.trunc(millis / (UNIT_MILLIS[unit] ?? 1));
}

const diff: Operator = (argument, compiling) => {
  const parts = namedArguments(
    argument,
    compiling,
    ['startDate', 'endDate', 'unit'],
    ['timezone', 'startOfWeek'],
  );
  const [start, end, unit] = [parts.take('startDate'), parts.take('endDate'), parts.take('unit')];
  const [zone, week] = [parts.get('timezone'), parts.get('startOfWeek')];
  return (root: Document) => {
    const zoned = zoneArgument(zone, root);
    const [from, to, units] = [start(root), end(root), unit(root)];
    if (isNullish(from) || isNullish(to) || isNullish(units) || zoned === undefined) return null;
    const [first, last] = [dateOf(from, '$dateDiff'), dateOf(to, '$dateDiff')];
    const [before, after] = [toLocal(first, zoned), toLocal(last, zoned)];
    const measure = unitOf(units, '$dateDiff');
    const borders = difference(before, after, measure, weekday(week?.(root), '$dateDiff'));
    // An hour that the clock skips or repeats between the two is one that passed, or did not.
    const moved = after.getTime() - last.getTime() - (before.getTime() - first.getTime());
    return BigInt(borders - (CLOCK_UNITS.has(measure) ? movedBorders(moved, measure) : 0));
  };
};

/** Operators of date arithmetic. */
export const DATE_MATHS: readonly (readonly [string, Operator])[] = [
  ['$dateAdd', shift(1)],
  ['$dateSubtract', shift(-1)],
  ['$dateTrunc', truncate],
  ['$dateDiff', diff],
];
