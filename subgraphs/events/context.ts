import DataLoader from 'dataloader';
import type { Connection, Model } from 'mongoose';

import { factsOf, positionsOf, type FactRecord } from '#kit/facts.ts';
import { accessOf } from '#kit/access.ts';
import { answerModelsOf } from '#kit/answer.ts';
import { knownOf } from '#kit/known.ts';
import type { NodeRecord } from '#kit/tree.ts';
import type { Viewer } from '#kit/viewer.ts';
import { companiesOf, type CompanyRecord } from './company/company.model.ts';
import { eventsOf, type EventPage, type EventRecord } from './event/event.model.ts';
import type { NewsFeed } from './news/feed.ts';
import { countersOf, newsOf, type CounterRecord, type NewsRecord } from './news/news.model.ts';
import { savedFiltersOf, type SavedFilterRecord } from './saved-filter/saved-filter.model.ts';
import { inboxOf, type InboxRecord } from './inbox/inbox.model.ts';
import { seatsOf, type SeatRecord } from './seat/seat.model.ts';
import { seriesOf, type SeriesRecord } from './series/series.model.ts';
import { technologiesOf } from './technology/technology.ts';
import { sightingsOf, type SightingRecord } from './watch/sighting.model.ts';
import { watchesOf, type WatchRecord } from './watch/watch.model.ts';
import { findUpcoming, type UpcomingRequest } from './event/upcoming.ts';

/** The collections of this subgraph. */
export interface Models {
  events: Model<EventRecord>;
  news: Model<NewsRecord>;
  counters: Model<CounterRecord>;
  companies: Model<CompanyRecord>;
  technologies: Model<NodeRecord>;
  savedFilters: Model<SavedFilterRecord>;
  series: Model<SeriesRecord>;
  seats: Model<SeatRecord>;
  inbox: Model<InboxRecord>;
  watches: Model<WatchRecord>;
  sightings: Model<SightingRecord>;
  facts: Model<FactRecord>;
}

/** Everything a domain function may reach. Made anew for each request. */
export interface Context extends Models {
  viewer: Viewer;
  connection: Connection;
  /** Resolves once everything that others told before the call is known; not within a transaction. */
  heard(): Promise<void>;
  feed: NewsFeed;
  /** Where people reach the platform. */
  publicUrl: string;
  eventById: DataLoader<string, EventRecord | null>;
  /** The viewer's own seat; for a viewer who is signed in. */
  ownSeatByEvent: DataLoader<string, SeatRecord | null>;
  seriesById: DataLoader<string, SeriesRecord | null>;
  newsBySeq: DataLoader<number, NewsRecord | null>;
  savedFilterById: DataLoader<string, SavedFilterRecord | null>;
  upcoming: DataLoader<UpcomingRequest, EventPage, string>;
}

/** The collections on a connection. */
export function modelsOf(connection: Connection): Models {
  return {
    events: eventsOf(connection),
    news: newsOf(connection),
    counters: countersOf(connection),
    companies: companiesOf(connection),
    technologies: technologiesOf(connection),
    savedFilters: savedFiltersOf(connection),
    series: seriesOf(connection),
    seats: seatsOf(connection),
    inbox: inboxOf(connection),
    watches: watchesOf(connection),
    sightings: sightingsOf(connection),
    facts: factsOf(connection),
  };
}

/** Every collection that has to be there before the first transaction. */
export function collectionsOf(connection: Connection): object[] {
  return [
    ...Object.values(modelsOf(connection)),
    ...answerModelsOf(connection),
    positionsOf(connection),
    accessOf(connection),
    knownOf(connection),
  ];
}

/** The context of one request. */
export function createContext(
  connection: Connection,
  viewer: Viewer,
  { feed, heard, publicUrl }: Pick<Context, 'feed' | 'heard' | 'publicUrl'>,
): Context {
  const models = modelsOf(connection);
  return {
    ...models,
    viewer,
    connection,
    feed,
    heard,
    publicUrl,
    eventById: new DataLoader(async (ids) => {
      const found = await models.events.find({ _id: { $in: [...ids] } }).lean<EventRecord[]>();
      const byId = new Map(found.map((event) => [event._id, event]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    ownSeatByEvent: new DataLoader(async (eventIds) => {
      const { userId } = viewer;
      const found = await models.seats
        .find({ eventId: { $in: [...eventIds] }, userId: userId ?? '' })
        .lean<SeatRecord[]>();
      const byEvent = new Map(found.map((seat) => [seat.eventId, seat]));
      return eventIds.map((id) => byEvent.get(id) ?? null);
    }),
    seriesById: new DataLoader(async (ids) => {
      const found = await models.series.find({ _id: { $in: [...ids] } }).lean<SeriesRecord[]>();
      const byId = new Map(found.map((series) => [series._id, series]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    newsBySeq: new DataLoader(async (seqs) => {
      const found = await models.news.find({ seq: { $in: [...seqs] } }).lean<NewsRecord[]>();
      const bySeq = new Map(found.map((news) => [news.seq, news]));
      return seqs.map((seq) => bySeq.get(seq) ?? null);
    }),
    savedFilterById: new DataLoader(async (ids) => {
      const found = await models.savedFilters
        .find({ _id: { $in: [...ids] } })
        .lean<SavedFilterRecord[]>();
      const byId = new Map(found.map((saved) => [saved._id, saved]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    upcoming: new DataLoader((requests) => findUpcoming(models, requests), {
      cacheKeyFn: ({ of, id, first, after }) => JSON.stringify([of, id, first, after]),
    }),
  };
}
