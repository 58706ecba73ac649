/** What one event of a calendar says of itself. */
import ICAL from 'ical.js';

import { CalendarFault, parameterOf, valueOf } from './calendar-time.ts';
import type { CalendarLine, CalendarPart } from './calendar-text.ts';
import { ImportFault } from './fault.ts';
import { repaired, type EventRow, type Remark, type RowText } from './found.ts';
import { present } from './present.ts';
import { webAddress } from './web-address.ts';

/** Longest texts that events take, in characters. */
const most = { title: 200, description: 4_000, venue: 300, organizer: 200 };

/** What holds for every event of a calendar. */
export interface CalendarWords {
  /** The calendar's own name, for events that name no organiser. */
  calendarName: string | null;
  /** Whether the whole calendar is a cancellation. */
  isCancelled: boolean;
  /** ISO 3166 code of where the events take place; null when unknown. */
  region: string | null;
}

/** An event without its time. */
export type EventWords = Omit<EventRow, 'externalId' | 'startsAt' | 'endsAt' | 'timeZone'>;

/**
 * What an event says of itself besides when it is; what is too long is shortened, with a remark.
 *
 * @throws {CalendarFault} without a title, or for a property that cannot be read
 * @throws {ImportFault} IMPORT_REGION for an event that is not online when nobody stated a region
 */
export function wordsOf(
  event: CalendarPart,
  { calendarName, isCancelled, region }: CalendarWords,
): { words: EventWords; remarks: Remark[] } {
  const remarks: Remark[] = [];
  const take = (property: string, limit: number): string | null => {
    const line = lineOf(event, property);
    const { text, isCut } = shortened(line ? textOf(line) : '', limit);
    if (line && isCut)
      remarks.push(repaired(line.line, `${property} was shortened to ${limit} characters.`));
    return text === '' ? null : text;
  };
  const title = take('SUMMARY', most.title);
  if (title === null) throw new CalendarFault('An event without a title (SUMMARY).', event.line);
  const description = withLink(
    take('DESCRIPTION', most.description),
    valueOf(lineOf(event, 'URL')),
  );
  const place = placeOf(take('LOCATION', most.venue), valueOf(lineOf(event, 'CONFERENCE')));
  if (region === null && place.onlineUrl === null)
    throw new ImportFault(
      'IMPORT_REGION',
      'This calendar does not say where its events take place; state it with --region, such as --region KR-11.',
      event.line,
    );
  const words: EventWords = {
    title: inLanguage(title),
    ...present({
      description: description === null ? null : inLanguage(description),
      ...place,
      organizer: (organizerOf(event) ?? calendarName)?.slice(0, most.organizer),
      region,
      cancelled: isCancelled || valueOf(lineOf(event, 'STATUS')) === 'CANCELLED' || null,
    }),
  };
  return { words, remarks };
}

/** The first line of an event with this property. */
export function lineOf({ properties }: CalendarPart, property: string): CalendarLine | undefined {
  return properties.find(({ name }) => name === property);
}

/** A location that is an address of the web is where to take part from afar. */
function placeOf(location: string | null, conference: string | null) {
  const address = webAddress(location);
  return {
    venue: address === null ? location : null,
    onlineUrl: address ?? webAddress(conference),
  };
}

/** Names stay, addresses do not: an organiser's e-mail is nobody's business here. */
function organizerOf(event: CalendarPart): string | null {
  const line = lineOf(event, 'ORGANIZER');
  return line ? parameterOf(line, 'CN') : null;
}

function withLink(text: string | null, url: string | null): string | null {
  const link = webAddress(url);
  if (link === null || text?.includes(link)) return text;
  return text === null
    ? link
    : shortened(text, most.description - link.length - 1).text + `\n${link}`;
}

/** The language is not stated; Hangul tells Korean. */
function inLanguage(text: string): RowText {
  return /\p{Script=Hangul}/u.test(text) ? { ko: text } : { en: text };
}

function textOf(line: CalendarLine): string {
  try {
    const value = ICAL.Property.fromString(line.text).getFirstValue();
    return typeof value === 'string' ? value.normalize('NFC').trim() : '';
  } catch {
    throw new CalendarFault(`${line.name} cannot be read.`, line.line);
  }
}

function shortened(text: string, limit: number): { text: string; isCut: boolean } {
  if (text.length <= limit) return { text, isCut: false };
  // A pair of surrogates is one character and stays together.
  const cut = text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '');
  return { text: `${cut}…`, isCut: true };
}
