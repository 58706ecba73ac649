/** iCalendar files: every event becomes one, every occurrence of a repeated event one of its own. */
import { createHash } from 'node:crypto';
import ICAL from 'ical.js';

import { lineOf, wordsOf, type CalendarWords, type EventWords } from './calendar-event.ts';
import { allSteps, occurrencesOf, type StepsLeft } from './calendar-repeat.ts';
import {
  CalendarFault,
  instantOf,
  parameterOf,
  readTime,
  valueOf,
  zonesOf,
  type CalendarTime,
  type Zones,
} from './calendar-time.ts';
import {
  readCalendarFile,
  type CalendarFile,
  type CalendarLine,
  type CalendarPart,
} from './calendar-text.ts';
import { failed, figure, repaired, skipped, type Found, type Remark } from './found.ts';
import type { Source } from './source.ts';

/** What the operator states about a calendar. */
export interface CalendarOptions {
  /** IANA zone of times that name none; null when the calendar says it. */
  zone: string | null;
  /** ISO 3166 code of where the events take place; null when unknown. */
  region: string | null;
  /** Milliseconds since the epoch: what repeats without end is taken from a year before to a year after. */
  now: number;
  /** Steps that all rules of repetition together may take; half a million when not given. */
  maxSteps?: number;
}

/** What holds for every event of a calendar. */
interface Calendar {
  zones: Zones;
  options: CalendarOptions;
  words: CalendarWords;
  /** Instants of occurrences that have an event of their own, by UID. */
  replaced: Map<string, Set<number>>;
  stepsLeft: StepsLeft;
}

/** Longest UID that is kept, in characters: with the mark of an occurrence it is still a key. */
const maxUid = 280;

/**
 * What a calendar holds: its events, then figures. Of events with the same UID the newest counts.
 *
 * @throws {ImportFault} IMPORT_TRUNCATED, IMPORT_FORMAT, IMPORT_ZONE
 */
export function* findCalendar(source: Source, options: CalendarOptions): Generator<Found> {
  const file = readCalendarFile(source);
  yield* file.remarks;
  const all = file.parts.filter(({ name }) => name === 'VEVENT');
  const { kept, dropped } = newestOf(all);
  for (const { event, by } of dropped)
    yield skipped(event.line, `A newer version of this event is in line ${by.line}.`);
  const calendar = calendarOf(file, kept, options);
  let rows = 0;
  for (const event of kept)
    for (const found of readEvent(event, calendar)) {
      if (found.kind === 'row') rows += 1;
      yield found;
    }
  yield figure('events in the file', all.length);
  yield figure('older versions left out', dropped.length);
  yield figure('time zones defined', file.parts.filter(({ name }) => name === 'VTIMEZONE').length);
  yield figure('events with their occurrences', rows);
}

function calendarOf(
  file: CalendarFile,
  events: readonly CalendarPart[],
  options: CalendarOptions,
): Calendar {
  const zones = zonesOf(file, options.zone);
  const own = (property: string) => valueOf(file.properties.find(({ name }) => name === property));
  const replaced = new Map<string, Set<number>>();
  for (const event of events) {
    const instant = replacedInstant(event, zones);
    if (instant === null) continue;
    const uid = uidOf(event);
    replaced.set(uid, (replaced.get(uid) ?? new Set()).add(instant));
  }
  return {
    zones,
    options,
    stepsLeft: allSteps(options.maxSteps),
    words: {
      calendarName: own('X-WR-CALNAME'),
      isCancelled: own('METHOD')?.toUpperCase() === 'CANCEL',
      region: options.region,
    },
    replaced,
  };
}

/** Of every event and every changed occurrence the newest version: by SEQUENCE, then by time of change, then the last. */
function newestOf(events: readonly CalendarPart[]) {
  const newest = new Map<string, CalendarPart>();
  const dropped: { event: CalendarPart; by: CalendarPart }[] = [];
  for (const event of events) {
    const key = `${uidOf(event)} ${valueOf(lineOf(event, 'RECURRENCE-ID')) ?? ''}`;
    const known = newest.get(key);
    if (known && isNewer(known, event)) dropped.push({ event, by: known });
    else {
      if (known) dropped.push({ event: known, by: event });
      newest.set(key, event);
    }
  }
  return { kept: [...newest.values()], dropped };
}

function isNewer(one: CalendarPart, other: CalendarPart): boolean {
  const difference = sequenceOf(one) - sequenceOf(other);
  return difference === 0 ? changeOf(one) > changeOf(other) : difference > 0;
}

function sequenceOf(event: CalendarPart): number {
  return Number(valueOf(lineOf(event, 'SEQUENCE')) ?? 0) || 0;
}

function changeOf(event: CalendarPart): string {
  return valueOf(lineOf(event, 'LAST-MODIFIED')) ?? valueOf(lineOf(event, 'DTSTAMP')) ?? '';
}

