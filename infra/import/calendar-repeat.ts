/** When a repeated event takes place. */
import ICAL from 'ical.js';

import {
  CalendarFault,
  instantOf,
  parameterOf,
  readTime,
  valueOf,
  wallOfText,
  type CalendarTime,
  type Zones,
} from './calendar-time.ts';
import type { CalendarLine } from './calendar-text.ts';
import { ImportFault } from './fault.ts';
import type { WallMillis } from './zone.ts';

/** What a calendar says about an event's repetition. */
export interface Repetition {
  start: CalendarTime;
  /** RRULE, RDATE and EXDATE lines. */
  lines: CalendarLine[];
}

/** Steps that are left for the rules of one calendar. */
export interface StepsLeft {
  count: number;
}

/** The steps of a calendar whose rules were not read yet. */
export function allSteps(count = maxSteps): StepsLeft {
  return { count };
}

/** Where an event takes place in time, and whether the calendar would go on. */
export interface Occurrences {
  /** Milliseconds since the epoch, earliest first. */
  instants: number[];
  isCut: boolean;
}

/** Most occurrences of one event. */
export const maxOccurrences = 1_000;
/** Steps that the rules of one calendar may take to find them. */
const maxSteps = 500_000;
const maxInterval = 1_000;
const dayMillis = 24 * 60 * 60 * 1000;
const yearMillis = 366 * dayMillis;

/**
 * Every occurrence of an event that ends; of one that does not, those from a year before `now` to a year after.
 *
 * @param now milliseconds since the epoch
 * @param left steps that are taken from the calendar's
 * @throws {CalendarFault} for a rule that cannot be read
 * @throws {ImportFault} IMPORT_TOO_LARGE when no steps are left
 */
export function occurrencesOf(
  { start, lines }: Repetition,
  zones: Zones,
  now: number,
  left: StepsLeft,
): Occurrences {
  const rules = linesOf(lines, 'RRULE').map((line) => wallsOfRule(line, start, now, left));
  const found = new Set(
    rules.flatMap(({ walls }) => walls.map((wall) => start.zone.instantOf(wall))),
  );
  // The first time counts even where it does not follow the rule.
  const first = instantOf(start);
  if (!rules.some(({ isEndless }) => isEndless) || first >= now - yearMillis) found.add(first);
  for (const time of timesOf(linesOf(lines, 'RDATE'), zones)) found.add(instantOf(time));
  const exceptions = [...timesOf(linesOf(lines, 'EXDATE'), zones)];
  const instants = [...found]
    .filter((instant) => !exceptions.some((time) => isAt(instant, time)))
    .toSorted((a, b) => a - b);
  const isCut = rules.some((rule) => rule.isCut) || instants.length > maxOccurrences;
  return { instants: instants.slice(0, maxOccurrences), isCut };
}

function wallsOfRule(line: CalendarLine, start: CalendarTime, now: number, left: StepsLeft) {
  const rule = ruleOf(line, start);
  const isEndless = !rule.isFinite();
  const [from, to] = isEndless ? [now - yearMillis, now + yearMillis] : [-Infinity, Infinity];
  const walls: WallMillis[] = [];
  const next = iteratorOf(rule, isEndless ? nearer(rule, start.wall, from) : start.wall, line);
  for (; left.count > 0; left.count -= 1) {
    const time = next();
    if (!time) return { walls, isEndless, isCut: false };
    const wall = wallOfTime(time);
    if (wall > to || walls.length >= maxOccurrences) return { walls, isEndless, isCut: true };
    if (wall >= from) walls.push(wall);
  }
  throw new ImportFault(
    'IMPORT_TOO_LARGE',
    'The events of this calendar repeat too often.',
    line.line,
  );
}

/** Skips whole periods of an endless rule, so that an old event costs no more than a new one. */
function nearer({ freq, interval }: ICAL.Recur, start: WallMillis, from: number): WallMillis {
  const days = new Map([
    ['DAILY', 1],
    ['WEEKLY', 7],
  ]).get(freq);
  if (days === undefined || from <= start) return start;
  const period = days * interval * dayMillis;
  return start + Math.floor((from - start) / period) * period;
}

function iteratorOf(rule: ICAL.Recur, from: WallMillis, { line }: CalendarLine) {
  const attempt = <Value>(step: () => Value): Value => {
    try {
      return step();
    } catch {
      throw new CalendarFault('The rule of repetition contradicts itself.', line);
    }
  };
  const iterator = attempt(() => rule.iterator(floating(from)));
  return () => attempt(() => iterator.next() as ICAL.Time | null);
}

function ruleOf(line: CalendarLine, start: CalendarTime): ICAL.Recur {
  const text = valueOf(line) ?? '';
  const fault = faultOfRule(text);
  if (fault !== null) throw new CalendarFault(fault, line.line);
  const rule = parseRule(text, line);
  const until = /UNTIL=(\w+)/i.exec(text)?.[1];
  if (until === undefined) return rule;
  const wall = wallOfText(until);
  if (wall === null) throw new CalendarFault(`"${until}" is no date and no time.`, line.line);
  // UNTIL stands in UTC, the occurrences on the wall; a day without a time is meant to its end.
  const last = until.endsWith('Z') ? start.zone.wallOf(wall) : wall;
  rule.until = floating(until.includes('T') ? last : last + dayMillis - 1000);
  return rule;
}

/** Why a rule is not even tried: the library would look for its next time for minutes. */
function faultOfRule(text: string): string | null {
  if (/FREQ=(SECONDLY|MINUTELY|HOURLY)/i.test(text)) return 'The event repeats within a day.';
  const interval = Number(/INTERVAL=([^;]*)/i.exec(text)?.[1] ?? 1);
  const isFair = Number.isInteger(interval) && interval >= 1 && interval <= maxInterval;
  return isFair ? null : `An interval is 1 to ${maxInterval}.`;
}

function parseRule(text: string, { line }: CalendarLine): ICAL.Recur {
  try {
    return ICAL.Recur.fromString(text);
  } catch {
    throw new CalendarFault(`"${text}" is no rule of repetition.`, line);
  }
}

function* timesOf(lines: CalendarLine[], zones: Zones): Generator<CalendarTime> {
  for (const line of lines)
    for (const value of (valueOf(line) ?? '').split(',').filter((each) => each !== '')) {
      // Of a period only its beginning counts here.
      const [time = ''] = value.trim().split('/');
      yield readTime(time, parameterOf(line, 'TZID'), line.line, zones);
    }
}

function isAt(instant: number, time: CalendarTime): boolean {
  if (!time.isDay) return instant === instantOf(time);
  const wall = time.zone.wallOf(instant);
  return wall >= time.wall && wall < time.wall + dayMillis;
}

function linesOf(lines: CalendarLine[], property: string): CalendarLine[] {
  return lines.filter(({ name }) => name === property);
}

function floating(wall: WallMillis): ICAL.Time {
  const time = ICAL.Time.fromJSDate(new Date(wall), true);
  time.zone = ICAL.Timezone.localTimezone;
  return time;
}

function wallOfTime({ year, month, day, hour, minute, second }: ICAL.Time): WallMillis {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
