/** Which domain function answers which field. No rules here. */
import { answer } from '#kit/answer.ts';
import { calendarOf } from './event/calendar.ts';
import { importEvents } from './event/event-import.ts';
import { announceEvent, cancelEvent, changeEvent, findEvents } from './event/event.ts';
import { feedOf } from './news/atom.ts';
import { cursorOf, eventOf, findNews, followNews } from './news/news.ts';
import type { NewsRecord } from './news/news.model.ts';
import {
  changeSavedFilter,
  findSavedFilters,
  removeSavedFilter,
  renewFilterSecret,
  savedCalendar,
  savedFeed,
  saveFilter,
} from './saved-filter/saved-filter.ts';
import { seatsLeft } from './seat/line.ts';
import {
  attendEvent,
  findOwnSeat,
  findOwnSeats,
  findSeats,
  leaveEvent,
  waitingPlace,
} from './seat/seat.ts';
import { countUnread, filtersOf, findInbox, readInbox } from './inbox/inbox.ts';
import { announceSeries, cancelSeries, changeSeries, findOccurrences } from './series/series.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  Query: {
    event: (_, { id }, { eventById }) => eventById.load(id),
    events: (_, { filter, order, ...page }, context) => findEvents(context, filter, order, page),
    eventCalendar: (_, { filter }, context) => calendarOf(context, filter),
    eventFeed: (_, { filter, self }, context) =>
      feedOf(context, filter, { self: self ?? null, id: null, of: null }),
    savedCalendar: (_, { secret }, context) => savedCalendar(context, secret),
    savedFeed: (_, { secret, self }, context) => savedFeed(context, secret, self),
    inbox: (_, { unreadOnly, ...page }, context) => findInbox(context, unreadOnly, page),
    ownSeats: (_, page, context) => findOwnSeats(context, page),
    savedFilters: (_, _args, context) => findSavedFilters(context),
    recentNews: (_, { filter, since, ...page }, context) => findNews(context, filter, since, page),
  },
  Mutation: {
    announceEvent: (_, { input }, context) =>
      answer(context, 'announceEvent', input, async () => ({
        event: await announceEvent(context, input),
      })),
    changeEvent: (_, { input }, context) =>
      answer(context, 'changeEvent', input, async () => ({
        event: await changeEvent(context, input),
      })),
    cancelEvent: (_, { input }, context) =>
      answer(context, 'cancelEvent', input, async () => ({
        event: await cancelEvent(context, input),
      })),
    announceSeries: (_, { input }, context) =>
      answer(context, 'announceSeries', input, async () => ({
        series: await announceSeries(context, input),
      })),
    changeSeries: (_, { input }, context) =>
      answer(context, 'changeSeries', input, () => changeSeries(context, input)),
    cancelSeries: (_, { input }, context) =>
      answer(context, 'cancelSeries', input, () => cancelSeries(context, input)),
    attendEvent: (_, { input }, context) =>
      answer(context, 'attendEvent', input, async () => ({
        seat: await attendEvent(context, input),
      })),
    leaveEvent: (_, { input }, context) =>
      answer(context, 'leaveEvent', input, async () => ({
        seat: await leaveEvent(context, input),
      })),
    readInbox: (_, { input }, context) =>
      answer(context, 'readInbox', input, () => readInbox(context, input)),
    saveFilter: (_, { input }, context) => saveFilter(context, input),
    changeSavedFilter: (_, { input }, context) =>
      answer(context, 'changeSavedFilter', input, async () => ({
        savedFilter: await changeSavedFilter(context, input),
      })),
    renewFilterSecret: (_, { input }, context) => renewFilterSecret(context, input),
    removeSavedFilter: (_, { input }, context) =>
      answer(context, 'removeSavedFilter', input, async () => ({
        removedId: await removeSavedFilter(context, input),
      })),
    importEvents: async (_, { input }, context) => {
      await context.heard();
      return answer(context, 'importEvents', input, () => importEvents(context, input));
    },
  },
  Subscription: {
    eventAnnounced: {
      subscribe: (_, { filter, after }, context) => followNews(context, filter, after),
      resolve: (news: NewsRecord) => news,
    },
  },
  Event: {
    __resolveReference: ({ id }, { eventById }) => eventById.load(id),
    id: ({ _id }) => _id,
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    technologies: ({ technologies }) => technologies.map((id) => ({ id })),
    series: ({ seriesId }, _, { seriesById }) =>
      seriesId === null ? null : seriesById.load(seriesId),
    goingCount: ({ room }) => room.going,
    waitingCount: ({ room }) => room.waiting,
    seatsLeft: (event) => seatsLeft(event),
    ownSeat: (event, _, context) => findOwnSeat(context, event),
    seats: (event, { status, ...page }, context) => findSeats(context, event, status, page),
  },
  EventSeries: {
    id: ({ _id }) => _id,
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
    occurrences: (series, page, context) => findOccurrences(context, series, page),
  },
  Seat: {
    id: ({ _id }) => _id,
    event: ({ eventId }, _, context) => eventOf(context, { eventId }),
    user: ({ userId }) => ({ id: userId }),
    waitingPlace: (seat, _, context) => waitingPlace(context, seat),
  },
  SeatConnection: { totalCount: ({ count }) => count() },
  InboxItem: {
    id: ({ _id }) => _id,
    event: ({ eventId }, _, context) => eventOf(context, { eventId }),
    news: ({ seq }, _, { newsBySeq }) => (seq === null ? null : newsBySeq.load(seq)),
    filters: (item, _, context) => filtersOf(context, item),
  },
  InboxConnection: {
    totalCount: ({ count }) => count(),
    unreadCount: ({ userId }, _, { inbox }) => countUnread(inbox, userId),
  },
  EventConnection: { totalCount: ({ count }) => count() },
  EventNews: {
    cursor: (news) => cursorOf(news),
    event: (news, _, context) => eventOf(context, news),
  },
  EventNewsConnection: { totalCount: ({ count }) => count() },
  SavedFilter: {
    id: ({ _id }) => _id,
    sectors: ({ sectors }) => sectors.map((code) => ({ code })),
    host: ({ hostId }) => (hostId === null ? null : { id: hostId }),
  },
  Company: {
    __resolveReference: ({ id }) => ({ id }),
    upcomingEvents: ({ id }, page, { upcoming }) => upcoming.load({ of: 'host', id, ...page }),
  },
  Technology: {
    __resolveReference: ({ id }) => ({ id }),
    upcomingEvents: ({ id }, page, { upcoming }) =>
      upcoming.load({ of: 'technology', id, ...page }),
  },
};
