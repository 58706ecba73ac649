/** Times of a calendar: which instant is meant, by its own zone, the calendar's, or the one the operator states. */
import ICAL from 'ical.js';

import { ImportFault } from './fault.ts';
import type { CalendarFile, CalendarLine } from './calendar-text.ts';
import { ianaZone, zoneOfId, type WallMillis, type Zone } from './zone.ts';

/** A point in time as a calendar writes it. */
export interface CalendarTime {
  /** What the clock shows. */
  wall: WallMillis;
  zone: Zone;
  /** Whether it is a whole day. */
  isDay: boolean;
}

/** What cannot be read of one line. */
export class CalendarFault extends Error {
  readonly line: number;

  constructor(reason: string, line: number) {
    super(reason);
    this.name = 'CalendarFault';
    this.line = line;
  }
}

/** The zones of one calendar file. */
export interface Zones {
  /**
   * The zone of a TZID; of times that name none when `id` is null.
   *
   * @throws {CalendarFault} when nobody knows the zone
   * @throws {ImportFault} IMPORT_ZONE for times that name none where neither the operator nor the calendar says one
   */
  zoneOf(id: string | null, line: number): Zone;
}

const utc = requiredZone('UTC');

/**
 * @param stated IANA zone of times that name none; what the calendar says in X-WR-TIMEZONE when null
 * @throws {ImportFault} IMPORT_ZONE when `stated` is no zone
 */
export function zonesOf(file: CalendarFile, stated: string | null): Zones {
  const ownId = valueOf(file.properties.find(({ name }) => name === 'X-WR-TIMEZONE'));
  const floating = stated === null ? zoneOfId(ownId ?? '') : ianaZone(stated);
  if (stated !== null && !floating)
    throw new ImportFault('IMPORT_ZONE', `"${stated}" is no time zone; Asia/Seoul would be one.`);
  const defined = definedZones(file);
  return {
    zoneOf: (id, line) => {
      if (id !== null) {
        const zone = zoneOfId(id) ?? defined.get(id);
        if (zone) return zone;
        throw new CalendarFault(`Nobody knows the time zone "${id}".`, line);
      }
      if (floating) return floating;
      throw new ImportFault(
        'IMPORT_ZONE',
        'This calendar has local times and does not say where; state it with --zone, such as --zone Europe/Paris.',
        line,
      );
    },
  };
}

const timeForm = /^\d{8}(T\d{6}Z?)?$/;

/**
 * Reads a date or a date-time.
 *
 * @throws {CalendarFault} for one that no calendar has, or whose zone nobody knows
 */
export function readTime(
  text: string,
  id: string | null,
  line: number,
  zones: Zones,
): CalendarTime {
  const wall = wallOfText(text);
  if (wall === null) throw new CalendarFault(`"${text}" is no date and no time.`, line);
  const isDay = !text.includes('T');
  return { wall, isDay, zone: text.endsWith('Z') ? utc : zones.zoneOf(id, line) };
}

/** The instant that a time means. */
export function instantOf({ wall, zone }: CalendarTime): number {
  return zone.instantOf(wall);
}

/** The digits of a date or date-time as a clock shows them; null when no calendar has them. */
export function wallOfText(text: string): WallMillis | null {
  if (!timeForm.test(text)) return null;
  const [date = '', time = '000000'] = text.replace('Z', '').split('T');
  // RFC 5545 allows the leap second, which no clock of ours shows.
  const digits = `${date}${time}`.replace(/60$/, '59');
  const iso = digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z');
  const wall = Date.parse(iso);
  return !Number.isNaN(wall) && new Date(wall).toISOString() === iso ? wall : null;
}

/** The value of a line that has no escapes, without its name and parameters. */
export function valueOf(line: CalendarLine | undefined): string | null {
  if (!line) return null;
  // A quoted parameter may hold a colon.
  const value = /^[^:"]*(?:"[^"]*"[^:"]*)*:(.*)$/s.exec(line.text)?.[1]?.trim();
  return value === undefined || value === '' ? null : value;
}

/** A parameter of a line, without its quotes. */
export function parameterOf(line: CalendarLine, name: string): string | null {
  const found = new RegExp(`;${name}=(?:"([^"]*)"|([^;:,]*))`, 'i').exec(line.text);
  return found?.[1] ?? found?.[2] ?? null;
}

/** Zones that the file itself defines and nobody else knows: their name for people stays UTC. */
function definedZones(file: CalendarFile): Map<string, Zone> {
  const zones = new Map<string, Zone>();
  for (const part of file.parts) {
    const id = valueOf(part.properties.find(({ name }) => name === 'TZID'));
    if (part.name !== 'VTIMEZONE' || id === null || zoneOfId(id)) continue;
    const zone = definedZone(part.text, id);
    if (zone) zones.set(id, zone);
  }
  return zones;
}

function definedZone(text: string[], tzid: string): Zone | null {
  let defined: ICAL.Timezone;
  try {
    const component = new ICAL.Component(ICAL.parse(text.join('\r\n')));
    defined = new ICAL.Timezone({ component, tzid });
  } catch {
    return null;
  }
  const instantOfWall = (wall: WallMillis) => {
    const time = ICAL.Time.fromJSDate(new Date(wall), true);
    time.zone = defined;
    return wall - time.utcOffset() * 1000;
  };
  const wallOf = (instant: number) => {
    const time = ICAL.Time.fromJSDate(new Date(instant), true);
    return instant + time.convertToZone(defined).utcOffset() * 1000;
  };
  return { name: utc.name, instantOf: instantOfWall, wallOf };
}

function requiredZone(name: string): Zone {
  const zone = ianaZone(name);
  if (!zone) throw new RangeError(`There is no zone ${name}.`);
  return zone;
}
