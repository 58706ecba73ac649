/** The feed as it happens: one reader of the database a process, handing out to all who follow. */
import type { ChangeStream } from 'mongodb';
import type { Model } from 'mongoose';

import type { Log } from '#kit/log.ts';
import { matches, newsQuery, type Selection } from '../event/event-filter.ts';
import type { EventRecord } from '../event/event.model.ts';
import type { News, NewsRecord } from './news.model.ts';

/** What everybody who follows is fed from. */
export interface NewsFeed {
  /**
   * Entries of a selection in the feed's order, without end until the feed stops or the iterator is returned.
   *
   * @param after the place behind which to begin; it may be one that this process has not seen yet
   */
  entries(selection: Selection, after: number): AsyncIterableIterator<News>;
  /** Resolves once everything committed before the call has been handed out. */
  caughtUp(): Promise<void>;
  /** How many follow now. */
  followers(): number;
  /** Ends everybody's entries. */
  stop(): Promise<void>;
}

/** What a feed is read from. */
export interface FeedSource {
  news: Model<NewsRecord>;
  events: Model<EventRecord>;
  log: Log;
  /** How many entries wait for one follower before it reads on from the database by itself. */
  buffer: number;
}

const batchSize = 200;
const pauseMillis = 500;

/** One who follows. */
interface Follower {
  /** The last place that it received, or need not receive. */
  place: number;
  /** Whether it has to read from the database what it missed. */
  behind: boolean;
  waiting: News[];
  ended: boolean;
  wake: () => void;
}

/** All who follow the same selection: an entry is tested once for all of them. */
interface Group {
  selection: Selection;
  followers: Set<Follower>;
}

/** Opens the feed; entries committed from now on are handed out. */
export async function openFeed(source: FeedSource): Promise<NewsFeed> {
  const line = new FeedLine(source);
  await line.start();
  return line;
}

