// Time zones: offsets and names of the Olson database.
import { refuse } from '../refusal.ts';

const OFFSET = /^([+-])(\d{2}):?(\d{2})?$/;
const MINUTE = 60_000;

/** Milliseconds that a zone is ahead of UTC at an instant. */
export type Zone = (instant: number) => number;

const UTC: Zone = () => 0;
const zones = new Map<string, Zone>([
  ['UTC', UTC],
  ['GMT', UTC],
  ['Z', UTC],
]);
const MOST_KNOWN = 500;

/**
 * The zone of this name or offset ("Asia/Seoul", "+09:00").
 *
 * @throws {CommandRefusal} 40485 for an unknown one
 */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const made = offsetZone(name) ?? namedZone(name);
  if (zones.size < MOST_KNOWN) zones.set(name, made);
  return made;
}

function offsetZone(name: string): Zone | undefined {
  const found = OFFSET.exec(name);
  if (found === null) return undefined;
  const [, sign, hours, minutes = '0'] = found;
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  return () => (sign === '-' ? -offset : offset);
}

function namedZone(name: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw refuse(40_485, `unrecognized time zone identifier: "${name}"`);
  }
  return (instant) => wallTime(format, instant) - Math.floor(instant / 1000) * 1000;
}

function wallTime(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const wall = new Date(0);
  wall.setUTCFullYear(year, number('month') - 1, number('day'));
  wall.setUTCHours(number('hour'), number('minute'), number('second'));
  return wall.getTime();
}

/** The instant shifted so that its UTC fields are the local ones. */
export function toLocal(instant: Date, zone: Zone): Date {
  return new Date(instant.getTime() + zone(instant.getTime()));
}

/** The instant at which a clock in this zone shows these UTC fields. */
export function fromLocal(local: Date, zone: Zone): Date {
  const wall = local.getTime();
  const guess = wall - zone(wall);
  // A second look, for the hours around a change of the offset.
  return new Date(wall - zone(guess));
}