function* readEvent(event: CalendarPart, calendar: Calendar): Generator<Found> {
  try {
    yield* formRemarks(event);
    const { words, remarks } = wordsOf(event, calendar.words);
    yield* remarks;
    yield* placeInTime(event, words, calendar);
  } catch (error) {
    if (!(error instanceof CalendarFault)) throw error;
    yield failed(error.line, error.message);
  }
}

function* formRemarks(event: CalendarPart): Generator<Remark> {
  const stamp = lineOf(event, 'DTSTAMP');
  if (!stamp) yield repaired(event.line, 'An event without DTSTAMP was read.');
  else if (!valueOf(stamp)?.includes('T'))
    yield repaired(stamp.line, 'DTSTAMP is a day; it was read as the beginning of that day.');
  if (!lineOf(event, 'UID'))
    yield repaired(event.line, 'An event without UID was named after its start and title.');
}

/** The rows of an event: one, or one an occurrence. */
function* placeInTime(
  event: CalendarPart,
  words: EventWords,
  { zones, replaced, options, stepsLeft }: Calendar,
): Generator<Found> {
  const start = timeAt(requiredLine(event, 'DTSTART'), zones);
  const lengthMillis = lengthOf(event, start, zones);
  const uid = uidOf(event);
  const rowAt = (instant: number, externalId: string): Found => {
    const startsAt = new Date(instant).toISOString();
    const endsAt = new Date(endOf(instant, start, lengthMillis)).toISOString();
    const row = { ...words, externalId, startsAt, endsAt, timeZone: start.zone.name };
    return { kind: 'row', to: 'events', line: event.line, row };
  };
  const own = replacedInstant(event, zones);
  const lines = event.properties.filter(({ name }) => /^(RRULE|RDATE|EXDATE)$/.test(name));
  if (own !== null) yield rowAt(instantOf(start), occurrenceId(uid, own));
  else if (lines.length === 0) yield rowAt(instantOf(start), uid);
  else {
    const { instants, isCut } = occurrencesOf({ start, lines }, zones, options.now, stepsLeft);
    if (isCut) yield repaired(event.line, `An endless event: ${instants.length} times are taken.`);
    for (const instant of instants)
      if (!replaced.get(uid)?.has(instant)) yield rowAt(instant, occurrenceId(uid, instant));
  }
}

/** How long an event takes, in milliseconds: by DTEND, by DURATION, a whole day, or no time. */
function lengthOf(event: CalendarPart, start: CalendarTime, zones: Zones): number {
  const end = lineOf(event, 'DTEND');
  const duration = lineOf(event, 'DURATION');
  let length = start.isDay ? 24 * 60 * 60 * 1000 : 0;
  if (end) {
    const time = timeAt(end, zones);
    length = start.isDay ? time.wall - start.wall : instantOf(time) - instantOf(start);
  } else if (duration) length = durationMillis(duration);
  const line = end ?? duration;
  if (line && length < 0) throw new CalendarFault('The event ends before it begins.', line.line);
  return length;
}

/** Whole days are days on the wall, however long the zone makes them. */
function endOf(instant: number, { isDay, zone }: CalendarTime, lengthMillis: number): number {
  return isDay ? zone.instantOf(zone.wallOf(instant) + lengthMillis) : instant + lengthMillis;
}

function durationMillis(line: CalendarLine): number {
  try {
    return ICAL.Duration.fromString(valueOf(line) ?? '').toSeconds() * 1000;
  } catch {
    throw new CalendarFault(`"${valueOf(line)}" is no duration.`, line.line);
  }
}

function replacedInstant(event: CalendarPart, zones: Zones): number | null {
  const line = lineOf(event, 'RECURRENCE-ID');
  if (!line) return null;
  try {
    return instantOf(timeAt(line, zones));
  } catch (error) {
    // The event itself is told of when it is read.
    if (error instanceof CalendarFault) return null;
    throw error;
  }
}

function timeAt(line: CalendarLine, zones: Zones): CalendarTime {
  return readTime(valueOf(line) ?? '', parameterOf(line, 'TZID'), line.line, zones);
}

function uidOf(event: CalendarPart): string {
  const uid = valueOf(lineOf(event, 'UID'));
  if (uid !== null && uid.length <= maxUid) return uid;
  const named = ['DTSTART', 'SUMMARY'].map((name) => valueOf(lineOf(event, name)) ?? '');
  return createHash('sha256')
    .update(uid ?? named.join('\n'))
    .digest('hex');
}

/** An occurrence keeps the name of when it was first planned, as RECURRENCE-ID does. */
function occurrenceId(uid: string, instant: number): string {
  return `${uid}/${new Date(instant).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

function requiredLine(event: CalendarPart, property: string): CalendarLine {
  const line = lineOf(event, property);
  if (line) return line;
  throw new CalendarFault(`An event without ${property}.`, event.line);
}
