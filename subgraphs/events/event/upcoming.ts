/** What is still to come, for many firms or technologies asked about in one request. */
import type { Model } from 'mongoose';

import { findPage, type Order, type PageRequest } from '#kit/page.ts';
import { type NodeRecord, withContents } from '#kit/tree.ts';
import { anyEvent, eventQuery, type Selection } from './event-filter.ts';
import type { EventPage, EventRecord } from './event.model.ts';

interface Collections {
  events: Model<EventRecord>;
  technologies: Model<NodeRecord>;
}

/** One list that is asked for. */
export interface UpcomingRequest extends PageRequest {
  of: 'host' | 'technology';
  id: string;
}

const byStart: Order = [
  ['startsAt', 1],
  ['_id', 1],
];

/** Events that are neither over nor cancelled, a page for each request; each page is read by its own index. */
export async function findUpcoming(
  { events, technologies }: Collections,
  requests: readonly UpcomingRequest[],
): Promise<EventPage[]> {
  const from = new Date();
  return Promise.all(
    requests.map(async ({ of, id, ...page }) => {
      const narrowed: Selection =
        of === 'host'
          ? { ...anyEvent, from, hostId: id }
          : { ...anyEvent, from, technologies: await withContents(technologies, [id]) };
      return findPage(events, eventQuery(narrowed), byStart, page);
    }),
  );
}
