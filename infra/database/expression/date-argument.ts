// What the date operators share: dates, time zones and units from arguments.
import { showValue } from '../bson/show.ts';
import { isDocument, isNullish, ObjectId, Timestamp, typeName } from '../bson/value.ts';
import type { Document, Maybe, Value } from '../bson/value.ts';
import { refuse } from '../refusal.ts';
import { namedArguments } from './operands.ts';
import type { Compiling } from './operands.ts';
import type { Evaluate } from './scope.ts';
import { zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

/** A date from a date, timestamp or ObjectId. */
export function dateOf(value: Value, name: string): Date {
  if (value instanceof Date) return value;
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  if (value instanceof ObjectId) return value.getTimestamp();
  throw refuse(16_006, `can't convert from BSON type ${typeName(value)} to Date in ${name}`);
}

/** The zone that an argument names; undefined for null, which makes the result null. */
export function zoneArgument(zone: Evaluate | undefined, root: Document): Zone | undefined {
  if (zone === undefined) return zoneOf('UTC');
  const name = zone(root);
  if (isNullish(name)) return undefined;
  if (typeof name !== 'string')
    throw refuse(40_517, `timezone must evaluate to a string, found ${typeName(name)}`);
  return zoneOf(name);
}

/** A date with its zone, or undefined when one of them is null. */
export type DateInZone = { date: Date; zone: Zone };

function isNamed(argument: Value): boolean {
  return isDocument(argument) && (argument.has('date') || argument.has('timezone'));
}

/** Reads `date` or `{ date, timezone }`. */
export function dateArgument(
  argument: Value,
  compiling: Compiling,
): (root: Document) => DateInZone | undefined {
  const parts = isNamed(argument)
    ? namedArguments(argument, compiling, ['date'], ['timezone'])
    : undefined;
  const [only] = Array.isArray(argument) ? argument : [argument];
  if (Array.isArray(argument) && argument.length !== 1)
    throw refuse(40_536, `${compiling.name} accepts exactly one argument if given an array`);
  const date = parts?.take('date') ?? compiling.compile(only ?? null, compiling.scope);
  const zone = parts?.get('timezone');
  return (root) => inZone(date(root), zoneArgument(zone, root), compiling.name);
}

/** A date and a zone together, unless one is null. */
export function inZone(date: Maybe, zone: Zone | undefined, name: string): DateInZone | undefined {
  return isNullish(date) || zone === undefined ? undefined : { date: dateOf(date, name), zone };
}

/** Units of time, as date arithmetic names them. */
export type Unit =
  'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const UNITS: ReadonlyMap<unknown, Unit> = new Map<unknown, Unit>(
  (
    ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const
  ).map((unit) => [unit, unit]),
);

/** A unit of time from an argument. */
export function unitOf(value: Maybe, name: string): Unit {
  const unit = UNITS.get(value);
  if (unit === undefined)
    throw refuse(9, `unknown time unit value: ${showValue(value)} in ${name}`);
  return unit;
}

/** Milliseconds of the units that always have the same length. */
export const UNIT_MILLIS: Readonly<Partial<Record<Unit, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
