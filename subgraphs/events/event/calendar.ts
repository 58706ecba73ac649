/** Events as iCalendar, for calendars that people already have. */
import { ICalCalendar, ICalEventStatus, type ICalEventData } from 'ical-generator';

import type { Text } from '#kit/text.ts';
import type { Context } from '../context.ts';
import { dayMillis } from './event-rules.ts';
import { eventQuery, select, type EventFilter } from './event-filter.ts';
import type { EventRecord } from './event.model.ts';

/** How long an event stays in a calendar after it is over, in days. */
export const keptDays = 30;
/** How many events one calendar holds. */
export const calendarLimit = 1_000;
/** How often a calendar should look again, in seconds. */
const refreshSeconds = 60 * 60;

/** Name of the alliance's calendar. */
const calendarName = 'Open Cloud Alliance';

/**
 * The calendar of a filter, the next 1,000 events that are not long over; cancelled ones are marked.
 *
 * @param of what the filter is called, where it has a name
 */
export async function calendarOf(
  context: Context,
  filter: EventFilter | null | undefined,
  of: string | null = null,
): Promise<string> {
  const selection = await select(context, filter);
  const from = selection.from ?? new Date(Date.now() - keptDays * dayMillis);
  const found = await context.events
    .find(eventQuery({ ...selection, from, includeCancelled: true }))
    .sort({ startsAt: 1, _id: 1 })
    .limit(calendarLimit)
    .lean<EventRecord[]>();
  return calendarText(found, of === null ? calendarName : `${calendarName}: ${of}`);
}

/**
 * Events as one iCalendar object. Times are UTC: no time zone tables are needed, and every stamp is as the
 * standard wants it.
 *
 * @see RFC 5545, RFC 7986
 */
export function calendarText(events: readonly EventRecord[], name = calendarName): string {
  const calendar = new ICalCalendar({
    name,
    prodId: { company: 'open-cloud-alliance', product: 'events', language: 'KO' },
    ttl: refreshSeconds,
    events: events.map(entry),
  });
  // The standard ends every line, the last one too; the library leaves that to whoever writes the file.
  return `${calendar.toString().trimEnd()}\r\n`;
}

function entry(event: EventRecord): ICalEventData {
  return {
    id: event.uid,
    sequence: event.sequence,
    stamp: event.changedAt,
    created: event.announcedAt,
    lastModified: event.changedAt,
    start: event.startsAt,
    end: event.endsAt,
    summary: both(event.title, ' / '),
    description: descriptionOf(event),
    location: [event.venue, event.region].filter(Boolean).join(', ') || null,
    url: event.onlineUrl,
    status: event.status === 'CANCELLED' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    categories: [{ name: event.kind }, ...event.sectors.map((name) => ({ name }))],
  };
}

function descriptionOf({ description, organizer, cancellationReason }: EventRecord): string | null {
  const parts = [
    cancellationReason && both(cancellationReason, '\n'),
    organizer,
    description && both(description, '\n\n'),
  ];
  return parts.filter(Boolean).join('\n\n') || null;
}

function both({ ko, en }: Text, between: string): string {
  return [...new Set([ko, en])].filter(Boolean).join(between);
}
