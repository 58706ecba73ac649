/** Brings news to the inboxes of those whose saved filters select them, and of those who have a seat. */
import type { Model } from 'mongoose';

import type { Log } from '#kit/log.ts';
import { type NodeRecord, withContainers } from '#kit/tree.ts';
import { everything, matches, termsOf } from '../event/event-filter.ts';
import type { NewsFeed } from '../news/feed.ts';
import type { CounterRecord, NewsRecord } from '../news/news.model.ts';
import { anchorsOfNews } from '../saved-filter/anchors.ts';
import type { SavedFilterRecord } from '../saved-filter/saved-filter.model.ts';
import type { SeatRecord } from '../seat/seat.model.ts';
import { deliver, type Delivery } from './delivery.ts';
import type { InboxRecord } from './inbox.model.ts';

/** What the postman works with. */
export interface PostOffice {
  feed: NewsFeed;
  inbox: Model<InboxRecord>;
  savedFilters: Model<SavedFilterRecord>;
  seats: Model<SeatRecord>;
  technologies: Model<NodeRecord>;
  counters: Model<CounterRecord>;
  log: Log;
}

/** Somebody who delivers. */
export interface Postman {
  stop(): Promise<void>;
}

/** Name of the place up to which news were delivered. */
const position = 'inbox';
const pauseMillis = 1_000;

/**
 * Delivers from where the last one stopped, one entry of the feed after the other. Several may be at work: what is
 * delivered twice is there once, and the kept place never goes back.
 *
 * @param from the place from which the very first one begins
 */
export async function startPostman(office: PostOffice, from: number): Promise<Postman> {
  await office.counters.updateOne(
    { _id: position },
    { $setOnInsert: { value: from } },
    { upsert: true },
  );
  const state: { stopped: boolean; entries: AsyncIterator<NewsRecord> | null } = {
    stopped: false,
    entries: null,
  };
  const work = walk(office, state);
  return {
    stop: async () => {
      state.stopped = true;
      await state.entries?.return?.();
      await work;
    },
  };
}

async function walk(
  office: PostOffice,
  state: { stopped: boolean; entries: AsyncIterator<NewsRecord> | null },
): Promise<void> {
  while (!state.stopped) {
    try {
      const kept = await office.counters.findById(position).lean<CounterRecord | null>();
      const entries = office.feed.entries(everything, kept?.value ?? 0);
      state.entries = entries;
      for await (const news of entries) {
        await deliverNews(office, news);
        await office.counters.updateOne({ _id: position }, { $max: { value: news.seq } });
      }
      // The feed ends when it stops, and only then.
      return;
    } catch (error) {
      if (state.stopped) return;
      office.log.error({ error }, 'news could not be delivered; trying again');
      await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    }
  }
}

/** Delivers one entry to everybody whom it concerns. */
export async function deliverNews(
  office: Omit<PostOffice, 'feed' | 'counters' | 'log'>,
  news: NewsRecord,
): Promise<void> {
  const filtersByUser = await findReaders(office, news);
  const goers =
    news.kind === 'ANNOUNCED'
      ? []
      : await office.seats
          .find({ eventId: news.eventId, status: { $in: ['GOING', 'WAITING'] } })
          .lean<SeatRecord[]>();
  const users = new Set([...filtersByUser.keys(), ...goers.map(({ userId }) => userId)]);
  const deliveries: Delivery[] = [...users].map((userId) => ({
    userId,
    key: `news:${news.seq}`,
    kind: 'NEWS',
    eventId: news.eventId,
    seq: news.seq,
    filterIds: filtersByUser.get(userId) ?? [],
    at: news.at,
  }));
  await deliver(office.inbox, deliveries);
}

/** Ids of the saved filters that select an entry, by user. */
async function findReaders(
  { savedFilters, technologies }: Pick<PostOffice, 'savedFilters' | 'technologies'>,
  news: NewsRecord,
): Promise<Map<string, string[]>> {
  const about = new Set(news.about.flatMap((traces) => traces.technologies));
  const containers = await withContainers(technologies, [...about]);
  const byUser = new Map<string, string[]>();
  const candidates = savedFilters
    .find({ notify: true, anchors: { $in: anchorsOfNews(news, [...containers.values()].flat()) } })
    .lean<SavedFilterRecord>()
    .cursor();
  for await (const saved of candidates) {
    if (!news.about.some((traces) => selects(saved, traces, containers))) continue;
    byUser.set(saved.userId, [...(byUser.get(saved.userId) ?? []), saved._id]);
  }
  return byUser;
}

function selects(
  saved: SavedFilterRecord,
  traces: NewsRecord['about'][number],
  containers: ReadonlyMap<string, string[]>,
): boolean {
  const { technologies, text, hostId } = saved;
  const names = traces.technologies.flatMap((id) => containers.get(id) ?? [id]);
  const meant = technologies.length === 0 || technologies.some((name) => names.includes(name));
  return (
    meant &&
    matches(
      {
        ...everything,
        terms: termsOf(text),
        kinds: orAny(saved.kinds),
        sectors: orAny(saved.sectors),
        regions: orAny(saved.regions),
        hostId,
      },
      traces,
    )
  );
}

function orAny<Value>(values: Value[]): Value[] | null {
  return values.length > 0 ? values : null;
}