class FeedLine implements NewsFeed {
  readonly #source: FeedSource;
  readonly #groups = new Map<string, Group>();
  #stream: ChangeStream | null = null;
  #last = 0;
  /** A place behind which a gap was seen once. */
  #gapAfter: number | null = null;
  #asked = false;
  #work: Promise<void> | null = null;
  #stopped = false;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  async start(): Promise<void> {
    await this.#listen();
    const newest = await this.#source.news.findOne({}, { seq: 1 }).sort({ seq: -1 }).lean();
    this.#last = newest?.seq ?? 0;
  }

  entries(selection: Selection, place: number): AsyncIterableIterator<News> {
    const follower: Follower = {
      place,
      behind: place < this.#last,
      waiting: [],
      ended: this.#stopped,
      wake: () => {},
    };
    const key = JSON.stringify(selection);
    const group = this.#groups.get(key) ?? { selection, followers: new Set() };
    this.#groups.set(key, group);
    group.followers.add(follower);
    const leave = () => {
      follower.ended = true;
      follower.waiting = [];
      follower.wake();
      group.followers.delete(follower);
      if (group.followers.size === 0) this.#groups.delete(key);
    };
    return leavable(this.#follow(selection, follower, leave), leave);
  }

  async caughtUp(): Promise<void> {
    // A reading that is under way may have passed what was committed since: one more round.
    await this.#read();
    await this.#read();
  }

  followers(): number {
    return [...this.#groups.values()].reduce((sum, { followers }) => sum + followers.size, 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { followers } of this.#groups.values())
      for (const follower of followers) {
        follower.ended = true;
        follower.wake();
      }
    await this.#stream?.close();
    await this.#work;
  }

  /** What was missed, then what waits, then sleep until there is more. */
  async *#follow(
    selection: Selection,
    follower: Follower,
    leave: () => void,
  ): AsyncGenerator<News, undefined> {
    try {
      while (!follower.ended) {
        if (follower.behind) yield* this.#missed(selection, follower);
        const next = follower.waiting.shift();
        if (!next) await this.#sleep(follower);
        else if (next.seq > follower.place) {
          follower.place = next.seq;
          yield next;
        }
      }
    } finally {
      leave();
    }
    return undefined;
  }

  /** From the database up to the last place handed out; what is handed out from here on waits, and nothing is between. */
  async *#missed(selection: Selection, follower: Follower): AsyncGenerator<News> {
    const goal = this.#last;
    follower.behind = false;
    follower.waiting = [];
    for (let more = true; more && !follower.ended;) {
      const found = await this.#find({
        ...newsQuery(selection),
        seq: { $gt: follower.place, $lte: goal },
      });
      for (const each of found) {
        if (follower.ended) return;
        follower.place = each.seq;
        yield each;
      }
      more = found.length === batchSize;
    }
    follower.place = Math.max(follower.place, goal);
  }

  async #sleep(follower: Follower): Promise<void> {
    if (follower.ended || follower.behind) return;
    await new Promise<void>((resolve) => {
      follower.wake = resolve;
    });
  }

  /** The stream only says that there is something; what there is, is read by place. */
  async #listen(): Promise<void> {
    const stream = this.#source.news.collection.watch([
      { $match: { operationType: 'insert' } },
      { $project: { _id: 1, operationType: 1 } },
    ]);
    this.#stream = stream;
    const opened = new Promise<void>((resolve) => {
      stream.once('resumeTokenChanged', () => resolve());
      stream.once('error', () => resolve());
      stream.once('close', () => resolve());
    });
    stream.on('change', () => void this.#read());
    stream.once('error', (error) => void this.#reopen(error));
    await opened;
  }

  async #reopen(error: unknown): Promise<void> {
    if (this.#stopped) return;
    this.#source.log.warn({ error }, 'the news were lost; listening again');
    await this.#stream?.close().catch(() => {});
    await pause();
    if (this.#stopped) return;
    await this.#listen();
    await this.#read();
  }

  /** Reads and hands out; calls while it reads lead to one more round. */
  #read(): Promise<void> {
    this.#asked = true;
    this.#work ??= this.#rounds().finally(() => {
      this.#work = null;
    });
    return this.#work;
  }

  async #rounds(): Promise<void> {
    while (this.#asked && !this.#stopped) {
      this.#asked = false;
      try {
        await this.#round();
      } catch (error) {
        if (this.#stopped) return;
        this.#source.log.error({ error }, 'the news could not be read; trying again');
        this.#asked = true;
        await pause();
      }
    }
  }

  async #round(): Promise<void> {
    for (;;) {
      const found = await this.#find({ seq: { $gt: this.#last } });
      if (found.length === 0) return;
      for (const each of this.#sure(found)) this.#handOut(each);
    }
  }

  /**
   * A reading may pass a place just before it is committed and still meet the next one. So an entry behind a gap is
   * taken only from a second reading, which began after that next one was there.
   */
  #sure(found: News[]): News[] {
    if (this.#gapAfter === this.#last) return found;
    const sure = unbroken(found, this.#last);
    if (sure.length === 0) this.#gapAfter = this.#last;
    return sure;
  }

  async #find(filter: object): Promise<News[]> {
    const { news, events } = this.#source;
    const found = await news
      .find(filter)
      .sort({ seq: 1 })
      .limit(batchSize)
      .readConcern('majority')
      .lean<NewsRecord[]>();
    const ids = new Set(found.map(({ eventId }) => eventId));
    const about = await events.find({ _id: { $in: [...ids] } }).lean<EventRecord[]>();
    const byId = new Map(about.map((event) => [event._id, event]));
    return found.map((each) => {
      const event = byId.get(each.eventId);
      return event ? { ...each, event } : each;
    });
  }

  #handOut(news: News): void {
    this.#last = news.seq;
    for (const { selection, followers } of this.#groups.values()) {
      if (!news.about.some((traces) => matches(selection, traces))) continue;
      for (const follower of followers) this.#give(follower, news);
    }
  }

  #give(follower: Follower, news: News): void {
    if (follower.behind) return;
    follower.waiting.push(news);
    if (follower.waiting.length > this.#source.buffer) {
      follower.waiting = [];
      follower.behind = true;
    }
    follower.wake();
  }
}

/** The entries that follow a place one by one, up to the first gap. */
export function unbroken<Entry extends { seq: number }>(
  entries: readonly Entry[],
  last: number,
): Entry[] {
  const gap = entries.findIndex(({ seq }, index) => seq !== last + 1 + index);
  return gap === -1 ? [...entries] : entries.slice(0, gap);
}

/** An iterator that can be left while it waits: a generator's own `return` would wait for the next entry first. */
function leavable(
  generator: AsyncGenerator<News, undefined>,
  leave: () => void,
): AsyncIterableIterator<News> {
  return {
    next: () => generator.next(),
    return: () => {
      leave();
      return generator.return(undefined);
    },
    throw: (error: unknown) => {
      leave();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMillis));
}
