/** The feed as Atom, for feed readers. */
import { Feed, type Item } from 'feed';

import type { Text } from '#kit/text.ts';
import type { Context } from '../context.ts';
import type { EventFilter } from '../event/event-filter.ts';
import type { EventRecord } from '../event/event.model.ts';
import { findNews } from './news.ts';
import type { News, NewsRecord } from './news.model.ts';

/** How many entries a feed shows. */
export const feedLength = 50;

/** Where a feed was asked for, and what tells it from others. */
export interface FeedIdentity {
  /** Its own address. */
  self: string | null;
  /** UUID of the saved filter that it shows; null for a feed of the moment. */
  id: string | null;
  /** Name of the saved filter. */
  of: string | null;
}

const name = 'Open Cloud Alliance';
const titles: Readonly<Record<NewsRecord['kind'], string>> = {
  ANNOUNCED: '새 행사 New',
  CHANGED: '변경 Changed',
  CANCELLED: '취소 Cancelled',
};

/** The newest news of a filter as an Atom feed. */
export async function feedOf(
  context: Context,
  filter: EventFilter | null | undefined,
  identity: FeedIdentity,
): Promise<string> {
  const { edges } = await findNews(context, filter, null, { first: feedLength });
  const news = edges.map(({ node }) => node);
  const events = await context.eventById.loadMany(news.map(({ eventId }) => eventId));
  const entries = news.flatMap((each, index) => {
    const event = events[index];
    return event && !(event instanceof Error) ? [{ ...each, event }] : [];
  });
  return feedText(entries, { ...identity, home: context.publicUrl });
}

/**
 * Entries as an Atom document; every feed has an author, as the standard wants.
 *
 * @see RFC 4287
 */
export function feedText(
  entries: readonly (News & { event: EventRecord })[],
  { self, id, of, home }: FeedIdentity & { home: string },
): string {
  const feed = new Feed({
    title: markup(of === null ? name : `${name}: ${of}`),
    id: id === null ? `tag:open-cloud-alliance,2026:events` : `urn:uuid:${id}`,
    link: home,
    updated: entries[0]?.at ?? new Date(0),
    generator: 'open-cloud-alliance',
    author: { name },
    ...(self !== null && URL.canParse(self) && { feedLinks: { atom: self } }),
  });
  for (const entry of entries) feed.addItem(itemOf(entry, home));
  return feed.atom1();
}

function itemOf(
  { _id, kind, at, changes, event }: News & { event: EventRecord },
  home: string,
): Item {
  const where = [event.venue, event.region].filter(Boolean).join(', ');
  const paragraphs = [
    when(event),
    where,
    changes.length > 0 ? `Δ ${changes.join(', ')}` : '',
    event.cancellationReason && both(event.cancellationReason, ' / '),
    event.description && both(event.description, ' / '),
  ].filter(Boolean);
  return {
    id: `urn:uuid:${_id}`,
    title: markup(`[${titles[kind]}] ${both(event.title, ' / ')}`),
    link: event.onlineUrl ?? home,
    date: at,
    published: event.announcedAt,
    content: paragraphs.map((each) => `<p>${markup(String(each))}</p>`).join(''),
    category: [event.kind, ...event.sectors].map((term) => ({ term })),
  };
}

/** From when to when, in the zone in which the hours are meant. */
function when({ startsAt, endsAt, timeZone }: EventRecord): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone,
  });
  return `${format.format(startsAt)} – ${format.format(endsAt)} (${timeZone})`;
}

function both({ ko, en }: Text, between: string): string {
  return [...new Set([ko, en])].filter(Boolean).join(between);
}

/** Feed titles and contents are HTML: what people wrote is text in it. */
function markup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
